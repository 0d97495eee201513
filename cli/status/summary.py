"""What `studio-hub status` tells: counts of every target, and what waits for a person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cli.arguments import age_of
from cli.output import count_of, describe_pause, pause_json
from cli.status.queues import LastScan, QueueDepth
from hub.runtime.adapters.ledger_overview import (
    AWAITS_APPROVAL,
    BLOCKED,
    CHECKED,
    FAILED_CHECK,
    UNMANAGED,
    Counted,
)
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.record import State
from hub.runtime.problems.hub import PAUSED
from hub.runtime.problems.targets import HELD, UNREACHABLE
from shared.model import Target

KINDS: Final = (
    *(State.ACTIVE, State.PENDING, State.SUSPENDED, State.REMOVING),
    *(AWAITS_APPROVAL, BLOCKED, State.FAILED, UNMANAGED, FAILED_CHECK),
)
# What waits for a person, and where to look. The others are right, or end by themselves.
_WAITING: Final[Mapping[str, str]] = {
    AWAITS_APPROVAL: "studio-hub holds list",
    BLOCKED: "studio-hub holds list",
    State.FAILED: "studio-hub report --format csv",
    FAILED_CHECK: "studio-hub doctor",
}
# Who awaits an approval has what the approval lets the hub take.
_HAVE_PROFILE: Final = frozenset({State.ACTIVE, State.PENDING, State.SUSPENDED, AWAITS_APPROVAL})
_SAID_ELSEWHERE: Final = frozenset({HELD.name, PAUSED.name, UNREACHABLE.name})


def how_many(kind: str, number: int) -> str:
    """Return a number of what is counted, as text."""
    return count_of(number, "failed check") if kind == FAILED_CHECK else f"{number:,} {kind}"


@dataclass(slots=True)
class TargetStatus:
    """What is in a target, by kind.

    `unreachable` is the error of an account that refuses us. `checked_at` is when (UTC) a scan made
    the last checks; None for never.
    """

    counts: Counter[str] = field(default_factory=Counter)
    unreachable: str = ""
    checked_at: datetime | None = None

    @property
    def is_notable(self) -> bool:
        """Return whether there is more to tell than people who have their profiles."""
        settled = {State.ACTIVE, State.SUSPENDED}
        return bool(self.unreachable) or any(
            count for kind, count in self.counts.items() if kind not in settled
        )


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the whole hub at a time (UTC).

    `queues` and `last_scan` are None if they could not be read; `is_scan_known` tells whether the
    absence of a scan is known.
    """

    at: datetime
    state: HubState
    targets: Mapping[Target, TargetStatus]
    people: int
    queues: tuple[QueueDepth, ...] | None
    last_scan: LastScan | None
    is_scan_known: bool

    @property
    def totals(self) -> Counter[str]:
        """Return the counts of all targets together."""
        return sum((each.counts for each in self.targets.values()), Counter())

    @property
    def checked_at(self) -> datetime | None:
        """Return when (UTC) a scan last made the checks of a target; None for never."""
        return max(
            (each.checked_at for each in self.targets.values() if each.checked_at), default=None
        )

    @property
    def is_overdue(self) -> bool:
        """Return whether sweeps are late, or do not run."""
        if self.last_scan is None:
            return self.is_scan_known
        return self.last_scan.is_overdue(self.at)

    def waiting(self) -> Iterator[tuple[str, str]]:
        """Yield what waits for a person, and where to go on, the gravest first."""
        if self.state.paused:
            yield f"paused {describe_pause(self.state)}", "studio-hub resume"
        if self.is_overdue:
            yield "the sweep is overdue", "docs/operations.md, SweepNotFinished"
        for queue in self.queues or ():
            if queue.is_dead_letters and queue.messages:
                described = count_of(queue.messages, "dead letter")
                yield f"{described} of {queue.name}", "docs/operations.md, Dead letters"
        unreachable = sum(bool(each.unreachable) for each in self.targets.values())
        if unreachable:
            described = count_of(unreachable, "target")
            yield f"{described} unreachable", "docs/operations.md, TargetsUnreachable"
        for kind, command in _WAITING.items():
            if self.totals[kind]:
                yield how_many(kind, self.totals[kind]), command
        kinds = Counter(
            each.kind for each in self.state.problems if each.kind not in _SAID_ELSEWHERE
        )
        for kind, count in sorted(kinds.items()):
            described = count_of(count, "open problem")
            yield f"{described}: {kind}", "docs/operations.md, Kinds of problems"

    def plain(self) -> dict[str, Any]:
        """Return it as JSON, with every target."""
        return {
            "at": self.at.isoformat(),
            **pause_json(self.state),
            "last_scan": self.last_scan.at.isoformat() if self.last_scan else None,
            "sweep_overdue": self.is_overdue,
            "last_checks": self.checked_at.isoformat() if self.checked_at else None,
            "queues": None
            if self.queues is None
            else [
                {
                    "name": each.name,
                    "dead_letters": each.is_dead_letters,
                    "messages": each.messages,
                    "oldest_seconds": each.oldest,
                }
                for each in self.queues
            ],
            "people": self.people,
            "totals": {str(kind): self.totals[kind] for kind in KINDS},
            "targets": [
                {
                    "target": str(target),
                    "unreachable": each.unreachable or None,
                    "checked_at": each.checked_at.isoformat() if each.checked_at else None,
                    **{str(kind): each.counts[kind] for kind in KINDS},
                }
                for target, each in sorted(self.targets.items())
            ],
            "waiting": [{"what": what, "see": where} for what, where in self.waiting()],
        }


def count_targets(
    state: HubState, found: Iterable[Counted], now: datetime
) -> tuple[Mapping[Target, TargetStatus], int]:
    """Return the status of every known target, and how many people have a profile somewhere."""
    targets = {target: TargetStatus() for target in state.targets}
    people, checked = set(), {}
    for each in found:
        if each.kind == State.REMOVED:
            continue
        if each.kind == CHECKED:
            checked[each.target] = each.at
            continue
        targets.setdefault(each.target, TargetStatus()).counts[each.kind] += 1
        if each.user_id and each.kind in _HAVE_PROFILE:
            people.add(each.user_id)
    for target, refusal in state.refused.items():
        if not refusal.is_forgotten(now):
            targets.setdefault(target, TargetStatus()).unreachable = refusal.reason
    for target, reason in state.unreachable.items():
        targets.setdefault(target, TargetStatus()).unreachable = reason
    # Somebody may have had a target checked that the hub does not know.
    for target, at in checked.items():
        if target in targets:
            targets[target].checked_at = at
    return targets, len(people)


def describe_depth(queue: QueueDepth) -> str:
    """Return a queue, its depth, and the age of its oldest message where that is known."""
    name = f"{queue.name} dead letters" if queue.is_dead_letters else queue.name
    oldest = f" (oldest {age_of(queue.oldest)})" if queue.oldest else ""
    return f"{name} {queue.messages:,}{oldest}"
