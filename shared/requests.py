"""Hints: whom, or what, to look at again. They never say what changed.

The truth is read by whoever follows a hint, so one that comes twice, late or out of order does no
harm.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.model import UserId

# Instead of one target: whatever the ledger says of any of them is observed.
EVERY_TARGET = "*"


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """Look at this user.

    Attributes:
        enqueued_at: when the hint was made (UTC); whatever was read before that is stale for it.
        event_id: of the event, round or command that it all began with, through every queue: what
            logs are correlated by. The hint's deduplication id is made of it.
        attempt: how often the look was put off.
        started_at: when the request was first taken up (UTC); None until it is put off. Patience is
            counted from then, so that an event which waited in a backlog gets its whole chain.
        again: the second look at something that the first found unchanged.
        event_at: when the directory changed (UTC), for measuring latency.
        doubt: a target, as text, or EVERY_TARGET: its profile is observed even if the ledger says
            that all is well, and what was refused there is tried again.
        source_scan: the deduplication id of the scan that found the user; empty where the event
            named them. Two scans for one event may find one user for different reasons.
    """

    user_id: UserId
    enqueued_at: datetime
    event_id: str
    event_at: datetime
    attempt: int = 0
    again: bool = False
    force_observe: str = ""
    source_scan: str = ""
    started_at: datetime | None = None


class Subject(StrEnum):
    """What a look goes through."""

    ROUND = "round"
    GROUP = "group"
    # A group by the name that a mapping gives it.
    NAME = "name"
    TARGET = "target"
    ACCESS = "access"
    PEOPLE = "people"
    GROUPS = "groups"


# Rounds: those of the schedule, and one over the targets alone.
HOURLY, DAILY, TARGETS = "hourly", "daily", "targets"


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """Look through this group or target, or begin a round of such looks.

    Attributes:
        subject: what `key` names.
        key: a round's name (hourly, daily, targets), a group's id or name, a target as text (also
            for the access to it); empty for the directory's people and groups.
        enqueued_at, event_id, event_at, attempt, again, started_at: as in a user's hint.
        announced: an event told of it, so what it finds was not missed.
        everyone: queue all that it finds, not only what differs from the ledger.
        target: where a changed mapping row calls for looking at everyone, as text.
        part: which part of a listing that takes more than one invocation. Where that part begins,
            and who was seen before, stands in the ledger: nobody is trusted to send it.
    """

    subject: Subject
    key: str
    enqueued_at: datetime
    event_id: str
    event_at: datetime
    attempt: int = 0
    again: bool = False
    event_driven: bool = False
    include_all: bool = False
    target: str = ""
    part: int = 0
    started_at: datetime | None = None


Request = ReconcileRequest | ScanRequest
