"""Finds conflicts between valid rows: two rows of one group, equal priorities, equal roles."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from hub.runtime.decisions.desired import group_id
from shared.conventions import execution_role_arn, execution_role_name
from shared.model import GroupIds, GroupMapping, MappingTable, Unresolved
from shared.visible import visible

SAME_GROUP, EQUAL_PRIORITY, SAME_ROLE = "same-group-twice", "equal-priority", "same-role"
_T = TypeVar("_T", bound=Hashable)


@dataclass(frozen=True, slots=True, order=True)
class RowProblem:
    """A conflict between rows, with a remedy; invisible characters in names are escaped."""

    kind: str
    subject: str
    reason: str
    remedy: str


def between_rows(table: MappingTable, ids: GroupIds) -> tuple[RowProblem, ...]:
    """Return all conflicts between the rows of a table, sorted.

    `ids` are the known group ids of the names in rows that do not pin one.
    """
    return tuple(
        sorted({*same_group_twice(table, ids), *_equal_priorities(table), *_same_roles(table)})
    )


def same_group_twice(table: MappingTable, ids: GroupIds) -> Iterator[RowProblem]:
    """Yield groups that two rows of one target name: with different case, or by the same id.

    The directory compares names without case. Both rows count, the one of lower priority first.
    """
    for target, rows in _by(table.rows, lambda row: row.target):
        by_name = [same for _, same in _by(rows, lambda row: row.group.casefold())]
        known = [row for row in rows if not isinstance(group_id(row, ids), Unresolved)]
        by_id = [same for _, same in _by(known, lambda row: str(group_id(row, ids)))]
        for names in sorted({_groups(same) for same in (*by_name, *by_id) if len(same) > 1}):
            yield RowProblem(
                SAME_GROUP,
                f"mappings of {target}",
                f"these rows are of one group: {names}; the one of the lowest priority counts",
                "remove all of these rows but one",
            )


def _equal_priorities(table: MappingTable) -> Iterator[RowProblem]:
    for (target, priority), rows in _by(table.rows, lambda row: (row.target, row.priority)):
        if _are_several(rows):
            yield RowProblem(
                EQUAL_PRIORITY,
                f"mappings of {target}",
                f"equal priorities ({priority}): {_groups(rows)}; who is in several of these "
                "groups gets the role of the lower name",
                "give each row a priority of its own, the lowest to the row that is to win",
            )


def _same_roles(table: MappingTable) -> Iterator[RowProblem]:
    """Yield roles that are the same role to IAM, or that different groups get by convention.

    Source: IAM user guide: role names are unique without regard to case.
    """
    for (account, _), rows in _by(
        table.rows, lambda row: (row.target.account, row.role_arn.casefold())
    ):
        conventional = [row for row in rows if _is_conventional(row)]
        roles = sorted({row.role_arn for row in rows})
        if len(roles) > 1 or _are_several(conventional):
            yield RowProblem(
                SAME_ROLE,
                f"roles in account {account}",
                f"IAM takes {' and '.join(roles)} for one role, which these groups get: "
                f"{_groups(rows)}",
                "give the rows execution_role_arn: that of one role, or of different ones",
            )


def _is_conventional(row: GroupMapping) -> bool:
    name = execution_role_name(row.group)
    return row.role_arn == execution_role_arn(row.target.account, row.target.region, name)


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
