"""What is wrong with the mappings, told once in an environment by whoever reads them."""

from hub.runtime import telemetry
from shared.model import GroupIds, MappingTable, Unresolved
from shared.row_checks import same_group_twice
from shared.visible import visible

_WAYS_OUT = {
    Unresolved.UNKNOWN: "correct the name, or give the row its group_id",
    Unresolved.UNREADABLE: "see the hub's role, and the key that Identity Center is encrypted with",
}


def rows(table: MappingTable, groups: GroupIds, announced: set[str]) -> None:
    """Report rows that do not parse, groups that cannot be resolved, and two rows for one group."""
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
    for subject, kind, reason, way_out in found:
        if subject + reason not in announced:
            announced.add(subject + reason)
            telemetry.problem(kind, subject, reason, way_out)
