"""What blocks a creation, and what Studio refuses, is tried again once an hour."""

from stories import End, Play, leave_quietly

from simulator.setup import LEDGER
from simulator.studio import Place
from simulator.studio.contents import drop

T = "222222222222/eu-west-1/d-one"
ELSEWHERE = "333333333333/us-east-1/d-two"
COMPANY = f"""
version: 1
directory:
  groups: [scientists, leads]
  users: [{{name: ada, groups: [scientists]}}]
targets:
  - {{account: "222222222222", region: eu-west-1, domain: d-one}}
  - {{account: "333333333333", region: us-east-1, domain: d-two}}
mappings:
  - {{group: scientists, target: {T}, role: Scientist}}
  - {{group: scientists, target: {ELSEWHERE}, role: Analyst}}
"""
HAND_MADE = COMPANY.replace(
    "domain: d-one}",
    "domain: d-one, profiles: [{name: ada-001, user: ada, role: Handmade}]}",
)


def creations(end: End) -> int:
    """Return how often a creation was tried."""
    return int(end.json["api_calls"].get("sagemaker.CreateUserProfile", 0))


def test_a_blocked_creation_is_not_repeated_by_events_elsewhere(play: Play) -> None:
    """A reconcile caused by an app in another account does not repeat what was refused here."""
    apps = [f"start_app: {{user: ada, target: {ELSEWHERE}, space: private}}"]
    change = f"map: {{group: scientists, target: {ELSEWHERE}, role: Reader}}"
    before = creations(play("sweep: {}", company=HAND_MADE))
    end = play("sweep: {}", *apps, change, "wait: {minutes: 55}", company=HAND_MADE)

    assert creations(end) <= before + 1
    assert end.roles()["3 ada"] == "Reader"


def test_a_creation_is_not_tried_while_a_listing_shows_the_obstacle(play: Play) -> None:
    """Day after day, and after a rename; the report proposes to adopt the user's own profile."""
    rename = "rename_user: {user: ada, to: ada-king}"
    once = creations(play("sweep: {}", "sweep: {}", company=HAND_MADE))
    days = ["sweep: {}", "wait: {days: 1}"] * 3
    end = play("sweep: {}", "sweep: {}", *days, company=HAND_MADE)
    renamed = play("sweep: {}", "sweep: {}", rename, *days, company=HAND_MADE)
    (problem,) = (each for each in end.json["problems"] if each["kind"] == "has-unmanaged-profile")

    assert creations(end) == once
    assert creations(renamed) <= once + 2
    assert "studio-hub adopt" in problem["remedy"]


def test_once_the_obstacle_is_gone_the_next_sweep_creates_the_profile(play: Play) -> None:
    """Nobody has to start a sweep by hand."""
    gone = f"by_hand: {{delete: ada, target: {T}}}"
    end = play("sweep: {}", "sweep: {}", gone, "sweep: {hourly: true}", company=HAND_MADE)

    assert end.roles() == {"2 ada": "Scientist", "3 ada": "Analyst"}
    assert end.problems() == []


def test_the_same_refusal_again_writes_and_publishes_nothing(play: Play) -> None:
    """The ledger has the reason already, and the event was published once.

    No check can read that the role does not exist, so it is given.
    """
    company = COMPANY.replace("domain: d-one}", "domain: d-one, missing_roles: [Scientist]}")
    unread = "fault: {service: iam, operation: GetRole, error: AccessDenied, every: 1}"
    end = play(unread, "sweep: {}", "sweep: {}", company=company)
    before, told = ledger(end), end.aws.gateway.calls["events.PutEvents"]
    end.aws.sweep()
    end.aws.wait(3600)

    assert end.aws.gateway.calls["sagemaker.CreateUserProfile"] == creations(end) + 1
    assert ledger(end) == before
    assert end.aws.gateway.calls["events.PutEvents"] == told


def test_a_user_with_a_recycled_name_waits_for_the_other_profile_to_go(play: Play) -> None:
    """They inherit nothing, and no remedy proposes to adopt another user's profile."""
    company = COMPANY.replace("name: ada,", "name: ada@corp.example,")
    again = (
        "sweep: {}",
        "delete_user: {user: ada@corp.example}",
        "wait: {minutes: 1}",
        "create_user: {name: ada@corp.example, groups: [scientists]}",
        "sweep: {}",
    )
    waiting = play(*again, company=company.replace("role: Scientist", "role: S, retention_days: 1"))
    ways_out = [each["remedy"] for each in waiting.json["problems"] if each.get("remedy")]
    end = play(
        *again,
        *["wait: {hours: 25}", "sweep: {}"] * 2,
        company=company.replace("role: Scientist", "role: S, retention_days: 1").replace(
            "role: Analyst", "role: A, retention_days: 1"
        ),
    )

    assert ways_out
    assert not [text for text in ways_out if "adopt" in text]
    assert set(end.roles().values()) == {"S", "A"}
    assert {profile["managed"] for profile in end.json["profiles"]} == {True}
    assert len(end.assigned()) == 2


