"""What happens in a run, chapter by chapter, and what Studio must look like after each."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2e.cloud import HUB, REGION, STORE, TARGETS, Cloud, handmade, place
from e2e.expectations import (
    Expectation,
    asks_for_group,
    everything_is_due,
    forgets,
    has_no_profile,
    has_role,
    remembers,
    role_arn,
    role_does,
)
from e2e.processes import run
from e2e.progress import tell

from shared.conventions import hub_role_names
from shared.model import Target
from simulator.directory_events import Event

FIRST, SECOND = TARGETS
UNREADABLE = "00000000-0000-4000-8000-00000000e2e0"
_PATIENCE = 60  # seconds for the functions to do what a chapter calls for
_COMMAND = 60  # seconds for a command of an operator


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happens, and what the functions must make of it."""

    name: str
    act: Callable[[Cloud], object]
    expectations: Sequence[Expectation]


def joins(user: str, group: str, via: str) -> Callable[[Cloud], None]:
    """Return the act of a person who joins a group."""
    return lambda cloud: _happen(cloud, lambda: cloud.acts.join(user, group, via))  # type: ignore[arg-type]


def leaves(user: str, group: str, via: str) -> Callable[[Cloud], None]:
    """Return the act of a person who leaves a group."""
    return lambda cloud: _happen(cloud, lambda: cloud.acts.leave(user, group, via))  # type: ignore[arg-type]


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


def studio_hub(cloud: Cloud, *arguments: str) -> None:
    """Run the operator's command line in the hub account; CommandError when it fails."""
    command = [str(Path(sys.executable).with_name("studio-hub")), *arguments]
    environment = cloud.aws.environment(HUB) | {
        "STUDIO_HUB_MAPPINGS_TABLE": cloud.hub["MappingsTable"],
        "STUDIO_HUB_LEDGER_TABLE": cloud.hub["LedgerTable"],
        "STUDIO_HUB_LATER_QUEUE_URL": cloud.hub["LaterQueueUrl"],
    }
    run(command, environment, cloud.aws.journal.with_name("cli.log"), timeout=_COMMAND)


def _people_and_rows(cloud: Cloud) -> None:
    with cloud.lock:
        store = cloud.services.identity_store
        for group in ("ml-scientists", "ml-leads"):
            store.add_group(group)
        for user in ("ada", "grace", "alan"):
            store.add_user(user)
    # With the identity store a row names its group by id too; the last one tells its name alone.
    by_id = ["--identity-store", STORE]
    for group, target, role, priority, more in (
        ("ml-scientists", FIRST, "DataScientist", 20, by_id),
        ("ml-scientists", SECOND, "Analyst", 20, by_id),
        ("ml-leads", FIRST, handmade(FIRST), 10, []),
        ("ml-leads", SECOND, handmade(SECOND), 10, []),
    ):
        _add_row(cloud, group, target, role, priority, *more)


def _add_row(
    cloud: Cloud, group: str, target: Target, role: str, priority: int, *more: str
) -> None:
    named = ["--group", group, "--target", str(target), "--role-arn", role_arn(target, role)]
    kept = ["--priority", str(priority), "--retention-days", "0", "--yes"]
    studio_hub(cloud, "mappings", "add", *named, *kept, *more)


def _happen(cloud: Cloud, act: Callable[[], Sequence[Event]]) -> None:
    """Let something happen in the directory; its events come to the queue as by the rules."""
    with cloud.lock:
        events = act()
    _send(cloud, events)


def _send(cloud: Cloud, events: Sequence[Event]) -> None:
    sqs = cloud.aws.client("sqs", HUB)
    for event in events:
        sqs.send_message(QueueUrl=cloud.hub["EventsQueueUrl"], MessageBody=json.dumps(event))


def _profiles_of_other_hands(cloud: Cloud) -> None:
    with cloud.lock:
        for name in ("by-hand", "by-hand-too"):
            cloud.services.studio.make_profile_by_hand(
                place(FIRST), name=name, user_name=None, role=handmade(FIRST)
            )
    studio_hub(cloud, "sweep")


