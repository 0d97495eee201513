"""How long and how often a failed action is retried, and what is kept meanwhile."""

from dataclasses import replace

import pytest
from stories import Play, join_quietly

from simulator.quirks import Quirks
from simulator.studio import Place

T = "222222222222/eu-west-1/d-one"
PLACE = Place(*T.split("/"))
JOIN, LEAVE = (f"{word}: {{user: ada, group: scientists}}" for word in ("join", "leave"))


def company(days: int = 30) -> str:
    return f"""
version: 1
directory:
  groups: [scientists, leads]
  users: [ada, bob]
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings:
  - {{target: {T}, group: scientists, role: Scientist, priority: 20, retention_days: {days}}}
"""


@pytest.mark.parametrize("seconds", [2, 60])
def test_a_failed_studio_operation_is_retried_with_growing_waits(
    play: Play, seconds: float
) -> None:
    """Ten seconds, doubling to five minutes, in one chain, whenever Studio reports failure.

    Studio's reason stays in the last report.
    """
    aws = play(company=company()).aws
    studio = aws.services.studio
    studio.durations = replace(studio.durations, profile_create=seconds)
    studio.place(PLACE).failures += [("CreateUserProfile", "no capacity")] * 500
    join_quietly(aws, "ada", "scientists")
    tries = []
    for _ in range(2):
        aws.sweep()
        aws.wait(3600)
        tries.append(aws.gateway.calls["sagemaker.CreateUserProfile"])
    told = [line for line in aws.lambdas.log if line.get("kind") in {"waiting", "gave-up"}]

    assert 10 <= tries[0] <= 18
    assert tries[1] - tries[0] <= 13
    assert "no capacity" in told[-1]["reason"]


def test_once_studio_works_again_the_profile_is_created_without_a_sweep(play: Play) -> None:
    """The ledger keeps no attempt of an action that worked."""
    quirks = Quirks(first_attempt_fails=frozenset({"CreateUserProfile"}))
    end = play(JOIN, "wait: {minutes: 5}", company=company(), quirks=quirks)

    assert end.roles() == {"2 ada": "Scientist"}
    assert end.assigned() == {"2 ada"}
    assert end.problems() == []


def test_an_event_out_of_a_backlog_has_its_whole_chain(play: Play) -> None:
    """Attempts are counted from the first processing, not from the event's own time."""
    throttled = (
        "fault: {service: sagemaker, operation: CreateUserProfile, error: ThrottlingException, "
        "times: 24}"
    )
    late = "join: {user: ada, group: scientists, late: {minutes: 80}}"
    end = play(throttled, late, "wait: {minutes: 50}", company=company())

    assert end.roles() == {"2 ada": "Scientist"}


def test_a_retention_that_was_lowered_a_moment_ago_deletes_nothing_at_once(play: Play) -> None:
    """The longest that applied at any time in the last day counts."""
    lowered = f"map: {{group: scientists, target: {T}, role: Scientist, retention_days: 0}}"
    end = play(JOIN, lowered, LEAVE, "wait: {hours: 30}", "sweep: {}", company=company())
    later = play(JOIN, lowered, "wait: {hours: 30}", "sweep: {}", LEAVE, company=company())

    assert end.roles() == {"2 ada": "Suspended-eu-west-1"}
    assert later.roles() == {}


def test_apps_that_start_in_a_suspended_profile_of_a_kept_user_are_stopped(play: Play) -> None:
    """A keep leaves existing things in place; it gives no app back."""
    app = f"start_app: {{user: ada, target: {T}, space: private}}"
    for word in ("keep: {user: ada, days: 9}", "protect: {user: ada}"):
        end = play(
            JOIN, LEAVE, "wait: {minutes: 3}", word, app, "wait: {minutes: 20}", company=company()
        )
        (ada,) = end.json["profiles"]

        assert ada["apps"] == []
        assert [space["type"] for space in ada["spaces"]] == ["Private"]


def test_nothing_of_a_kept_user_is_deleted_when_the_retention_ends(play: Play) -> None:
    """It is deleted when the keep has ended."""
    keep = "keep: {user: ada, days: 40}"
    days = ["wait: {days: 31}", "sweep: {}", "wait: {minutes: 10}"]
    end = play(JOIN, LEAVE, "wait: {minutes: 3}", keep, *days, company=company())
    over = play(JOIN, LEAVE, "wait: {minutes: 3}", keep, *days, *days, company=company())

    assert end.roles() == {"2 ada": "Suspended-eu-west-1"}
    assert over.roles() == {}


def test_a_leave_by_the_public_api_after_a_return_is_known_at_once(play: Play) -> None:
    """Such an event has a membership id alone: the one that the return created."""
    end = play(
        JOIN,
        LEAVE,
        JOIN,
        "wait: {minutes: 10}",
        "leave: {user: ada, group: scientists, via: api}",
        "wait: {minutes: 5}",
        company=company(),
    )

    assert end.roles() == {"2 ada": "Suspended-eu-west-1"}
    assert end.assigned() == set()


def test_a_quick_return_is_known_too_where_nothing_changed(play: Play) -> None:
    """A user seen in a mapped group is in its snapshot afterwards, whatever else was done."""
    end = play(
        JOIN,
        "leave: {user: ada, group: scientists, via: none}",
        JOIN,
        "wait: {minutes: 2}",
        "leave: {user: ada, group: scientists, via: api}",
        "wait: {minutes: 5}",
        company=company(),
    )

    assert end.roles() == {"2 ada": "Suspended-eu-west-1"}


