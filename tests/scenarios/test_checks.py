"""The checks of a target: what is missing there takes nothing from anybody, and is one problem."""

import pytest
from stories import COMPANY, End, Play

from hub.runtime.adapters.scan_states import DynamoCheckResults
from hub.runtime.decisions.checks import CheckResult
from shared.model import Target
from simulator.setup import LEDGER

ONE = "222222222222/eu-west-1/d-one"
NO_LEAD = COMPANY.replace("domain: d-one}", "domain: d-one, missing_roles: [Lead]}")


def failed(end: End, target: str = ONE) -> set[str]:
    """Return the ids of the checks of a target that are not right."""
    found = DynamoCheckResults(end.aws.dynamodb, LEDGER).of_target(Target.parse(target))
    assert found is not None
    return {each.id for each in found.checks if each.result is not CheckResult.OK}


def join(user: str, group: str) -> str:
    return f"join: {{user: {user}, group: {group}}}"


def map_(group: str, target: str, role: str = "Lead") -> str:
    return f"map: {{group: {group}, target: {target}, role: {role}, priority: 1}}"


def test_a_spoke_as_it_is_shipped_passes_every_check(play: Play) -> None:
    """So nothing is reported, and the results are in the ledger; another Region is doubtful."""
    end = play(join("ada@example.com", "scientists"), "sweep: {}")

    assert failed(end) == set()
    assert failed(end, "333333333333/us-east-1/d-two") == {"region"}
    assert end.problems() == []


def test_refused_assignments_stop_no_check(play: Play) -> None:
    """One scan lists the assignments and makes the checks; each is refused by itself."""
    end = play(
        join("ada@example.com", "scientists"),
        "fault: {service: sso-admin, operation: ListApplicationAssignments, "
        "error: AccessDeniedException, times: 9}",
        "sweep: {}",
    )

    # There are results.
    assert failed(end) == set()
    assert ("unreadable", f"assignments {ONE}") in end.problems()


def test_a_first_join_is_finished_at_once(play: Play) -> None:
    """The checks of a role that nobody saw take no virtual second, and are made once."""
    end = play(join("ada@example.com", "scientists"), join("bob", "scientists"))

    assert end.roles() == {
        f"{n} {u}": r
        for u in ("ada@example.com", "bob")
        for n, r in (("2", "Scientist"), ("3", "Analyst"))
    }
    # Each target has two rows.
    assert end.json["api_calls"]["iam.GetRole"] == 4


def test_a_join_with_a_known_role_reads_nothing_more(play: Play) -> None:
    """No role, no quota and no domain: the hub's state says what is available."""
    first = play(join("ada@example.com", "scientists")).json["api_calls"]
    both = play(join("ada@example.com", "scientists"), join("bob", "scientists")).json["api_calls"]

    assert {name for name in both if name.startswith(("iam.", "service-quotas."))} <= {
        name for name in both if both[name] == first[name]
    }


@pytest.mark.parametrize("sweep", ["wait: {seconds: 0}", "sweep: {}"])
def test_a_missing_role_is_given_to_nobody_and_is_one_problem(play: Play, sweep: str) -> None:
    """Not one problem of each user, and no losing row's role instead."""
    end = play(
        join("ada@example.com", "scientists"),
        join("ada@example.com", "leads"),
        join("bob", "leads"),
        sweep,
        company=NO_LEAD,
    )

    assert end.roles() == {
        "2 ada@example.com": "Scientist",
        "3 ada@example.com": "Analyst",
        "3 bob": "Reader",
    }
    assert end.problems() == [("role-unavailable", f"roles of {ONE}")]
    assert end.writes() == ["2 CreateUserProfile", "3 CreateUserProfile", "3 CreateUserProfile"]


def test_everybody_concerned_gets_the_role_with_the_next_hour(play: Play) -> None:
    """Those who have none, and those who have a lesser one; and the problem is over."""
    end = play(
        join("ada@example.com", "scientists"),
        join("ada@example.com", "leads"),
        join("bob", "leads"),
        f"create_role: {{target: {ONE}, role: Lead}}",
        "sweep: {hourly: true}",
        company=NO_LEAD,
    )

    assert end.roles()["2 ada@example.com"] == end.roles()["2 bob"] == "Lead"
    assert end.problems() == []
    assert failed(end) == set()


def test_a_new_row_for_a_missing_role_takes_nothing_from_anybody(play: Play) -> None:
    """Its group's members keep what they have in every target."""
    end = play(
        join("ada@example.com", "scientists"),
        map_("scientists", ONE),
        "sweep: {}",
        company=NO_LEAD,
    )

    assert end.roles()["2 ada@example.com"] == "Scientist"
    assert [kind for kind, _ in end.problems()] == ["role-unavailable"]


def test_who_leaves_loses_access_though_the_role_is_missing(play: Play) -> None:
    """That no row applies to a leaver is certain."""
    end = play(
        join("ada@example.com", "scientists"),
        map_("scientists", ONE),
        "leave: {user: ada@example.com, group: scientists}",
        "wait: {minutes: 2}",
        company=NO_LEAD,
    )

    assert end.roles() == {"2 ada@example.com": "Suspended-eu-west-1"}
    assert end.assigned() == set()


def test_a_role_that_cannot_be_read_is_given_and_reported(play: Play) -> None:
    """Doubt takes nothing from anybody either."""
    end = play(
        "fault: {service: iam, operation: GetRole, error: AccessDenied, times: 100}",
        join("ada@example.com", "scientists"),
    )

    assert end.roles()["2 ada@example.com"] == "Scientist"
    assert {kind for kind, _ in end.problems()} == {"check-unreadable"}


def test_a_role_is_given_within_a_minute_whatever_the_checks_do(play: Play) -> None:
    """The first join waits for them no longer."""
    end = play(
        "fault: {service: iam, operation: GetRole, error: ThrottlingException, times: 1000}",
        join("ada@example.com", "scientists"),
        "wait: {seconds: 75}",
    )

    assert end.roles()["2 ada@example.com"] == "Scientist"


def test_a_domain_that_does_not_exist_is_one_problem(play: Play) -> None:
    """Nobody is told one by one, and the other targets go on."""
    nowhere = "222222222222/eu-west-1/d-nowhere"
    end = play(
        join("ada@example.com", "scientists"),
        map_("scientists", nowhere),
        join("bob", "scientists"),
        "sweep: {}",
        "sweep: {}",
    )

    assert end.problems() == [("domain-unusable", f"domain of {nowhere}")]
    assert end.roles()["2 bob"] == "Scientist"


def test_an_account_that_does_not_exist_is_one_problem(play: Play) -> None:
    """Its targets are unreachable, and everybody keeps what they have elsewhere."""
    nowhere = "999999999999/eu-west-1/d-nowhere"
    end = play(
        join("ada@example.com", "scientists"),
        map_("scientists", nowhere),
        join("bob", "scientists"),
        "sweep: {}",
    )

    assert end.problems() == [("unreachable", nowhere)]
    assert end.roles()["2 bob"] == "Scientist"


def test_a_second_sweep_writes_nothing(play: Play) -> None:
    """Results that have not changed are not written again on the same day."""
    end = play(join("bob", "leads"), "sweep: {}", company=NO_LEAD)
    before = end.aws.rows(LEDGER)
    end.aws.sweep()
    end.aws.run()

    assert end.aws.rows(LEDGER) == before
