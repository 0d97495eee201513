"""Reports what is wrong with the mappings, once in an environment."""

from collections import Counter
from collections.abc import Iterator

from hub.runtime import open_problems, telemetry
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.row_checks import same_group_twice
from shared.model import GroupIds, MappingTable, Target, Unresolved
from shared.visible import visible

_WAYS_OUT = {
    Unresolved.UNKNOWN: "correct the name, or give the row its group_id",
    Unresolved.UNREADABLE: "see the hub's role, and the key that Identity Center is encrypted with",
}


def whole(
    table: MappingTable, groups: GroupIds, already_reported: set[str], state: HubState
) -> None:
    """Report what is wrong with the whole table, and check all reported problems of rows.

    `state` tells what is still open. A problem that returned after it was closed is reported again.
    """
    rows(table, groups, already_reported, state)
    open_problems.judged_all("bad-row", "unknown-group", "unreadable-group", "same-group-twice")
    named = {f"group {visible(row.group)}" for row in table.rows}
    open_problems.judged_all(
        *("group-deleted", "group-renamed", "group-recreated"),
        covers=lambda subject: subject not in named,
    )
    if any(each.kind == "equal-priority" for each in state.problems):
        for target in _tied(table):
            telemetry.still("equal-priority", f"mappings of {target}", target=str(target))
        open_problems.judged_all("equal-priority")


def _tied(table: MappingTable) -> Iterator[Target]:
    """Yield the targets in which two enabled rows have the same priority."""
    priorities = Counter((row.target, row.priority) for row in table.rows if row.enabled)
    yield from sorted({target for (target, _), rows_ in priorities.items() if rows_ > 1})


def rows(
    table: MappingTable, groups: GroupIds, already_reported: set[str], state: HubState | None = None
) -> None:
    """Report rows that do not parse, groups that cannot be resolved, and two rows for one group.

    A problem that was reported already is not reported again while `state` shows it as open.
    """
    is_open = {(each.kind, each.subject) for each in state.problems} if state else None
    found = [
        (
            f"mapping {visible(bad.group)} -> {visible(bad.target_text)}",
            "bad-row",
            "; ".join(bad.mistakes),
            "correct the row: studio-hub mappings check",
        )
        for bad in table.bad
    ] + [
        (
            f"group {visible(name)}",
            f"{why.name.lower()}-group",
            f"a mapping names this group, and {why.value}",
            _WAYS_OUT[why],
        )
        for name, why in sorted(groups.items())
        if isinstance(why, Unresolved)
    ]
    found += [
        (each.subject, each.kind, each.reason, each.remedy)
        for each in same_group_twice(table, groups)
    ]
    for subject, kind, reason, remedy in found:
        if subject + reason in already_reported and is_open is None:
            # The table may be an old copy. A run that reads a new one tells whether it is open.
            continue
        if subject + reason in already_reported and is_open and (kind, subject) in is_open:
            telemetry.still(kind, subject)
        else:
            already_reported.add(subject + reason)
            telemetry.problem(kind, subject, reason, remedy)


def forget(subject: str, already_reported: set[str]) -> None:
    """Forget the reports of a subject that is right now, so that a new problem is reported."""
    already_reported.difference_update(
        [each for each in already_reported if each.startswith(subject)]
    )
