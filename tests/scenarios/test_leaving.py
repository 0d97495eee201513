"""Leaving: access first, the role next, and nothing is deleted before its time."""

import pytest
from stories import End, Play, join_quietly, leave_quietly, membership_event

from shared.model import Target
from simulator.quirks import Quirks
from simulator.result import result
from simulator.studio import Place

T = "222222222222/eu-west-1/d-one"
SUSPENDED = "Suspended-eu-west-1"


def company(days: int = 0, more: str = "") -> str:
    return f"""
version: 1
directory:
  groups: [scientists, leads]
  users: [ada, bob]
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings:
  - {{target: {T}, group: scientists, role: Scientist, priority: 20, retention_days: {days}}}
  - {{target: {T}, group: leads, role: Lead, priority: 10, retention_days: {days}}}
{more}"""


JOIN = "join: {user: ada, group: scientists}"
LEAVE = "leave: {user: ada, group: scientists}"
WORK = [
    f"start_app: {{user: ada, target: {T}, type: JupyterLab, space: private}}",
    f"start_app: {{user: ada, target: {T}, type: KernelGateway}}",
    f"start_app: {{user: ada, target: {T}, type: Canvas}}",
]
LAB = WORK[0]


def order(end: End) -> list[str]:
    """Return the hub's writes in order; consecutive equal writes count once."""
    found = [change["operation"] for change in end.json["changes"]]
    return [name for i, name in enumerate(found) if i == 0 or found[i - 1] != name]


def ada(end: End) -> dict[str, object]:
    (profile,) = (each for each in end.json["profiles"] if each["user"] == "ada")
    return dict(profile)


@pytest.mark.parametrize("act", ["recreate", "untag", "delete"])
def test_what_others_made_in_the_meantime_is_left_to_them(play: Play, act: str) -> None:
    """Law 5: the ledger knows a profile of that name, and only its tags make it ours."""
    end = play(
        JOIN, f"by_hand: {{{act}: ada, target: {T}}}", LEAVE, "wait: {hours: 1}", company=company()
    )
    changes = [change["operation"] for change in end.json["changes"]]

    assert not {"UpdateUserProfile", "DeleteUserProfile", "DeleteApp"} & set(changes)
    assert [each["managed"] for each in end.json["profiles"]] == [False] * (act != "delete")
    left = {"has-unmanaged-profile"} if act != "delete" else set()
    assert {each["kind"] for each in end.json["problems"]} == left


@pytest.mark.parametrize("space_apps", ["refuse", "accept"])
def test_a_leaver_with_everything_is_removed_in_order(play: Play, space_apps: str) -> None:
    """Access, role, apps, spaces, profile; within half an hour, and no function sleeps."""
    quirks = Quirks(update_with_space_apps=space_apps)  # type: ignore[arg-type]
    end = play(JOIN, *WORK, LEAVE, "wait: {minutes: 30}", company=company(), quirks=quirks)

    assert order(end) == [
        "CreateUserProfile",
        "CreateApplicationAssignment",
        "DeleteApplicationAssignment",
        "DeleteApp",
        "UpdateUserProfile",
        "DeleteSpace",
        "DeleteUserProfile",
    ]
    assert end.json["profiles"] == []
    assert end.json["problems"] == []
    assert end.aws.lambdas.longest <= 20


def test_a_user_with_nothing_is_removed_at_once(play: Play) -> None:
    """One reconcile is enough for a user without apps, spaces and retention."""
    end = play(JOIN, LEAVE, company=company())

    assert order(end)[2:] == [
        "DeleteApplicationAssignment",
        "UpdateUserProfile",
        "DeleteUserProfile",
    ]
    assert end.json["profiles"] == []


