"""Parses the mappings table; finds every mistake of a row, and conflicts between valid rows."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar

from hub.runtime.problems import mappings
from hub.runtime.problems.kind import Problem
from shared.conventions import iam_role_arn, partition
from shared.model import (
    DEFAULT_PRIORITY,
    DEFAULT_RETENTION_DAYS,
    DIRECTORY_ID,
    BadMapping,
    GroupId,
    GroupIds,
    GroupMapping,
    GroupPattern,
    MappingTable,
    Target,
    Unresolved,
)
from shared.naming import (
    LEAST_OF_ROLE_NAME,
    LONGEST_ROLE_NAME,
    execution_role_name,
    role_name,
)
from shared.visible import shortened, visible

# Source: the Identity Store API model: length of a group's display name.
_LONGEST_GROUP = 1024
# Bytes. Source: the DynamoDB API: length of a partition key, which is the group here.
_LONGEST_KEY = 2048
_ROLE_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/[\w+=,.@/-]{1,512}", re.ASCII)
_LONGEST_RETENTION = 36_500
_FARTHEST = 1_000_000_000
_ATTRIBUTES = (
    "group",
    "target",
    "execution_role_arn",
    "priority",
    "retention_days",
    "group_id",
    "enabled",
    "note",
)
_REQUIRED = frozenset({"group", "target"})
# What stands for one or more characters in the group of a pattern row, and in its role's name.
ANY = "*"
# Characters in the text of one mistake, which may quote the row.
_LONGEST_MISTAKE = 500

_KEY = attrgetter("group", "target")

Row = Mapping[str, object]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def parse_table(rows: Iterable[Row]) -> MappingTable:
    """Return the rows as a sorted table; rows with mistakes are in `bad`."""
    parsed = [parse_row(row) for row in rows]
    return MappingTable(
        rows=tuple(sorted((row for row in parsed if type(row) is GroupMapping), key=_KEY)),
        bad=tuple(
            sorted(
                (row for row in parsed if isinstance(row, BadMapping)),
                key=lambda row: (row.group, row.target_text),
            )
        ),
        patterns=tuple(sorted((row for row in parsed if isinstance(row, GroupPattern)), key=_KEY)),
    )


def parse_row(row: Row) -> GroupMapping | BadMapping:
    """Return the mapping in a row, a GroupPattern for a pattern row, or all mistakes of the row."""
    mistakes: list[str] = []

    def read(name: str, parse: Callable[[object], T], default: T) -> T:
        """Return the value of an attribute; the default where it is absent or a mistake."""
        value = row.get(name)
        if value is None:
            if name in _REQUIRED:
                mistakes.append(f"{name}: is missing")
            return default
        try:
            return parse(value)
        except ValueError as error:
            mistakes.append(f"{name}: {shortened(str(error), _LONGEST_MISTAKE)}")
            return default

    group = read("group", _group, "")
    target = read("target", lambda value: Target.parse(_text(value)), None)
    is_pattern = ANY in group
    read_arn = _pattern_role_arn if is_pattern else _role_arn
    role_arn = read("execution_role_arn", lambda value: read_arn(value, target), "")
    if group and target and row.get("execution_role_arn") is None and not is_pattern:
        role_arn = iam_role_arn(target.account, target.region, execution_role_name(group))
    priority = read("priority", _priority, DEFAULT_PRIORITY)
    retention_days = read("retention_days", _retention, DEFAULT_RETENTION_DAYS)
    group_id = read("group_id", _id_of_pattern if is_pattern else _group_id, None)
    enabled = read("enabled", _truth, default=True)
    note = read("note", _note, "")
    mistakes += [_unknown(name) for name in sorted(row.keys() - set(_ATTRIBUTES))]
    if mistakes or target is None:
        return BadMapping(
            str(row.get("group", "")), str(row.get("target", "")), target, tuple(mistakes)
        )
    kind = GroupPattern if is_pattern else GroupMapping
    return kind(group, target, role_arn, priority, retention_days, group_id, enabled, note)


def _unknown(name: str) -> str:
    """Return the mistake of an unknown attribute: it may be a misspelled one."""
    # Only a mistake needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    like = get_close_matches(name, _ATTRIBUTES, 1)
    meant = like[0] if like else f"one of {', '.join(_ATTRIBUTES)}"
    shown = shortened(visible(name), _LONGEST_MISTAKE)
    return f"{shown}: unknown attribute; do you mean {meant}?"


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is not a text")
    return value


def _group(value: object) -> str:
    name = _text(value)
    if len(name) > _LONGEST_GROUP:
        raise ValueError(f"has {len(name)} characters; a group name has at most {_LONGEST_GROUP}")
    size = len(name.encode("utf-8", "replace"))
    if size > _LONGEST_KEY:
        raise ValueError(
            f"has {size} bytes, and the table takes at most {_LONGEST_KEY}: write a shorter text, "
            "and give the row the group_id"
        )
    if name.count(ANY) > 1:
        raise ValueError(f"{name!r} has more than one {ANY}: a pattern holds one")
    return name


def _role_arn(value: object, target: Target | None) -> str:
    arn = _text(value)
    match = _ROLE_ARN.fullmatch(arn)
    if match is None:
        raise ValueError(f"{arn!r} is not the ARN of an IAM role")
    if target and match[1] != partition(target.region):
        raise ValueError(
            f"{arn} is of partition {match[1]}, the target's is {partition(target.region)}"
        )
    if target and match[2] != target.account:
        raise ValueError(f"{arn} is of account {match[2]}, the target's is {target.account}")
    name = role_name(arn)
    if not 0 < len(name) <= LONGEST_ROLE_NAME:
        raise ValueError(
            f"{arn} names a role of {len(name)} characters; IAM allows 1 to {LONGEST_ROLE_NAME}"
        )
    return arn


def _pattern_role_arn(value: object, target: Target | None) -> str:
    """Return the role's ARN of a pattern row; its name may hold one `*`, like the group."""
    arn = _text(value)
    if arn.count(ANY) > 1 or ANY in arn.rpartition("/")[0]:
        raise ValueError(f"{arn!r}: only the name of the role may hold a {ANY}, and one at most")
    # What the `*` stands for has one character at least.
    _role_arn(arn.replace(ANY, "x"), target)
    room = LONGEST_ROLE_NAME - len(role_name(arn).replace(ANY, ""))
    if ANY in arn and room < LEAST_OF_ROLE_NAME:
        raise ValueError(
            f"{arn} leaves {room} of {LONGEST_ROLE_NAME} characters of the role's name to the "
            f"{ANY}, which needs {LEAST_OF_ROLE_NAME}: shorten the rest of the name"
        )
    return arn


