"""A role that no check has seen is given within a minute, whatever the checks do."""

from dataclasses import replace
from datetime import timedelta

from builders import ACTIVE, DEMOTED, LAB, NOON, REMOVAL, row, snapshot

from hub.runtime.decisions.decision import Decision, Undecided
from hub.runtime.decisions.hub_state import AccessRefusal, HubState
from hub.runtime.decisions.record import Record
from hub.runtime.decisions.unchecked import given_at, role_checks, to_be_checked, until_checked
from shared.model import MappingTable, Target
from shared.requests import ReconcileRequest, Subject

REQUEST = ReconcileRequest(DEMOTED.person.id, NOON, "e1", NOON)
HERE = frozenset({LAB})
ROW = row("a")


def asked(
    each: Decision,
    record: Record | None = None,
    state: HubState | None = None,
    *groups: str,
) -> frozenset[Target]:
    """Return the targets to be checked for a decision, and a user in some groups."""
    records = {LAB: record} if record else {}
    return to_be_checked(
        [each], snapshot(*groups), MappingTable((ROW,)), records, state or HubState()
    )


def test_a_request_waits_a_minute_from_its_first_attempt() -> None:
    """However often it is requeued for other reasons."""
    later = NOON + timedelta(seconds=40)

    assert given_at(REQUEST, NOON) == NOON + timedelta(minutes=1)
    assert given_at(REQUEST._replace(started_at=NOON), later) == NOON + timedelta(minutes=1)


def test_only_a_role_that_would_be_given_is_waited_for() -> None:
    """Who has it already has nothing to wait for, and a removal gives nothing."""
    has_it = replace(ACTIVE, role_arn=DEMOTED.role_arn)
    seen = HubState(checked_roles={LAB: frozenset({DEMOTED.role_arn})})

    assert asked(DEMOTED, ACTIVE) == asked(DEMOTED) == HERE
    assert asked(DEMOTED, has_it) == frozenset()
    assert asked(DEMOTED, ACTIVE, seen) == frozenset()
    assert asked(REMOVAL, ACTIVE) == frozenset()


def test_a_missing_role_is_looked_for_again_when_somebody_is_to_have_it() -> None:
    """It may exist by now; who is not in the group asks for nothing."""
    missing = HubState(unavailable_roles={LAB: frozenset({ROW.role_arn})})

    assert asked(REMOVAL, ACTIVE, missing, "a") == HERE
    assert asked(REMOVAL, ACTIVE, missing, "b") == frozenset()


def test_an_account_that_refuses_the_hub_is_not_waited_for() -> None:
    """Nobody could check anything there."""
    for state in (
        HubState(refused={LAB: AccessRefusal("no", NOON)}),
        HubState(unreachable={LAB: "no"}),
    ):
        assert asked(DEMOTED, None, state) == frozenset()


def test_meanwhile_nothing_changes_there() -> None:
    """And no problem of the user is reported; a known role goes on."""
    found = until_checked(DEMOTED, HERE, HubState())
    seen = HubState(checked_roles={LAB: frozenset({DEMOTED.role_arn})})

    assert isinstance(found, Undecided)
    assert found.is_of_target
    assert not found.keeps_leaver
    assert until_checked(REMOVAL, HERE, HubState()) is REMOVAL
    assert until_checked(DEMOTED, HERE, seen) is DEMOTED
    assert until_checked(DEMOTED, frozenset(), HubState()) is DEMOTED


def test_one_request_asks_for_all_targets() -> None:
    """Two requests for one event are the same request: SQS drops the second."""
    other = Target.parse("111111111111/eu-west-1/d-other")
    found = role_checks([LAB, other], REQUEST, NOON)

    assert (found.subject, found.key) == (Subject.ROLES, f"{other} {LAB}")
    assert found == role_checks([other, LAB], REQUEST, NOON)
