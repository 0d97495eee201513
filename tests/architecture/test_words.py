"""One word per idea: the words that the project gave up stay away."""

import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The parts of identifiers that were given up, with what is written instead.
PARTS = {
    "acts": "operations",
    "barred": "disabled_or_deleted",
    "brakes": "control",
    "campus": "lifecycles",
    "claim": "grant",
    "claims": "grants",
    "climb": "pass",
    "converge": "reconcile",
    "cut": "disruption",
    "cuts": "disruptions",
    "deed": "step",
    "desk": "hub_client",
    "foreigner": "unmanaged",
    "foreigners": "unmanaged",
    "handmade": "spoke_profiles",
    "happening": "profile_event",
    "happenings": "profile_events",
    "hint": "request",
    "hints": "requests",
    "judged": "checked",
    "ladder": "removal",
    "plugged": "moto_backend",
    "powerless": "suspended_role",
    "referee": "checker",
    "rehearsal": "simulation",
    "rehearsed": "simulated",
    "rung": "pass",
    "standing": "user_status",
    "stray": "unmanaged",
    "tale": "story",
    "told": "described",
    "town": "company",
    "unheard": "without_an_event",
    "verdict": "decision",
    "verdicts": "decisions",
    "weigh": "admit",
    "weighed": "reserve_slots",
    "weighing": "admission",
    "witness": "publisher",
    "world": "embedded_aws",
    "worlds": "inputs",
}
# Whole identifiers whose parts are good words elsewhere.
NAMES = {
    "Act": "Operation",
    "at_rest": "in_sync",
    "called_at": "requested_at",
    "called_for": "desired",
    "called_off": "obsolete",
    "found_by": "source_scan",
    "GroupCopy": "GroupSnapshot",
    "Heard": "ObservedCall",
    "HubMemory": "HubStateStore",
    "is_at_rest": "is_in_sync",
    "letters_alarm": "dead_letters",
    "look_at": "enqueue",
    "looked_at": "is_listed",
    "look_later": "enqueue_after",
    "look_through": "enqueue",
    "made_at": "enqueued_at",
    "MembershipEnd": "MembershipDeleted",
    "Origin": "EventMetadata",
    "origin_of": "metadata_of",
    "Pace": "RequeuePolicy",
    "put_off": "requeue",
    "second_look": "recheck",
    "Sight": "UserSnapshot",
    "SourceChange": "IdentitySourceChanged",
    "Telling": "Transcript",
    "unannounced_alarm": "drift_alarm",
    "Unclear": "UnidentifiedChange",
    "way_out": "remedy",
}
MESSAGES = {"HEARD", "IGNORED", "FOUND", "PUT_OFF"}
FOLDERS = ("hub", "shared", "cli", "yaml_files", "simulator", "spoke", "tests/support")
CODE = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def given_up(name: str) -> bool:
    parts = re.sub("([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_")
    return name in NAMES or not PARTS.keys().isdisjoint(parts)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_identifier_is_a_word_that_was_given_up(path: Path) -> None:
    """Whoever adds code finds the word to use in the table above."""
    source = path.read_text(encoding="utf-8")
    names = {
        (token.string, token.start[0])
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.NAME
    }

    assert sorted(each for each in names if given_up(each[0])) == []
    assert not MESSAGES & set(re.findall(r'logger\.\w+\(\s*"(\w+)"', source))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_heading_is_a_word_that_was_given_up(page: Path) -> None:
    """Whoever searches for the field's words finds the page."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    words = (word.strip("`:,.") for heading in headings for word in heading.split())

    assert [word for word in words if given_up(word)] == []