def _one_is_deleted_by_other_hands(cloud: Cloud) -> None:
    cloud.aws.client("sagemaker", FIRST.account).delete_user_profile(
        DomainId=FIRST.domain_id, UserProfileName="by-hand"
    )
    while cloud.profile(FIRST, "by-hand"):
        time.sleep(0.1)  # a look that lists it still has nothing to forget
    studio_hub(cloud, "sweep", "--target", str(FIRST))


def _somebody_unknown_joins(cloud: Cloud) -> None:
    """Let somebody join whom no event announced; a sweep tells."""
    with cloud.lock:
        cloud.acts.join("alan", "ml-scientists", "none")
        group = cloud.services.identity_store.find_group("ml-scientists")
    studio_hub(cloud, "sweep", "--group", group.group_id if group else "")


def _a_row_of_a_group_to_come(cloud: Cloud) -> None:
    _add_row(cloud, "ml-guests", SECOND, "MLEngineer", 30)


def _the_group_comes(cloud: Cloud) -> None:
    _happen(cloud, lambda: cloud.acts.create_group("ml-guests", None, ["grace"], "api"))


def _ada_is_enabled(cloud: Cloud) -> None:
    _happen(cloud, lambda: cloud.acts.set_status("ada", "ENABLED", "console"))


def _nobody_can_read_an_event(cloud: Cloud) -> None:
    with cloud.lock:
        (event,) = cloud.acts.set_status("alan", "ENABLED", "native")
    _send(cloud, [{**event, "id": UNREADABLE, "resources": []}])


STORY = (
    Chapter("the accounts are registered", _people_and_rows, ()),
    Chapter(
        "ada joins ml-scientists (console)",
        joins("ada", "ml-scientists", "console"),
        (has_role("ada", FIRST, "DataScientist"), has_role("ada", SECOND, "Analyst")),
    ),
    Chapter(
        "grace joins ml-scientists (API)",
        joins("grace", "ml-scientists", "api"),
        (has_role("grace", FIRST, "DataScientist"), has_role("grace", SECOND, "Analyst")),
    ),
    Chapter(
        "ada joins ml-leads (SCIM, which hides the member)",
        joins("ada", "ml-leads", "scim"),
        (has_role("ada", FIRST, handmade(FIRST)), has_role("ada", SECOND, handmade(SECOND))),
    ),
    Chapter(
        "ada leaves ml-leads (native event)",
        leaves("ada", "ml-leads", "native"),
        (has_role("ada", FIRST, "DataScientist"), has_role("ada", SECOND, "Analyst")),
    ),
    Chapter(
        "grace leaves ml-scientists (API, by the membership's id)",
        leaves("grace", "ml-scientists", "api"),
        (has_no_profile("grace", FIRST), has_no_profile("grace", SECOND)),
    ),
    Chapter(
        "a sweep finds profiles of other hands, and remembers them",
        _profiles_of_other_hands,
        (remembers(FIRST, "by-hand"), remembers(FIRST, "by-hand-too")),
    ),
    Chapter(
        "one of them is deleted, and a look at the target forgets it",
        _one_is_deleted_by_other_hands,
        (forgets(FIRST, "by-hand"), remembers(FIRST, "by-hand-too")),
    ),
    Chapter(
        "alan joins ml-scientists, of which no event tells",
        _somebody_unknown_joins,
        (has_role("alan", FIRST, "DataScientist"), has_role("alan", SECOND, "Analyst")),
    ),
    Chapter(
        "a row names a group that does not exist",
        _a_row_of_a_group_to_come,
        (asks_for_group("ml-guests"),),
    ),
    Chapter(
        "the group is made, with grace in it (API)",
        _the_group_comes,
        (has_role("grace", SECOND, "MLEngineer"), has_no_profile("grace", FIRST)),
    ),
    Chapter(
        "ada is enabled, as she was: the directory may be late, so the hub looks again later",
        _ada_is_enabled,
        (role_does(hub_role_names(REGION)[0], "sqs:SendMessage", "Later"),),
    ),
    Chapter(
        "nobody can read an event",
        _nobody_can_read_an_event,
        (everything_is_due(UNREADABLE),),
    ),
)
