"""Reading a listing for as long as there is time, and going on where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeClock

from hub.runtime.looks.reading import Reading
from shared.errors import PermanentError, RetryableError
from shared.hints import LookHint, Subject
from shared.listing import Page, Seen
from shared.wire import encode

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HINT = LookHint(
    Subject.GROUP, "g-1", NOON, "event", NOON, attempt=3, again=True, announced=True, everyone=True
)
# Three pages, by the token that begins each.
PAGES: dict[str, Page[str]] = {
    "": Page(("ada", "bob"), "2"),
    "2": Page(("eve",), "3"),
    "3": Page(("dan",)),
}


@dataclass
class Listing:
    """A listing of which each page takes ten seconds; `asked` are the tokens it was asked with."""

    clock: FakeClock
    pages: dict[str, Page[str] | Exception | None] = field(default_factory=lambda: {**PAGES})
    asked: list[str] = field(default_factory=list)

    def fetch(self, token: str) -> Page[str] | None:
        """Return a page, or raise what stands in its place."""
        self.asked.append(token)
        self.clock.sleep(10)
        page = self.pages[token]
        if isinstance(page, Exception):
            raise page
        return page


@pytest.fixture
def listing() -> Listing:
    return Listing(FakeClock(NOON))


def reading(
    listing: Listing,
    hint: LookHint = HINT,
    seconds: int = 3600,
    remember: Callable[[str], bool] = lambda _: True,
) -> Reading[str]:
    until = listing.clock.now() + timedelta(seconds=seconds)
    return Reading(hint, listing.fetch, str, listing.clock, until, remember)


def seen(*ids: str) -> Seen:
    return Seen().with_ids(ids)


def test_with_time_enough_a_listing_is_read_to_its_end(listing: Listing) -> None:
    """Every page once and in order, and everybody was seen."""
    part = reading(listing)

    assert list(part.pages()) == [("ada", "bob"), ("eve",), ("dan",)]
    assert listing.asked == ["", "2", "3"]
    assert part.is_complete
    assert not part.is_gone
    assert part.seen == seen("ada", "bob", "eve", "dan")


@pytest.mark.parametrize(
    ("seconds", "pages"), [(-60, 1), (0, 1), (10, 1), (11, 2), (20, 2), (21, 3)]
)
def test_a_part_ends_with_its_time_but_has_a_page(
    listing: Listing, seconds: int, pages: int
) -> None:
    """However late a function starts, it gets on; no page begins after the time is up."""
    part = reading(listing, seconds=seconds)

    assert len(list(part.pages())) == pages
    assert len(listing.asked) == pages
    assert part.is_complete is (pages == 3)


def test_the_next_part_goes_on_where_the_last_one_stopped(listing: Listing) -> None:
    """From its token, with everybody who was seen; the hint is the same, made anew."""
    first = reading(listing, seconds=0)
    list(first.pages())

    rest = first.rest(NOON + timedelta(minutes=9))

    assert rest == replace(
        HINT,
        made_at=NOON + timedelta(minutes=9),
        attempt=0,
        token="2",  # noqa: S106 (a page's token)
        seen=seen("ada", "bob").pack(),
    )
    second = reading(listing, rest)
    assert list(second.pages()) == [("eve",), ("dan",)]
    assert second.is_complete
    assert second.seen == seen("ada", "bob", "eve", "dan")


def test_trouble_with_the_first_page_is_the_looks(listing: Listing) -> None:
    """Nothing was read, so the look itself is put off."""
    listing.pages["2"] = RetryableError("throttled")

    with pytest.raises(RetryableError, match="throttled"):
        list(reading(listing, replace(HINT, token="2")).pages())  # noqa: S106 (a page's token)


def test_trouble_with_a_later_page_ends_the_part(listing: Listing) -> None:
    """What was read counts; the rest begins with the page that was refused."""
    listing.pages["2"] = RetryableError("throttled")
    part = reading(listing)

    assert list(part.pages()) == [("ada", "bob")]
    assert not part.is_complete
    assert not part.is_gone
    assert part.seen == seen("ada", "bob")
    assert part.rest(NOON).token == "2"  # noqa: S105 (a page's token)


@pytest.mark.parametrize("token", ["", "2"])
def test_a_refusal_is_never_an_end(listing: Listing, token: str) -> None:
    """On whichever page: somebody has to change something first."""
    listing.pages[token] = PermanentError("access denied")
    part = reading(listing)

    with pytest.raises(PermanentError, match="access denied"):
        list(part.pages())
    assert not part.is_complete


@pytest.mark.parametrize("token", ["", "3"])
def test_what_is_gone_is_not_read_to_its_end(listing: Listing, token: str) -> None:
    """A group that vanishes, before or between pages, does not list nobody."""
    listing.pages[token] = None
    part = reading(listing)

    assert len(list(part.pages())) == listing.asked.index(token)
    assert part.is_gone
    assert not part.is_complete


def test_only_what_is_worth_it_is_remembered(listing: Listing) -> None:
    """A directory has more people than a message has room; pages show them all the same."""
    part = reading(listing, remember=lambda id_: id_ in {"ada", "dan"})

    assert list(part.pages()) == [page.items for page in PAGES.values()]
    assert part.seen == seen("ada", "dan")


def test_a_hint_of_a_broken_listing_reads_nothing(listing: Listing) -> None:
    """Half of what was seen would make leavers of the others: the message is unreadable."""
    with pytest.raises(PermanentError, match="no packed listing"):
        reading(listing, replace(HINT, seen="cut-off"))
    assert not listing.asked


@pytest.mark.parametrize(("token", "people"), [("t" * 240_001, 0), ("t" * 20_000, 22_000)])
def test_too_long_a_rest_is_refused(listing: Listing, token: str, people: int) -> None:
    """It would not fit a message; somebody is told, and nobody is removed."""
    listing.pages[""] = Page(tuple(map(str, range(people))), token)
    part = reading(listing, seconds=0)
    list(part.pages())

    with pytest.raises(PermanentError, match="group g-1 is too long to be read on"):
        part.rest(NOON)


@pytest.mark.parametrize(("token", "people"), [("t" * 240_000, 0), ("t" * 10_000, 21_000)])
def test_the_longest_rest_fits_a_message(listing: Listing, token: str, people: int) -> None:
    """SQS takes 256 KiB."""
    listing.pages[""] = Page(tuple(map(str, range(people))), token)
    part = reading(listing, seconds=0)
    list(part.pages())

    assert len(encode(part.rest(NOON))) <= 256 * 1024
