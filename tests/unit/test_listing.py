"""What a listing keeps between two invocations."""

import pytest

from hub.runtime.decisions.listing import Page, Seen


def test_a_page_without_a_token_is_the_last() -> None:
    """A listing ends where no token for a next page is given."""
    assert Page((1,)).token == ""


def test_what_was_seen_is_known_and_nothing_else() -> None:
    """An id is known once it was seen, as a whole and not by a part of it."""
    seen = Seen().with_ids(["ada", "bob"]).with_ids(["eve"])

    assert [id_ in seen for id_ in ("ada", "bob", "eve", "ev", "", "Ada")] == [True] * 3 + [
        False,
    ] * 3


def test_remembering_more_changes_nothing_that_was_remembered() -> None:
    """Values are frozen: a holder of an earlier part still has it unchanged."""
    first = Seen().with_ids(["ada"])
    first.with_ids(["bob"])

    assert "bob" not in first


@pytest.mark.parametrize("ids", [[], ["ada"], ["ada", "bob", "ada"], [str(n) for n in range(99)]])
def test_a_packed_listing_is_unpacked_as_it_was(ids: list[str]) -> None:
    """No user is lost."""
    seen = Seen().with_ids(ids)

    assert Seen.unpack(seen.pack()) == seen


def test_equal_listings_are_packed_equally() -> None:
    """The order in which they were read does not matter."""
    ids = [str(number) for number in range(1000)]

    assert Seen().with_ids(ids).pack() == Seen().with_ids(reversed(ids)).pack()
    assert Seen().pack() == b""


def test_ten_thousand_are_eight_bytes_each() -> None:
    """And no two share their bytes."""
    packed = Seen().with_ids(str(number) for number in range(10_000)).pack()

    assert len(packed) == 80_000
    assert len(Seen.unpack(packed).digests) == 10_000


@pytest.mark.parametrize("packed", [b"1234567", b"123456789"])
def test_half_a_listing_is_unreadable(packed: bytes) -> None:
    """A user who is missing in it would count as a leaver."""
    with pytest.raises(ValueError, match="cut off"):
        Seen.unpack(packed)
