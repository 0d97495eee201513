"""The hub is safe under each possible behaviour of AWS that nobody has verified."""

import pytest
from stories import End, Play, membership_event

from shared.conventions import iam_role_arn
from simulator.quirks import Quirks
from simulator.studio import Place

T = "222222222222/eu-west-1/d-one"
PLACE = Place(*T.split("/"))
SUSPENDED = "Suspended-eu-west-1"
JOIN, LEAVE = (f"{word}: {{user: ada, group: scientists}}" for word in ("join", "leave"))
LAB = f"start_app: {{user: ada, target: {T}, space: private}}"
SWEEP = "sweep: {}"


def company(days: int = 30) -> str:
    return f"""
version: 1
directory:
  groups: [scientists, leads]
  users: [ada, bob]
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings:
  - {{target: {T}, group: scientists, role: Scientist, priority: 20, retention_days: {days}}}
  - {{target: {T}, group: leads, role: Lead, priority: 10, retention_days: {days}}}
"""


def operations(end: End) -> list[str]:
    return [change["operation"] for change in end.json["changes"]]


def application(end: End) -> str:
    arn = end.aws.services.studio.place(PLACE).application_arn
    assert arn is not None
    return arn


def user_id(end: End, name: str = "ada") -> str:
    person = end.aws.services.identity_store.find_user(name)
    assert person is not None
    return person.user_id


def delayed_roles(end: End) -> dict[str, str]:
    """Return the roles as they are now, after the story."""
    (domain,) = end.aws.services.studio.snapshot()
    return {str(p.sso_user): str(p.role).rpartition("/")[2] for p in domain.profiles}


def in_sync(end: End) -> None:
    """Nothing crashed, nothing was lost, and another sweep writes nothing."""
    before = len(end.aws.gateway.changes)
    end.aws.sweep()
    end.aws.wait(3600)

    assert end.aws.lambdas.crashes == 0
    assert end.aws.dead_letters() == 0
    assert len(end.aws.gateway.changes) == before


def test_where_a_profile_needs_an_assignment_nobody_is_granted_access_before(play: Play) -> None:
    """Without a profile nobody is assigned; the refusal is reported, and sweeps go on."""
    quirks = Quirks(create_needs_assignment=True)
    end = play(JOIN, "wait: {hours: 1}", SWEEP, company=company(), quirks=quirks)
    assert operations(end) == []
    assert end.json["profiles"] == []
    assert "refused" in {kind for kind, _ in end.problems()}
    in_sync(end)


def test_a_user_assigned_by_the_creation_is_granted_and_revoked_once(play: Play) -> None:
    """Where CreateUserProfile assigns the user, a leave still revokes first."""
    quirks = Quirks(create_profile_assigns=True)
    end = play(JOIN, LEAVE, company=company(), quirks=quirks)

    assert end.roles() == {"2 ada": SUSPENDED}
    assert end.assigned() == set()
    assert operations(end)[-2:] == ["DeleteApplicationAssignment", "UpdateUserProfile"]


@pytest.mark.parametrize("seconds", [20, 600, 7200])
@pytest.mark.parametrize("via", ["console", "scim", "none"])
def test_a_member_who_cannot_be_read_yet_gets_their_profile(
    play: Play, seconds: int, via: str
) -> None:
    """A new user that reads do not return yet is not deleted: the next sweep corrects it.

    Reads that lag for hours, and a directory without an answer, delay a profile and no more.
    """
    end = play(
        f"create_user: {{name: eve, groups: [scientists], via: {via}}}",
        "wait: {minutes: 5}",
        SWEEP,
        "wait: {hours: 3}",
        SWEEP,
        company=company(),
        quirks=Quirks(user_readable_after=seconds),
    )

    assert end.roles() == {"2 eve": "Scientist"}
    assert end.assigned() == {"2 eve"}
    in_sync(end)


