"""Reading a listing for as long as there is time, and going on where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import FakeBoxes, FakeClock, FakeScans

from hub.runtime.decisions.listing import Page, ScanState, Seen
from hub.runtime.scan.listing import PagedListing
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
    again=True,
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
class HubClient:
    """What a listing goes on by."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    scans: FakeScans = field(default_factory=FakeScans)
    looks: FakeBoxes = field(default_factory=FakeBoxes)


@dataclass
class Listing:
    """A listing of which each page takes ten seconds; `asked` are the tokens it was asked with."""

    hub_client: HubClient = field(default_factory=HubClient)
    pages: dict[str, Page[str] | Exception | None] = field(default_factory=lambda: {**PAGES})
    asked: list[str] = field(default_factory=list)

    def fetch(self, token: str) -> Page[str] | None:
        """Return a page, or raise what stands in its place."""
        self.asked.append(token)
        self.hub_client.clock.sleep(10)
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
    until = listing.hub_client.clock.now() + timedelta(seconds=seconds)
    return PagedListing(request, listing.fetch, str, listing.hub_client, until, remember)


def seen(*ids: str) -> Seen:
    return Seen().with_ids(ids)


def test_with_time_enough_a_listing_is_read_to_its_end(listing: Listing) -> None:
    """Every page once and in order, everybody was seen, and the ledger is not asked."""
    part = paged_listing(listing)

    assert list(part.pages()) == [("ada", "bob"), ("eve",), ("dan",)]
    assert listing.asked == ["", "2", "3"]
    assert part.is_complete
    assert not part.is_gone
    assert part.seen == seen("ada", "bob", "eve", "dan")
    assert (listing.hub_client.scans.asked, listing.hub_client.scans.states) == ([], {})


@pytest.mark.parametrize(
    ("seconds", "pages"), [(-60, 1), (0, 1), (10, 1), (11, 2), (20, 2), (21, 3)]
)
def test_a_part_ends_with_its_time_but_has_a_page(
    listing: Listing, seconds: int, pages: int
) -> None:
    """However late a function starts, it gets on; no page begins after the time is up."""
    part = paged_listing(listing, seconds=seconds)

    assert len(list(part.pages())) == pages
    assert len(listing.asked) == pages
    assert part.is_complete is (pages == 3)


def test_the_next_part_goes_on_where_the_last_one_stopped(listing: Listing) -> None:
    """From its token, with everybody who was seen; the message says neither of them."""
    first = paged_listing(listing, seconds=0)
    list(first.pages())

    first.go_on()

    (rest,) = listing.hub_client.looks.looks
    assert rest == replace(REQUEST, enqueued_at=NOON + timedelta(seconds=10), attempt=0, part=1)
    second = paged_listing(listing, rest)
    assert list(second.pages()) == [("eve",), ("dan",)]
    assert second.is_complete
    assert second.seen == seen("ada", "bob", "eve", "dan")


@pytest.mark.parametrize(
    "other",
    [
        {"event_id": "another"},
        {"again": False},
        {"include_all": False},
        {"event_driven": False},
        {"target": "another"},
        {"key": "g-2"},
        {"part": 2},
    ],
)
def test_a_part_without_a_state_of_its_own_begins_anew(
    listing: Listing, other: dict[str, Any]
) -> None:
    """Whatever another chain saw, of this group or of any other, is never mixed into it."""
    first = paged_listing(listing, seconds=0)
    list(first.pages())
    first.go_on()

    part = paged_listing(listing, replace(REQUEST, **{"part": 1} | other))

    assert list(part.pages()) == [page.items for page in PAGES.values()]
    assert part.seen == seen("ada", "bob", "eve", "dan")


def test_a_part_that_began_anew_goes_on_under_a_number_of_its_own(listing: Listing) -> None:
    """SQS would swallow the id of a part that was sent before."""
    part = paged_listing(listing, replace(REQUEST, part=7), seconds=0)
    list(part.pages())

    part.go_on()

    assert [request.part for request in listing.hub_client.looks.looks] == [8]


