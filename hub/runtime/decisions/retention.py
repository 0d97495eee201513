"""Decides how long a leaver's profile is kept, by the rows that granted it in the last day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.runtime.decisions.record import EndedGrant, Record
from shared.model import DEFAULT_RETENTION_DAYS, MOST_REMEMBERED, Grant, GroupMapping

# A row that stopped applying still counts for the retention for this long.
_REMEMBERED = timedelta(hours=24)


def retention_days(record: Record, rows: Iterable[GroupMapping], now: datetime) -> int:
    """Return the longest retention (days) that applied at any time in the last day.

    Every value that an applying row had in that time counts, as far as the ledger knows. So a
    retention that was lowered a moment ago deletes nothing at once.
    """
    said = [(grant.group, grant.retention_days) for grant in remembered(record.ended, now)]
    said += [(grant.group, grant.retention_days) for grant in record.because]
    applied = {group for group, _ in said}
    said += [(row.group, row.retention_days) for row in rows if row.group in applied]
    return max((days for _, days in said), default=DEFAULT_RETENTION_DAYS)


def remembered(ended: Iterable[EndedGrant], now: datetime) -> tuple[EndedGrant, ...]:
    """Return the ended grants that still count."""
    return tuple(grant for grant in ended if grant.until > now - _REMEMBERED)


def ended_grants(record: Record, because: Iterable[Grant], now: datetime) -> tuple[EndedGrant, ...]:
    """Return the ended grants to store, now that `because` are the grants that apply.

    An ended grant matters only if its retention is longer than the one that its row has now. If a
    record cannot hold all, those with the longest retention are stored.
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
