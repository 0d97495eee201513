"""How long a leaver's profile is kept: what the rows say that gave it within the last day."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.model import DEFAULT_RETENTION_DAYS, MOST_REMEMBERED, Claim, GroupMapping
from shared.record import EndedClaim, Record

# A row that stopped applying still lengthens the retention for this long.
_REMEMBERED = timedelta(hours=24)


def retention_days(record: Record, rows: Iterable[GroupMapping], now: datetime) -> int:
    """Return the longest retention of the rows that applied in the last day.

    A row that is still in the table counts with what it says now.
    """
    recorded = {claim.group: claim.retention_days for claim in remembered(record.ended, now)}
    recorded |= {claim.group: claim.retention_days for claim in record.because}
    says_now = {row.group: row.retention_days for row in rows if row.group in recorded}
    return max((recorded | says_now).values(), default=DEFAULT_RETENTION_DAYS)


def remembered(ended: Iterable[EndedClaim], now: datetime) -> tuple[EndedClaim, ...]:
    """Return those of the ended claims that still count."""
    return tuple(claim for claim in ended if claim.until > now - _REMEMBERED)


def ended_claims(record: Record, because: Iterable[Claim], now: datetime) -> tuple[EndedClaim, ...]:
    """Return what to remember of rows that no longer apply, now that `because` does.

    Of more than a record can hold, those that keep a profile longest.
    """
    still = {claim.group for claim in because}
    just_ended = tuple(
        EndedClaim(claim.group, claim.retention_days, now)
        for claim in record.because
        if claim.group not in still
    )
    ended = just_ended + tuple(
        claim for claim in remembered(record.ended, now) if claim.group not in still
    )
    left, kept = MOST_REMEMBERED, set()
    for claim in sorted(ended, key=lambda each: -each.retention_days):
        left -= claim.size
        if left >= 0:
            kept.add(claim)
    return tuple(claim for claim in ended if claim in kept)
