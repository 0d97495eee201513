"""Reports problems, and closes those that a run checked and found solved.

PROBLEM tells an operator what is wrong and what to do about it. RESOLVED ends the problem of the
same kind and subject. A run closes only problems that it checked. All others stay open.

The ledger holds the open problems in four places:

* A user's record holds those of the user in its target. `with_open_problems` closes them.
* The hub's own partition holds those of targets, rows, groups and the hub: one item for each target
  or kind. `run` closes them.
* The user's item `dry-run` holds what report mode withholds. `reconcile/dry_run.py` closes it.
* The target's unmanaged profiles are problems themselves. `scan/profiles.py` closes them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple

from hub.runtime import telemetry
from hub.runtime.decisions.hub_state import HubState, OpenProblem
from hub.runtime.decisions.mapping_rows import same_group_twice, tied_targets
from hub.runtime.decisions.record import Record
from hub.runtime.ports import HubStateStore
from hub.runtime.problems import mappings, targets
from hub.runtime.problems.kind import Problem, ProblemKind
from shared.errors import PermanentError, RetryableError
from shared.model import GroupIds, MappingTable, Target, Unresolved
from shared.storage import byte_length, fitting

# Bytes for the open problems of a scope, in one ledger item. Two functions may add theirs at once.
_MOST: Final = 200_000
_EVER = datetime.min.replace(tzinfo=UTC)
# What is wrong with a row alone, and with the name of its group.
_OF_ROWS: Final = (
    mappings.BAD_ROW,
    mappings.UNKNOWN_GROUP,
    mappings.UNREADABLE_GROUP,
    mappings.SAME_GROUP_TWICE,
)


class _Reported(NamedTuple):
    """A reported or continuing problem; `target` and `user_id` are empty if it has none."""

    kind: ProblemKind
    subject: str
    target: str = ""
    user_id: str = ""

    @property
    def is_personal(self) -> bool:
        """Return whether it is one user's problem in a target."""
        return bool(self.user_id) and self.subject.endswith(f" in {self.target}")


class _Check(NamedTuple):
    """The names of the kinds that a run checked, and of which subjects."""

    kinds: frozenset[str]
    covers: Callable[[str], bool]


# What the current run has reported and checked. A function executes one run at a time.
_reported: set[_Reported] = set()
_checks: list[_Check] = []
# Reported by this environment, and not remembered yet, because the ledger refused the write.
_owed: set[OpenProblem] = set()


@contextmanager
def run(hub_state: HubStateStore) -> Iterator[None]:
    """Remember what this run reports, and close what it checks and does not report.

    A run that raises remembers and closes nothing. If a write to the ledger fails, the next run of
    this environment remembers the problem, or the next run that checks it closes it.
    """
    _reported.clear()
    _checks.clear()
    yield
    new = {
        OpenProblem(each.target or each.kind.name, each.kind.name, each.subject)
        for each in _reported
        if each.kind.is_remembered and not each.is_personal
    }
    if not (new or _checks or _owed):
        return
    try:
        known = hub_state.state(_EVER).problems
    except (RetryableError, PermanentError) as error:
        _owed.update(new)
        telemetry.requeued("problems", "", 0, str(error))
        return
    over = {each for each in known | _owed if each not in new and _is_checked(each)}
    new = (new | _owed) - known - over
    _owed.clear()
    for scope in sorted({each.scope for each in over | new}):
        _remember(
            scope,
            hub_state,
            known,
            sorted(each for each in new if each.scope == scope),
            sorted(each for each in over if each.scope == scope),
        )


def report(problem: Problem) -> None:
    """Report a problem that an operator should know of."""
    telemetry.logger.warning("PROBLEM", extra=problem.plain())
    telemetry.count("Problem")
    target, user_id = (problem.facts.get(name, "") for name in ("target", "user_id"))
    _reported.add(_Reported(problem.kind, problem.subject, target, user_id))


def still(kind: ProblemKind, subject: str, target: Target | None = None) -> None:
    """Note without a log line that a reported problem continues."""
    _reported.add(_Reported(kind, subject, str(target or "")))


def is_reported(kind: ProblemKind, subject: str) -> bool:
    """Return whether this run has reported a problem."""
    return any((each.kind, each.subject) == (kind, subject) for each in _reported)


def resolved(kind: str, subject: str) -> None:
    """Log that a problem is over that was reported by this kind and subject."""
    telemetry.logger.info("RESOLVED", extra={"kind": kind, "subject": subject})


def checked(
    *kinds: ProblemKind, subject: str | None = None, covers: Callable[[str], bool] | None = None
) -> None:
    """Note that this run checked these kinds and reported the problems that are open.

    It checked one subject, or those that `covers` returns true for, or every subject.
    """
    if covers is None:
        covers = (lambda text: text == subject) if subject is not None else lambda _: True
    _checks.append(_Check(frozenset(kind.name for kind in kinds), covers))


