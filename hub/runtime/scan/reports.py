"""What a scan reports of holds, renamed groups and checks, and which problems it checked."""

from collections.abc import Iterable
from datetime import datetime

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.checks import Finding
from hub.runtime.decisions.holds import holds_of
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import HeldDisruption
from hub.runtime.problems import mappings, targets
from shared.model import GroupId, Target


def renamed(group_id: GroupId, name: str | None, names: Iterable[str]) -> None:
    """Report mappings that name a group by its old name; they still count.

    The directory compares names without case, so a different case is not a different name.
    """
    for each in sorted(set(names)):
        if name and each.casefold() != name.casefold():
            reporter.report(mappings.group_renamed(each, name, group_id))


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
    for hold in open_holds:
        if not reporter.is_reported(targets.HELD, targets.held_subject(target, hold.cause)):
            reporter.report(targets.held(target, hold.cause, str(hold), hold.remedy))
    reporter.checked_holds(target, [hold.cause for hold in open_holds])
    people = {user for hold in open_holds for user in hold.users}
    people |= {each.user_id for each in records if each.state is State.HELD and not each.hold}
    if counted and people:
        telemetry.count("HoldsWaiting", len(people))


def checked(target: Target, *, is_open: bool, wholly: bool) -> None:
    """Note that a target's profiles were listed; `wholly` means in one part, to the end."""
    if is_open:
        reporter.checked(targets.UNREACHABLE, subject=str(target))
    if wholly:
        reporter.checked(targets.UNREADABLE_TAGS, subject=targets.profiles_in(target))


def over(target: Target) -> None:
    """Note that a target no longer concerns the hub."""
    checked(target, is_open=True, wholly=True)
    reporter.checked_holds(target, ())


def assignments_checked(target: Target) -> None:
    """Note that the assignments of a domain were listed."""
    reporter.checked(*targets.ASSIGNMENTS, covers=lambda text: text.endswith(f" {target}"))


def unreadable_checks(target: Target, findings: Iterable[Finding]) -> None:
    """Report the checks of a target that could not be made."""
    unread = {each.check.id: each.check.text for each in findings if each.is_reported}
    if unread:
        reporter.report(targets.check_unreadable(target, unread))
