"""Shows a plan of mappings as Markdown for a comment on a pull request.

Names come from the directory, from rows and from files, so they are hostile: each is shown in a
`code` element in which every character that Markdown, HTML or a mention could act on is an entity.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from cli.mappings.plan import Plan
from cli.mappings.plan_text import change_text, counts, mark, people, row_text, totals
from cli.output import count_of
from shared.visible import shortened, visible

# Source: GitHub refuses a comment of more than 65,536 characters.
LONGEST: Final = 65_536
# Room for the end of the comment.
_END: Final = 1_000
_LONGEST_CELL: Final = 300
_HARMLESS: Final = re.compile(r"[^A-Za-z0-9 ,;()/-]")


def markdown(plan: Plan, next_step: str) -> str:
    """Return a plan as Markdown of at most 65,536 characters; what does not fit is counted."""
    rows, persons = totals(plan)
    head = [
        f"### Studio Hub mappings: plan `{plan.digest}`",
        "",
        f"* {_code(' '.join(rows.split()))}",
        f"* {_code(' '.join(persons.split()))}",
        "",
    ]
    end = ["", f"Apply exactly this: {_code(next_step)}", ""]
    left = LONGEST - _END - _size(head) - _size(end)
    body: list[str] = []
    for title, header, cells in _sections(plan):
        section = _details(title, header, cells, left)
        body += section
        left -= _size(section)
    return "\n".join([*head, *body, *end])


def _sections(plan: Plan) -> Iterator[tuple[str, tuple[str, ...], Sequence[tuple[str, ...]]]]:
    """Yield the title, the columns and the rows of each table."""
    if plan.notes:
        yield f"{len(plan.notes)} notes", ("Note",), [(note,) for note in plan.notes]
    if plan.problems:
        found = [(each.kind.name, f"{each.subject}: {each.reason}") for each in plan.problems]
        yield count_of(len(found), "problem"), ("Problem", "What"), found
    if plan.changes:
        rows = [(change.kind.value, row_text(change)) for change in plan.changes]
        yield count_of(len(rows), "row"), ("Change", "Row"), rows
    for effect in plan.effects:
        persons = [
            (mark(change), plan.names.of(user), change_text(change, effect.target))
            for change, user in people(effect, plan.names)
        ]
        yield f"{effect.target}: {counts(effect)}", ("", "Person", "What"), persons


def _details(
    title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]], room: int
) -> list[str]:
    """Return a collapsed table that takes at most `room` characters; nothing if it has none."""
    lines = [
        f"<details><summary>{_code(title)}</summary>",
        "",
        f"| {' | '.join(header)} |",
        f"|{' --- |' * len(header)}",
    ]
    tail = ["", "</details>", ""]
    left = room - _size(lines) - _size(tail) - len(_more(10**9))
    if left < 0:
        return []
    for number, row in enumerate(rows):
        line = f"| {' | '.join(map(_code, row))} |"
        left -= len(line) + 1
        if left < 0:
            lines.append(_more(len(rows) - number))
            break
        lines.append(line)
    return [*lines, *tail]


def _more(count: int) -> str:
    return f"\nand {count:,} more: `mappings plan FILE --json` has all"


def _code(text: str) -> str:
    shown = visible(shortened(text, _LONGEST_CELL))
    return f"<code>{_HARMLESS.sub(lambda found: f'&#{ord(found[0])};', shown)}</code>"


def _size(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)
