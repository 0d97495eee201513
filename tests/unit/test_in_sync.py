"""What need not be observed, and where apps and spaces must be listed."""

from dataclasses import replace

import pytest
from builders import (
    ACTIVE,
    AT_ONCE,
    BECAUSE,
    DEMOTED,
    NEW,
    NOON,
    OLD,
    PROMOTED,
    REMOVAL,
    SUSPENDED_ROLE,
    THERE,
    UNDECIDED,
)

from hub.runtime.decisions.decision import Decision
from hub.runtime.decisions.observed import ObservedProfile, ProfileStatus
from hub.runtime.decisions.plan import needs_workload
from hub.runtime.decisions.progress import is_in_sync
from hub.runtime.decisions.record import Access, Record, State
from shared.conventions import Ownership

HAS_IT = replace(THERE, role_arn=NEW)
GRANTED = replace(ACTIVE, role_arn=NEW, because=BECAUSE)
NOT_OURS = [whose for whose in Ownership if whose is not Ownership.OURS]


@pytest.mark.parametrize(
    ("decision", "state", "role_arn", "access", "rests"),
    [
        (PROMOTED, State.ACTIVE, NEW, Access.ASSIGNED, True),
        (PROMOTED, State.ACTIVE, NEW, Access.BY_HAND, True),
        (PROMOTED, State.ACTIVE, NEW, Access.UNSURE, False),
        (PROMOTED, State.ACTIVE, NEW, Access.REVOKED, False),
        (PROMOTED, State.ACTIVE, NEW, Access.UNTOUCHED, False),
        (PROMOTED, State.ACTIVE, OLD, Access.ASSIGNED, False),
        *((PROMOTED, s, NEW, Access.ASSIGNED, False) for s in State if s is not State.ACTIVE),
        *((REMOVAL, s, NEW, Access.ASSIGNED, s is State.REMOVED) for s in State),
        *((UNDECIDED, s, NEW, Access.ASSIGNED, False) for s in State),
    ],
)
def test_what_is_in_sync_is_not_observed(
    decision: Decision, state: State, role_arn: str, access: Access, *, rests: bool
) -> None:
    """Observation is skipped only if the ledger says exactly what is desired."""
    record = replace(ACTIVE, state=state, role_arn=role_arn, access=access)

    assert is_in_sync(decision, record) is rests


def test_without_a_record_only_a_removal_is_in_sync() -> None:
    """A profile that was never made need not be removed."""
    assert [is_in_sync(v, None) for v in (PROMOTED, REMOVAL, UNDECIDED)] == [False, True, False]


@pytest.mark.parametrize(
    "something",
    [
        {"role_arn": OLD},
        {"modified": THERE.modified},
        {"retain_until": NOON},
        *({"access": access} for access in Access if access is not Access.UNTOUCHED),
    ],
)
def test_only_where_nothing_is_known_nothing_is_to_be_removed(something: dict[str, object]) -> None:
    """Law 6: one trace of a profile, or of a started action, and the account is read."""
    traceless = replace(
        ACTIVE, state=State.FAILED, access=Access.UNTOUCHED, role_arn="", modified=""
    )

    assert is_in_sync(REMOVAL, traceless)
    assert not is_in_sync(PROMOTED, traceless)
    assert not is_in_sync(REMOVAL, replace(traceless, **something))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decision", "profile", "record", "needed"),
    [
        (DEMOTED, THERE, None, True),
        # A row still grants the old role, so apps may keep it.
        (PROMOTED, THERE, None, False),
        (PROMOTED, replace(THERE, role_arn=SUSPENDED_ROLE), None, True),
        (PROMOTED, HAS_IT, GRANTED, False),
        # A change that stopped apps is rechecked: new apps may have started meanwhile.
        (PROMOTED, HAS_IT, replace(GRANTED, started=NOON), True),
        (AT_ONCE, THERE, None, True),
        (REMOVAL, THERE, None, True),
        (UNDECIDED, THERE, None, False),
        *(
            (decision, replace(THERE, ownership=whose), None, False)
            for decision in (PROMOTED, AT_ONCE)
            for whose in NOT_OURS
        ),
    ],
)
def test_apps_and_spaces_are_read_only_where_the_plan_depends_on_them(
    decision: Decision, profile: ObservedProfile, record: Record | None, *, needed: bool
) -> None:
    """Two listings of a whole domain are not made without need."""
    assert needs_workload(decision, profile, record) is needed


def test_a_leaver_loses_the_role_before_anybody_looks_for_apps() -> None:
    """Rule 8: at once. Apps matter where they block that, and after it."""
    suspended = replace(THERE, role_arn=SUSPENDED_ROLE)
    failed = replace(THERE, status=ProfileStatus.UPDATE_FAILED)

    assert not needs_workload(REMOVAL, THERE, None, role_first=True)
    assert needs_workload(REMOVAL, suspended, None, role_first=True)
    assert needs_workload(REMOVAL, failed, None, role_first=True)
