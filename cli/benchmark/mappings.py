"""Measures a plan of mappings for a large company, from the text of the file to the digest."""

import gc
import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from cli.benchmark.costs import megabytes, resident
from cli.mappings.difference import applied, difference
from cli.mappings.effect import Observed
from cli.mappings.export import export
from cli.mappings.observe import Names
from cli.mappings.parse import Row, parse
from cli.mappings.plan import Plan, concerned, foretold
from cli.mappings.plan_text import plain, text
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import parse_table
from hub.runtime.decisions.record import Access, Record, State
from hub.runtime.decisions.removal_limit import RemovalLimit
from shared.conventions import iam_role_arn
from shared.model import AccountId, Grant, GroupId, Target, User, UserId

_REGION: Final = "eu-west-1"
_NOW: Final = datetime(2026, 1, 5, tzinfo=UTC)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class PlanSize:
    """The size of a company: every group is mapped to every target by the file."""

    targets: int = 500
    groups: int = 50
    people: int = 10_000


def plans(size: PlanSize | None = None) -> dict[str, Any]:
    """Return what a plan costs that maps every group to twice as many targets as before."""
    size = size or PlanSize()
    today, wanted = list(_rows(size, size.targets // 2, 1)), list(_rows(size, size.targets, 2))
    file = export(wanted)
    observed = _observed(size)
    names = Names({user: User(user, f"name of {user}") for user in _people(size)})
    gc.collect()
    began, before = time.perf_counter(), resident()
    plan = _plan(today, parse(file, "mappings.yaml"), observed, names)
    shown = text(plan)
    digest = plan.digest
    seconds, memory = time.perf_counter() - began, resident() - before
    people = sum(len(users) for effect in plan.effects for _, users in effect.changes)
    return {
        "targets": size.targets,
        "groups": size.groups,
        "people": size.people,
        "file_lines": len(file.splitlines()),
        "rows_changed": len(plan.changes),
        "people_changed": people,
        "lines_shown": len(shown.splitlines()),
        "digest": digest,
        "seconds": round(seconds, 1),
        "memory_mb": megabytes(memory),
        "json_mb": megabytes(len(json.dumps(plain(plan), default=str))) if people < 10**6 else None,
    }


def _plan(today: list[Row], wanted: Iterable[Row], observed: Observed, names: Names) -> Plan:
    changes = difference(today, wanted, {})
    rows = applied(today, changes)
    before, after = parse_table(today), parse_table(rows)
    targets = concerned(changes, before, after)
    effects = tuple(foretold(before, after, targets, observed, _silent))
    return Plan(changes, effects, len(rows), names, (), ())


def _silent(items: Iterable[_T], what: str) -> Iterable[_T]:
    del what
    return items


def _rows(size: PlanSize, targets: int, best: int) -> Iterator[Row]:
    for number in range(targets):
        target = _target(number)
        for group in range(size.groups):
            yield {
                "group": f"group-{group:03d}",
                "target": str(target),
                "execution_role_arn": _role(target, group),
                "priority": best if group == 0 else 10 + group,
            }


def _observed(size: PlanSize) -> Observed:
    """Return people in one to three groups each, with a profile in one target."""
    dice = random.Random(size.people)  # noqa: S311 (a company that can be made again)
    members: dict[GroupId, set[UserId]] = {_group(number): set() for number in range(size.groups)}
    records: dict[Target, dict[UserId, Record]] = {}
    for number, user in enumerate(_people(size)):
        groups = sorted(dice.sample(range(size.groups), dice.randint(1, min(3, size.groups))))
        for group in groups:
            members[_group(group)].add(user)
        target = _target(number % (size.targets // 2))
        records.setdefault(target, {})[user] = _record(user, target, groups[0])
    return Observed(
        groups={f"group-{number:03d}": _group(number) for number in range(size.groups)},
        members={id_: frozenset(users) for id_, users in members.items()},
        records=records,
        state=HubState(),
        limits={},
        limit=RemovalLimit(),
        now=_NOW,
    )


def _record(user: UserId, target: Target, group: int) -> Record:
    name, role = f"group-{group:03d}", _role(target, group)
    return Record(
        user_id=user,
        target=target,
        state=State.ACTIVE,
        access=Access.ASSIGNED,
        user_name=f"name of {user}",
        profile_name=str(user),
        role_arn=role,
        given_by=name,
        because=(Grant(10 + group, name, role, 30, _group(group)),),
    )


def _people(size: PlanSize) -> Iterator[UserId]:
    for number in range(size.people):
        yield UserId(f"00000000-0000-4000-8000-{number:012d}")


def _group(number: int) -> GroupId:
    return GroupId(f"00000000-0000-4000-9000-{number:012d}")


def _target(number: int) -> Target:
    return Target(AccountId(f"{number + 1:012d}"), _REGION, f"d-{number:04d}")


def _role(target: Target, group: int) -> str:
    return iam_role_arn(target.account, target.region, f"Role{group}")
