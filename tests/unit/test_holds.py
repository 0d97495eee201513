"""Holds: the digest stands for exactly one set of users, and the text says what they wait for."""

from itertools import permutations

import pytest
from builders import HOUR, LAB, NOON, SHOP
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.runtime.decisions.holds import Hold, holds_of
from hub.runtime.decisions.record import REJECTED
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Disruption,
    DisruptionKind,
    HeldDisruption,
)
from shared.model import UserId


def held(
    user: str = "ada",
    kind: DisruptionKind = DisruptionKind.REMOVAL,
    cause: str = LIMIT,
    why: str = "left",
) -> HeldDisruption:
    return HeldDisruption(Disruption(UserId(user), f"{user}@x", user, kind, why), cause, NOON)


ADA, BOB, EVE = (held(name) for name in ("ada", "bob", "eve"))
THREE = Hold(LAB, LIMIT, (ADA, BOB, EVE))
sets = st.frozensets(
    st.tuples(st.sampled_from("abcde"), st.sampled_from(DisruptionKind)), max_size=6
)


@settings(deadline=None)
@given(sets, sets)
def test_equal_digests_are_equal_sets(
    one: frozenset[tuple[str, DisruptionKind]], other: frozenset[tuple[str, DisruptionKind]]
) -> None:
    """Rule 10: an approval names the digest of exactly that set of users and disruptions."""
    digests = [
        Hold(LAB, LIMIT, tuple(held(*each) for each in people)).digest for people in (one, other)
    ]

    assert (digests[0] == digests[1]) is (one == other)


def test_the_order_in_which_disruptions_were_held_decides_nothing() -> None:
    """The same users give the same digest in every process."""
    assert {Hold(LAB, LIMIT, order).digest for order in permutations(THREE.disruptions)} == {
        THREE.digest
    }
    assert THREE.digest == "382834f5"


@pytest.mark.parametrize(
    "other",
    [
        THREE._replace(disruptions=(ADA, BOB)),
        THREE._replace(disruptions=(ADA, BOB, EVE, held("dan"))),
        THREE._replace(disruptions=(ADA, BOB, held("eve", DisruptionKind.ROLE_CHANGE))),
        THREE._replace(target=SHOP),
        THREE._replace(cause=REJECTED),
        THREE._replace(cause="emptied ants"),
    ],
)
def test_another_set_has_another_digest(other: Hold) -> None:
    """An approval of one set does not apply to another."""
    assert other.digest != THREE.digest


def test_what_does_not_change_the_set_changes_no_digest() -> None:
    """A changed user name or reason text does not void an approval."""
    later = ADA._replace(
        since=NOON + HOUR, disruption=ADA.disruption._replace(user_name="a", reason="gone")
    )

    assert THREE._replace(disruptions=(later, BOB, EVE)).digest == THREE.digest


def test_pending_holds_are_grouped_by_cause_and_sorted() -> None:
    """Disruptions of one target and cause are one hold; an approved one is not pending."""
    emptied, rejected = held("dan", cause="emptied ants"), held("fay", cause=REJECTED)
    approved = held("gus")._replace(approved_until=NOON + HOUR)
    expired = held("hal")._replace(approved_until=NOON)

    found = holds_of(LAB, [rejected, expired, EVE, approved, emptied, ADA], NOON)

    assert found == (
        Hold(LAB, "emptied ants", (emptied,)),
        Hold(LAB, LIMIT, (ADA, EVE, expired)),
        Hold(LAB, REJECTED, (rejected,)),
    )
    assert [hold.is_open for hold in found] == [True, True, False]
    assert found[1].users == {"ada", "eve", "hal"}
    assert holds_of(LAB, [approved], NOON) == ()


@pytest.mark.parametrize(
    ("hold", "words"),
    [
        (
            THREE,
            f"3 to remove in {LAB}: exceeds the removal limit",
        ),
        (
            THREE._replace(
                cause="deleted ants",
                disruptions=(ADA, held("bob", DisruptionKind.ROLE_CHANGE)),
            ),
            f"1 to remove, 1 to get another role in {LAB}: a group was deleted: ants",
        ),
        (
            THREE._replace(cause="emptied big ants", disruptions=(ADA,)),
            f"1 to remove in {LAB}: a group lists nobody any more: big ants",
        ),
        (
            THREE._replace(cause="last-row", disruptions=(ADA,)),
            f"1 to remove in {LAB}: the last mapping row of the target is gone",
        ),
        (
            THREE._replace(cause=REJECTED, disruptions=(held("bob", DisruptionKind.ROLE_CHANGE),)),
            f"1 to get another role in {LAB}: rejected by an operator",
        ),
    ],
)
def test_a_hold_says_how_many_and_why(hold: Hold, words: str) -> None:
    """Style rule 7: the numbers and the reason."""
    assert str(hold) == words
