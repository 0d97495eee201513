"""Problems of the hub itself, and of requests that do not end."""

from typing import Final

from hub.runtime.problems.kind import Problem, ProblemKind, Severity

HUB: Final = "the hub"
BUS: Final = "the hub's event bus"
# What every reconcile reads before it decides anything.
DIRECTORY_AND_TABLES: Final = "the directory and the tables"

PAUSED: Final = ProblemKind(
    name="paused",
    severity=Severity.HIGH,
    remedy="remove the cause of the pause, then: studio-hub resume --yes",
    docs="safety.md#what-an-operator-can-do",
    is_remembered=True,
)
UNREADABLE: Final = ProblemKind(
    name="unreadable",
    severity=Severity.HIGH,
    remedy="check the rights of the hub's role, and the policy of the key that encrypts Identity "
    "Center (identity_key_arn); the read is tried again, and nobody is removed meanwhile",
    docs="operations.md#what-is-late-or-fails",
    is_remembered=True,
)
WAITING: Final = ProblemKind(
    name="waiting",
    severity=Severity.MEDIUM,
    remedy="remove the cause that the reason names; the request is tried again within minutes, and "
    "with each sweep",
    docs="architecture.md#failures",
    is_remembered=True,
)
GAVE_UP: Final = ProblemKind(
    name="gave-up",
    severity=Severity.MEDIUM,
    remedy="remove the cause that the reason names; the next sweep tries again, and nobody is "
    "removed meanwhile",
    docs="architecture.md#failures",
    is_remembered=True,
)
EVENT_NOT_PUBLISHED: Final = ProblemKind(
    name="event-not-published",
    severity=Severity.LOW,
    remedy="see what happened: studio-hub history; these changes are not published again",
    docs="events.md#what-the-hub-publishes",
    is_remembered=True,
)


def paused(reason: str) -> Problem:
    """Return the problem that the hub does nothing until an operator resumes it."""
    return PAUSED.of(HUB, f"paused: {reason}")


def unreadable(subject: str, error: str, user_id: str = "") -> Problem:
    """Return the problem that the directory, the mappings or the ledger refuse a read."""
    return UNREADABLE.of(subject, error, user_id=user_id)


def waiting(user_id: str, attempts: int, reason: str) -> Problem:
    """Return the problem that a user has waited long."""
    return WAITING.of(f"user {user_id}", f"not finished after {attempts} attempts: {reason}")


def gave_up(subject: str, attempts: int, reason: str) -> Problem:
    """Return the problem that the retries of a request ended."""
    why = f": {reason}" if reason else ""
    return GAVE_UP.of(subject, f"not finished after {attempts} attempts{why}")


def event_not_published(count: int, error: str) -> Problem:
    """Return the problem that the event bus refused profile events."""
    return EVENT_NOT_PUBLISHED.of(BUS, f"{count} events were refused: {error}")
