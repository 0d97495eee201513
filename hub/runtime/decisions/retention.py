"""How long a leaver's profile is kept: what the rows say that gave it within the last day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.runtime.decisions.record import EndedGrant, Record
from shared.model import DEFAULT_RETENTION_DAYS, MOST_REMEMBERED, Grant, GroupMapping

# A row that stopped applying still lengthens the retention for this long.
_REMEMBERED = timedelta(hours=24)


def retention_days(record: Record, rows: Iterable[GroupMapping], now: datetime) -> int:
    """Return the longest retention that applied at any time in the last day.

    Of rows that applied then, whatever they said in that time counts, as far as the ledger knows:
    a retention that was lowered a moment ago deletes nothing at once.
    """
    said = [(grant.group, grant.retention_days) for grant in remembered(record.ended, now)]
    said += [(grant.group, grant.retention_days) for grant in record.because]
    applied = {group for group, _ in said}
    said += [(row.group, row.retention_days) for row in rows if row.group in applied]
    return max((days for _, days in said), default=DEFAULT_RETENTION_DAYS)


def remembered(ended: Iterable[EndedGrant], now: datetime) -> tuple[EndedGrant, ...]:
    """Return those of the ended claims that still count."""
    return tuple(grant for grant in ended if grant.until > now - _REMEMBERED)


def ended_claims(record: Record, because: Iterable[Grant], now: datetime) -> tuple[EndedGrant, ...]:
    """Return what to remember of rows that no longer apply, or say less, now that `because` does.

    Of each row only what it says no more, and is longer than what it says now, can matter; of more
    than a record can hold, those that keep a profile longest.
    """
    says = {grant.group: grant.retention_days for grant in because}
    before = [EndedGrant(grant.group, grant.retention_days, now) for grant in record.because]
    ended: dict[tuple[str, int], EndedGrant] = {}
    for grant in (*remembered(record.ended, now), *before):
        if grant.retention_days > says.get(grant.group, -1):
            ended[grant.group, grant.retention_days] = grant
    left, kept = MOST_REMEMBERED, []
    for grant in sorted(ended.values(), key=lambda each: (-each.retention_days, each.group)):
        left -= grant.size
        if left >= 0:
            kept.append(grant)
    return tuple(sorted(kept, key=lambda each: (each.group, each.retention_days)))
