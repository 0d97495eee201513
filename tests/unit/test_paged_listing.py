"""Reads a listing for as long as there is time, and continues where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import FakeClock, FakeQueues, FakeScans

from hub.runtime.decisions.listing import Page, ScanState, Seen
from hub.runtime.scan.listing import ListingPorts, PagedListing
from shared.errors import PermanentError, RetryableError
from shared.requests import ScanRequest, Subject

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
REQUEST = ScanRequest(
    Subject.GROUP,
    "g-1",
    NOON,
    "event",
    NOON,
    attempt=3,
    is_recheck=True,
    event_driven=True,
    include_all=True,
)
# Three pages, by the token that begins each.
PAGES: dict[str, Page[str]] = {
    "": Page(("ada", "bob"), "2"),
    "2": Page(("eve",), "3"),
    "3": Page(("dan",)),
}


@dataclass(frozen=True)
class Harness:
    """The parts of the hub that a listing needs to continue."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    scans: FakeScans = field(default_factory=FakeScans)
    scan_queue: FakeQueues = field(default_factory=FakeQueues)


@dataclass
class Listing:
    """A listing whose pages take ten seconds each; `asked` are the tokens of its calls."""

    harness: Harness = field(default_factory=Harness)
    pages: dict[str, Page[str] | Exception | None] = field(default_factory=lambda: {**PAGES})
    asked: list[str] = field(default_factory=list)

    def fetch(self, token: str) -> Page[str] | None:
        """Return a page, or raise the error that stands in its place."""
        self.asked.append(token)
        self.harness.clock.sleep(10)
        page = self.pages[token]
        if isinstance(page, Exception):
            raise page
        return page


@pytest.fixture
def listing() -> Listing:
    return Listing()


def paged_listing(
    listing: Listing,
    request: ScanRequest = REQUEST,
    seconds: int = 3600,
    remember: Callable[[str], bool] = lambda _: True,
) -> PagedListing[str]:
    until = listing.harness.clock.now() + timedelta(seconds=seconds)
    ports = ListingPorts(listing.harness.scans, listing.harness.scan_queue, listing.harness.clock)
    return PagedListing(request, listing.fetch, str, ports, until, remember)


def seen(*ids: str) -> Seen:
    return Seen().with_ids(ids)


def test_with_time_enough_a_listing_is_read_to_its_end(listing: Listing) -> None:
    """Every page once and in order; every user was seen, and the ledger is not read."""
    part = paged_listing(listing)

    assert list(part.pages()) == [("ada", "bob"), ("eve",), ("dan",)]
    assert listing.asked == ["", "2", "3"]
    assert part.is_complete
    assert not part.is_gone
    assert part.seen == seen("ada", "bob", "eve", "dan")
    assert (listing.harness.scans.asked, listing.harness.scans.states) == ([], {})


@pytest.mark.parametrize(
    ("seconds", "pages"), [(-60, 1), (0, 1), (10, 1), (11, 2), (20, 2), (21, 3)]
)
def test_a_part_reads_at_least_one_page_and_ends_with_its_time(
    listing: Listing, seconds: int, pages: int
) -> None:
    """However late a function starts, it reads a page; no page begins after the time is up."""
    part = paged_listing(listing, seconds=seconds)

    assert len(list(part.pages())) == pages
    assert len(listing.asked) == pages
    assert part.is_complete is (pages == 3)


def test_the_next_part_continues_where_the_last_one_stopped(listing: Listing) -> None:
    """From its token, with all users seen so far; the message holds neither."""
    first = paged_listing(listing, seconds=0)
    list(first.pages())

    first.go_on()

    (rest,) = listing.harness.scan_queue.scan_requests
    assert rest == REQUEST._replace(enqueued_at=NOON + timedelta(seconds=10), attempt=0, part=1)
    second = paged_listing(listing, rest)
    assert list(second.pages()) == [("eve",), ("dan",)]
    assert second.is_complete
    assert second.seen == seen("ada", "bob", "eve", "dan")


@pytest.mark.parametrize(
    "other",
    [
        {"event_id": "another"},
        {"is_recheck": False},
        {"include_all": False},
        {"event_driven": False},
        {"target": "another"},
        {"key": "g-2"},
        {"part": 2},
    ],
)
def test_a_part_without_a_state_of_its_own_starts_anew(
    listing: Listing, other: dict[str, Any]
) -> None:
    """The users of another chain, of this group or any other, are never mixed into it."""
    first = paged_listing(listing, seconds=0)
    list(first.pages())
    first.go_on()

    part = paged_listing(listing, REQUEST._replace(**{"part": 1} | other))

    assert list(part.pages()) == [page.items for page in PAGES.values()]
    assert part.seen == seen("ada", "bob", "eve", "dan")


