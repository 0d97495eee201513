"""Problems of mapping rows, and of the groups that they name."""

from collections.abc import Iterable
from typing import Final, assert_never

from hub.runtime.problems.hub import UNREADABLE
from hub.runtime.problems.kind import Problem, ProblemKind, Severity
from shared.model import BadMapping, GroupId, GroupPattern, Target, Unresolved
from shared.visible import visible

BAD_ROW: Final = ProblemKind(
    name="bad-row",
    severity=Severity.MEDIUM,
    remedy="correct the row or remove it; its mistakes: studio-hub mappings check",
    docs="safety.md#against-uncertainty",
    is_remembered=True,
)
UNKNOWN_GROUP: Final = ProblemKind(
    name="unknown-group",
    severity=Severity.MEDIUM,
    remedy="correct the group's name in the row, or give the row its group_id",
    docs="safety.md#against-uncertainty",
    is_remembered=True,
)
UNREADABLE_GROUP: Final = ProblemKind(
    name="unreadable-group",
    severity=Severity.HIGH,
    remedy=UNREADABLE.remedy,
    docs="safety.md#against-uncertainty",
    is_remembered=True,
)
SAME_GROUP_TWICE: Final = ProblemKind(
    name="same-group-twice",
    severity=Severity.LOW,
    remedy="remove all of these rows but one",
    docs="safety.md#against-uncertainty",
    is_remembered=True,
)
EQUAL_PRIORITY: Final = ProblemKind(
    name="equal-priority",
    severity=Severity.LOW,
    remedy="give each row a priority of its own, the lowest to the row that is to win",
    docs="configuration.md#mapping-rows",
    is_remembered=True,
)
# Only `studio-hub mappings check` finds it.
SAME_ROLE: Final = ProblemKind(
    name="same-role",
    severity=Severity.MEDIUM,
    remedy="set execution_role_arn: the same role in all rows, or a different role in each",
    docs="configuration.md#mapping-rows",
)
GROUP_DELETED: Final = ProblemKind(
    name="group-deleted",
    severity=Severity.MEDIUM,
    remedy="if that is meant: studio-hub holds list shows whom it concerns, then remove the "
    "group's mapping rows; otherwise create the group again and pin its id",
    docs="lifecycle.md#what-can-happen-to-a-user-or-a-group",
    is_remembered=True,
)
GROUP_RENAMED: Final = ProblemKind(
    name="group-renamed",
    severity=Severity.LOW,
    remedy="add the rows again with the new name, then remove the old ones",
    docs="lifecycle.md#what-can-happen-to-a-user-or-a-group",
    is_remembered=True,
)
GROUP_RECREATED: Final = ProblemKind(
    name="group-recreated",
    severity=Severity.MEDIUM,
    remedy="if that is right, pin its rows to the new id: studio-hub mappings set --group NAME "
    "--target TARGET --pin --yes",
    docs="lifecycle.md#what-can-happen-to-a-user-or-a-group",
    is_remembered=True,
)

UNMATCHED_PATTERN: Final = ProblemKind(
    name="unmatched-pattern",
    severity=Severity.MEDIUM,
    remedy="correct the pattern in the row, which distinguishes case, or the groups' names",
    docs="configuration.md#pattern-rows",
    is_remembered=True,
)


def bad_row(row: BadMapping) -> Problem:
    """Return the problem of a row that does not parse."""
    subject = f"mapping {visible(row.group)} -> {visible(row.target_text)}"
    return BAD_ROW.of(subject, "; ".join(row.mistakes))


def unresolved_group(name: str, why: Unresolved) -> Problem:
    """Return the problem of a group whose name cannot be resolved."""
    match why:
        case Unresolved.UNKNOWN:
            kind = UNKNOWN_GROUP
        case Unresolved.UNREADABLE:
            kind = UNREADABLE_GROUP
        case _:
            assert_never(why)
    return kind.of(group_subject(name), f"a mapping names this group, but {why.value}")