def test_who_cannot_be_read_for_a_while_loses_nothing_permanently(play: Play) -> None:
    """A user with a profile whom reads do not return gets everything back once they do."""
    end = play(JOIN, LAB, company=company())
    store, before = end.aws.services.identity_store, end.json["profiles"][0]
    store.hide(user_id(end))
    end.aws.deliver(membership_event(end.aws, "ada", "scientists"))
    end.aws.sweep()
    end.aws.wait(2 * 86400)
    store.hide(user_id(end), hidden=False)
    end.aws.sweep()
    end.aws.wait(3600)

    (domain,) = end.aws.services.studio.snapshot()
    (ada,) = domain.profiles
    assert (ada.name, ada.efs_uid is not None) == (before["name"], True)
    assert [space.name for space in ada.spaces] == [space["name"] for space in before["spaces"]]
    assert delayed_roles(end) == {"ada": "Scientist"}
    access = end.aws.services.application_access
    assert access.is_assigned(application(end), "USER", user_id(end))
    assert "DeleteSpace" not in [change.operation for change in end.aws.gateway.changes]
    in_sync(end)


@pytest.mark.parametrize(
    "operation",
    [
        "CreateUserProfile",
        "UpdateUserProfile",
        "DeleteUserProfile",
        "DeleteSpace",
        "DeleteApp",
    ],
)
def test_a_failed_studio_operation_is_retried(play: Play, operation: str) -> None:
    """A join, a role change and a leave end correctly, each after a failed first attempt."""
    quirks = Quirks(first_attempt_fails=frozenset({operation}))
    steps = (
        JOIN,
        "wait: {hours: 1}",
        SWEEP,
        "join: {user: ada, group: leads}",
        "wait: {hours: 1}",
        SWEEP,
    )
    changed = play(*steps, company=company(0), quirks=quirks)
    assert changed.roles() == {"2 ada": "Lead"}
    assert changed.assigned() == {"2 ada"}
    in_sync(changed)

    left = play(
        *steps,
        LAB,
        "leave: {user: ada, group: leads}",
        LEAVE,
        "wait: {hours: 2}",
        SWEEP,
        "wait: {hours: 2}",
        SWEEP,
        company=company(0),
        quirks=quirks,
    )
    assert left.json["profiles"] == []
    assert left.assigned() == set()
    in_sync(left)


def test_failed_spaces_and_apps_delay_no_removal(play: Play) -> None:
    """A leaver with a failed space and a failed app is removed, with nothing left."""
    end = play(JOIN, LAB, company=company(0))
    studio = end.aws.services.studio
    (space,) = studio.place(PLACE).spaces
    (app,) = studio.place(PLACE).apps
    studio.force(PLACE, app, "Failed")
    studio.force(PLACE, space, "Failed")
    store = end.aws.services.identity_store
    group = store.find_group("scientists")
    assert group is not None
    store.remove_membership(user_id(end), group.group_id)
    end.aws.sweep()
    end.aws.wait(2 * 3600)
    end.aws.sweep()
    end.aws.wait(2 * 3600)

    assert delayed_roles(end) == {}
    in_sync(end)


@pytest.mark.parametrize("at_first", ["Scientist", "Lead"])
def test_a_role_that_comes_to_exist_is_set_by_the_next_sweep(play: Play, at_first: str) -> None:
    """Until then it is reported, nobody has another role instead, and nobody swept by hand."""
    text = company().replace("domain: d-one", f"domain: d-one, missing_roles: [{at_first}]")
    end = play(
        JOIN,
        "join: {user: ada, group: leads}",
        "wait: {hours: 1}",
        SWEEP,
        company=text,
    )
    studio = end.aws.services.studio
    if at_first == "Lead":
        assert delayed_roles(end) != {"ada": "Lead"}
        assert "role-unavailable" in {kind for kind, _ in end.problems()}
    studio.missing_roles.discard(iam_role_arn("222222222222", "eu-west-1", at_first))
    end.aws.sweep()
    end.aws.wait(3600)

    assert delayed_roles(end) == {"ada": "Lead"}
    in_sync(end)


@pytest.mark.parametrize("seconds", [3, 60, 1200])
def test_an_assignment_that_is_not_propagated_is_changed_later(play: Play, seconds: int) -> None:
    """A user who leaves and returns at once may sign in; one who leaves again may not."""
    quirks = Quirks(assignment_propagation=seconds)
    back = play(
        JOIN,
        LEAVE,
        JOIN,
        "wait: {hours: 2}",
        SWEEP,
        "wait: {hours: 1}",
        company=company(),
        quirks=quirks,
    )
    gone = play(
        JOIN,
        LEAVE,
        JOIN,
        LEAVE,
        "wait: {hours: 2}",
        SWEEP,
        "wait: {hours: 1}",
        company=company(),
        quirks=quirks,
    )

    assert (back.roles(), back.assigned()) == ({"2 ada": "Scientist"}, {"2 ada"})
    assert (gone.roles(), gone.assigned()) == ({"2 ada": SUSPENDED}, set())
    in_sync(gone)


