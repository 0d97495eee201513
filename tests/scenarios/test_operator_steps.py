"""Operator steps of a story: the same code as the commands, and the holds at its end."""

from stories import Play

COMPANY = """
version: 1
settings: {removal_limit: {count: 2, percent: 0}}
directory:
  groups: [scientists, leads]
  users:
    - {name: ada, groups: [scientists]}
    - {name: bob, groups: [scientists]}
    - {name: cyd, groups: [scientists]}
targets:
  - {account: "222222222222", region: eu-west-1, domain: d-one}
mappings:
  - {target: 222222222222/eu-west-1/d-one, group: scientists, role: Scientist, retention_days: 7}
  - {target: 222222222222/eu-west-1/d-one, group: leads, role: Lead, retention_days: 7}
"""
SWEEP = "sweep: {}"
TARGET = "222222222222/eu-west-1/d-one"


def leave(*users: str) -> list[str]:
    return [f"leave: {{user: {user}, group: scientists}}" for user in users]


def test_the_limit_of_the_file_is_enforced_and_a_hold_stands_at_the_end(play: Play) -> None:
    """Who is held, with the reason and the digest that approves them; the others were removed."""
    end = play(SWEEP, *leave("ada", "bob", "cyd"), company=COMPANY)
    (hold,) = end.json["holds"]

    assert end.roles() == {
        "2 ada": "Suspended-eu-west-1",
        "2 bob": "Suspended-eu-west-1",
        "2 cyd": "Scientist",
    }
    assert hold.keys() == {"digest", "target", "cause", "reason", "approvable", "people"}
    assert (hold["target"], hold["cause"], hold["approvable"]) == (TARGET, "limit", True)
    assert len(hold["digest"]) == 8
    assert hold["people"] == [
        {
            "user": "cyd",
            "profile": "cyd",
            "kind": "removal",
            "reason": "no mapping grants it",
        }
    ]


def test_time_releases_no_hold_and_approving_does(play: Play) -> None:
    """An hour later the held still are; an approval removes them, and nothing is pending."""
    steps = [SWEEP, *leave("ada", "bob", "cyd"), "wait: {hours: 2}", SWEEP]
    waiting = play(*steps, company=COMPANY)
    approved = play(*steps, "approve: {}", company=COMPANY)

    assert waiting.roles()["2 cyd"] == "Scientist"
    assert approved.roles()["2 cyd"] == "Suspended-eu-west-1"
    assert approved.json["holds"] == []


def test_who_is_kept_or_protected_loses_nothing(play: Play) -> None:
    """A keep expires, and the sweep that follows goes on; protection does not expire."""
    end = play(
        SWEEP,
        "keep: {user: ada, days: 2}",
        "protect: {user: bob}",
        *leave("ada", "bob"),
        company=COMPANY,
    )
    later = play(
        SWEEP,
        "keep: {user: ada, days: 2}",
        "protect: {user: bob}",
        *leave("ada", "bob"),
        "wait: {days: 3}",
        SWEEP,
        company=COMPANY,
    )

    assert end.roles()["2 ada"] == "Scientist"
    assert later.roles() == {
        "2 ada": "Suspended-eu-west-1",
        "2 bob": "Scientist",
        "2 cyd": "Scientist",
    }


def test_a_paused_hub_does_nothing_and_loses_nothing(play: Play) -> None:
    """What happened meanwhile is done after the resume."""
    paused = play(SWEEP, "pause: {}", *leave("ada"), SWEEP, company=COMPANY)
    resumed = play(SWEEP, "pause: {}", *leave("ada"), "resume: {}", company=COMPANY)

    assert paused.roles()["2 ada"] == "Scientist"
    assert resumed.roles()["2 ada"] == "Suspended-eu-west-1"


def test_a_restarted_app_of_a_leaver_is_stopped_again(play: Play) -> None:
    """Restarted apps of a leaver are stopped until the user is suspended.

    A refused step is reported.
    """
    again = f"restart_app: {{user: ada, target: {TARGET}}}"
    end = play(
        SWEEP,
        f"start_app: {{user: ada, target: {TARGET}}}",
        again,
        *leave("ada"),
        "wait: {minutes: 3}",
        again,
        "wait: {minutes: 30}",
        company=COMPANY,
    )
    (ada,) = (each for each in end.json["profiles"] if each["user"] == "ada")

    assert end.roles()["2 ada"] == "Suspended-eu-west-1"
    assert ada["apps"] == []
    assert (
        "refused-act",
        f"ada cannot start their latest app again in {TARGET}: ada has no stopped app in d-one",
    ) in end.problems()


def test_the_owner_of_a_shared_space_is_held_at_the_end_with_its_name(play: Play) -> None:
    """Approval does not help, so there is no digest."""
    end = play(
        SWEEP,
        f"start_app: {{user: ada, target: {TARGET}, space: shared}}",
        *leave("ada"),
        "approve: {}",
        "wait: {days: 8}",
        SWEEP,
        company=COMPANY,
    )
    (hold,) = end.json["holds"]
    (ada,) = (each for each in end.json["profiles"] if each["user"] == "ada")

    assert (hold["digest"], hold["approvable"]) == (None, False)
    assert hold["cause"] == "owns-shared-space"
    assert ada["spaces"][0]["name"] in hold["reason"]


def test_an_assignment_names_the_target_and_the_profile_of_that_time(play: Play) -> None:
    """The list of changes has the order of a removal, its revocation first."""
    end = play(SWEEP, *leave("ada"), company=COMPANY)
    of_ada = [change for change in end.json["changes"] if change["name"] == "ada"]

    assert {change["target"] for change in of_ada} == {TARGET}
    assert [change["operation"] for change in of_ada] == [
        "CreateUserProfile",
        "CreateApplicationAssignment",
        "DeleteApplicationAssignment",
        "UpdateUserProfile",
    ]
