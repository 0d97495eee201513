"""Decides what to do about a role that no check has seen yet in a target: wait for one minute."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from hub.runtime.decisions.decision import Decision, DesiredProfile, Undecided
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.record import Record
from shared.model import DirectorySnapshot, MappingTable, Target
from shared.naming import role_name
from shared.requests import ReconcileRequest, ScanRequest, Subject
from shared.storage import byte_length, fitting

# The checks of a target take seconds. After this time a role is given that nobody could check.
_CHECKED_WITHIN: Final = timedelta(minutes=1)


def given_at(request: ReconcileRequest, now: datetime) -> datetime:
    """Return when (UTC) a request stops waiting for checks."""
    return (request.started_at or now) + _CHECKED_WITHIN


def to_be_checked(
    decisions: Iterable[Decision],
    snapshot: DirectorySnapshot,
    table: MappingTable,
    records: Mapping[Target, Record],
    state: HubState,
) -> frozenset[Target]:
    """Return the targets in which roles are to be checked now.

    There a role would be given that no check has seen, or a row of the user's groups calls for an
    unavailable one, which may exist by now. An account that refuses the hub is not asked.
    """
    unseen = {
        each.target
        for each in decisions
        if _is_unseen(each, state)
        and ((record := records.get(each.target)) is None or record.role_arn != _role(each))
    }
    lacking = {
        row.target
        for row in table.rows
        if row.role_arn in state.unavailable_roles.get(row.target, ())
        and group_id(row, snapshot.groups) in snapshot.member_of
    }
    return frozenset(unseen | lacking) - state.refused.keys() - state.unreachable.keys()


def until_checked(decision: Decision, unchecked: Collection[Target], state: HubState) -> Decision:
    """Return a decision, or Undecided where its role has to be checked first."""
    if decision.target not in unchecked or not _is_unseen(decision, state):
        return decision
    return Undecided(
        decision.person,
        decision.target,
        f"no check has seen the role {role_name(_role(decision))} there yet",
        "none is needed: the checks are on their way",
        is_of_target=True,
    )


def _is_unseen(decision: Decision, state: HubState) -> bool:
    """Return whether a decision gives a role that no check has seen."""
    return isinstance(decision, DesiredProfile) and decision.role_arn not in (
        state.checked_roles.get(decision.target, ())
    )


def _role(decision: Decision) -> str:
    return decision.role_arn if isinstance(decision, DesiredProfile) else ""


def role_checks(targets: Iterable[Target], request: ReconcileRequest, now: datetime) -> ScanRequest:
    """Return the one request for the checks of roles in all targets that a reconcile waits for."""
    key = " ".join(str(target) for target in sorted(targets))
    return ScanRequest(
        Subject.ROLES, key, now, request.event_id, request.event_at, event_driven=True
    )


def remembered(
    checked: Collection[str], unavailable: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return as many checked and unavailable roles, by their ARNs, as one ledger item holds.

    Only a pattern row of thousands of groups has more. A role that is left out counts as one that
    no check has seen. Unavailable roles, which the item has twice, come first.
    """
    first = sorted(checked, key=lambda arn: (arn not in unavailable, arn))
    fit = frozenset(fitting(first, lambda arn: byte_length(arn) * (1 + (arn in unavailable))))
    return fit, fit & frozenset(unavailable)
