"""The chapters of an e2e run, and the expected state after each."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from e2e import operations
from e2e.accounts import ABROAD, FIRST, NEW, SECOND, TARGETS
from e2e.cloud import Cloud
from e2e.day import part_of_the_day
from e2e.expectations import (
    Expectation,
    asks_for_group,
    forgets,
    full_sweep_is_due,
    has_no_profile,
    has_nothing_left,
    has_role,
    has_roles,
    is_assigned,
    is_held,
    is_not_assigned,
    nothing_was_written,
    remembers,
    would_do_something,
)
from e2e.operations import GUESTS, LEADS, SCIENTISTS, UNREADABLE, joins, leaves, works_and_leaves
from e2e.progress import report

from shared.conventions import SystemRole

_PATIENCE = 60  # seconds for the functions to meet a chapter's expectations


@dataclass(frozen=True, slots=True)
class Chapter:
    """An act, and the state that the functions must reach after it."""

    name: str
    act: operations.Operation
    expectations: Sequence[Expectation]


def play(cloud: Cloud, chapters: Sequence[Chapter]) -> None:
    """Run each chapter and wait for its expectations; AssertionError names those not met."""
    for chapter in chapters:
        began = time.monotonic()
        chapter.act(cloud)
        acted = time.monotonic()
        while missing := [each.name for each in chapter.expectations if not each.holds(cloud)]:
            waited = time.monotonic() - acted
            assert waited < _PATIENCE, f"{chapter.name}: after {waited:.0f} s not: {missing}"
            time.sleep(0.1)
        report(f"{chapter.name}: {time.monotonic() - began:.1f} s")


ANALYSTS = ("carol", "dave")


def _analysts(role: str) -> tuple[Expectation, ...]:
    return tuple(has_role(user, NEW, role) for user in ANALYSTS)


STORY = (
    Chapter("the accounts are registered", operations.accounts_are_registered, ()),
    Chapter(
        "ada joins ml-scientists (console)",
        joins("ada", "ml-scientists", "console"),
        (*has_roles("ada", SCIENTISTS), *is_assigned("ada", *TARGETS)),
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
        "grace leaves ml-scientists (API, by the membership's id), with an app in a private space",
        works_and_leaves("grace", "ml-scientists", "api"),
        (
            *(has_no_profile("grace", target) for target in TARGETS),
            *(has_nothing_left("grace", target) for target in TARGETS),
            *is_not_assigned("grace", *TARGETS),
        ),
    ),
    Chapter(
        "a sweep finds profiles of other hands, and remembers them",
        operations.profiles_are_made_by_hand,
        (
            *(remembers(target, "by-hand") for target in (FIRST, SECOND, ABROAD)),
            remembers(FIRST, "by-hand-too"),
        ),
    ),
    Chapter(
        "one of them is deleted, and a look at the target forgets it",
        operations.one_is_deleted_by_hand,
        (forgets(FIRST, "by-hand"), remembers(FIRST, "by-hand-too")),
    ),
    Chapter(
        "alan and bert join ml-scientists, which no event announces",
        operations.two_join_without_an_event,
        (*has_roles("alan", SCIENTISTS), *has_roles("bert", SCIENTISTS)),
    ),
    Chapter(
        "a row names a group that does not exist",
        operations.guests_are_mapped,
        (asks_for_group("ml-guests"),),
    ),
    Chapter(
        "the group is made, with grace in it (API)",
        operations.guests_are_made,
        (
            *has_roles("grace", GUESTS),
            *is_assigned("grace", SECOND),
            has_no_profile("grace", FIRST),
        ),
    ),
    Chapter(
        "grace leaves ml-guests, whose profiles are kept (SCIM): suspended, and let in no more",
        leaves("grace", "ml-guests", "scim"),
        (
            has_role("grace", SECOND, SystemRole.SUSPENDED.arn(SECOND.account, SECOND.region)),
            *is_not_assigned("grace", SECOND),
        ),
    ),
    Chapter(
        "grace comes back (native event)",
        joins("grace", "ml-guests", "native"),
        (*has_roles("grace", GUESTS), *is_assigned("grace", SECOND)),
    ),
    Chapter(
        "alan and bert leave ml-scientists, more than may go within an hour: they are held",
        operations.two_leave,
        tuple(is_held(user, target) for user in ("alan", "bert") for target in TARGETS),
    ),
    Chapter(
        "an operator lists the holds and approves each",
        operations.the_holds_are_approved,
        tuple(has_no_profile(user, target) for user in ("alan", "bert") for target in TARGETS),
    ),
    Chapter("analysts are hired", operations.analysts_are_hired, ()),
    Chapter(
        "a day: their account is registered",
        part_of_the_day("Register an account"),
        (*_analysts("Analyst"), *(each for who in ANALYSTS for each in is_assigned(who, NEW))),
    ),
    Chapter("a day: is it ready?", part_of_the_day("See whether it is ready"), ()),
    Chapter("a day: who has access?", part_of_the_day("Explain who has access"), ()),
    Chapter("the analysts leave, which no event announces", operations.analysts_leave, ()),
    Chapter(
        "a day: a scan finds that, and holds it",
        part_of_the_day("Look now"),
        tuple(is_held(user, NEW) for user in ANALYSTS),
    ),
    Chapter(
        "a day: an operator approves it",
        part_of_the_day("Approve what is held"),
        _analysts(SystemRole.SUSPENDED.arn(NEW.account, NEW.region)),
    ),
    Chapter("a day: what happened, and who did it", part_of_the_day("Report"), ()),
    Chapter(
        "in report mode the hub reports what it would do, and writes nothing",
        operations.the_hub_only_reports,
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
        operations.nobody_can_read_an_event,
        (full_sweep_is_due(UNREADABLE),),
    ),
)
