"""Tells how a plan differs from an earlier one, of which only the JSON form is left."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from cli.mappings.plan import Plan
from cli.mappings.plan_text import plain, value
from cli.output import count_of
from shared.naming import role_name
from shared.visible import visible


class _Values(BaseModel):
    before: Any
    after: Any


class _Row(BaseModel):
    kind: str
    group: str
    target: str
    attributes: Mapping[str, _Values]


class _People(BaseModel):
    target: str
    users: tuple[str, ...]
    kind: str
    before: str
    after: str
    held: str
    stops_apps: bool
    because: str
    retention_days: int


class PlainPlan(BaseModel):
    """What `mappings plan --json` prints of a plan, as far as two plans are compared."""

    model_config = ConfigDict(frozen=True)

    digest: str
    rows: tuple[_Row, ...]
    people: tuple[_People, ...]
    names: Mapping[str, str]


class _Subject(NamedTuple):
    """A row or a user, and the target."""

    name: str
    target: str


def read_plan(path: Path) -> PlainPlan:
    """Return the plan that `mappings plan --json` printed into a file.

    ValueError says what is wrong with the file.
    """
    try:
        return PlainPlan.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        raise ValueError(
            f"{path} is no plan: write it by  mappings plan FILE --json > {path}"
        ) from error


def differences(earlier: PlainPlan, now: Plan) -> list[str]:
    """Return a line for each row and for each user in a target that the plans show differently."""
    later = PlainPlan.model_validate(plain(now))
    names = {**earlier.names, **later.names}
    return [
        *_lines(_rows(earlier), _rows(later)),
        *_lines(_people(earlier, names), _people(later, names)),
    ]


def _lines(before: Mapping[_Subject, str], after: Mapping[_Subject, str]) -> Iterator[str]:
    for subject in sorted({*before, *after}):
        old, new = before.get(subject), after.get(subject)
        who = f"{visible(subject.name)} in {visible(subject.target)}"
        if new is None:
            yield f"- {who}: no longer in the plan; earlier: {old}"
        elif old is None:
            yield f"+ {who}: new in the plan: {new}"
        elif old != new:
            yield f"~ {who}: {new}; earlier: {old}"


def _rows(plan: PlainPlan) -> Mapping[_Subject, str]:
    return {_Subject(f"row of {row.group}", row.target): _described(row) for row in plan.rows}


def _described(row: _Row) -> str:
    said = [
        f"{name} {value(of.before)} -> {value(of.after)}" for name, of in row.attributes.items()
    ]
    return " ".join([row.kind, *([f"({', '.join(said)})"] if said else [])])


def _people(plan: PlainPlan, names: Mapping[str, str]) -> Mapping[_Subject, str]:
    return {
        _Subject(names.get(user, user), each.target): _change(each)
        for each in plan.people
        for user in each.users
    }


def _change(each: _People) -> str:
    roles = " -> ".join(visible(role_name(role)) or "none" for role in (each.before, each.after))
    parts = [
        f"{each.kind}, {roles}, because of {visible(each.because)}",
        f"held: {visible(each.held)}" if each.held else "",
        "running apps are stopped" if each.stops_apps else "",
        f"kept {count_of(each.retention_days, 'day')}" if each.retention_days else "",
    ]
    return "; ".join(part for part in parts if part)
