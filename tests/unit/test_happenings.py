"""What the change from one ledger record to the next tells the history and the bus."""

from dataclasses import replace
from itertools import pairwise

import pytest
from cases import (
    ACTIVE,
    BECAUSE,
    LAB,
    NEW,
    NEW_CLAIM,
    NOON,
    OLD,
    OLD_CLAIM,
    POWERLESS,
)

from hub.runtime.decisions.describe import story
from hub.runtime.decisions.profile_events import Happening, What, happened
from hub.runtime.decisions.record import Record, State

NOTHING = replace(ACTIVE, state=State.PENDING, role_arn="")
HAS_NEW = replace(ACTIVE, role_arn=NEW)
HELD = replace(ACTIVE, state=State.HELD, hold="limit", reason="left; held")
LEAVING = replace(ACTIVE, state=State.REMOVING, begun=NOON, retain_until=NOON)
SUSPENDED = replace(LEAVING, state=State.SUSPENDED, role_arn=POWERLESS)
REMOVED = replace(ACTIVE, state=State.REMOVED, role_arn="", because=())


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (None, NOTHING, None),
        (None, ACTIVE, What.CREATED),
        (NOTHING, ACTIVE, What.CREATED),
        (REMOVED, ACTIVE, What.CREATED),
        (ACTIVE, HAS_NEW, What.ROLE_CHANGED),
        (ACTIVE, replace(ACTIVE, reason="x", modified="y", last_request="z"), None),
        (ACTIVE, LEAVING, None),
        (LEAVING, SUSPENDED, What.SUSPENDED),
        (SUSPENDED, replace(SUSPENDED, state=State.REMOVING), None),
        (SUSPENDED, ACTIVE, What.RESUMED),
        (SUSPENDED, REMOVED, What.REMOVED),
        (LEAVING, REMOVED, What.REMOVED),
        # Nobody who never had a profile is told to have lost one.
        (None, REMOVED, None),
        (NOTHING, REMOVED, None),
        (REMOVED, replace(REMOVED, reason="the user is gone in the directory"), None),
        # A profile that was discarded to be made anew is neither lost nor new.
        (ACTIVE, NOTHING, None),
        (None, HELD, What.HELD),
        (ACTIVE, HELD, What.HELD),
        (HELD, replace(HELD, reason="other words"), None),
        (HELD, replace(HELD, hold="last-row"), What.HELD),
        # An operator said no: nothing new happened to anybody.
        (HELD, replace(HELD, hold="rejected"), None),
        # A hold ends when nothing calls for it any more; what it held begins when it is approved.
        (HELD, ACTIVE, What.RELEASED),
        (HELD, LEAVING, None),
        (HELD, REMOVED, What.REMOVED),
        # Held for a profile that is not ours, or for a shared space: hands are needed, not a word.
        (ACTIVE, replace(ACTIVE, state=State.HELD), What.HELD),
    ],
)
def test_what_a_change_of_the_record_tells(
    old: Record | None, new: Record, what: What | None
) -> None:
    """Each once, and nothing that did not happen."""
    found = happened(old, new, NOON)

    assert (found.what if found else None) is what
    assert happened(new, new, NOON) is None


def test_a_happening_says_whose_and_why() -> None:
    """The roles before and after, the rows that gave it, and the event that led to it."""
    new = replace(HAS_NEW, because=BECAUSE.claims, last_request="an-event", reason="")

    assert happened(ACTIVE, new, NOON) == Happening(
        What.ROLE_CHANGED,
        NOON,
        ACTIVE.user_id,
        "ada",
        LAB,
        "ada",
        NEW,
        OLD,
        "ml-leads (priority 10) over ml-scientists (priority 20)",
        "",
        "an-event",
        ACTIVE.efs_uid,
    )


def test_a_removal_says_what_had_given_it() -> None:
    """The rows are gone from the record by then."""
    found = happened(replace(SUSPENDED, because=(NEW_CLAIM, OLD_CLAIM)), REMOVED, NOON)

    assert found is not None
    assert found.because == str(BECAUSE)


def test_a_life_is_told_in_its_order() -> None:
    """From the first profile to the last rung, with a rejoin between."""
    waits = replace(HELD, role_arn=NEW)
    life = [NOTHING, ACTIVE, HAS_NEW, waits, HAS_NEW, SUSPENDED, ACTIVE]
    life += [LEAVING, SUSPENDED, REMOVED]

    told = [each.what for old, new in pairwise(life) if (each := happened(old, new, NOON))]

    assert told == [
        What.CREATED,
        What.ROLE_CHANGED,
        What.HELD,
        What.RELEASED,
        What.SUSPENDED,
        What.RESUMED,
        What.SUSPENDED,
        What.REMOVED,
    ]


@pytest.mark.parametrize("what", What)
def test_every_happening_has_words_of_its_own(what: What) -> None:
    """Operators read them as the end of a sentence."""
    told = replace(
        Happening(What.HELD, NOON, ACTIVE.user_id, "ada", LAB, "p-ada", NEW, OLD, "g", "left", "e"),
        what=what,
    )
    words = {
        What.CREATED: "create p-ada with New, because g",
        What.ROLE_CHANGED: "change p-ada from Old to New, because g",
        What.SUSPENDED: "suspend p-ada: left",
        What.RESUMED: "resume p-ada with New, because g",
        What.REMOVED: "delete p-ada: left",
        What.HELD: "hold p-ada: left",
        What.RELEASED: "let p-ada wait no more",
    }

    assert story(told) == words[what]