@pytest.mark.parametrize("twice", ["refuse", "accept"])
def test_an_existing_assignment_counts(play: Play, twice: str) -> None:
    """A user assigned by hand before the profile existed is granted access, and later revoked."""
    quirks = Quirks(assign_twice=twice)  # type: ignore[arg-type]
    end = play(company=company(), quirks=quirks)
    end.aws.services.application_access.assign(application(end), "USER", user_id(end))
    store = end.aws.services.identity_store
    group = store.find_group("scientists")
    assert group is not None
    store.add_membership(user_id(end), group.group_id)
    end.aws.sweep()
    end.aws.wait(3600)
    assert delayed_roles(end) == {"ada": "Scientist"}
    store.remove_membership(user_id(end), group.group_id)
    end.aws.sweep()
    end.aws.wait(3600)

    access = end.aws.services.application_access
    assert delayed_roles(end) == {"ada": SUSPENDED}
    assert not access.is_assigned(application(end), "USER", user_id(end))


def test_an_application_without_assignments_gives_a_leaver_no_permission(play: Play) -> None:
    """A user who may still enter finds a profile whose role permits nothing."""
    quirks = Quirks(assignment_required=False)
    end = play(JOIN, LEAVE, company=company(), quirks=quirks)

    entered = end.aws.services.studio.sign_in(PLACE, "ada")
    assert end.aws.services.studio.place(PLACE).role_of(entered) is not None
    assert end.roles() == {"2 ada": SUSPENDED}
    unmanaged_profile = end.aws.services.studio.sign_in(PLACE, "bob")
    role = end.aws.services.studio.place(PLACE).role_of(unmanaged_profile)
    assert str(role).rpartition("/")[2] == SUSPENDED


def test_where_a_profile_needs_an_assignment_the_next_sweep_creates_it(play: Play) -> None:
    """Once somebody assigned the user by hand, the next sweep creates the profile."""
    quirks = Quirks(create_needs_assignment=True)
    end = play(JOIN, "wait: {hours: 1}", SWEEP, company=company(), quirks=quirks)
    end.aws.services.application_access.assign(application(end), "USER", user_id(end))
    end.aws.sweep()
    end.aws.wait(3600)

    assert delayed_roles(end) == {"ada": "Scientist"}
    in_sync(end)


def test_a_role_that_comes_to_exist_is_used_by_the_next_sweep(play: Play) -> None:
    """A join that was refused for lack of the role is completed by the next sweep."""
    text = company().replace("domain: d-one", "domain: d-one, missing_roles: [Scientist]")
    end = play(JOIN, "wait: {hours: 1}", SWEEP, company=text)
    role = iam_role_arn("222222222222", "eu-west-1", "Scientist")
    end.aws.services.studio.missing_roles.discard(role)
    end.aws.sweep()
    end.aws.wait(3600)

    assert delayed_roles(end) == {"ada": "Scientist"}
    in_sync(end)


@pytest.mark.parametrize("seconds", [3, 60, 1200])
def test_an_assignment_that_is_not_propagated_is_changed_without_a_sweep(
    play: Play, seconds: int
) -> None:
    """A user who leaves and returns at once may sign in; one who leaves again may not."""
    quirks = Quirks(assignment_propagation=seconds)
    wait = "wait: {hours: 1}"
    back = play(JOIN, LEAVE, JOIN, wait, company=company(), quirks=quirks)
    gone = play(JOIN, LEAVE, JOIN, LEAVE, wait, company=company(), quirks=quirks)
    left = play(JOIN, LEAVE, company=company(), quirks=quirks)

    assert (back.roles(), back.assigned()) == ({"2 ada": "Scientist"}, {"2 ada"})
    assert (gone.roles(), gone.assigned()) == ({"2 ada": SUSPENDED}, set())
    # The role is removed at once, whatever becomes of the assignment.
    assert left.roles() == {"2 ada": SUSPENDED}
