"""The problems that a scan reports to operators."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.runtime import open_problems, telemetry
from hub.runtime.decisions.holds import holds_of
from hub.runtime.decisions.hub_state import Domain, GroupSnapshot
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import HeldDisruption
from hub.runtime.guard import remedy, report_waiting
from hub.runtime.open_problems import held_subject
from shared.model import GroupId, GroupMapping, Target
from shared.naming import role_name
from shared.visible import visible

_PIN = "if that is right: studio-hub mappings add --group NAME --target TARGET --identity-store ID"


def renamed(group_id: GroupId, name: str | None, rows: Iterable[GroupMapping | str]) -> None:
    """Report mappings that name a group by its old name; they still count.

    The directory compares names without case, so a different case is not a different name.
    """
    called = {row if isinstance(row, str) else row.group for row in rows}
    for each in sorted(each for each in called if name and each.casefold() != name.casefold()):
        telemetry.problem(
            "group-renamed",
            group_subject(each),
            f"the directory calls this group {name} now; its mappings still count",
            "write its rows anew under that name, then remove the old ones",
            group_id=group_id,
        )


def deleted(copy: GroupSnapshot, rows: Iterable[GroupMapping]) -> None:
    """Report a group that was deleted."""
    for called in sorted({row.group for row in rows}):
        telemetry.problem(
            "group-deleted",
            group_subject(called),
            "the group was deleted; nothing that it gave is taken without an approval",
            "if that is meant: studio-hub holds list shows whom it concerns, then remove the "
            "group's mapping rows; otherwise make the group again and pin its id",
            group_id=copy.group_id,
        )


def recreated(name: str, known: GroupId, now: GroupId) -> None:
    """Report a name that another group has now; nothing is granted through it."""
    telemetry.problem(
        "group-recreated",
        group_subject(name),
        f"another group has this name now ({now} instead of {known}); nothing is granted through "
        "it until somebody confirms it",
        _PIN,
        group_id=now,
    )


def unreachable(target: Target, reason: str) -> None:
    """Report an account that refuses the hub."""
    telemetry.problem(
        "unreachable",
        str(target),
        reason,
        "deploy the spoke stack in the account, or correct its parameters",
    )


def unlisted(target: Target, reason: str) -> None:
    """Report an account that accepts the hub but refuses to list the domain's profiles."""
    telemetry.problem(
        "unreadable",
        f"target {target}",
        reason,
        "compare the spoke stack in the account with this version's, look for a policy of the "
        "organization that denies it, and see that the domain is there; nobody is removed "
        "meanwhile",
        target=str(target),
    )


def unmanaged(target: Target, profile: ObservedProfile) -> None:
    """Report an unmanaged profile when it is first seen."""
    telemetry.problem(
        "profile-not-ours",
        f"{profile.name} in {target}",
        f"a profile that the hub did not make, for {profile.user_name or 'nobody'}, with the role "
        f"{role_name(profile.role_arn) or 'of the domain'}",
        "leave it; take it over: studio-hub adopt USER --target TARGET; or delete it by hand: if a "
        "mapping grants the user a profile, they get a managed one",
        target=str(target),
    )
    telemetry.count("ForeignProfile")


def no_longer_unmanaged(target: Target, name: str) -> None:
    """Report that an unmanaged profile is gone, or is managed now."""
    telemetry.resolved("profile-not-ours", f"{name} in {target}")


def untold(target: Target, names: Sequence[str], reason: str) -> None:
    """Report profiles whose tags cannot be read; one problem covers the whole target."""
    telemetry.problem(
        "unreadable-tags",
        _profiles(target),
        f"the tags of {len(names)} profiles cannot be read, so their owners are unknown; the "
        f"first is {names[0]}: {reason}",
        "let the spoke's reader role read tags: compare its stack with this version's",
        target=str(target),
    )


def waiting(
    target: Target,
    held: Iterable[HeldDisruption],
    records: Iterable[Record],
    now: datetime,
    *,
    counted: bool,
) -> None:
    """Report again the pending approvals, and count the users who wait if `counted`.

    These are the users whom `studio-hub holds list` shows. They include users whose profile is
    blocked; an approval does not help those.
    """
    open_holds = [hold for hold in holds_of(target, held, now) if hold.is_open]
    told = {each.subject for each in telemetry.reported() if each.kind == "held"}
    for hold in open_holds:
        if held_subject(target, hold.cause) not in told:
            report_waiting(hold, remedy(hold))
    open_problems.judged_holds(target, [hold.cause for hold in open_holds])
    people = {user for hold in open_holds for user in hold.users}
    people |= {each.user_id for each in records if each.state is State.HELD and not each.hold}
    if counted and people:
        telemetry.count("HoldsWaiting", len(people))


def judged(target: Target, *, is_open: bool, wholly: bool) -> None:
    """Note that a target's profiles were listed; `wholly` means in one part, to the end."""
    if is_open:
        open_problems.judged("unreachable", subject=str(target))
    if wholly:
        open_problems.judged("unreadable-tags", subject=_profiles(target))


def over(target: Target) -> None:
    """Note that a target no longer concerns the hub."""
    judged(target, is_open=True, wholly=True)
    open_problems.judged_holds(target, ())


def access_judged(target: Target) -> None:
    """Note that the access to a domain was checked."""
    open_problems.judged(
        *("assign-by-hand", "assigned-by-others"),
        *("assignment-not-required", "assignment-unreadable"),
        subject=_assignments(target),
    )
    open_problems.judged("portal-off", subject=f"portal of {target}")
    open_problems.judged("default-role", subject=f"default role of {target}")
    open_problems.judged("group-assignment", subject=f"groups assigned to {target}")


def group_subject(name: str) -> str:
    """Return the problem subject of a group by the name that rows give it."""
    return f"group {visible(name)}"


def _profiles(target: Target) -> str:
    return f"profiles in {target}"


def _assignments(target: Target) -> str:
    return f"assignments of {target}"


def hole(target: Target, groups: Iterable[str]) -> None:
    """Report groups that may sign in to a domain that the hub manages.

    Source: Amazon SageMaker administration workshop: whoever signs in without a profile gets one
    made, with the domain's default role.
    """
    telemetry.problem(
        "group-assignment",
        f"groups assigned to {target}",
        f"members of these groups may sign in before they have a profile, and get one with the "
        f"domain's default role: {', '.join(sorted(groups))}",
        "take the groups off the domain's application: the hub assigns each user",
        target=str(target),
    )


def default_role(target: Target, domain: Domain) -> None:
    """Report a domain whose default role may permit something."""
    telemetry.problem(
        "default-role",
        f"default role of {target}",
        f"a profile that the hub did not make works with {role_name(domain.default_role_arn)}",
        "give the domain the spoke's Suspended role as default execution role, which permits "
        "nothing",
        target=str(target),
    )


def assigned_by_others(target: Target, count: int) -> None:
    """Report users who may sign in and have no ledger record."""
    telemetry.problem(
        "assigned-by-others",
        _assignments(target),
        f"{count} users may sign in whom the hub did not assign",
        "if no mapping is to call for them, end their assignments by hand",
        target=str(target),
    )
