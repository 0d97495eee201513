"""What a look tells the people who run the hub, beside whom it queued."""

from collections.abc import Iterable

from hub.runtime import telemetry
from shared.memory import GroupCopy
from shared.model import GroupId, GroupMapping, ObservedProfile, Target
from shared.naming import role_name

_PIN = "if that is right: studio-hub mappings add --group NAME --target TARGET --identity-store ID"


def renamed(group_id: GroupId, name: str | None, rows: Iterable[GroupMapping | str]) -> None:
    """Report mappings that name a group as it is no longer called; they go on counting."""
    called = {row if isinstance(row, str) else row.group for row in rows}
    if name and called and name not in called:
        telemetry.problem(
            "group-renamed",
            f"group {', '.join(sorted(called))}",
            f"the directory calls this group {name} now; its mappings still count",
            "write its rows anew under that name, then remove the old ones",
            group_id=group_id,
        )


def deleted(copy: GroupCopy, rows: Iterable[GroupMapping]) -> None:
    """Report a group that is gone."""
    called = ", ".join(sorted({row.group for row in rows}))
    telemetry.problem(
        "group-deleted",
        f"group {called}",
        f"the group was deleted; its {len(copy.members)} people keep what it gave them",
        "if that is meant, remove its mapping rows; otherwise make the group again and pin its id",
        group_id=copy.group_id,
    )


def recreated(name: str, known: GroupId, now: GroupId) -> None:
    """Report a group that has the name of another one; nothing is granted through it."""
    telemetry.problem(
        "group-recreated",
        f"group {name}",
        f"another group has this name now ({now} instead of {known}); nothing is granted through "
        "it until somebody confirms it",
        _PIN,
        group_id=now,
    )


def unreachable(target: Target, reason: str) -> None:
    """Report an account that does not let the hub in."""
    telemetry.problem(
        "unreachable",
        str(target),
        reason,
        "deploy the spoke stack in the account, or correct its parameters",
    )


def foreign(target: Target, profile: ObservedProfile) -> None:
    """Report a profile that is not ours, when it is first seen."""
    telemetry.problem(
        "profile-not-ours",
        f"{profile.name} in {target}",
        f"a profile that the hub did not make, for {profile.user_name or 'nobody'}, with the role "
        f"{role_name(profile.role_arn) or 'of the domain'}",
        "leave it, or delete it by hand: if a mapping calls for the person, they get a managed one",
        target=str(target),
    )
    telemetry.count("ForeignProfile")


def untold(target: Target, name: str, reason: str) -> None:
    """Report a profile of which nobody can tell whose it is."""
    telemetry.problem(
        "unreadable-tags",
        f"{name} in {target}",
        f"the profile does not show its tags, so nobody can tell whose it is: {reason}",
        "let the spoke's access role read tags: compare its stack with this version's",
        target=str(target),
    )
