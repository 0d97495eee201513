"""A record of a batch that fails is delivered again alone; the others are done."""

from typing import Any, cast

import pytest

from hub.runtime import telemetry
from hub.runtime.redelivery import take_each
from shared.errors import RetryableError, UnreadableMessageError

RECORDS = {"Records": [{"id": each} for each in "abcd"]}


class Context:
    """Stands for Lambda's context, with so many milliseconds left at each record."""

    def __init__(self, *left: int) -> None:
        self._left = iter(left)

    def get_remaining_time_in_millis(self) -> int:
        """Return the time that is left."""
        return next(self._left)


def taken(context: Context, trouble: dict[str, Exception]) -> tuple[list[str], list[str], int, int]:
    """Return the records that were begun, those that come again, and both counts."""
    begun: list[str] = []
    counts = {"begun": 0, "failed": 0}

    def take(record: dict[str, str]) -> None:
        begun.append(record["id"])
        if record["id"] in trouble:
            raise trouble[record["id"]]

    def count(which: str) -> None:
        counts[which] += 1

    answer = take_each(
        RECORDS,
        cast("Any", context),
        take,
        id_of=lambda record: record["id"],
        count_begun=lambda: count("begun"),
        count_failed=lambda: count("failed"),
    )
    again = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    return begun, again, counts["begun"], counts["failed"]


def test_whatever_fails_comes_again_alone() -> None:
    """An unreadable, a passing and an unknown error: each is of one record."""
    trouble = {
        "a": UnreadableMessageError("torn"),
        "b": RetryableError("throttled"),
        "d": ZeroDivisionError(),
    }

    assert taken(Context(*[60_000] * 4), trouble) == (list("abcd"), ["a", "b", "d"], 4, 3)


def test_a_record_without_time_is_not_begun() -> None:
    """A batch that timed out would be delivered again as a whole."""
    assert taken(Context(60_000, 10_000, 9_999, 9_000), {}) == (["a", "b"], ["c", "d"], 2, 2)


@pytest.mark.parametrize("error", [UnreadableMessageError("torn"), ZeroDivisionError("oh")])
def test_a_failure_is_logged_under_no_earlier_event(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """The id of the event before it would mislead whoever reads the log."""
    telemetry.logger.set_correlation_id("earlier")

    taken(Context(*[60_000] * 4), {"a": error})

    assert "earlier" not in capsys.readouterr().out
