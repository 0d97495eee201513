"""What docs/operations.md tells an operator to type on a day is typed here, and answers so."""

import pytest
from e2e.accounts import HUB, NEW
from e2e.cloud import Cloud
from e2e.day import commands, folder

pytestmark = pytest.mark.e2e

OPERATOR = f"by arn:aws:iam::{HUB}:root"
# The exit code of each command, and what it must print. MiniStack has no service quotas.
SAID: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("mappings export", 0, ("8 rows",)),
    (
        "mappings plan",
        2,
        (
            "Rows    1 new, 0 changed, 0 removed; 9 afterwards",
            "People  2 gain, 0 change role, 0 lose",
            f"+ ml-analysts -> {NEW}",
            "+ carol  gets Analyst, because of ml-analysts",
            "+ dave  gets Analyst, because of ml-analysts",
        ),
    ),
    ("mappings apply", 0, ("2 gain", "Applied.")),
    (
        "doctor",
        2,
        (
            "role Analyst",
            "exists, and Studio may assume it",
            "GetServiceQuota",
            "0 failed, 1 unknown",
        ),
    ),
    (
        "explain carol",
        0,
        (f"{NEW}  active as Analyst", "yes     ml-analysts", "nothing: in sync", "In sync."),
    ),
    ("explain erin", 0, ("Groups that mappings name: none", "Nothing in 5 targets")),
    ("sweep", 0, ("Queued.",)),
    ("status", 2, ("Paused      no", "2 awaiting approval:  studio-hub holds list")),
    ("holds list", 0, (str(NEW), "exceeds the removal limit", "studio-hub holds show")),
    ("holds show", 0, (f"2 to remove in {NEW}", "carol", "dave", "no mapping grants it")),
    ("holds approve", 0, ("Approved for 72 hours",)),
    ("report", 0, ("Wrote", "to review.html")),
    (
        "history",
        0,
        (
            f"apply mappings {OPERATOR}",
            "because: a new team",
            f"sweep {OPERATOR}",
            f"approve {OPERATOR}",
            "because: they left the company",
            "Profile Created",
            "Profile Suspended",
        ),
    ),
)


@pytest.mark.parametrize(("command", "code", "pieces"), SAID, ids=[each[0] for each in SAID])
def test_a_command_of_the_day_answers_what_it_should(
    played: Cloud, command: str, code: int, pieces: tuple[str, ...]
) -> None:
    """As it stands on the page, with a digest that the command before printed."""
    (said,) = (each for each in played.said if each.line.startswith(f"studio-hub {command}"))

    assert [piece for piece in pieces if piece not in said.text] == [], said.text
    assert said.code == code, said.text


def test_the_whole_day_was_tried(played: Cloud) -> None:
    """Every command of the page, in its order, and no other."""
    assert [each.line for each in played.said] == commands()
    assert len(commands()) == len(SAID)


def test_the_report_of_the_day_says_what_became_of_it(played: Cloud) -> None:
    """The page has both leavers, suspended in the new target."""
    page = (folder() / "review.html").read_text(encoding="utf-8")

    assert played.said
    assert all(each in page for each in ("carol", "dave", NEW.domain_id, "suspended"))
