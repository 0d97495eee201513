"""Prints the end of a scenario: who has what, where and why, and what is still open."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.output import print_table, row, table
from hub.runtime.decisions.record import Record, State
from shared.naming import role_name
from shared.visible import visible

# A longer table shows only who was changed.
_MOST_ROWS: Final = 40
_DELETION: Final = "Deletion"
_COLUMNS: Final = ("User", "Role", "State", "Access", _DELETION, "Because")
# The narrowest that the last column may become, in characters.
_NARROWEST: Final = 12


class _Row(NamedTuple):
    """One user in one target: what the table shows of them, and whether the story changed it."""

    target: str
    cells: tuple[str, ...]
    is_changed: bool


def print_end(
    out: Console,
    end_state: Mapping[str, Any],
    records: Iterable[Record],
    began: datetime,
    *,
    verbose: bool = False,
) -> None:
    """Print who has what and why, what is still open, and how many calls were made.

    Whoever was removed before the scenario began is left out. Unless it is verbose, a table of more
    than forty rows shows only whom the scenario changed.
    """
    rows = sorted(_rows(end_state, records, began))
    shown = [each for each in rows if each.is_changed]
    if verbose or len(rows) <= _MOST_ROWS:
        shown = rows
    out.print()
    _print_rows(out, shown)
    if len(shown) < len(rows):
        out.print(f"{len(rows) - len(shown):,} more are as they were: --verbose shows all.")
    for problem in end_state["problems"]:
        out.print(Text(f"! {problem['subject']}: {problem['reason']}", style="yellow"))
        if problem.get("remedy"):
            out.print(Padding(Text(f"remedy: {visible(problem['remedy'])}"), (0, 0, 0, 4)))
    changes = Counter(change["operation"] for change in end_state["changes"])
    done = ", ".join(f"{count} {name}" for name, count in sorted(changes.items())) or "nothing"
    holds = [each for each in end_state["holds"] if each["approvable"]]
    # The others are users in whose way something stands; one may be blocked in several targets.
    others = [each for each in end_state["holds"] if not each["approvable"]]
    blocked = {person["user"] for each in others for person in each["people"]}
    out.print(
        f"Changed: {done}.  AWS calls: {sum(end_state['api_calls'].values())}.  "
        f"Holds: {len(holds)}.  Blocked users: {len(blocked)}.  "
        f"Problems: {len(end_state['problems'])}.  Dead letters: {end_state['dead_letters']}."
    )


def _rows(
    end_state: Mapping[str, Any], records: Iterable[Record], began: datetime
) -> Iterable[_Row]:
    changed = {(change["target"], change["name"]) for change in end_state["changes"]}
    known = set()
    for record in records:
        key = str(record.target), record.profile_name
        known.add(key)
        if record.state is State.REMOVED and record.since and record.since < began:
            continue
        yield _Row(key[0], _of_record(record), key in changed)
    for profile in end_state["profiles"]:
        target = f"{profile['account']}/{profile['region']}/{profile['domain']}"
        if not profile["managed"] or (target, profile["name"]) not in known:
            key = target, profile["name"]
            yield _Row(target, _of_profile(profile), key in changed)


def _of_record(record: Record) -> tuple[str, ...]:
    removed = record.state is State.REMOVED
    until = record.retain_until if not removed else None
    return (
        record.user_name or record.user_id,
        "" if removed else role_name(record.role_arn),
        record.state,
        record.access,
        f"{until:%Y-%m-%d}" if until else "",
        record.why or " over ".join(f"{each.group} ({each.priority})" for each in record.because),
    )


def _of_profile(profile: Mapping[str, Any]) -> tuple[str, ...]:
    whose = "unknown to the ledger" if profile["managed"] else "unmanaged; left unchanged"
    access = "assigned" if profile["assigned"] else ""
    role = role_name(profile["execution_role_arn"] or "")
    return profile["user"] or profile["name"], role, "", access, "", whose


def _print_rows(out: Console, rows: Sequence[_Row]) -> None:
    """Print a table for each target; the columns of all stand below one another.

    The column of deletion dates is left out where nobody is to be deleted.
    """
    used = [
        place
        for place, name in enumerate(_COLUMNS)
        if name != _DELETION or any(each.cells[place] for each in rows)
    ]
    names = [_COLUMNS[place] for place in used]
    widths = [max([0, *(cell_len(each.cells[place]) for each in rows)]) for place in used]
    for number, (target, group) in enumerate(groupby(rows, key=lambda each: each.target)):
        part = table(*names, long=_COLUMNS[-1:])
        part.show_header = not number
        for column, width in zip(part.columns[:-1], widths, strict=False):
            column.min_width = width
        for each in group:
            row(part, *(each.cells[place] for place in used))
        out.print(Text(visible(target), style="bold"))
        print_table(out, part, narrowest=_NARROWEST)