def _id_of_pattern(value: object) -> None:
    raise ValueError(f"{_shown(value)} pins one group, and a pattern is for several: remove it")


def _whole_number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{_shown(value)} is not a whole number")
    try:
        number = int(value)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{_shown(value)} is not a whole number") from error
    if number != value:
        raise ValueError(f"{_shown(value)} is not a whole number")
    return number


def _priority(value: object) -> int:
    number = _whole_number(value)
    if not 0 <= number <= _FARTHEST:
        raise ValueError(f"{_shown(value)} is not between 0 (first) and {_FARTHEST}")
    return number


def _retention(value: object) -> int:
    days = _whole_number(value)
    if not 0 <= days <= _LONGEST_RETENTION:
        raise ValueError(
            f"{_shown(value)} is not between 0 (at once) and {_LONGEST_RETENTION} days"
        )
    return days


def _group_id(value: object) -> GroupId | None:
    text = _text(value)
    if not DIRECTORY_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not the id of a group of Identity Center")
    return GroupId(text.lower())


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_shown(value)} is neither true nor false")
    return value


def _note(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not a text")
    return value


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


def is_pattern_text(group: str) -> bool:
    """Return whether the group of a row is a pattern."""
    return ANY in group


def group_id(row: GroupMapping, groups: GroupIds) -> GroupId | Unresolved:
    """Return the id of a row's group: the id that the row pins, or the id of its name."""
    return row.group_id or groups.get(row.group, Unresolved.UNKNOWN)


def between_rows(table: MappingTable, ids: GroupIds) -> tuple[Problem, ...]:
    """Return all conflicts between the rows of a table, sorted.

    `ids` are the known group ids of the names in rows that do not pin one.
    """
    found = (*same_group_twice(table, ids), *_equal_priorities(table), *_same_roles(table))
    return tuple(sorted(found, key=lambda problem: (problem.kind.name, problem.subject)))


def tied_targets(table: MappingTable) -> list[Target]:
    """Return the targets in which two enabled rows have the same priority, sorted.

    The rows that one pattern row stands for cannot have other priorities, so they are one row.
    """
    rows = {
        (row.target, row.priority, row.pattern or row.group) for row in table.rows if row.enabled
    }
    found = Counter((target, priority) for target, priority, _ in rows)
    return sorted({target for (target, _), count in found.items() if count > 1})


def same_group_twice(table: MappingTable, ids: GroupIds) -> Iterator[Problem]:
    """Yield groups that two rows of one target name: with different case, or by the same id.

    The directory compares names without case. Both rows count, the one of lower priority first.
    """
    same: defaultdict[tuple[Target, str, str], list[GroupMapping]] = defaultdict(list)
    for row in table.rows:
        if not row.pattern:
            # A group that was deleted and one of its name are both of the pattern.
            same[row.target, "name", row.group.casefold()].append(row)
        id_ = group_id(row, ids)
        if not isinstance(id_, Unresolved):
            same[row.target, "id", id_].append(row)
    twice = {(target, _groups(rows)) for (target, *_), rows in same.items() if len(rows) > 1}
    for target, names in sorted(twice):
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
    return len({(row.pattern or row.group).casefold() for row in rows}) > 1


def _groups(rows: Iterable[GroupMapping]) -> str:
    return ", ".join(sorted({visible(row.group) for row in rows}))


def _by(
    rows: Iterable[GroupMapping], key: Callable[[GroupMapping], K]
) -> list[tuple[K, list[GroupMapping]]]:
    found: dict[K, list[GroupMapping]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.items())