def test_a_leaver_is_kept_suspended_and_comes_back_to_the_same(play: Play) -> None:
    """Revoked and suspended at once; on day 6 the same profile, uid and space are theirs again."""
    steps = [JOIN, LAB, LEAVE, "wait: {minutes: 10}"]
    before = play(JOIN, LAB, company=company(7))
    uid, spaces = uid_of(before), ada(before)["spaces"]
    left = play(*steps, company=company(7))
    back = play(*steps, "wait: {days: 6}", "sweep: {}", JOIN, company=company(7))

    assert order(left)[2:] == ["DeleteApplicationAssignment", "DeleteApp", "UpdateUserProfile"]
    assert ada(left)["assigned"] is False
    assert left.roles() == {"2 ada": SUSPENDED}
    assert back.roles() == {"2 ada": "Scientist"}
    assert (uid_of(back), ada(back)["spaces"], ada(back)["assigned"]) == (uid, spaces, True)
    assert order(back).count("CreateUserProfile") == 1


def uid_of(end: End) -> str | None:
    (view,) = end.aws.services.studio.snapshot()
    return view.profiles[0].efs_uid


def test_after_its_retention_everything_is_deleted_and_recorded(play: Play) -> None:
    """Not a day earlier; the ledger then has the uid and the names of the spaces."""
    steps = [JOIN, LAB, LEAVE, "wait: {minutes: 10}"]
    early = play(*steps, "wait: {days: 6}", "sweep: {}", "wait: {hours: 1}", company=company(7))
    uid = uid_of(early)
    late = play(*steps, "wait: {days: 8}", "sweep: {}", "wait: {hours: 1}", company=company(7))

    assert "DeleteSpace" not in order(early)
    assert (
        ada(early)["execution_role_arn"]
        == f"arn:aws:iam::222222222222:role/studio-hub-system/{SUSPENDED}"
    )
    assert late.json["profiles"] == []
    (row,) = (r for r in late.aws.rows("studio-hub-ledger") if r.get("state") == "removed")
    assert (row["efs_uid"], row["spaces"]) == (uid, ["ada-private-1"])


def test_who_starts_an_app_every_minute_still_ends_suspended(play: Play) -> None:
    """It is stopped again each time, and never runs with the old role afterwards."""
    again = [f"restart_app: {{user: ada, target: {T}}}", "wait: {minutes: 1}"] * 45
    end = play(JOIN, LAB, LEAVE, *again, company=company(7))

    assert end.roles() == {"2 ada": SUSPENDED}
    roles = {
        app.role
        for v in end.aws.services.studio.snapshot()
        for app in v.profiles[0].apps
        if app.status in ("InService", "Pending")
    }
    assert all(role and role.endswith(SUSPENDED) for role in roles)
    later = play(
        JOIN,
        LAB,
        LEAVE,
        *again,
        "wait: {minutes: 20}",
        "sweep: {}",
        "wait: {minutes: 10}",
        company=company(7),
    )
    assert ada(later)["apps"] == []


@pytest.mark.parametrize("days", [0, 7])
def test_the_owner_of_a_shared_space_is_never_deleted(play: Play, days: int) -> None:
    """The removal stops at suspended, and the hold names the space; its app goes on running."""
    shared = LAB.replace("private", "shared")
    steps = [JOIN, shared, LEAVE, "wait: {days: 8}", "sweep: {}", "approve: {}", "wait: {days: 8}"]
    end = play(*steps, "sweep: {}", "wait: {hours: 1}", company=company(days))
    (hold,) = end.json["holds"]

    assert end.roles() == {"2 ada": SUSPENDED}
    assert "ada-shared-1" in str(hold)
    assert hold["approvable"] is False
    assert not {"DeleteSpace", "DeleteApp", "DeleteUserProfile"} & set(order(end))


def test_a_promotion_keeps_running_apps(play: Play) -> None:
    """Apps keep running after a promotion.

    The role stays pending, visibly, and changes in the end.
    """
    steps = [JOIN, LAB, "join: {user: ada, group: leads}"]
    waits = play(*steps, company=company())
    taken = play(*steps, company=company(), quirks=Quirks(update_with_space_apps="accept"))

    assert waits.roles() == {"2 ada": "Scientist"}
    assert waits.problems() == [("apps-running", f"ada in {T}")]
    assert taken.roles() == {"2 ada": "Lead"}
    for end in (waits, taken):
        assert [app["status"] for app in ada(end)["apps"]] == ["InService"]  # type: ignore[attr-defined]
        assert "DeleteApp" not in order(end)


