"""The checks of `mappings check` between rows and against the directory's groups."""

from collections.abc import Iterable, Iterator

import boto3

from cli import output as console
from cli.people import People
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import between_rows, parse_table
from hub.runtime.decisions.pattern_rows import expand, withheld_groups, without_groups
from hub.runtime.problems.kind import Problem
from hub.runtime.problems.mappings import (
    pinned_group_gone,
    unmatched_pattern,
    unresolved_group,
    withheld_group,
)
from shared.model import (
    BadMapping,
    GroupId,
    GroupIds,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
)
from shared.visible import visible


def problems(
    rows: list[dict[str, object]], identity_store: str | None, region: str | None
) -> tuple[Problem, ...]:
    """Return what is wrong between rows, and which of their groups the directory does not know.

    Without an identity store the directory is not read. Raises what `translated` raises.
    """
    table = parse_table(rows)
    if identity_store is None:
        return between_rows(table, {})
    directory = People(boto3.Session(region_name=region).client("identitystore"), identity_store)
    groups = directory.matching_groups(row.group for row in table.patterns)
    state = HubState(pattern_groups=groups)
    table = expand(table, state)
    names = sorted({row.group for row in table.rows if row.group_id is None})
    ids = {name: directory.group_id(name) for name in names}
    unknown = (*_unresolved(ids), *_gone(table, directory), *of_patterns(table, state))
    return (*between_rows(table, ids), *sorted(unknown, key=lambda problem: problem.subject))


def failing(targets: Iterable[Target]) -> tuple[Problem, ...]:
    """Return the checks of targets and their roles that fail, as far as the ledger knows of any."""
    # The ledger keeps no checks yet.
    del targets
    return ()


def of_patterns(table: MappingTable, state: HubState) -> Iterator[Problem]:
    """Yield the pattern rows that match no group, and the groups that they give nothing.

    The table is expanded by this state of the hub.
    """
    for pattern in without_groups(table.patterns, state.pattern_groups.values()):
        yield unmatched_pattern(pattern)
    for name, id_, patterns in withheld_groups(table):
        yield withheld_group(name, state.group_ids[name], id_, patterns)


def show(found: tuple[Problem, ...]) -> None:
    """Print each problem with its remedy."""
    for problem in found:
        console.say(f"{problem.kind.name}: {problem.subject}: {problem.reason}")
        console.say(f"  {problem.remedy}")


def show_bad(row: BadMapping) -> None:
    """Print a row that does not parse, with all its mistakes."""
    group, target = visible(row.group), visible(row.target_text)
    console.say(f"bad row: {group or '(no group)'} -> {target or '(no target)'}")
    for mistake in row.mistakes:
        console.say(f"  {mistake}")


def _unresolved(ids: GroupIds) -> Iterator[Problem]:
    for name, why in ids.items():
        if isinstance(why, Unresolved):
            yield unresolved_group(name, why)


def _gone(table: MappingTable, directory: People) -> Iterator[Problem]:
    """Yield groups that rows pin and that no longer exist."""
    pinned: dict[GroupId, list[GroupMapping]] = {}
    for row in table.rows:
        if row.group_id is not None and not row.pattern:
            pinned.setdefault(row.group_id, []).append(row)
    for id_, rows in pinned.items():
        if directory.group_name(id_) is None:
            for name in sorted({row.group for row in rows}):
                yield pinned_group_gone(name, id_)
