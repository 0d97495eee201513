"""What a target's scan knows of a group that no scan has listed yet."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from builders import NOON
from fakes import FakeClock, FakeGroupSnapshots

from hub.runtime.decisions.listing import Page
from hub.runtime.scan.snapshots import SnapshotCache
from shared.errors import PermanentError, RetryableError
from shared.model import GroupId, UserId

GROUP = GroupId("g-1")
EARLIER = NOON - timedelta(minutes=1)


@dataclass
class Listing:
    """A directory with a group of so many pages; it counts its calls."""

    pages: int = 1
    trouble: RetryableError | PermanentError | None = None
    calls: list[str] = field(default_factory=list)

    def members(self, group_id: GroupId, token: str) -> Page[tuple[UserId, str]] | None:
        """Return one member a page."""
        self.calls.append(token)
        if self.trouble is not None:
            raise self.trouble
        number = int(token or "0")
        following = str(number + 1) if number + 1 < self.pages else ""
        return Page(((UserId(f"{group_id} {number}"), "m"),), following)


@pytest.fixture
def cache() -> SnapshotCache:
    return SnapshotCache(FakeGroupSnapshots(), FakeClock(NOON))


@pytest.mark.parametrize("pages", [1, 10])
def test_a_small_group_is_listed_once_for_all_targets_of_a_sweep(
    cache: SnapshotCache, pages: int
) -> None:
    """A group in the rows of 500 targets costs its pages once, not 500 times."""
    directory = Listing(pages)

    found = {cache.listed(GROUP, EARLIER, directory) for _ in range(3)}  # type: ignore[arg-type]

    assert [len(each or ()) for each in found] == [pages]
    assert len(directory.calls) == pages


def test_a_large_group_is_left_to_its_own_scan(cache: SnapshotCache) -> None:
    """That goes on by message; a target's scan has no time for it."""
    directory = Listing(pages=1000)

    assert cache.listed(GROUP, EARLIER, directory) is None  # type: ignore[arg-type]
    assert len(directory.calls) == 10


@pytest.mark.parametrize("trouble", [RetryableError("throttled"), PermanentError("refused")])
def test_a_directory_that_does_not_answer_stops_no_scan_of_a_target(
    cache: SnapshotCache, trouble: RetryableError | PermanentError
) -> None:
    """Law 10: the group's members are unknown, and everything else goes on."""
    assert cache.listed(GROUP, EARLIER, Listing(trouble=trouble)) is None  # type: ignore[arg-type]
