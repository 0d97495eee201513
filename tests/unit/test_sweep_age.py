"""The duration of a sweep is measured from its start, and is never negative."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hub.runtime import telemetry

BEGAN = datetime(2026, 11, 23, 2, 37, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    telemetry.metrics.clear_metrics()
    yield
    telemetry.metrics.clear_metrics()


@pytest.mark.parametrize(("after", "seconds"), [(90, 90.0), (0, 0.0), (-2, 0.0)])
def test_a_scan_reports_the_age_of_its_sweep(after: int, seconds: float) -> None:
    """Clocks differ by a little: a scan that seems to end before its sweep began took no time."""
    telemetry.looked(BEGAN, BEGAN + timedelta(seconds=after))

    assert telemetry.metrics.metric_set["SweepAge"]["Value"] == [seconds]
