"""Finds conflicts between valid rows: two rows of one group, equal priorities, equal roles."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

from hub.runtime.decisions.desired import group_id
from hub.runtime.problems import mappings
from hub.runtime.problems.kind import Problem
from shared.conventions import iam_role_arn
from shared.model import GroupIds, GroupMapping, MappingTable, Target, Unresolved
from shared.naming import execution_role_name
from shared.visible import visible

_T = TypeVar("_T", bound=Hashable)


def between_rows(table: MappingTable, ids: GroupIds) -> tuple[Problem, ...]:
    """Return all conflicts between the rows of a table, sorted.

    `ids` are the known group ids of the names in rows that do not pin one.
    """
    found = (*same_group_twice(table, ids), *_equal_priorities(table), *_same_roles(table))
    return tuple(sorted(found, key=lambda problem: (problem.kind.name, problem.subject)))


def tied_targets(table: MappingTable) -> list[Target]:
    """Return the targets in which two enabled rows have the same priority, sorted."""
    priorities = Counter((row.target, row.priority) for row in table.rows if row.enabled)
    return sorted({target for (target, _), rows in priorities.items() if rows > 1})


def same_group_twice(table: MappingTable, ids: GroupIds) -> Iterator[Problem]:
    """Yield groups that two rows of one target name: with different case, or by the same id.

    The directory compares names without case. Both rows count, the one of lower priority first.
    """
    for target, rows in _by(table.rows, lambda row: row.target):
        by_name = [same for _, same in _by(rows, lambda row: row.group.casefold())]
        known = [row for row in rows if not isinstance(group_id(row, ids), Unresolved)]
        by_id = [same for _, same in _by(known, lambda row: str(group_id(row, ids)))]
        for names in sorted({_groups(same) for same in (*by_name, *by_id) if len(same) > 1}):
            yield mappings.same_group_twice(target, names)


def _equal_priorities(table: MappingTable) -> Iterator[Problem]:
    for (target, priority), rows in _by(table.rows, lambda row: (row.target, row.priority)):
        if _are_several(rows):
            yield mappings.equal_priority(target, priority, _groups(rows))


def _same_roles(table: MappingTable) -> Iterator[Problem]:
    """Yield roles that are the same role to IAM, or that different groups get by convention.

    Source: IAM user guide: role names are unique without regard to case.
    """
    for (account, _), rows in _by(
        table.rows, lambda row: (row.target.account, row.role_arn.casefold())
    ):
        conventional = [row for row in rows if _is_conventional(row)]
        roles = sorted({row.role_arn for row in rows})
        if len(roles) > 1 or _are_several(conventional):
            yield mappings.same_role(account, roles, _groups(rows))


def _is_conventional(row: GroupMapping) -> bool:
    name = execution_role_name(row.group)
    return row.role_arn == iam_role_arn(row.target.account, row.target.region, name)


def _are_several(rows: Iterable[GroupMapping]) -> bool:
    """Return whether rows name different groups; the directory compares names without case."""
    return len({row.group.casefold() for row in rows}) > 1


def _groups(rows: Iterable[GroupMapping]) -> str:
    return ", ".join(sorted({visible(row.group) for row in rows}))


def _by(
    rows: Iterable[GroupMapping], key: Callable[[GroupMapping], _T]
) -> list[tuple[_T, list[GroupMapping]]]:
    found: dict[_T, list[GroupMapping]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.items())