def test_a_part_that_comes_twice_reads_nothing(listing: Listing) -> None:
    """It queues the next part once more, since the first may have died before it did."""
    for request in (REQUEST, replace(REQUEST, part=1), replace(REQUEST, part=1)):
        part = paged_listing(listing, request, seconds=0)
        list(part.pages())
        part.go_on()

    assert listing.asked == ["", "2"]
    assert [request.part for request in listing.hub_client.looks.looks] == [1, 2, 2]


def test_a_part_of_what_is_over_does_nothing(listing: Listing) -> None:
    """A message may come long after the listing has ended."""
    last = replace(REQUEST, part=1)
    listing.hub_client.scans.save(last, ScanState(1, "", Seen(), is_over=True), NOON)
    part = paged_listing(listing, last)

    assert list(part.pages()) == []
    part.go_on()
    assert (listing.asked, listing.hub_client.looks.looks) == ([], [])
    assert not part.is_complete


def test_the_state_is_kept_before_the_next_part_is_queued(listing: Listing) -> None:
    """Who dies, or is refused, in between has read nothing in vain."""
    listing.hub_client.looks.trouble = RetryableError("SQS does not answer")
    part = paged_listing(listing, seconds=0)
    list(part.pages())

    with pytest.raises(RetryableError):
        part.go_on()

    assert [state.token for state in listing.hub_client.scans.states.values()] == ["2"]


def test_trouble_with_the_first_page_is_the_looks(listing: Listing) -> None:
    """Nothing was read, so the look itself is put off."""
    listing.pages[""] = RetryableError("throttled")

    with pytest.raises(RetryableError, match="throttled"):
        list(paged_listing(listing).pages())


def test_trouble_with_a_later_page_ends_the_part(listing: Listing) -> None:
    """What was read counts; the rest begins with the page that was refused."""
    listing.pages["2"] = RetryableError("throttled")
    part = paged_listing(listing)

    assert list(part.pages()) == [("ada", "bob")]
    assert not part.is_complete
    assert not part.is_gone
    assert part.seen == seen("ada", "bob")
    part.go_on()
    assert [state.token for state in listing.hub_client.scans.states.values()] == ["2"]


@pytest.mark.parametrize("token", ["", "2"])
def test_a_refusal_is_never_an_end(listing: Listing, token: str) -> None:
    """On whichever page: somebody has to change something first."""
    listing.pages[token] = PermanentError("access denied")
    part = paged_listing(listing)

    with pytest.raises(PermanentError, match="access denied"):
        list(part.pages())
    assert not part.is_complete


@pytest.mark.parametrize("token", ["", "3"])
def test_what_is_gone_is_not_read_to_its_end(listing: Listing, token: str) -> None:
    """A group that vanishes, before or between pages, does not list nobody."""
    listing.pages[token] = None
    part = paged_listing(listing)

    assert len(list(part.pages())) == listing.asked.index(token)
    assert part.is_gone
    assert not part.is_complete


def test_only_what_is_worth_it_is_remembered(listing: Listing) -> None:
    """A directory has many more people than the ledger; pages show them all the same."""
    part = paged_listing(listing, remember=lambda id_: id_ in {"ada", "dan"})

    assert list(part.pages()) == [page.items for page in PAGES.values()]
    assert part.seen == seen("ada", "dan")


def test_a_listing_without_end_is_given_up(listing: Listing) -> None:
    """No message goes round for ever: somebody is told, and nobody is removed."""
    part = paged_listing(listing, replace(REQUEST, part=10_000), seconds=0)
    list(part.pages())

    with pytest.raises(PermanentError, match="group g-1 has no end"):
        part.go_on()
    assert (listing.hub_client.looks.looks, listing.hub_client.scans.states) == ([], {})
