"""Parses rows of the mappings table once, and reports every mistake of a row together."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import TypeVar

from shared.conventions import iam_role_arn, partition
from shared.model import (
    DEFAULT_PRIORITY,
    DEFAULT_RETENTION_DAYS,
    DIRECTORY_ID,
    BadMapping,
    GroupId,
    GroupMapping,
    MappingTable,
    Target,
)
from shared.naming import LONGEST_ROLE_NAME, execution_role_name, role_name
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
# Characters in the text of one mistake, which may quote the row.
_LONGEST_MISTAKE = 500

Row = Mapping[str, object]
T = TypeVar("T")


def parse_table(rows: Iterable[Row]) -> MappingTable:
    """Return the rows as a sorted table; rows with mistakes are in `bad`."""
    parsed = [parse_row(row) for row in rows]
    return MappingTable(
        rows=tuple(sorted(row for row in parsed if isinstance(row, GroupMapping))),
        bad=tuple(
            sorted(
                (row for row in parsed if isinstance(row, BadMapping)),
                key=lambda row: (row.group, row.target_text),
            )
        ),
    )


def parse_row(row: Row) -> GroupMapping | BadMapping:
    """Return the mapping in a row, or all mistakes of the row."""
    form = _Form(row)
    group = form.read("group", _group, "", required=True)
    target = form.read("target", _target, None, required=True)
    given_role = form.read("execution_role_arn", lambda value: _role_arn(value, target), "")
    role_arn = (
        given_role
        if row.get("execution_role_arn") is not None
        else _conventional_role(group, target)
    )
    mapping = {
        "priority": form.read("priority", _priority, DEFAULT_PRIORITY),
        "retention_days": form.read("retention_days", _retention, DEFAULT_RETENTION_DAYS),
    }
    group_id = form.read("group_id", _group_id, None)
    enabled = form.read("enabled", _truth, default=True)
    note = form.read("note", _note, "")
    form.refuse_others()
    if form.mistakes or target is None:
        return BadMapping(
            str(row.get("group", "")), str(row.get("target", "")), target, tuple(form.mistakes)
        )
    return GroupMapping(
        group, target, role_arn, group_id=group_id, enabled=enabled, note=note, **mapping
    )


class _Form:
    """Reads one row attribute by attribute and collects every mistake."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.mistakes: list[str] = []

    def read(
        self, name: str, parse: Callable[[object], T], default: T, *, required: bool = False
    ) -> T:
        value = self._row.get(name)
        if value is None:
            if required:
                self.mistakes.append(f"{name}: is missing")
            return default
        return self.check(name, lambda: parse(value), default)

    def check(self, name: str, parse: Callable[[], T], default: T) -> T:
        try:
            return parse()
        except ValueError as error:
            self.mistakes.append(f"{name}: {shortened(str(error), _LONGEST_MISTAKE)}")
            return default

    def refuse_others(self) -> None:
        """Count every unknown attribute as a mistake: it may be a misspelled one."""
        for name in sorted(self._row.keys() - set(_ATTRIBUTES)):
            like = get_close_matches(name, _ATTRIBUTES, 1)
            meant = like[0] if like else f"one of {', '.join(_ATTRIBUTES)}"
            shown = shortened(visible(name), _LONGEST_MISTAKE)
            self.mistakes.append(f"{shown}: unknown attribute; do you mean {meant}?")


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
    return name


def _target(value: object) -> Target | None:
    return Target.parse(_text(value))


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


def _conventional_role(group: str, target: Target | None) -> str:
    if not group or target is None:
        return ""
    return iam_role_arn(target.account, target.region, execution_role_name(group))


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
