"""The plan of a change of mappings: the rows, the people, and a digest of exactly both."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Final

from cli.mapping_checks import failing, of_patterns
from cli.mappings.difference import RowChange, applied, difference, unpinned_groups
from cli.mappings.effect import Effects, Observed
from cli.mappings.observe import (
    MOST_DESCRIBED,
    Names,
    Progress,
    Sources,
    listed_state,
    names_of,
    observe,
    pins,
)
from cli.mappings.outcome import ChangeKind, TargetEffect, without_users
from cli.mappings.parse import Row
from cli.output import describe_pause
from hub.runtime.decisions.mapping_rows import between_rows, parse_table
from hub.runtime.decisions.pattern_rows import expand
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.problems.kind import Problem
from shared.model import GroupIds, MappingTable, Target, Unresolved, UserStatus
from shared.visible import visible

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change of rows does to the table and to people.

    Attributes:
        changes: the rows that are written or removed, sorted.
        effects: what becomes of people, for each target where anything does.
        rows: how many rows the table has afterwards.
        problems: what is wrong between the rows afterwards, and checks that fail.
        notes: what else whoever decides has to know.
    """

    changes: tuple[RowChange, ...]
    effects: tuple[TargetEffect, ...]
    rows: int
    names: Names
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Return eight hex digits that stand for exactly these changes and their effect."""
        return digest(self.changes, self.effects)[:_DIGITS]

    def count(self, kind: ChangeKind) -> int:
        """Return for how many people a kind of change is, each counted once a target."""
        return sum(effect.count(kind) for effect in self.effects)

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return the targets that changed rows name, sorted."""
        return tuple(sorted({each.target for each in self.changes if each.target}))

    @property
    def held(self) -> int:
        """Return for how many people the change would be held."""
        return sum(effect.held for effect in self.effects)


def make_plan(
    today: Sequence[Row],
    wanted: Iterable[Row],
    sources: Sources,
    limit: RemovalLimit,
    now: datetime,
    progress: Progress,
    *,
    pinning: bool = True,
) -> Plan:
    """Return what turns the rows of today into the wanted ones, and what that does to people.

    With `pinning`, a row that is written gets the id of its group where that is known.

    Raises:
        RetryableError, PermanentError: the ledger or the directory cannot be read.
    """
    wanted = tuple(wanted)
    state = sources.hub_state.state(now)
    known = state.group_ids
    unpinned = unpinned_groups(today, wanted) if pinning else ()
    pinned = pins(unpinned, known, sources.directory)
    changes = difference(today, wanted, pinned.ids)
    rows = applied(today, changes)
    before, after = parse_table(today), parse_table(rows)
    targets = concerned(changes, before, after)
    then = listed_state(after, state, sources)
    before, after = expand(before, state), expand(after, then)
    observed = observe(before, after, targets, sources, limit, now, progress)
    effects = tuple(foretold(before, after, targets, observed, progress))
    records = chain.from_iterable(each.values() for each in observed.records.values())
    users = {user for effect in effects for _, of in effect.changes for user in of}
    names = names_of(users, records, sources, progress)
    out = frozenset(
        user for user, each in names.known.items() if each.user_status is not UserStatus.ENABLED
    )
    effects = tuple(left for effect in effects if (left := without_users(effect, out)).changes)
    notes = (
        *_group_notes(changes, observed.groups, pinned.recreated),
        *_state_notes(observed, names),
    )
    problems = (
        *between_rows(after, observed.groups),
        *of_patterns(after, then),
        *failing(targets),
    )
    return Plan(changes, effects, len(rows), names, problems, notes)


def concerned(
    changes: Iterable[RowChange], before: MappingTable, after: MappingTable
) -> tuple[Target, ...]:
    """Return the targets that changed rows may concern, sorted.

    A row whose target does not parse may concern every target.
    """
    changes = tuple(changes)
    found = {change.target for change in changes if change.target is not None}
    if any(change.target is None for change in changes):
        found |= {row.target for table in (before, after) for row in (*table.rows, *table.patterns)}
    return tuple(sorted(found))


def foretold(
    before: MappingTable,
    after: MappingTable,
    targets: Iterable[Target],
    observed: Observed,
    progress: Progress,
) -> Iterator[TargetEffect]:
    """Yield what becomes of people, for each target where anything does."""
    effects = Effects(before, after, observed)
    for target in progress(targets, "what becomes of people"):
        effect = effects.of(target)
        if effect.changes:
            yield effect


def digest(changes: Iterable[RowChange], effects: Iterable[TargetEffect]) -> str:
    """Return hex digits that stand for exactly these changes of rows, and of people."""
    found = sha256()
    for change in changes:
        plain = [change.before and dict(change.before), change.after and dict(change.after)]
        found.update(json.dumps(plain, sort_keys=True, default=str).encode())
    for effect in effects:
        for each, users in effect.changes:
            # Reasons and dates say why and until when; they are not what is agreed to.
            said = [str(effect.target), each.kind, each.before, each.after, each.held]
            found.update(json.dumps([*said, users]).encode())
    return found.hexdigest()


def _group_notes(
    changes: Iterable[RowChange], groups: GroupIds, recreated: Iterable[str]
) -> Iterator[str]:
    written = sorted({change.key[0] for change in changes if change.after is not None})
    for name in written:
        why = groups.get(name)
        if isinstance(why, Unresolved):
            yield f"group {visible(name)}: {why.value}: its rows grant nobody anything yet"
    for name in recreated:
        yield (
            f"group {visible(name)}: it was re-created, and nothing is granted through it until "
            "its rows have its group_id"
        )


def _state_notes(observed: Observed, names: Names) -> Iterator[str]:
    if observed.state.paused:
        yield f"the hub does nothing before `resume`: paused {describe_pause(observed.state)}"
    for target, records in sorted(observed.records.items()):
        if target in observed.state.unreachable and records:
            yield f"{target} is unreachable: {observed.state.unreachable[target]}"
    if names.not_read:
        yield (
            f"{names.not_read} people are new to the hub and beyond the first {MOST_DESCRIBED}: "
            "who of them is disabled gains nothing"
        )
