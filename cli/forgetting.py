"""Forgets a target that is gone for good: closes its users' records, then deletes the rest."""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from cli.hub_client import HubClient, now
from hub.runtime.decisions.audit import OperatorAction
from hub.runtime.decisions.checks import NO_DOMAIN, CheckResult, TargetChecks
from hub.runtime.decisions.profile_events import event_of
from hub.runtime.decisions.record import Access, MemberChanges, Record, State
from shared.model import Target

FORGOTTEN: Final = "the target was forgotten"
# Seconds between two looks at the ledger.
_EVERY: Final = 2
_READER_ROLE, _DOMAIN = "reader-role", "domain"


def open_records(hub_client: HubClient, target: Target) -> tuple[Record, ...]:
    """Return the records of a target that are not removed, sorted by user name."""
    found = (each for each in hub_client.ledger.of_target(target) if each.state != State.REMOVED)
    return tuple(sorted(found, key=lambda each: (each.user_name, each.user_id)))


def check(hub_client: HubClient, target: Target, timeout: int) -> TargetChecks | None:
    """Have the function scan check a target; return the new results, None if none came in time.

    The operator needs no right in the Studio account.
    """
    before = hub_client.check_results.of_target(target)
    hub_client.enqueue_checks([target])
    for _ in range(-(-timeout // _EVERY)):
        time.sleep(_EVERY)
        found = hub_client.check_results.of_target(target)
        if found is not None and found != before:
            return found
    return None


def is_gone(found: TargetChecks) -> bool:
    """Return whether checks found that the account refuses the hub, or has no such domain."""
    failed = {each.id: each.text for each in found.checks if each.result is CheckResult.FAILED}
    return _READER_ROLE in failed or NO_DOMAIN in failed.get(_DOMAIN, "")


def forgotten(record: Record, at: datetime, event_id: str) -> Record:
    """Return the record of a user whose target was forgotten; what identifies files is kept."""
    return Record(
        user_id=record.user_id,
        target=record.target,
        state=State.REMOVED,
        user_name=record.user_name,
        profile_name=record.profile_name,
        user_status=record.user_status,
        access=Access.UNTOUCHED,
        reason=FORGOTTEN,
        efs_uid=record.efs_uid,
        spaces=record.spaces,
        memberships=record.memberships,
        since=at,
        last_request=event_id,
        version=record.version,
    )


def forget(
    hub_client: HubClient, target: Target, records: Iterable[Record], reason: str = ""
) -> None:
    """Close records, then delete what else the ledger holds of a target; repeat it to finish it.

    Raises:
        RetryableError: a reconcile wrote one of the records meanwhile.
    """
    closing = tuple(records)
    with hub_client.audited(
        OperatorAction.FORGET,
        users=[each.user_id for each in closing],
        targets=[target],
        reason=reason,
    ) as outcome:
        at = now()
        for each in closing:
            closed = forgotten(each, at, "targets-forget")
            event = event_of(each, closed, at)
            hub_client.ledger.write(closed, MemberChanges(), event)
        hub_client.forgotten_targets.forget(target)
        outcome.text = f"done: {len(closing)} records closed"