SAME = company().replace("role: Scientist", "role: Same")


def test_a_deleted_group_whose_role_another_grants_removes_nothing(play: Play) -> None:
    """No hold stays open that nobody can use, and every report agrees."""
    also = f"map: {{group: leads, target: {T}, role: Same}}"
    end = play(
        JOIN,
        "join: {user: ada, group: leads}",
        "delete_group: {group: scientists}",
        "wait: {minutes: 5}",
        also,
        "wait: {minutes: 5}",
        "sweep: {}",
        company=SAME,
    )

    assert (end.roles(), end.assigned()) == ({"2 ada": "Same"}, {"2 ada"})
    assert end.json["holds"] == []
    assert end.problems() == [("group-deleted", "group scientists")]
    assert "another role" not in str(end.json["problems"])


def test_a_deleted_group_whose_role_another_replaces_waits_for_an_approval(play: Play) -> None:
    """The hold can be approved; the user is not undecided for ever."""
    steps = (
        JOIN,
        "join: {user: ada, group: leads}",
        f"map: {{group: leads, target: {T}, role: Reader, priority: 50}}",
        "delete_group: {group: scientists}",
        "wait: {minutes: 5}",
        "sweep: {}",
    )
    held = play(*steps, company=company())
    end = play(*steps, "approve: {}", "wait: {minutes: 5}", company=company())

    assert held.roles() == {"2 ada": "Scientist"}
    assert [hold["cause"] for hold in held.json["holds"]] == ["deleted scientists"]
    assert end.roles() == {"2 ada": "Reader"}
    assert end.json["holds"] == []
    assert "held" not in {kind for kind, _ in end.problems()}


WRITES = "fault: {service: dynamodb, operation: TransactWriteItems, error: %s, times: %d}"


@pytest.mark.parametrize("error", ["ThrottlingException", "InvalidSignatureException"])
def test_a_ledger_whose_writes_fail_for_a_moment_delays_and_loses_nothing(
    play: Play, error: str
) -> None:
    """Neither a join nor a better role waits for a sweep, and nobody is asked to stop apps."""
    rows = company().rstrip() + f"\n  - {{target: {T}, group: leads, role: Lead, priority: 10}}\n"
    end = play(
        WRITES % (error, 1),
        JOIN,
        "wait: {minutes: 2}",
        WRITES % (error, 1),
        "join: {user: ada, group: leads}",
        "wait: {minutes: 2}",
        company=rows,
    )

    assert end.roles() == {"2 ada": "Lead"}
    assert end.problems() == []
    assert end.aws.lambdas.crashes == 0
    assert end.json["dead_letters"] == 0


def test_a_leaver_gets_no_report_of_a_rename(play: Play) -> None:
    """A profile kept until its deletion is not renamed by deleting it by hand."""
    rename = "rename_user: {user: ada, to: zed}"
    here = play(JOIN, rename, "wait: {minutes: 2}", company=company(1))
    gone = play(
        JOIN,
        rename,
        "leave: {user: zed, group: scientists}",
        "wait: {minutes: 2}",
        company=company(1),
    )

    assert [kind for kind, _ in here.problems()] == ["renamed"]
    assert gone.problems() == []


def test_a_refused_revocation_delays_no_suspension(play: Play) -> None:
    """The role is removed as soon as the apps are gone; the sweep retries the revocation."""
    refused = (
        "fault: {service: sso-admin, operation: DeleteApplicationAssignment, "
        "error: AccessDeniedException, times: 500}"
    )
    app = f"start_app: {{user: ada, target: {T}, space: private}}"
    end = play(JOIN, app, refused, LEAVE, "wait: {minutes: 10}", company=company())

    assert end.roles() == {"2 ada": "Suspended-eu-west-1"}


@pytest.mark.parametrize(
    "refused",
    [("sso-admin", "DeleteApplicationAssignment"), ("sagemaker", "UpdateUserProfile")],
)
@pytest.mark.parametrize("space_apps", ["refuse", "accept"])
def test_a_leaver_keeps_no_app_whatever_is_refused(
    play: Play, refused: tuple[str, str], space_apps: str
) -> None:
    """Apps are looked for in the same reconcile, also where access or role stay for now."""
    service, operation = refused
    fault = (
        f"fault: {{service: {service}, operation: {operation}, error: AccessDeniedException, "
        "times: 500}"
    )
    app = f"start_app: {{user: ada, target: {T}, space: private}}"
    quirks = Quirks(update_with_space_apps=space_apps)  # type: ignore[arg-type]
    end = play(JOIN, app, fault, LEAVE, company=company(), quirks=quirks)

    assert [each["operation"] for each in end.json["changes"]].count("DeleteApp") == 1


def test_a_rename_while_a_creation_is_requeued_counts(play: Play) -> None:
    """There is one profile, under the new name, and no report asks to delete it by hand."""
    throttled = (
        "fault: {service: sagemaker, operation: CreateUserProfile, error: ThrottlingException, "
        "times: 9}"
    )
    rename = "rename_user: {user: ada, to: ada-lovelace}"
    end = play(throttled, JOIN, rename, "wait: {minutes: 10}", company=company())

    assert [profile["name"] for profile in end.json["profiles"]] == ["ada-lovelace"]
    assert end.roles() == {"2 ada-lovelace": "Scientist"}
    assert end.problems() == []
