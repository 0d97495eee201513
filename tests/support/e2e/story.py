"""What happens in a run, chapter by chapter, and what must be so after each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from e2e import acts
from e2e.acts import ABROAD, FIRST, GUESTS, LEADS, SCIENTISTS, SECOND, UNREADABLE, joins, leaves
from e2e.cloud import REGION, TARGETS, Cloud
from e2e.expectations import (
    Expectation,
    asks_for_group,
    everything_is_due,
    forgets,
    has_no_profile,
    has_role,
    has_roles,
    nothing_was_written,
    remembers,
    role_does,
    would_do_something,
)
from e2e.progress import tell

from shared.conventions import hub_role_names

_PATIENCE = 60  # seconds for the functions to do what a chapter calls for


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happens, and what the functions must make of it."""

    name: str
    act: acts.Act
    expectations: Sequence[Expectation]


def play(cloud: Cloud, chapters: Sequence[Chapter]) -> None:
    """Let each chapter happen and wait for its expectations; AssertionError names those unmet."""
    for chapter in chapters:
        began = time.monotonic()
        chapter.act(cloud)
        while missing := [each.name for each in chapter.expectations if not each.holds(cloud)]:
            waited = time.monotonic() - began
            assert waited < _PATIENCE, f"{chapter.name}: after {waited:.0f} s not: {missing}"
            time.sleep(0.1)
        tell(f"{chapter.name}: {time.monotonic() - began:.1f} s")


STORY = (
    Chapter("the accounts are registered", acts.accounts_are_registered, ()),
    Chapter(
        "ada joins ml-scientists (console)",
        joins("ada", "ml-scientists", "console"),
        has_roles("ada", SCIENTISTS),
    ),
    Chapter(
        "grace joins ml-scientists (API)",
        joins("grace", "ml-scientists", "api"),
        has_roles("grace", SCIENTISTS),
    ),
    Chapter(
        "ada joins ml-leads (SCIM, which hides the member)",
        joins("ada", "ml-leads", "scim"),
        has_roles("ada", SCIENTISTS | LEADS),
    ),
    Chapter(
        "ada leaves ml-leads (native event)",
        leaves("ada", "ml-leads", "native"),
        has_roles("ada", SCIENTISTS),
    ),
    Chapter(
        "grace leaves ml-scientists (API, by the membership's id)",
        leaves("grace", "ml-scientists", "api"),
        tuple(has_no_profile("grace", target) for target in TARGETS),
    ),
    Chapter(
        "a sweep finds profiles of other hands, and remembers them",
        acts.profiles_are_made_by_hand,
        (remembers(FIRST, "by-hand"), remembers(FIRST, "by-hand-too")),
    ),
    Chapter(
        "one of them is deleted, and a look at the target forgets it",
        acts.one_is_deleted_by_hand,
        (forgets(FIRST, "by-hand"), remembers(FIRST, "by-hand-too")),
    ),
    Chapter(
        "alan joins ml-scientists, of which no event tells",
        acts.alan_joins_unheard,
        has_roles("alan", SCIENTISTS),
    ),
    Chapter(
        "a row names a group that does not exist",
        acts.guests_are_mapped,
        (asks_for_group("ml-guests"),),
    ),
    Chapter(
        "the group is made, with grace in it (API)",
        acts.guests_are_made,
        (*has_roles("grace", GUESTS), has_no_profile("grace", FIRST)),
    ),
    Chapter(
        "ada is enabled, as she was: the hub looks again later, since the directory may be late",
        acts.ada_is_enabled,
        (role_does(hub_role_names(REGION)[0], "sqs:SendMessage", "Later"),),
    ),
    Chapter(
        "in report mode the hub tells what it would do, and writes nothing",
        acts.the_hub_only_reports,
        (
            *(would_do_something("eve", target) for target in (FIRST, SECOND, ABROAD)),
            *(would_do_something("ada", target) for target in (FIRST, SECOND, ABROAD)),
            nothing_was_written(),
            has_role("ada", FIRST, SCIENTISTS[FIRST]),
            has_no_profile("eve", FIRST),
        ),
    ),
    Chapter(
        "nobody can read an event",
        acts.nobody_can_read_an_event,
        (everything_is_due(UNREADABLE),),
    ),
)
