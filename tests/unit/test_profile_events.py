"""What a change of the ledger record reports to the history and the bus."""

from dataclasses import replace
from itertools import pairwise

import pytest
from builders import (
    ACTIVE,
    BECAUSE,
    LAB,
    NEW,
    NEW_GRANT,
    NOON,
    OLD,
    OLD_GRANT,
    SUSPENDED_ROLE,
)

from hub.runtime.decisions.profile_events import (
    ProfileEvent,
    ProfileEventType,
    describe_event,
    event_of,
)
from hub.runtime.decisions.record import Record, State

NOTHING = replace(ACTIVE, state=State.PENDING, role_arn="")
HAS_NEW = replace(ACTIVE, role_arn=NEW)
HELD = replace(ACTIVE, state=State.HELD, hold="limit", reason="left; held")
LEAVING = replace(ACTIVE, state=State.REMOVING, started=NOON, retain_until=NOON)
SUSPENDED = replace(LEAVING, state=State.SUSPENDED, role_arn=SUSPENDED_ROLE)
REMOVED = replace(ACTIVE, state=State.REMOVED, role_arn="", because=())


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (None, NOTHING, None),
        (None, ACTIVE, ProfileEventType.CREATED),
        (NOTHING, ACTIVE, ProfileEventType.CREATED),
        (REMOVED, ACTIVE, ProfileEventType.CREATED),
        (ACTIVE, HAS_NEW, ProfileEventType.ROLE_CHANGED),
        (ACTIVE, replace(ACTIVE, reason="x", modified="y", last_request="z"), None),
        (ACTIVE, LEAVING, None),
        (LEAVING, SUSPENDED, ProfileEventType.SUSPENDED),
        (SUSPENDED, replace(SUSPENDED, state=State.REMOVING), None),
        (SUSPENDED, ACTIVE, ProfileEventType.RESUMED),
        (SUSPENDED, REMOVED, ProfileEventType.REMOVED),
        (LEAVING, REMOVED, ProfileEventType.REMOVED),
        # A user who never had a profile is not reported to have lost one.
        (None, REMOVED, None),
        (NOTHING, REMOVED, None),
        (REMOVED, replace(REMOVED, reason="the user is gone in the directory"), None),
        # A profile that was deleted to be recreated is neither lost nor new.
        (ACTIVE, NOTHING, None),
        (None, HELD, ProfileEventType.HELD),
        (ACTIVE, HELD, ProfileEventType.HELD),
        (HELD, replace(HELD, reason="other words"), None),
        (HELD, replace(HELD, hold="last-row"), ProfileEventType.HELD),
        # An operator rejected: nothing new happened to anybody.
        (HELD, replace(HELD, hold="rejected"), None),
        # An obsolete hold ends; an approved one begins what it held.
        (HELD, ACTIVE, ProfileEventType.RELEASED),
        (HELD, LEAVING, None),
        (HELD, REMOVED, ProfileEventType.REMOVED),
        # Held for an unmanaged profile or a shared space: a manual action is needed, no approval.
        (ACTIVE, replace(ACTIVE, state=State.HELD), ProfileEventType.HELD),
    ],
)
def test_which_events_a_change_of_the_record_publishes(
    old: Record | None, new: Record, what: ProfileEventType | None
) -> None:
    """Each event once, and none that did not happen."""
    found = event_of(old, new, NOON)

    assert (found.what if found else None) is what
    assert event_of(new, new, NOON) is None


def test_an_event_names_its_subject_and_reason() -> None:
    """The roles before and after, the rows that granted it, and the event that caused it."""
    new = replace(HAS_NEW, because=BECAUSE, last_request="an-event", reason="")

    assert event_of(ACTIVE, new, NOON) == ProfileEvent(
        ProfileEventType.ROLE_CHANGED,
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


def test_a_removal_names_the_rows_that_had_granted_it() -> None:
    """The record no longer has the rows by then."""
    found = event_of(replace(SUSPENDED, because=(NEW_GRANT, OLD_GRANT)), REMOVED, NOON)

    assert found is not None
    assert found.because == str(BECAUSE)


def test_the_events_of_a_life_cycle_come_in_order() -> None:
    """From the first profile to the last removal step, with a return in between."""
    waits = replace(HELD, role_arn=NEW)
    life = [NOTHING, ACTIVE, HAS_NEW, waits, HAS_NEW, SUSPENDED, ACTIVE]
    life += [LEAVING, SUSPENDED, REMOVED]

    told = [each.what for old, new in pairwise(life) if (each := event_of(old, new, NOON))]

    assert told == [
        ProfileEventType.CREATED,
        ProfileEventType.ROLE_CHANGED,
        ProfileEventType.HELD,
        ProfileEventType.RELEASED,
        ProfileEventType.SUSPENDED,
        ProfileEventType.RESUMED,
        ProfileEventType.SUSPENDED,
        ProfileEventType.REMOVED,
    ]


@pytest.mark.parametrize("what", ProfileEventType)
def test_every_event_type_has_its_own_text(what: ProfileEventType) -> None:
    """Operators read them as the end of a sentence."""
    told = ProfileEvent(
        ProfileEventType.HELD,
        NOON,
        ACTIVE.user_id,
        "ada",
        LAB,
        "p-ada",
        NEW,
        OLD,
        "g",
        "left",
        "e",
    )._replace(
        what=what,
    )
    words = {
        ProfileEventType.CREATED: "create p-ada with New, because g",
        ProfileEventType.ROLE_CHANGED: "change p-ada from Old to New, because g",
        ProfileEventType.SUSPENDED: "suspend p-ada: left",
        ProfileEventType.RESUMED: "resume p-ada with New, because g",
        ProfileEventType.REMOVED: "delete p-ada: left",
        ProfileEventType.HELD: "hold p-ada: left",
        ProfileEventType.RELEASED: "release the hold of p-ada",
    }

    assert describe_event(told) == words[what]
