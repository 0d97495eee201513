"""What operators did: the entries of the audit trail, which nobody changes and nothing expires."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from shared.model import Target, UserId

_DAY: Final = timedelta(days=1)


class OperatorAction(StrEnum):
    """What an operator did, by a command of `studio-hub`."""

    APPROVE = "approve"
    REJECT = "reject"
    KEEP = "keep"
    END_KEEP = "end keep"
    PROTECT = "protect"
    END_PROTECT = "end protect"
    PAUSE = "pause"
    RESUME = "resume"
    ADOPT = "adopt"
    SWEEP = "sweep"
    APPLY = "apply mappings"
    ADD_MAPPING = "add mapping"
    SET_MAPPING = "set mapping"
    REMOVE_MAPPING = "remove mapping"
    FORGET = "forget target"


class AuditEntry(NamedTuple):
    """One action of an operator.

    Attributes:
        at: when it began (UTC).
        by: the ARN of the caller, as STS tells it.
        users: the users whom it concerns; empty for everybody, or for what concerns no user.
        targets: the targets that it concerns; empty for all, or for what concerns no target.
        subject: what else it names: a digest, a profile, a group, a date.
        reason: why, in the operator's words; empty if they gave none.
        outcome: what became of it. It is empty for one write, which is made together with the
            entry, and for an action that was interrupted, of which nobody can tell.
    """

    id: str
    at: datetime
    by: str
    what: OperatorAction
    users: tuple[UserId, ...] = ()
    targets: tuple[Target, ...] = ()
    subject: str = ""
    reason: str = ""
    outcome: str = ""

    def concerns(self, user: UserId | None, target: Target | None) -> bool:
        """Return whether it concerns this user and this target; None stands for any."""
        return user in (None, *self.users) and target in (None, *self.targets)


def month_of(time: datetime) -> str:
    """Return the month (UTC) of a time, as the keys of the ledger name it."""
    return f"{time.astimezone(UTC):%Y-%m}"


def months_back(since: datetime, until: datetime) -> Iterator[str]:
    """Yield every month (UTC) from that of `until` back to that of `since`."""
    month = until.astimezone(UTC)
    while month_of(month) >= month_of(since):
        yield month_of(month)
        month = month.replace(day=1) - _DAY