def pinned_group_gone(name: str, group_id: GroupId) -> Problem:
    """Return the problem of a row whose pinned group no longer exists."""
    return UNKNOWN_GROUP.of(
        group_subject(name),
        f"a mapping pins it by the id {group_id}, but {Unresolved.UNKNOWN.value}",
        remedy="remove the row, or correct its group_id",
    )


def unmatched_pattern(row: GroupPattern) -> Problem:
    """Return the problem of a pattern row that matches no group."""
    return UNMATCHED_PATTERN.of(
        f"pattern {visible(row.group)} in {row.target}",
        "no group of the directory matches this row; it takes nothing from anybody",
    )


def same_group_twice(target: Target, groups: str) -> Problem:
    """Return the problem of rows of one target that name one group."""
    return SAME_GROUP_TWICE.of(
        mappings_of(target),
        f"these rows are of one group: {groups}; the one with the lowest priority number wins",
    )


def equal_priority(target: Target, priority: int, groups: str) -> Problem:
    """Return the problem of rows of one target that have the same priority."""
    return EQUAL_PRIORITY.of(
        mappings_of(target),
        f"equal priorities ({priority}): {groups}; a user who is in several of these groups gets "
        "the role of the group whose name sorts first",
    )


def tied(target: Target, grants: str) -> Problem:
    """Return the problem that a user's role was decided by the names of groups."""
    reason = f"equal priorities: {grants}; the group whose name sorts first wins"
    return EQUAL_PRIORITY.of(mappings_of(target), reason, target=target)


def same_role(account: str, roles: Iterable[str], groups: str) -> Problem:
    """Return the problem of roles that are the same role to IAM."""
    return SAME_ROLE.of(
        f"roles in account {account}",
        f"IAM treats {' and '.join(roles)} as one role, which these groups get: {groups}",
    )


def group_deleted(name: str, group_id: GroupId, *, only_by_patterns: bool = False) -> Problem:
    """Return the problem of a mapped group that was deleted.

    If `only_by_patterns`, it has no row of its own. A pattern row is of other groups too.
    """
    remedy = (
        "if that is meant: studio-hub holds list shows whom it concerns, then approve it, and the "
        "hub forgets the group; the pattern row stays. Otherwise create the group again and write "
        "it a row of its own that pins its id"
    )
    return GROUP_DELETED.of(
        group_subject(name),
        "the group was deleted; no profile is removed for that without an approval",
        remedy=remedy if only_by_patterns else "",
        group_id=group_id,
    )


def group_renamed(name: str, name_now: str, group_id: GroupId) -> Problem:
    """Return the problem of a mapping that names a group by its old name; it still counts."""
    return GROUP_RENAMED.of(
        group_subject(name),
        f"the directory calls this group {name_now} now; its mappings still count",
        group_id=group_id,
    )


def group_recreated(name: str, known: GroupId, now: GroupId) -> Problem:
    """Return the problem of a name that another group has now; nothing is granted through it."""
    return GROUP_RECREATED.of(
        group_subject(name),
        f"another group has this name now ({now} instead of {known}); nothing is granted through "
        "it until its mappings pin the new id",
        group_id=now,
    )


def withheld_group(name: str, known: GroupId, now: GroupId, patterns: Iterable[str]) -> Problem:
    """Return the problem of a group that pattern rows match by a name that another had first."""
    return GROUP_RECREATED.of(
        group_subject(name),
        f"another group had this name first ({now} instead of {known}); nothing is granted through "
        f"the pattern {', '.join(map(visible, patterns))} until an operator confirms the new group",
        remedy="if that is right, write the group a row of its own; with the identity store it "
        "pins the new id: studio-hub mappings add --group NAME --target TARGET --identity-store ID "
        "--yes",
        group_id=now,
    )


def group_subject(name: str) -> str:
    """Return the subject of a group's problems, by the name that rows give it."""
    return f"group {visible(name)}"


def mappings_of(target: Target) -> str:
    """Return the subject of the problems between the rows of a target."""
    return f"mappings of {target}"