def test_a_part_that_started_anew_continues_under_its_own_number(listing: Listing) -> None:
    """SQS would drop a message with the id of a part that was sent before."""
    part = paged_listing(listing, REQUEST._replace(part=7), seconds=0)
    list(part.pages())

    part.go_on()

    assert [request.part for request in listing.harness.scan_queue.scan_requests] == [8]


def test_a_part_that_comes_twice_reads_nothing(listing: Listing) -> None:
    """It queues the next part again, since the first delivery may have failed before it did."""
    for request in (REQUEST, REQUEST._replace(part=1), REQUEST._replace(part=1)):
        part = paged_listing(listing, request, seconds=0)
        list(part.pages())
        part.go_on()

    assert listing.asked == ["", "2"]
    assert [request.part for request in listing.harness.scan_queue.scan_requests] == [1, 2, 2]


def test_a_part_of_a_finished_listing_does_nothing(listing: Listing) -> None:
    """A message may arrive long after the listing has ended."""
    last = REQUEST._replace(part=1)
    listing.harness.scans.save(last, ScanState(1, "", Seen(), is_over=True), NOON)
    part = paged_listing(listing, last)

    assert list(part.pages()) == []
    part.go_on()
    assert (listing.asked, listing.harness.scan_queue.scan_requests) == ([], [])
    assert not part.is_complete


def test_the_state_is_kept_before_the_next_part_is_queued(listing: Listing) -> None:
    """A part that fails or is refused in between loses nothing that it read."""
    listing.harness.scan_queue.trouble = RetryableError("SQS does not answer")
    part = paged_listing(listing, seconds=0)
    list(part.pages())

    with pytest.raises(RetryableError):
        part.go_on()

    assert [state.token for state in listing.harness.scans.states.values()] == ["2"]


def test_an_error_at_the_first_page_requeues_the_scan(listing: Listing) -> None:
    """Nothing was read, so the scan itself is requeued."""
    listing.pages[""] = RetryableError("throttled")

    with pytest.raises(RetryableError, match="throttled"):
        list(paged_listing(listing).pages())


def test_an_error_at_a_later_page_ends_the_part(listing: Listing) -> None:
    """What was read counts; the next part begins with the refused page."""
    listing.pages["2"] = RetryableError("throttled")
    part = paged_listing(listing)

    assert list(part.pages()) == [("ada", "bob")]
    assert not part.is_complete
    assert not part.is_gone
    assert part.seen == seen("ada", "bob")
    part.go_on()
    assert [state.token for state in listing.harness.scans.states.values()] == ["2"]


@pytest.mark.parametrize("token", ["", "2"])
def test_a_refusal_is_never_an_end(listing: Listing, token: str) -> None:
    """On whichever page: an operator must first change something."""
    listing.pages[token] = PermanentError("access denied")
    part = paged_listing(listing)

    with pytest.raises(PermanentError, match="access denied"):
        list(part.pages())
    assert not part.is_complete


@pytest.mark.parametrize("token", ["", "3"])
def test_a_deleted_group_is_not_read_to_its_end(listing: Listing, token: str) -> None:
    """A group that is deleted before or between pages has no empty list of members."""
    listing.pages[token] = None
    part = paged_listing(listing)

    assert len(list(part.pages())) == listing.asked.index(token)
    assert part.is_gone
    assert not part.is_complete


def test_only_relevant_users_are_stored(listing: Listing) -> None:
    """A directory has many more users than the ledger; pages still show them all."""
    part = paged_listing(listing, remember=lambda id_: id_ in {"ada", "dan"})

    assert list(part.pages()) == [page.items for page in PAGES.values()]
    assert part.seen == seen("ada", "dan")


def test_an_endless_listing_is_ended(listing: Listing) -> None:
    """No message is requeued for ever: a problem is published, and nobody is removed."""
    part = paged_listing(listing, REQUEST._replace(part=10_000), seconds=0)
    list(part.pages())

    with pytest.raises(PermanentError, match="group g-1 has no end"):
        part.go_on()
    assert (listing.harness.scan_queue.scan_requests, listing.harness.scans.states) == ([], {})