@pytest.mark.parametrize("space_apps", ["refuse", "accept"])
@pytest.mark.parametrize("operation", ["", "DeleteApp", "UpdateUserProfile", "ListApps"])
def test_a_demotion_takes_effect(play: Play, operation: str, space_apps: str) -> None:
    """No app goes on with the old role while the profile has the new one, whatever fails."""
    fault = (
        f"fault: {{service: sagemaker, operation: {operation}, error: ThrottlingException, "
        "times: 7}"
    )
    end = play(
        JOIN,
        "join: {user: ada, group: leads}",
        *WORK,
        *([fault] if operation else []),
        "leave: {user: ada, group: leads}",
        "wait: {minutes: 40}",
        company=company(),
        quirks=Quirks(update_with_space_apps=space_apps),  # type: ignore[arg-type]
    )

    assert end.roles() == {"2 ada": "Scientist"}
    assert ada(end)["apps"] == []
    assert ada(end)["assigned"] is True
    assert order(end)[3:] == ["DeleteApp", "UpdateUserProfile"]


def test_a_user_who_restarts_apps_during_a_demotion_is_reported(play: Play) -> None:
    """After three restarts it is reported; the role changes once the app stays stopped."""
    again = [f"restart_app: {{user: ada, target: {T}}}", "wait: {seconds: 155}"] * 8
    end = play(
        JOIN,
        "join: {user: ada, group: leads}",
        LAB,
        "leave: {user: ada, group: leads}",
        *again,
        "wait: {minutes: 10}",
        company=company(),
    )
    told = [e for e in end.aws.lambdas.log if e.get("kind") == "restarts"]

    assert end.roles() == {"2 ada": "Scientist"}
    assert bool(told) == (sum(c["operation"] == "DeleteApp" for c in end.json["changes"]) > 3)


def test_domains_without_an_application_are_one_manual_step(play: Play) -> None:
    """Older domains are one problem, with the console path, and everything else goes on."""
    elsewhere = company().replace('account: "222222222222"', 'account: "333333333333"')
    aws = play(company=elsewhere).aws
    aws.add_spoke(Target.parse(T), sso_application=False)
    for user in ("ada", "bob"):
        join_quietly(aws, user, "scientists")
        aws.deliver(membership_event(aws, user, "scientists"))
    aws.sweep()
    aws.wait(3600)
    end = result(aws, [], [])
    told = [each for each in end["problems"] if each["kind"] == "assign-by-hand"]

    assert [profile["status"] for profile in end["profiles"]] == ["InService"] * 2
    assert [each["subject"] for each in told] == [f"assignments of {T}"]
    assert "d-one > User profiles" in told[0]["remedy"]


@pytest.mark.parametrize("status", ["Failed", "Update_Failed", "Delete_Failed"])
@pytest.mark.parametrize("leaves", [True, False])
def test_a_failed_profile_is_repaired_or_removed(play: Play, status: str, leaves: bool) -> None:  # noqa: FBT001 (a case)
    """It is recreated or repaired for a desired user, and removed for any other."""
    aws = play(JOIN, company=company()).aws
    aws.services.studio.force(Place("222222222222", "eu-west-1", "d-one"), "ada", status)
    if leaves:
        leave_quietly(aws, "ada", "scientists")
    aws.sweep()
    aws.wait(3600)
    end = result(aws, [], [])

    assert [(p["status"], p["assigned"]) for p in end["profiles"]] == (
        [] if leaves else [("InService", True)]
    )


def test_a_group_assignment_and_a_default_role_are_reported(play: Play) -> None:
    """A user who signs in without a profile gets one of the domain's default role: reported."""
    aws = play(JOIN, company=company()).aws
    (domain,) = aws.services.studio.snapshot()
    group = aws.services.identity_store.find_group("leads")
    assert group
    assert domain.application_arn
    aws.services.application_access.assign(domain.application_arn, "GROUP", group.group_id)
    aws.sweep()
    aws.wait(60)
    kinds = {each["kind"] for each in result(aws, [], [])["problems"]}

    assert "group-assignment" in kinds


