"""Closes problems: a reported problem that a run checked and found solved is logged as RESOLVED.

Two stores tell a run what earlier runs reported. The ledger's record holds the problems of a user
in a target. The hub's own partition holds all others that a later run can close, one item a target
or kind. A run closes only problems that it checked. All others stay open.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from hub.runtime import telemetry
from hub.runtime.decisions.hub_state import OpenProblem
from hub.runtime.decisions.record import Record
from hub.runtime.ports import HubStateStore
from shared.errors import PermanentError, RetryableError
from shared.model import Target

# One run reports these and another closes them, without a user's record to go by.
_REMEMBERED: Final = frozenset(
    {
        *("unreachable", "unreadable", "held", "unreadable-tags", "quota", "equal-priority"),
        *("default-role", "group-assignment", "assign-by-hand", "assigned-by-others"),
        *("assignment-not-required", "assignment-unreadable", "portal-off", "same-group-twice"),
        *("bad-row", "unknown-group", "unreadable-group"),
        *("group-deleted", "group-renamed", "group-recreated"),
        *("paused", "event-not-published", "waiting", "gave-up"),
    }
)
# One ledger item holds all of a scope. Beyond this many bytes, they are reported but not
# remembered. Source: the DynamoDB API: an item has 400 KB at most.
_MOST: Final = 200_000
_HUB = "the hub"
_EVER = datetime.min.replace(tzinfo=UTC)


class _Judgement(NamedTuple):
    kinds: frozenset[str]
    covers: Callable[[str], bool]


_judgements: list[_Judgement] = []
# Reported by this environment, and not remembered yet, because the ledger refused the write.
_owed: set[OpenProblem] = set()


def begin() -> None:
    """Forget what the previous run reported and checked."""
    telemetry.begin()
    _judgements.clear()


def judged(*kinds: str, subject: str) -> None:
    """Note that this run checked these kinds of a subject and reported those that are open."""
    _judgements.append(_Judgement(frozenset(kinds), lambda text: text == subject))


def judged_all(*kinds: str, covers: Callable[[str], bool] = lambda _: True) -> None:
    """Note that this run checked these kinds of every subject that is covered."""
    _judgements.append(_Judgement(frozenset(kinds), covers))


def judged_holds(target: Target, causes: Iterable[str]) -> None:
    """Note that this run saw all open holds of a target, by their causes."""
    for cause in causes:
        telemetry.still("held", held_subject(target, cause), target=str(target))
    prefix = held_subject(target, "")[:-1]
    judged_all("held", covers=lambda text: text.startswith(prefix))


def paused(reason: str) -> None:
    """Report that the hub does nothing until an operator resumes it."""
    telemetry.problem(
        "paused", _HUB, f"paused: {reason}", "when all is well again: studio-hub resume"
    )


def not_paused() -> None:
    """Note that this run found the hub not paused."""
    judged("paused", subject=_HUB)


def held_subject(target: Target, cause: str) -> str:
    """Return the subject of the problem that removals are held for a cause."""
    return f"removals in {target} ({cause})"


def close(hub_state: HubStateStore) -> None:
    """Remember what this run reported, and close what it checked and did not report.

    If a write to the ledger fails, the next run of this environment remembers the problem, or the
    next run that checks it closes it.
    """
    reported = {
        OpenProblem(each.target or each.kind, each.kind, each.subject)
        for each in telemetry.reported()
        if each.kind in _REMEMBERED and not each.is_personal
    }
    if not (reported or _judgements or _owed):
        return
    try:
        known = hub_state.state(_EVER).problems
    except (RetryableError, PermanentError) as error:
        _owed.update(reported)
        telemetry.requeue("problems", "", 0, str(error))
        return
    judged_right = {each for each in known | _owed if each not in reported and _is_judged(each)}
    new = (reported | _owed) - known - judged_right
    _owed.clear()
    for scope in sorted({each.scope for each in judged_right | new}):
        over = sorted(each for each in judged_right if each.scope == scope)
        fits = _that_fit((each for each in new if each.scope == scope), known)
        try:
            hub_state.change_problems(scope, fits, [each for each in over if each in known])
        except (RetryableError, PermanentError) as error:
            _owed.update(fits)
            telemetry.requeue("problems", scope, 0, str(error))
            continue
        for each in over:
            telemetry.resolved(each.kind, each.subject)


def _is_judged(problem: OpenProblem) -> bool:
    return any(
        problem.kind in judgement.kinds and judgement.covers(problem.subject)
        for judgement in _judgements
    )


def _that_fit(new: Iterable[OpenProblem], known: Iterable[OpenProblem]) -> list[OpenProblem]:
    """Return as many new problems of one scope as fit into its item, sorted."""
    wanted = sorted(new)
    scope = wanted[0].scope if wanted else ""
    left = _MOST - sum(_size(each) for each in known if each.scope == scope)
    fits = []
    for each in wanted:
        left -= _size(each)
        if left >= 0:
            fits.append(each)
    return fits


def _size(problem: OpenProblem) -> int:
    return len(problem.kind.encode()) + len(problem.subject.encode()) + 1


def updated(
    records: Mapping[Target, Record], judged_in: Callable[[Target, str], bool]
) -> Iterator[Record]:
    """Yield a user's records with the problems that are open now.

    These are the problems that this run reported, and those that it did not check. `judged_in`
    tells whether a kind was checked in a target.
    """
    reported: dict[str, set[str]] = defaultdict(set)
    for each in telemetry.reported():
        if each.is_personal:
            name = each.subject.removesuffix(f" in {each.target}")
            reported[each.target].add(f"{each.kind} {name}")
    for target, record in sorted(records.items()):
        kept = {text for text in record.problems if not judged_in(target, text.partition(" ")[0])}
        yield replace(record, problems=tuple(sorted(kept | reported[str(target)])))


def log_over(before: Mapping[Target, Record], after: Iterable[Record]) -> None:
    """Log which of a user's problems are over, once the records say so."""
    for record in after:
        known = before.get(record.target)
        for text in known.problems if known else ():
            if text not in record.problems:
                kind, _, name = text.partition(" ")
                telemetry.resolved(kind, f"{name} in {record.target}")
