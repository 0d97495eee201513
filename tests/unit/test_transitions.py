"""What a record becomes, and when it need not be written."""

from dataclasses import replace

import pytest
from builders import (
    ACTIVE,
    ADA,
    BECAUSE,
    LAB,
    NEW,
    NOON,
    PROMOTED,
    REMOVAL,
    SUSPENDED_ROLE,
    app,
)

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Revoke,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.decisions.transitions import in_sync, is_written

CREATE, ASSIGN = Create(ADA, LAB, "ada", NEW, BECAUSE), Assign(ADA, LAB, "ada")
REVOKE, SUSPEND = Revoke(ADA, LAB, "ada", "left"), Suspend(ADA, LAB, "ada", SUSPENDED_ROLE, "left")
CHANGE, STOP = ChangeRole(ADA, LAB, "ada", "", NEW, BECAUSE), StopApp(ADA, LAB, "ada", app())
REFUSED = replace(ACTIVE, state=State.FAILED, access=Access.UNSURE, reason="refused", role_arn="")
RETRY = replace(REFUSED, state=State.PENDING, reason="")
OBSERVED = replace(ACTIVE, role_arn=NEW, given_by="ml-leads", modified="later", efs_uid="7")


@pytest.mark.parametrize(
    ("record", "joins", "written"),
    [
        (ACTIVE, True, True),
        (replace(ACTIVE, last_request="another"), True, True),
        # The group snapshots have the memberships already, or get them with this record.
        (replace(ACTIVE, memberships=("m-2",)), False, True),
        (replace(ACTIVE, memberships=("m-2",)), True, False),
        (replace(ACTIVE, reason="another"), False, False),
        (OBSERVED, False, False),
    ],
)
def test_a_record_is_written_once(record: Record, *, joins: bool, written: bool) -> None:
    """Law 2: only what the ledger does not say yet is written."""
    assert is_written(record, ACTIVE, joins=joins) is written


@pytest.mark.parametrize("action", [None, CREATE, ASSIGN, REVOKE, SUSPEND, CHANGE, STOP])
def test_the_record_of_a_creation_announces_only_the_assignment(action: Action | None) -> None:
    """Law 4: access is recorded as unsure from the start, so a crash leaves a trace."""
    assert is_written(OBSERVED, ACTIVE, action) is (action == ASSIGN)
    assert not is_written(replace(OBSERVED, tries=1), ACTIVE, action)


@pytest.mark.parametrize("action", [None, CREATE, ASSIGN, REVOKE, SUSPEND, CHANGE, STOP])
def test_the_record_of_a_refusal_announces_its_retry(action: Action | None) -> None:
    """Law 4: the hourly retry of a refused creation or assignment writes nothing before it."""
    announced = action in {CREATE, ASSIGN, REVOKE}

    assert is_written(RETRY, REFUSED, action) is announced
    assert is_written(replace(RETRY, profile_name="ADA"), REFUSED, action) is announced
    # A profile of another name would be lost in a crash.
    assert not is_written(replace(RETRY, profile_name="eve"), REFUSED, action)
    assert not is_written(RETRY, replace(REFUSED, state=State.HELD, hold="limit"), action)


def test_a_removed_record_keeps_what_it_tells_of_the_profile() -> None:
    """Rule 8: EFS uid and deleted spaces stay in the ledger, however often a removal is seen."""
    removed = in_sync(REMOVAL, replace(ACTIVE, spaces=("lab",)), None, NOON)

    assert (removed.state, removed.efs_uid, removed.spaces) == (State.REMOVED, "200005", ("lab",))
    assert in_sync(REMOVAL, removed, None, NOON) == removed


def test_a_user_who_returns_gets_a_new_record() -> None:
    """Of the removed record only the version and the open problems stay."""
    removed = in_sync(
        REMOVAL, replace(ACTIVE, spaces=("lab",), problems=("undecided x",)), None, NOON
    )

    back = in_sync(PROMOTED, removed, None, NOON)

    assert (back.state, back.role_arn, back.because) == (State.ACTIVE, NEW, BECAUSE)
    assert (back.version, back.problems) == (removed.version, removed.problems)
    assert (back.efs_uid, back.access) == ("", Access.UNTOUCHED)


@pytest.mark.parametrize(
    ("record", "is_made", "is_never_made"),
    [
        (ACTIVE, True, False),
        (replace(ACTIVE, state=State.REMOVED), False, False),
        (REFUSED, True, False),
        (replace(REFUSED, efs_uid=""), False, True),
        (replace(REFUSED, efs_uid="", state=State.HELD), False, True),
        (replace(REFUSED, efs_uid="", state=State.HELD, hold="limit"), False, False),
        (replace(REFUSED, efs_uid="", state=State.PENDING), False, False),
        (replace(REFUSED, efs_uid="", retain_until=NOON), False, False),
    ],
)
def test_a_profile_was_made_once_it_was_observed(
    record: Record, *, is_made: bool, is_never_made: bool
) -> None:
    """Only a creation that made none frees the name; a removal that began is none."""
    assert (record.is_made, record.is_never_made) == (is_made, is_never_made)
