"""What happens in a run, chapter by chapter, and what Studio must look like after each."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2e.cloud import HANDMADE, HUB, REGION, STORE, TARGETS, Cloud, place
from e2e.processes import run
from e2e.progress import tell

from shared.conventions import execution_role_arn
from shared.model import Target
from shared.ownership import tags
from simulator.directory_events import Event

FIRST, SECOND = TARGETS
_PATIENCE = 90  # seconds for the functions to do what a chapter calls for
_COMMAND = 60  # seconds for a command of an operator


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that must be so, in words and as a check of the world."""

    name: str
    holds: Callable[[Cloud], bool]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that happens, and what the functions must make of it."""

    name: str
    act: Callable[[Cloud], object]
    expectations: Sequence[Expectation]


def has_role(user: str, target: Target, role: str) -> Expectation:
    """Expect a person's own profile, in service and with a role, by name or ARN."""
    arn = role if ":" in role else execution_role_arn(target.account, target.region, role)

    def holds(cloud: Cloud) -> bool:
        found = cloud.profile(target, user)
        person = cloud.services.identity_store.find_user(user)
        return bool(
            found
            and person
            and (found.status, found.role) == ("InService", arn)
            and dict(found.tags) == tags(HUB, person.user_id)
        )

    return Expectation(f"{user} has a profile in {target} with the role {role}", holds)


def has_no_profile(user: str, target: Target) -> Expectation:
    """Expect that nothing is left of a person's profile."""
    return Expectation(
        f"{user} has no profile in {target}", lambda cloud: cloud.profile(target, user) is None
    )


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
        "STUDIO_HUB_IDENTITY_STORE_ID": STORE,
    }
    run(command, environment, cloud.aws.journal.with_name("cli.log"), timeout=_COMMAND)


def _people_and_rows(cloud: Cloud) -> None:
    with cloud.lock:
        store = cloud.services.identity_store
        for group in ("ml-scientists", "ml-leads"):
            store.add_group(group)
        for user in ("ada", "grace", "alan"):
            store.add_user(user)
    for group, target, role, priority in (
        ("ml-scientists", FIRST, "DataScientist", 20),
        ("ml-scientists", SECOND, "Analyst", 20),
        ("ml-leads", FIRST, HANDMADE, 10),
    ):
        arn = role if ":" in role else execution_role_arn(target.account, REGION, role)
        options = ["--role-arn", arn, "--priority", str(priority), "--retention-days", "0"]
        named = ["--group", group, "--target", str(target)]
        studio_hub(cloud, "mappings", "add", *named, *options, "--yes")


def _happen(cloud: Cloud, act: Callable[[], Sequence[Event]]) -> None:
    """Let something happen in the directory; its events come to the queue as by the rules."""
    with cloud.lock:
        events = act()
    sqs = cloud.aws.client("sqs", HUB)
    for event in events:
        sqs.send_message(QueueUrl=cloud.hub["EventsQueueUrl"], MessageBody=json.dumps(event))


def _somebody_elses_profile(cloud: Cloud) -> None:
    with cloud.lock:
        cloud.services.studio.make_profile_by_hand(
            place(FIRST), name="by-hand", user_name=None, role=HANDMADE
        )
    studio_hub(cloud, "sweep")


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
        (has_role("ada", FIRST, HANDMADE), has_role("ada", SECOND, "Analyst")),
    ),
    Chapter(
        "ada leaves ml-leads (native event)",
        leaves("ada", "ml-leads", "native"),
        (has_role("ada", FIRST, "DataScientist"),),
    ),
    Chapter(
        "grace leaves ml-scientists (API, by the membership's id)",
        leaves("grace", "ml-scientists", "api"),
        (has_no_profile("grace", FIRST), has_no_profile("grace", SECOND)),
    ),
)
