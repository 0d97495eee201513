"""Rule 8: how long the data of a leaver is kept."""

from datetime import timedelta

import pytest
from builders import NOON, decision, record, row, snapshot

from hub.runtime.decisions.decision import Removal
from hub.runtime.decisions.record import EndedGrant
from hub.runtime.decisions.transitions import ended_grants
from shared.model import (
    Grant,
)

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@pytest.mark.parametrize(
    ("because", "ended", "rows", "days"),
    [
        ([5], [], {}, 5),
        ([5, 90, 7], [], {}, 90),
        ([0], [], {}, 0),
        ([], [], {}, 30),
        ([5], [(60, HOUR)], {}, 60),
        ([5], [(60, DAY - HOUR)], {}, 60),
        ([5], [(60, DAY)], {}, 5),
        ([5], [(60, DAY + HOUR)], {}, 5),
        ([60], [(5, HOUR)], {}, 60),
        ([5], [(60, HOUR)], {"a": 0}, 60),
        ([5], [], {"a": 14}, 14),
        ([5, 90], [], {"b": 0}, 90),
        ([30], [], {"a": 0}, 30),
    ],
)
def test_the_longest_retention_of_the_last_day_counts(
    because: list[int],
    ended: list[tuple[int, timedelta]],
    rows: dict[str, int],
    days: int,
) -> None:
    """Rule 8: all that the rows said in the last 24 h, lowered meanwhile or not; 30 by default."""
    there = record(
        *(Grant(10 + n, "abc"[n], "role", kept) for n, kept in enumerate(because)),
        ended=tuple(
            EndedGrant(f"ended-{n}", kept, NOON - ago) for n, (kept, ago) in enumerate(ended)
        ),
    )
    table = [row(group, retention_days=kept) for group, kept in rows.items()] or [row("c", 999)]

    found = decision(there, *table, of=snapshot())

    assert isinstance(found, Removal)
    assert found.retention_days == days


def test_a_row_that_stopped_applying_is_remembered_for_a_day() -> None:
    """So is a longer value that a row no longer has; what is older than a day is dropped."""
    a, b, c = (Grant(10, group, f"role/{group}", 30) for group in "abc")
    there = record(
        a,
        b,
        ended=(
            EndedGrant("c", 90, NOON - HOUR),
            EndedGrant("d", 60, NOON - HOUR),
            EndedGrant("e", 9, NOON - DAY),
        ),
    )

    assert ended_grants(there, [b, c], NOON) == (
        EndedGrant("a", 30, NOON),
        EndedGrant("c", 90, NOON - HOUR),
        EndedGrant("d", 60, NOON - HOUR),
    )
    assert [each.counts(NOON) for each in there.ended] == [True, True, False]


def test_a_retention_that_was_lowered_is_remembered_for_a_day() -> None:
    """Rule 8: 30 days made 0, and a leave after it, delete nothing at once."""
    before, lowered = (Grant(10, "a", "role/a", days) for days in (30, 0))

    assert ended_grants(record(before), [lowered], NOON) == (EndedGrant("a", 30, NOON),)
    assert ended_grants(record(lowered), [before], NOON) == ()
