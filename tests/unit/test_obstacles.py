"""What the ledger says of a target where something is in the way: what, and what is still right."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import (
    ACTIVE,
    BECAUSE,
    MINUTE,
    NOON,
    PROMOTED,
    REMOVAL,
    THERE,
)
from recorder_harness import ASSIGN, CREATE, LEAVING

from hub.runtime.decisions.actions import Action, SkipKind, skip
from hub.runtime.decisions.obstacles import refused, retried, skipped, unobserved
from hub.runtime.decisions.outcome import NO_DOMAIN, Failed
from hub.runtime.decisions.record import RETRIED, Access, Obstacle, Record, State
from hub.runtime.problems.targets import UNREACHABLE
from hub.runtime.problems.users import REFUSED
from shared.conventions import Ownership
from shared.errors import PermanentError, RefusedError

WAITS = replace(ACTIVE, state=State.PENDING, tries=3, retry_at=NOON, requested_at=NOON - MINUTE)
UNMADE = replace(
    ACTIVE, state=State.PENDING, access=Access.UNSURE, role_arn="", given_by="", efs_uid=""
)
UNTOUCHED = replace(UNMADE, access=Access.UNTOUCHED, modified="")
REMOVED = replace(UNTOUCHED, state=State.REMOVED, access=Access.REVOKED)
DENIED = Failed(ASSIGN, "AccessDeniedException", "no such right")
TAKEN = Failed(CREATE, "ResourceInUse", "in the way")
CLOSED = PermanentError("closed")
UNMANAGED = skip(SkipKind.UNMANAGED, PROMOTED, "why", "way out")
NAME_TAKEN = skip(SkipKind.NAME_TAKEN, PROMOTED, "why", "way out")
SHARED_SPACE = skip(SkipKind.SHARED_SPACE, REMOVAL, "why", "way out")
# A profile that is not ours and has the name of the record.
HANDMADE = replace(THERE, ownership=Ownership.UNMANAGED, modified="later")


def after_skip(kind: SkipKind, before: Record | None, record: Record | None) -> Record:
    """Return the record after a profile of somebody else was found, for a desired one."""
    found = skipped(
        skip(kind, PROMOTED, "why", "way out"), PROMOTED, record, before, HANDMADE, NOON
    )
    assert found is not None
    return found


@pytest.mark.parametrize(("tries", "seconds"), [(0, 10), (1, 20), (2, 40), (3, 80), (9, 300)])
def test_each_try_that_did_not_work_waits_longer(tries: int, seconds: int) -> None:
    """Ten seconds, doubling to five minutes, counted by the record."""
    record = retried(PROMOTED, replace(WAITS, tries=tries), "throttled", NOON)

    assert record.obstacle == Obstacle(RETRIED, "throttled")
    assert (record.tries, record.retry_at) == (tries + 1, NOON + timedelta(seconds=seconds))


def test_a_leaver_waits_no_longer_than_told() -> None:
    """A transient error leaves nobody with access for long."""
    assert retried(REMOVAL, WAITS, "throttled", NOON, longest=60).retry_at == NOON + MINUTE


def test_a_retry_keeps_all_that_is_known() -> None:
    """What was to be done was not done: profile, role and state are as before."""
    record = retried(PROMOTED, WAITS, "throttled", NOON)

    kept = ("state", "role_arn", "given_by", "access", "efs_uid", "modified", "requested_at")
    assert [getattr(record, name) for name in kept] == [getattr(WAITS, name) for name in kept]


def test_every_obstacle_is_recorded_with_the_grants_that_apply_now() -> None:
    """A later decision is compared with them: the same one is not tried again at once."""
    found = [
        retried(PROMOTED, ACTIVE, "throttled", NOON),
        refused(DENIED, PROMOTED, ACTIVE, ACTIVE, NOON),
        unobserved(CLOSED, PROMOTED, ACTIVE, NOON),
        skipped(UNMANAGED, PROMOTED, ACTIVE, ACTIVE, THERE, NOON),
    ]

    assert [each.because for each in found if each] == [BECAUSE] * len(found)


def test_what_needs_an_operator_is_neither_retried_nor_measured() -> None:
    """No time for the next try is left, and the latency would say nothing about the hub."""
    found = [
        refused(TAKEN, PROMOTED, WAITS, WAITS, NOON),
        refused(DENIED, PROMOTED, WAITS, WAITS, NOON),
        unobserved(CLOSED, PROMOTED, WAITS, NOON),
        skipped(NAME_TAKEN, PROMOTED, WAITS, WAITS, THERE, NOON),
    ]

    assert [each.state for each in found if each] == [
        State.HELD,
        State.FAILED,
        State.FAILED,
        State.HELD,
    ]
    assert {(each.retry_at, each.requested_at) for each in found if each} == {(None, None)}


@pytest.mark.parametrize("record", [None, REMOVED])
def test_nothing_is_recorded_of_who_has_nothing_and_is_to_have_nothing(
    record: Record | None,
) -> None:
    """No user gets a record by a leave, whatever is found in the target."""
    assert refused(DENIED, REMOVAL, record, record, NOON) is None
    assert unobserved(CLOSED, REMOVAL, record, NOON) is None
    assert skipped(SHARED_SPACE, REMOVAL, record, record, THERE, NOON) is None


@pytest.mark.parametrize(
    ("error", "obstacle"),
    [
        (CLOSED, Obstacle(UNREACHABLE.name, "closed")),
        (
            RefusedError("AccessDeniedException", "no right"),
            Obstacle(REFUSED.name, "AccessDeniedException: no right", "AccessDeniedException"),
        ),
    ],
)
def test_a_target_that_refuses_is_told_from_one_that_cannot_be_reached(
    error: PermanentError, obstacle: Obstacle
) -> None:
    """Their remedies differ; the code of AWS is kept where there is one."""
    record = unobserved(error, PROMOTED, ACTIVE, NOON)

    assert record is not None
    assert record.obstacle == obstacle


def test_a_hold_outlasts_a_target_that_cannot_be_observed() -> None:
    """It still waits for its approval, and the obstacle says why nothing else goes on."""
    record = unobserved(CLOSED, REMOVAL, replace(ACTIVE, state=State.HELD, hold="limit"), NOON)

    assert record is not None
    assert (record.state, record.hold, record.why) == (State.HELD, "limit", "closed")


def test_only_a_refused_creation_awaits_an_operator() -> None:
    """A name that is taken, or invalid; of every other action the same code is a failure."""
    creation = refused(TAKEN, PROMOTED, UNMADE, UNMADE, NOON)
    other = refused(TAKEN._replace(action=ASSIGN), PROMOTED, UNMADE, UNMADE, NOON)

    assert creation is not None
    assert other is not None
    assert (creation.state, other.state) == (State.HELD, State.FAILED)


@pytest.mark.parametrize(
    ("action", "before", "access"),
    [
        (CREATE, None, Access.UNTOUCHED),
        (CREATE, REMOVED, Access.UNTOUCHED),
        (CREATE, UNTOUCHED, Access.UNTOUCHED),
        (CREATE, UNMADE, Access.UNSURE),
        (ASSIGN, None, Access.UNSURE),
    ],
)
def test_an_earlier_creation_may_have_made_what_a_later_one_cannot(
    action: Action, before: Record | None, access: Access
) -> None:
    """Only where nothing was before, a domain that does not exist shows that nothing was made.

    A refused assignment with the same code shows nothing: the profile may have been made.
    """
    missing = Failed(action, NO_DOMAIN, "no such domain")
    record = refused(missing, PROMOTED, UNMADE, before, NOON)

    assert record is not None
    assert record.access is access


@pytest.mark.parametrize(
    ("kind", "before", "record", "access"),
    [
        (SkipKind.UNMANAGED, None, UNMADE, Access.UNTOUCHED),
        (SkipKind.UNMANAGED, REMOVED, UNMADE, Access.UNTOUCHED),
        (SkipKind.UNMANAGED, UNMADE, UNMADE, Access.UNSURE),
        (SkipKind.NAME_TAKEN, UNMADE, UNMADE, Access.UNTOUCHED),
        (SkipKind.UNMANAGED, None, ACTIVE, Access.ASSIGNED),
        (SkipKind.NAME_TAKEN, ACTIVE, ACTIVE, Access.ASSIGNED),
    ],
)
def test_no_assignment_followed_a_creation_that_made_nothing(
    kind: SkipKind, before: Record | None, record: Record, access: Access
) -> None:
    """One that made a profile may have been followed by one, so it is revoked with the removal."""
    assert after_skip(kind, before, record).access is access


@pytest.mark.parametrize("kind", [SkipKind.UNMANAGED, SkipKind.NAME_TAKEN])
def test_a_leaver_whose_profile_others_have_has_no_role_of_ours(kind: SkipKind) -> None:
    """Nothing is left to take."""
    found = skip(kind, REMOVAL, "why", "way out")
    record = skipped(found, REMOVAL, LEAVING, LEAVING, HANDMADE, NOON)

    assert record is not None
    assert (record.role_arn, record.given_by) == ("", "")


@pytest.mark.parametrize(
    ("name", "ownership", "in_the_way", "modified"),
    [
        ("ada", Ownership.OURS, "", "later"),
        ("ada", Ownership.UNMANAGED, "ada", "later"),
        ("ada-001", Ownership.UNMANAGED, "ada-001", ACTIVE.modified),
    ],
)
def test_the_profile_in_the_way_is_remembered_by_its_name(
    name: str, ownership: Ownership, in_the_way: str, modified: str
) -> None:
    """A scan sees when it is gone; the time of its change is not that of the user's own profile."""
    profile = replace(THERE, name=name, ownership=ownership, modified="later")
    record = skipped(UNMANAGED, PROMOTED, ACTIVE, ACTIVE, profile, NOON)

    assert record is not None
    assert (record.in_the_way, record.modified) == (in_the_way, modified)


@pytest.mark.parametrize(
    "kind", [SkipKind.IN_FLIGHT, SkipKind.UNREADABLE, SkipKind.DISABLED, SkipKind.UNDECIDED]
)
def test_what_passes_or_is_intended_is_no_obstacle(kind: SkipKind) -> None:
    """The record stays as it is."""
    found = skip(kind, PROMOTED, "why", "way out")

    assert skipped(found, PROMOTED, ACTIVE, ACTIVE, THERE, NOON) is None


def test_a_user_without_a_record_gets_one_that_names_the_obstacle() -> None:
    """An operator has to find it, and its hold if there is one."""
    found = skip(SkipKind.HELD, PROMOTED, "too many", "approve", "limit")
    record = skipped(found, PROMOTED, None, None, None, NOON)

    assert record is not None
    assert (record.state, record.hold, record.why) == (State.HELD, "limit", "too many")
    assert record.role_arn == ""