def checked_holds(target: Target, causes: Iterable[str]) -> None:
    """Note that this run saw all open holds of a target, by their causes."""
    for cause in causes:
        still(targets.HELD, targets.held_subject(target, cause), target)
    prefix = targets.held_subject(target, "")[:-1]
    checked(targets.HELD, covers=lambda text: text.startswith(prefix))


def report_rows(
    table: MappingTable,
    groups: GroupIds,
    reported_row_problems: set[str],
    state: HubState | None = None,
    *,
    is_whole: bool = False,
) -> None:
    """Report what is wrong with mapping rows and their groups, once in an environment.

    `reported_row_problems` are the subjects and reasons that it has reported; this adds to them.
    While `state` shows a problem as open, it is not reported again. Without `state`, the table may
    be an old copy: what was reported is left to a run that reads a new one. `is_whole` means that
    `table` has all rows, so that all problems of rows are checked.
    """
    is_open = {(each.kind, each.subject) for each in state.problems} if state else set()
    found = [
        *(mappings.bad_row(row) for row in table.bad),
        *(
            mappings.unresolved_group(name, why)
            for name, why in sorted(groups.items())
            if isinstance(why, Unresolved)
        ),
        *same_group_twice(table, groups),
    ]
    for problem in found:
        text = problem.subject + problem.reason
        if text not in reported_row_problems:
            reported_row_problems.add(text)
            report(problem)
        elif state and (problem.kind.name, problem.subject) in is_open:
            still(problem.kind, problem.subject)
        elif state:
            report(problem)
    if not is_whole:
        return
    checked(*_OF_ROWS)
    of_groups = (mappings.GROUP_DELETED, mappings.GROUP_RENAMED, mappings.GROUP_RECREATED)
    if {kind for kind, _ in is_open} & {kind.name for kind in of_groups}:
        rows = (*table.rows, *table.withheld)
        named = {mappings.group_subject(row.group) for row in rows}
        checked(*of_groups, covers=lambda text: text not in named)
    if any(kind == mappings.EQUAL_PRIORITY.name for kind, _ in is_open):
        for target in tied_targets(table):
            still(mappings.EQUAL_PRIORITY, mappings.mappings_of(target), target)
        checked(mappings.EQUAL_PRIORITY)


def forget_row(subject: str, reported_row_problems: set[str]) -> None:
    """Forget the reports of a subject that is right now, so that a new problem is reported."""
    reported_row_problems.difference_update(
        [each for each in reported_row_problems if each.startswith(subject)]
    )


def with_open_problems(
    before: Mapping[Target, Record],
    records: Mapping[Target, Record],
    is_checked: Callable[[Target, str], bool],
) -> Iterator[Record]:
    """Yield a user's records with the problems that are open now; log those that are over.

    Open are the problems that this run reported, and those that it did not check. `is_checked`
    tells whether a kind was checked in a target. The caller stores each record before it takes the
    next one: only then are the problems over that the record had `before`.
    """
    reported: dict[str, set[str]] = defaultdict(set)
    for each in _reported:
        if each.is_personal:
            name = each.subject.removesuffix(f" in {each.target}")
            reported[each.target].add(f"{each.kind.name} {name}")
    for target, record in sorted(records.items()):
        kept = {text for text in record.problems if not is_checked(target, text.partition(" ")[0])}
        found = kept | reported[str(target)]
        problems = tuple(sorted(found))
        yield record if problems == record.problems else replace(record, problems=problems)
        known = before.get(target)
        for text in known.problems if known else ():
            if text not in found:
                kind, _, name = text.partition(" ")
                resolved(kind, f"{name} in {target}")


def _is_checked(problem: OpenProblem) -> bool:
    return any(problem.kind in check.kinds and check.covers(problem.subject) for check in _checks)


def _remember(
    scope: str,
    hub_state: HubStateStore,
    known: Iterable[OpenProblem],
    new: Iterable[OpenProblem],
    over: Iterable[OpenProblem],
) -> None:
    """Write the new problems of one scope, and remove and log those that are over.

    One ledger item holds all of a scope. What it has no room for is reported and not remembered.
    """
    room = _MOST - sum(_size(each) for each in known if each.scope == scope)
    fits = fitting(new, _size, room)
    try:
        hub_state.change_problems(scope, fits, [each for each in over if each in known])
    except (RetryableError, PermanentError) as error:
        _owed.update(fits)
        telemetry.requeued("problems", scope, 0, str(error))
        return
    for each in over:
        resolved(each.kind, each.subject)


def _size(problem: OpenProblem) -> int:
    return byte_length(f"{problem.kind} {problem.subject}")