def test_an_assignment_that_others_change_is_corrected(play: Play) -> None:
    """Deleted by hand: created again. Created again for a suspended user: deleted again."""
    aws = play(JOIN, "join: {user: bob, group: scientists}", company=company(7)).aws
    (domain,) = aws.services.studio.snapshot()
    access, store = aws.services.application_access, aws.services.identity_store
    ada, bob, group = store.find_user("ada"), store.find_user("bob"), store.find_group("scientists")
    assert ada
    assert bob
    assert group
    assert domain.application_arn
    store.remove_membership(bob.user_id, group.group_id)
    aws.sweep()
    aws.wait(3600)
    access.revoke(domain.application_arn, "USER", ada.user_id)
    access.assign(domain.application_arn, "USER", bob.user_id)
    aws.sweep()
    aws.wait(3600)

    assert access.is_assigned(domain.application_arn, "USER", ada.user_id)
    assert not access.is_assigned(domain.application_arn, "USER", bob.user_id)


def test_tags_that_vanish_during_a_removal_leave_the_profile_unchanged(play: Play) -> None:
    """Access stays revoked, the profile is not changed again, and a problem reports it."""
    steps = [
        JOIN,
        LAB,
        LEAVE,
        "fault: {service: sagemaker, operation: ListTags, error: AccessDeniedException, every: 1}",
        "wait: {hours: 1}",
    ]
    end = play(*steps, company=company())

    assert ada(end)["assigned"] is False
    assert order(end)[2:] == ["DeleteApplicationAssignment", "DeleteApp"]
    assert ("unreadable-tags", f"ada in {T}") in end.problems()


def test_events_are_published_on_the_bus_and_kept_in_the_history(play: Play) -> None:
    """Each outcome once, in its order, with its reason."""
    end = play(
        JOIN,
        "join: {user: ada, group: leads}",
        LEAVE,
        "leave: {user: ada, group: leads}",
        "join: {user: ada, group: scientists}",
        company=company(7),
    )
    history = sorted(
        (row["at"], row["what"]) for row in end.aws.rows("studio-hub-ledger") if "what" in row
    )

    assert [what for _, what in history] == [
        "Profile Created",
        "Profile Role Changed",
        "Profile Suspended",
        "Profile Resumed",
    ]
    assert end.json["api_calls"]["events.PutEvents"] == len(history)


def test_kept_apps_are_stopped_when_no_row_grants_their_role_any_more(play: Play) -> None:
    """A promotion let them run with the old role.

    When that role is no longer desired, they are stopped.
    """
    end = play(
        JOIN,
        LAB,
        "join: {user: ada, group: leads}",
        LEAVE,
        "wait: {minutes: 20}",
        company=company(),
        quirks=Quirks(update_with_space_apps="accept"),
    )

    assert end.roles() == {"2 ada": "Lead"}
    assert ada(end)["apps"] == []


def test_apps_are_stopped_whatever_becomes_of_the_suspension(play: Play) -> None:
    """An update that fails later keeps no app running."""
    aws = play(JOIN, LAB, company=company(), quirks=Quirks(update_with_space_apps="accept")).aws
    place = Place("222222222222", "eu-west-1", "d-one")
    aws.services.studio.fail_next(place, "UpdateUserProfile", "no such role")
    leave_quietly(aws, "ada", "scientists")
    aws.sweep()
    aws.wait(1800)

    assert result(aws, [], [])["profiles"] == []


def test_a_user_whose_access_must_be_revoked_by_hand_is_suspended_and_not_deleted(
    play: Play,
) -> None:
    """A user who signs in later would get a new profile with the domain's default role."""
    elsewhere = company().replace('account: "222222222222"', 'account: "333333333333"')
    aws = play(company=elsewhere).aws
    aws.add_spoke(Target.parse(T), sso_application=False)
    join_quietly(aws, "ada", "scientists")
    aws.sweep()
    aws.wait(600)
    leave_quietly(aws, "ada", "scientists")
    aws.sweep()
    aws.wait(7200)
    aws.sweep()
    aws.wait(600)
    end = result(aws, [], [])
    (profile,) = end["profiles"]

    assert profile["execution_role_arn"].endswith(SUSPENDED)
    assert {"sign-in-by-hand", "end-sign-in-by-hand"} & {each["kind"] for each in end["problems"]}
    assert "DeleteUserProfile" not in {change["operation"] for change in end["changes"]}