def test_a_user_blocked_by_a_namesake_gets_a_profile_under_the_new_name(play: Play) -> None:
    """A name that the ledger has for a profile which was never made is not binding."""
    end = play(
        "sweep: {}",
        "delete_user: {user: ada}",
        "create_user: {name: ada, groups: [scientists]}",
        "rename_user: {user: ada, to: zed}",
        "wait: {minutes: 5}",
        company=COMPANY,
    )
    roles = {profile["name"]: profile["execution_role_arn"] for profile in end.json["profiles"]}

    assert roles["zed"].endswith(("/Scientist", "/Analyst"))
    assert roles["ada"].endswith(("/Suspended-eu-west-1", "/Suspended-us-east-1"))


def test_who_leaves_an_unmanaged_profile_may_still_sign_in_to_it(play: Play) -> None:
    """Only our assignment is deleted; an assignment that others made is not."""
    end = play("sweep: {}", "sweep: {}", company=HAND_MADE)
    place = end.aws.services.studio.snapshot()[0]
    person = end.aws.services.identity_store.find_user("ada")
    assert person is not None
    assert place.application_arn is not None
    end.aws.services.application_access.assign(place.application_arn, "USER", person.user_id)
    leave_quietly(end.aws, "ada", "scientists")
    end.aws.sweep()
    end.aws.wait(3600)
    end.aws.sweep()
    end.aws.wait(3600)

    assert end.aws.services.application_access.is_assigned(
        place.application_arn, "USER", person.user_id
    )


def test_a_removal_goes_on_once_the_shared_space_is_gone(play: Play) -> None:
    """The target's hourly scan finds it; no sweep by hand is needed."""
    shared = f"start_app: {{user: ada, target: {T}, space: shared}}"
    leave = "leave: {user: ada, group: scientists}"
    company = COMPANY.replace("role: Scientist", "role: Scientist, retention_days: 0")
    end = play("sweep: {}", shared, leave, "wait: {hours: 1}", "sweep: {}", company=company)
    domain = end.aws.services.studio.place(Place(*T.split("/")))
    assert end.roles()["2 ada"] == "Suspended-eu-west-1"
    for thing in [*domain.apps.values(), *domain.spaces.values()]:
        drop(domain, thing)
    end.aws.sweep()
    end.aws.wait(3600)

    assert end.aws.services.studio.snapshot()[0].profiles == ()


def test_after_a_return_the_report_names_the_obstacle(play: Play) -> None:
    """The remedy in it works, as it did the first time."""
    leave, join = (f"{word}: {{user: ada, group: scientists}}" for word in ("leave", "join"))
    end = play("sweep: {}", leave, "wait: {minutes: 10}", join, "sweep: {}", company=HAND_MADE)
    here = [each for each in end.json["problems"] if each.get("target") == T]

    assert {each["kind"] for each in here} == {"unmanaged-profile", "has-unmanaged-profile"}


def test_the_problem_of_a_blocked_user_is_closed_once_not_desired(play: Play) -> None:
    """Even if the row change was missed: the adopt remedy is withdrawn."""
    unmap = f"unmap: {{group: scientists, target: {T}}}"
    end = play("sweep: {}", "pause: {}", unmap, "resume: {}", "sweep: {}", company=HAND_MADE)

    ways_out = [
        each["remedy"] for each in end.json["problems"] if each["kind"] == "has-unmanaged-profile"
    ]

    assert not [text for text in ways_out if "adopt" in text]


def test_a_profile_that_others_took_over_is_not_reported_as_removed(play: Play) -> None:
    """Without our tags a profile is unmanaged, and is reported while a user may enter it."""
    untag = f"by_hand: {{untag: ada, target: {T}}}"
    leave = "leave: {user: ada, group: scientists}"
    end = play("sweep: {}", untag, leave, "wait: {minutes: 5}", "sweep: {}", company=COMPANY)
    told = [line for line in end.aws.lambdas.log if line.get("message") == "CHANGE"]

    assert not [line for line in told if line["action"] == "Delete" and line["target"] == T]
    assert ("has-unmanaged-profile", f"ada in {T}") in end.problems()


def ledger(end: End) -> list[str]:
    """Return the ledger's records of users."""
    return sorted(
        str(sorted(row.items()))
        for row in end.aws.rows(LEDGER)
        if str(row["pk"]).startswith("user#")
    )
