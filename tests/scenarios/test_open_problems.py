"""Law 11: the run that sees a problem resolved closes it; an unresolved problem stays open."""

import pytest
from stories import COMPANY, Play, measured

from simulator.setup import LEDGER, assume, client, make_role

TARGET = "222222222222/eu-west-1/d-one"
OTHER = "333333333333/us-east-1/d-two"
ADA = "ada@example.com"
STRICT = "settings: {removal_limit: {count: 1, percent: 1}}\n"
# More users than may be removed at once.
CROWD = STRICT + COMPANY.replace("bob,", "bob, eve, joe,")


def crowd(step: str) -> list[str]:
    """Return a step for each user of the crowd."""
    return [step.format(user=user) for user in (ADA, "bob", "eve", "joe")]


def test_an_approved_hold_is_no_problem_any_more(play: Play) -> None:
    """It was reported; the first removal of that hold closes it."""
    end = play(
        *crowd("join: {{user: {user}, group: scientists}}"),
        *crowd("leave: {{user: {user}, group: scientists, via: none}}"),
        "sweep: {}",
        "approve: {}",
        "wait: {minutes: 60}",
        company=CROWD,
    )

    held = ("held", f"removals in {TARGET} (emptied scientists)")
    assert held in end.logged("PROBLEM")
    assert held in end.logged("RESOLVED")
    assert end.problems() == []
    assert end.json["holds"] == []
    assert end.roles() == {}


def test_a_pause_that_ended_is_no_problem_any_more(play: Play) -> None:
    """The first run that is not paused closes it."""
    end = play(
        "pause: {}",
        "join: {user: bob, group: scientists}",
        "resume: {}",
        "sweep: {}",
    )

    assert end.logged("PROBLEM") == [("paused", "the hub")] * len(end.logged("PROBLEM"))
    assert end.logged("RESOLVED") == [("paused", "the hub")]
    assert end.problems() == []


def test_a_returning_user_has_no_problem_any_more(play: Play) -> None:
    """The remedy for their leaving would now delete what they work with."""
    end = play(
        "join: {user: bob, group: scientists}",
        f"start_app: {{user: bob, target: {TARGET}, type: JupyterLab, space: shared}}",
        "disable_user: {user: bob}",
        "wait: {minutes: 120}",
        "enable_user: {user: bob}",
        "wait: {minutes: 60}",
        company=COMPANY,
    )

    assert ("owns-shared-space", f"bob in {TARGET}") in end.logged("PROBLEM")
    assert ("owns-shared-space", f"bob in {TARGET}") in end.logged("RESOLVED")
    assert end.problems() == []
    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert {row.get("reason", "") for row in end.aws.rows(LEDGER) if "state" in row} == {""}


def test_a_hold_of_returning_users_is_not_reported_again(play: Play) -> None:
    """The sweep that finds them closes it, before it reports or counts pending holds."""
    steps = [
        *crowd("join: {{user: {user}, group: scientists}}"),
        *crowd("leave: {{user: {user}, group: scientists, via: none}}"),
        "sweep: {}",
    ]
    held = play(*steps, company=CROWD)
    told = len(held.logged("PROBLEM"))
    counted = sum(measured(held.aws, "HoldsWaiting"))
    back = play(
        *steps,
        *crowd("join: {{user: {user}, group: scientists, via: none}}"),
        "sweep: {}",
        "wait: {minutes: 60}",
        company=CROWD,
    )

    assert held.problems()
    assert back.problems() == []
    assert back.json["holds"] == []
    assert len(back.logged("PROBLEM")) == told
    assert sum(measured(back.aws, "HoldsWaiting")) == counted


def test_an_account_that_is_back_is_no_problem_any_more(play: Play) -> None:
    """Its own scan finds it back; until then the problem stays open, whatever others do."""
    fault = (
        "fault: {service: sts, operation: AssumeRole, account: '222222222222', every: 1, "
        "error: AccessDenied}"
    )
    end = play(fault, "join: {user: bob, group: scientists}", "sweep: {}")

    assert end.problems() == [("unreachable", TARGET)]
    end.aws.gateway.faults.clear()
    end.aws.sweep()
    end.aws.wait(60)
    assert ("unreachable", TARGET) in end.logged("RESOLVED")


@pytest.mark.parametrize(
    "over",
    [
        f"map: {{group: otters, target: {TARGET}, priority: 7}}",
        f"unmap: {{group: otters, target: {TARGET}}}",
    ],
    ids=["corrected", "removed"],
)
def test_the_problem_of_a_changed_row_is_closed(play: Play, over: str) -> None:
    """At once, and it is reported again where it recurs."""
    wrong = f"map: {{group: otters, target: {TARGET}, priority: high}}"
    mistake = ("bad-row", f"mapping otters -> {TARGET}")
    end = play(wrong, over, wrong)

    assert [each for each in end.logged("PROBLEM") if each == mistake] == [mistake] * 2
    assert [each for each in end.logged("RESOLVED") if each == mistake] == [mistake]
    assert mistake in end.problems()


def test_an_unmanaged_profile_that_is_gone_is_no_problem_any_more(play: Play) -> None:
    """By the name as Studio spells it, with no other unknown profile in the listing."""
    company = COMPANY.replace(
        "domain: d-one}", "domain: d-one, profiles: [{name: Stray, user: ada@example.com}]}"
    )
    end = play("sweep: {}", company=company)
    make_role("222222222222", "eu-west-1", "Administrator", {})
    role = "arn:aws:iam::222222222222:role/studio-hub-system/Administrator"
    by_hand = client("sagemaker", "eu-west-1", assume(role, "eu-west-1"))
    by_hand.delete_user_profile(DomainId="d-one", UserProfileName="Stray")
    end.aws.wait(10)
    end.aws.sweep()
    end.aws.wait(60)

    assert ("unmanaged-profile", f"Stray in {TARGET}") in end.logged("PROBLEM")
    assert end.logged("RESOLVED") == [("unmanaged-profile", f"Stray in {TARGET}")]


def test_removals_that_stay_undecided_are_counted_after_an_hour(play: Play) -> None:
    """Rule 3: each target's hourly scan counts its users; a corrected row ends it."""
    steps = [
        "join: {user: bob, group: scientists}",
        f"map: {{group: otters, target: {TARGET}, priority: high}}",
        "leave: {user: bob, group: scientists}",
        "sweep: {}",
        "wait: {minutes: 61}",
        "sweep: {}",
    ]
    force_observe = play(*steps)

    assert measured(force_observe.aws, "RemovalsUndecided") == [1]
    assert ("undecided", f"bob in {TARGET}") in force_observe.problems()
    end = play(*steps, f"unmap: {{group: otters, target: {TARGET}}}", "wait: {minutes: 120}")
    assert end.problems() == []
    assert end.roles() == {}


def test_a_protected_user_is_not_undecided(play: Play) -> None:
    """An operator's protection is a decision: no alarm is raised."""
    end = play(
        "join: {user: bob, group: scientists}",
        "protect: {user: bob}",
        "leave: {user: bob, group: scientists}",
        "wait: {minutes: 61}",
        "sweep: {}",
    )

    assert measured(end.aws, "RemovalsUndecided") == []
    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
