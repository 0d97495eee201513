"""The access review as a whole: its rows, what concerns no single row, and what it cannot know."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from cli.report.rows import UNMANAGED, ReportRow, minute
from hub.runtime.decisions.hub_state import HubState, OpenProblem
from hub.runtime.decisions.record import State
from hub.runtime.problems.hub import PAUSED
from hub.runtime.problems.targets import HELD, UNREACHABLE
from shared.model import Target

CANNOT_KNOW: Final = (
    (
        "Who may sign in by an assignment that somebody made by hand, to a person or to a group. "
        "Studio makes such a person a profile with the domain's default role. A daily scan reports "
        "assignments of groups, but not their members."
    ),
    "Unmanaged profiles that no hourly scan has seen yet, and the roles of those that it has seen.",
    (
        "What changed since the last sweep without an event. The report reads the ledger, and "
        "neither the directory nor Studio."
    ),
    (
        "What a person started and left behind: training jobs, endpoints and pipelines go on after "
        "the profile is gone. An open browser session may last an hour, a remote IDE twelve, "
        "both without the role."
    ),
    "What a role permits. The report names roles; it reads no policy, and no other way to a role.",
    (
        "The last change of a profile that nobody changed for 400 days: the history goes back no "
        "further."
    ),
)
# What an open problem means for access, the gravest first. Others are named by their kind.
MEANINGS: Final[Mapping[str, str]] = {
    "assignment-not-required": "every user of the directory may sign in here, assigned or not",
    "group-assignment": "a group is assigned to the domain: its members may sign in, and get a "
    "profile with the domain's default role",
    "assigned-by-others": "people may sign in whom the hub did not assign",
    "default-role": "the domain's default role is not the one that permits nothing, so unmanaged "
    "profiles may have permissions",
    "assign-by-hand": "the domain has no application: who may sign in is set by hand",
    "unreadable-tags": "profiles whose tags cannot be read have no row: their owners are unknown",
    "unreachable": "the account refuses the hub: its rows are as old as that",
    "unreadable": "a read was refused: its findings are missing",
    "assignment-unreadable": "it is unknown whether signing in here requires an assignment",
    "portal-off": "nobody can open the domain in Studio",
    "role-unavailable": "a role of the mappings cannot be given: nobody gets it, and nobody loses "
    "what they have",
    "domain-unusable": "the domain cannot be used: nobody gets a profile in it",
    "quota-too-low": "more users are expected than the account's quota of profiles allows",
    "spoke-outdated": "the spoke's stack is of another version than the hub",
    "check-unreadable": "some checks of the target could not be made",
    "bad-row": "the mapping row does not parse: it grants nothing, and removes nobody",
    "unreadable-group": "the group cannot be read: it grants nothing new, and removes nobody",
    "group-deleted": "the group was deleted: what it gave is kept until an operator approves",
    "group-recreated": "another group has this name now: nothing is granted through it",
    "unmatched-pattern": "no group matches the pattern row; it takes nothing from anybody",
    "unknown-group": "the directory does not know the group of a mapping row",
    "group-renamed": "the group has another name now; its rows still count",
    "equal-priority": "two rows have the same priority: the group whose name sorts first wins",
    "same-group-twice": "two rows of a target are of one group",
    "quota": "the account has no profiles left: nobody new gets one",
    "waiting": "the user's changes are not finished after ten minutes",
    "gave-up": "the request was not finished within an hour; the next sweep tries again",
    "event-not-published": "changes were not published on the bus; the history has them",
}
# The report says these elsewhere: with each row, and above all of them.
_SAID_ELSEWHERE: Final = frozenset({HELD.name, PAUSED.name})


class Finding(NamedTuple):
    """What a reviewer must know besides the rows; `target` is None if it concerns several."""

    kind: str
    subject: str
    detail: str
    target: Target | None = None


class Source(NamedTuple):
    """From what a report was made, by whom (the caller's ARN) and when (UTC)."""

    created_at: datetime
    created_by: str
    hub_account: str
    hub_region: str
    ledger: str


@dataclass(frozen=True, slots=True)
class Review:
    """An access review.

    Attributes:
        target: the only target that it covers; None for all.
        paused: why the hub does nothing at present; empty while it runs.
        pause: since when, by whom and why, as the end of a sentence; empty while it runs.
        swept_at: when the last sweep that somebody asked for began (UTC); None if there was none.
            The ledger does not hold the times of the hourly and daily sweeps.
    """

    source: Source
    target: Target | None
    paused: str
    swept_at: datetime | None
    rows: tuple[ReportRow, ...]
    findings: tuple[Finding, ...]
    pause: str = ""

    @property
    def people(self) -> int:
        """Return how many users have at least one profile of ours."""
        return len({row.user_id for row in self.rows if row.user_id and row.has_profile})

    @property
    def states(self) -> Mapping[str, int]:
        """Return how many rows are in each state, zeros included."""
        counts = Counter(row.state for row in self.rows)
        return {name: counts[name] for name in (*map(str, State), UNMANAGED)}

    @property
    def exceptions(self) -> Mapping[str, int]:
        """Return how many rows have each kind of exception, the most frequent first."""
        counts = Counter(
            str(kind) for row in self.rows for kind in {each.kind for each in row.exceptions}
        )
        return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def findings_of(
    state: HubState, rows: Iterable[ReportRow], now: datetime, only: Target | None
) -> tuple[Finding, ...]:
    """Return what concerns no single row, the gravest first; of one target, if only that is asked.

    Orders for users and profiles without a row count only in a report of all targets.
    """
    order = {kind: place for place, kind in enumerate(MEANINGS)}
    found = [*_unreachable(state, now), *_problems(state)]
    if only is not None:
        found = [each for each in found if each.target in (only, None)]
    else:
        found += _orders(state, rows, now)
    return tuple(
        sorted(found, key=lambda each: (order.get(each.kind, len(order)), each.kind, each.subject))
    )


def _unreachable(state: HubState, now: datetime) -> Iterator[Finding]:
    refused = {
        target: refusal.reason
        for target, refusal in state.refused.items()
        if not refusal.is_forgotten(now)
    }
    for target, reason in {**refused, **state.unreachable}.items():
        meaning = MEANINGS[UNREACHABLE.name]
        yield Finding(UNREACHABLE.name, str(target), f"{meaning}: {reason}", target)


def _problems(state: HubState) -> Iterator[Finding]:
    reported = {str(target) for target in {*state.unreachable, *state.refused}}
    for problem in state.problems:
        is_reported = problem.kind == UNREACHABLE.name and problem.subject in reported
        if problem.kind not in _SAID_ELSEWHERE and not is_reported:
            meaning = MEANINGS.get(problem.kind, "")
            yield Finding(problem.kind, problem.subject, meaning, _target(problem))


def _target(problem: OpenProblem) -> Target | None:
    """Return the target of a problem; None if it is stored by its kind."""
    try:
        return Target.parse(problem.scope)
    except ValueError:
        return None


def _orders(state: HubState, rows: Iterable[ReportRow], now: datetime) -> Iterator[Finding]:
    """Yield the orders of operators for users and profiles without a row."""
    shown = {row.user_id for row in rows if row.state != State.REMOVED}
    profiles = {
        f"{row.target}/{row.profile_name.casefold()}" for row in rows if row.state != State.REMOVED
    }
    for whom in state.protected - shown - profiles:
        yield Finding("protected", whom, "protected by an operator; has no profile now")
    for user, until in state.kept.items():
        if until > now and user not in shown:
            detail = f"kept by an operator until {minute(until)} UTC; has no profile now"
            yield Finding("kept", user, detail)
