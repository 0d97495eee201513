"""Requests to reconcile a user or to run a scan. They never say what changed.

Whoever handles a request reads the current state. A request that arrives twice, late or out of
order does no harm.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.model import UserId

# Instead of one target: every target is observed, whatever the ledger says.
EVERY_TARGET = "*"


class ReconcileRequest(NamedTuple):
    """Reconcile this user.

    Attributes:
        enqueued_at: when the request was made (UTC); earlier reads are stale for it.
        event_id: of the event, sweep or command that started it, through every queue. Logs are
            correlated by it, and the deduplication id contains it.
        attempt: how often the request was requeued.
        started_at: when the request was first handled (UTC); None until it is requeued. The time
            limit counts from then, so that an event that waited in a backlog gets its whole chain.
        is_recheck: this is the recheck of a request that found nothing to change.
        event_at: when the directory changed (UTC), for measuring latency.
        force_observe: a target, as text, or EVERY_TARGET: its profile is observed even if the
            ledger says that it is in sync, and refused actions are tried again.
        source_scan: the deduplication id of the scan that found the user; empty if the event named
            the user. Two scans for one event may find one user for different reasons.
    """

    user_id: UserId
    enqueued_at: datetime
    event_id: str
    event_at: datetime
    attempt: int = 0
    is_recheck: bool = False
    force_observe: str = ""
    source_scan: str = ""
    started_at: datetime | None = None


class Subject(StrEnum):
    """What a scan request covers."""

    SWEEP = "sweep"
    GROUP = "group"
    # A group by the name that a mapping gives it.
    NAME = "name"
    TARGET = "target"
    # Of a target: its assignments, and also its checks.
    ASSIGNMENTS = "assignments"
    CHECKS = "checks"
    # Of some targets: the roles that no check has seen.
    ROLES = "roles"
    USERS = "users"
    GROUPS = "groups"


# Sweeps: the scheduled ones, and one over the targets alone.
HOURLY, DAILY, TARGETS = "hourly", "daily", "targets"


class ScanRequest(NamedTuple):
    """Scan this group or target, or start a sweep of such scans.

    Attributes:
        subject: what `key` names.
        key: a sweep's name (hourly, daily, targets), a group's id or name, a target as text (also
            for its assignments and checks), targets with spaces between them (for their roles);
            empty for the directory's users and groups.
        enqueued_at, event_id, event_at, attempt, is_recheck, started_at: as in ReconcileRequest.
        event_driven: an event announced the change, so what the scan finds is not a missed event.
        include_all: queue all users that the scan finds, not only those with drift.
        target: the target, as text, of a changed mapping row that needs a scan of all users.
        part: which part of a listing that takes more than one invocation. The ledger holds where
            that part begins and which ids were seen before, so that no sender is trusted with them.
    """

    subject: Subject
    key: str
    enqueued_at: datetime
    event_id: str
    event_at: datetime
    attempt: int = 0
    is_recheck: bool = False
    event_driven: bool = False
    include_all: bool = False
    target: str = ""
    part: int = 0
    started_at: datetime | None = None


Request = ReconcileRequest | ScanRequest


def full_sweep(event_id: str, event_at: datetime, now: datetime) -> tuple[ScanRequest, ScanRequest]:
    """Return the requests of a sweep of everything, out of turn: the hourly and the daily one."""
    hourly, daily = (
        ScanRequest(Subject.SWEEP, sweep, now, event_id, event_at, event_driven=True)
        for sweep in (HOURLY, DAILY)
    )
    return hourly, daily
