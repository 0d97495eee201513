"""Shows a plan of mappings as text of 80 columns, and as JSON."""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from typing import Any, Final

from cli.mappings.difference import RowChange, RowChangeKind
from cli.mappings.observe import Names
from cli.mappings.outcome import Change, ChangeKind, TargetEffect
from cli.mappings.plan import Plan
from hub.runtime.decisions.holds import Hold
from shared.model import Target, UserId
from shared.naming import role_name
from shared.visible import shortened, visible

MARKS: Final = {
    RowChangeKind.NEW: "+",
    RowChangeKind.CHANGED: "~",
    RowChangeKind.REMOVED: "-",
    ChangeKind.GAIN: "+",
    ChangeKind.ROLE_CHANGE: "~",
    ChangeKind.LOSS: "-",
}
_HELD: Final = "!"
_WIDTH: Final = 80
_MOST_ROWS: Final = 40
_MOST_PEOPLE: Final = 60
_MOST_IN_TARGET: Final = 10
_MOST_PROBLEMS: Final = 20
_LONGEST: Final = 120


def text(plan: Plan) -> str:
    """Return a plan as text: totals, rows, and people by target, up to a number of lines."""
    lines = [*totals(plan), *_rows(plan.changes), *_people(plan)]
    problems = [f"{each.kind.name}: {each.subject}: {each.reason}" for each in plan.problems]
    lines += _titled("Problems", _limited(problems, _MOST_PROBLEMS))
    lines += _titled("Notes", _limited([*plan.notes], _MOST_PROBLEMS))
    return "\n".join(folded for line in lines for folded in _folded(line))


def people_text(plan: Plan) -> str:
    """Return what becomes of people as text, and the notes; empty if nothing does."""
    lines = [*_people(plan), *_titled("Notes", _limited([*plan.notes], _MOST_PROBLEMS))]
    return "\n".join(folded for line in lines for folded in _folded(line)).strip("\n")


def totals(plan: Plan) -> tuple[str, str]:
    """Return how many rows and people a plan changes."""
    rows = {kind: sum(each.kind is kind for each in plan.changes) for kind in RowChangeKind}
    parts = ", ".join(f"{count:,} {kind}" for kind, count in rows.items())
    return f"Rows    {parts}; {plan.rows:,} afterwards", f"People  {_counts(plan, plan.held)}"


def plain(plan: Plan) -> dict[str, Any]:
    """Return a plan in its JSON form: every row, and every person."""
    return {
        "digest": plan.digest,
        "rows": [
            {
                "kind": change.kind,
                "group": change.key[0],
                "target": change.key[1],
                "attributes": {
                    name: {"before": before, "after": after}
                    for name, before, after in change.attributes()
                },
                "mistakes": list(change.mistakes),
            }
            for change in plan.changes
        ],
        "people": [
            {"target": str(effect.target), **change._asdict(), "users": users}
            for effect in plan.effects
            for change, users in effect.changes
        ],
        "names": {
            user: plan.names.of(user)
            for user in sorted(
                {u for effect in plan.effects for _, of in effect.changes for u in of}
            )
        },
        "problems": [problem.plain() for problem in plan.problems],
        "notes": list(plan.notes),
    }


def row_text(change: RowChange) -> str:
    """Return a changed row on one line: its key, and each attribute that differs."""
    group, target = map(visible, change.key)
    if change.mistakes and change.kind is RowChangeKind.REMOVED:
        return f"{group} -> {target}: it does not parse: {'; '.join(change.mistakes)}"
    said = [
        f"{name} {value(after)}"
        if change.before is None
        else f"{name} {value(old)} -> {value(after)}"
        for name, old, after in change.attributes()
        if after not in (None, "") or change.before is not None
    ]
    described = f": {', '.join(said)}" if said and change.after is not None else ""
    return f"{group} -> {target}{described}"


def value(of: object) -> str:
    """Return the value of a row's attribute; a role by its name."""
    if of is None:
        return "none"
    if isinstance(of, bool):
        return str(of).lower()
    if isinstance(of, str) and of.startswith("arn:"):
        return visible(of.partition(":role/")[2].removeprefix("studio-hub/") or of)
    return visible(shortened(str(of), _LONGEST)) or '""'


def change_text(change: Change, target: Target) -> str:
    """Return what becomes of a person, without their name."""
    after, before = visible(role_name(change.after)), visible(role_name(change.before))
    because = visible(change.because)
    match change.kind:
        case ChangeKind.GAIN:
            described = f"gets {after}, because of {because}"
        case ChangeKind.ROLE_CHANGE:
            described = f"{before} -> {after}, because of {because}"
            described += "; running apps are stopped" if change.stops_apps else ""
        case ChangeKind.LOSS:
            kept = f"kept suspended {change.retention_days} days" if change.retention_days else ""
            described = f"loses {before}: {because}; {kept or 'deleted at once'}"
    return f"{described}; held: {Hold(target, change.held, ()).why}" if change.held else described


def counts(effect: TargetEffect) -> str:
    """Return how many people of a target gain, change their role, lose or are held."""
    return _counts(effect, effect.held)


def mark(change: Change) -> str:
    """Return the sign of a change; a held one has its own."""
    return _HELD if change.held else MARKS[change.kind]


def people(effect: TargetEffect, names: Names) -> list[tuple[Change, UserId]]:
    """Return the people of a target: losses first, then role changes, then gains, by name."""
    order = (ChangeKind.LOSS, ChangeKind.ROLE_CHANGE, ChangeKind.GAIN)
    return sorted(
        ((change, user) for change, users in effect.changes for user in users),
        key=lambda each: (order.index(each[0].kind), names.of(each[1]), each[1]),
    )


def _counts(of: Plan | TargetEffect, held: int) -> str:
    gain, change, loss = (
        of.count(kind) for kind in (ChangeKind.GAIN, ChangeKind.ROLE_CHANGE, ChangeKind.LOSS)
    )
    described = f"{gain:,} gain, {change:,} change role, {loss:,} lose"
    return f"{described}; {held:,} of them held" if held else described


def _rows(changes: tuple[RowChange, ...]) -> list[str]:
    lines = [f"  {MARKS[change.kind]} {row_text(change)}" for change in changes[:_MOST_ROWS]]
    return _titled("", [*lines, *_more(len(changes) - _MOST_ROWS)], indent="")


def _people(plan: Plan) -> Iterator[str]:
    left = _MOST_PEOPLE
    for effect in plan.effects:
        yield ""
        yield f"{effect.target}: {counts(effect)}"
        listed = min(left, _MOST_IN_TARGET)
        total = sum(len(users) for _, users in effect.changes)
        for change, user in people(effect, plan.names)[:listed] if listed else ():
            described = change_text(change, effect.target)
            yield f"  {mark(change)} {visible(plan.names.of(user))}  {described}"
        left -= min(total, listed)
        yield from _more(total - listed)


def _limited(lines: list[str], most: int) -> list[str]:
    return [*lines[:most], *_more(len(lines) - most)]


def _more(count: int) -> list[str]:
    return [f"  and {count:,} more (--json has all)"] if count > 0 else []


def _titled(title: str, lines: Iterable[str], indent: str = "  ") -> list[str]:
    found = [f"{indent}{line}" for line in lines]
    return ["", *([title] if title else []), *found] if found else []


def _folded(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(
        line,
        _WIDTH,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    ) or [""]
