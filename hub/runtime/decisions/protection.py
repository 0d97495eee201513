"""Applies an operator's `keep` and `protect`: nothing is taken for some days, or ever."""

from dataclasses import replace
from datetime import datetime

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.record import Record
from shared.conventions import SystemRole
from shared.model import Target, UserId

_ENDS = "to end it: studio-hub {command}"


def protected_profile(target: Target, profile_name: str) -> str:
    """Return the key of a protected profile; Studio compares names without case."""
    return f"{target}/{profile_name.casefold()}"


def is_protected(
    user_id: UserId, target: Target, profile_name: str, state: HubState, now: datetime
) -> bool:
    """Return whether an operator keeps or protects a user or their profile."""
    until = state.kept.get(user_id)
    named = {user_id, protected_profile(target, profile_name)}
    return bool(named & state.protected) or (until is not None and until > now)


def apply_protection(
    decision: Decision, record: Record | None, state: HubState, now: datetime
) -> Decision:
    """Return the decision, or Undecided where it would take something that is kept or protected.

    A kept user loses no profile. A protected user keeps their role too. Both may still get a
    profile that they do not have.
    """
    if isinstance(decision, Undecided):
        return decision
    if isinstance(decision, Removal) and _is_suspended(decision.target, record):
        # The role is taken already. Apps that start in an open browser session are still stopped.
        is_spared = is_protected(
            decision.person.id, decision.target, decision.profile_name, state, now
        )
        return replace(decision, kept=is_spared)
    person, name = decision.person, decision.profile_name
    if _takes(decision, record) and {person.id, protected_profile(decision.target, name)} & (
        state.protected
    ):
        return Undecided(
            person,
            decision.target,
            f"the profile {name} is protected: nothing of it is changed",
            _ENDS.format(command=f"protect {person.id} --off --yes"),
        )
    until = state.kept.get(person.id)
    if isinstance(decision, Removal) and until is not None and until > now:
        return Undecided(
            person,
            decision.target,
            f"the user is kept until {until:%Y-%m-%d %H:%M} UTC: nothing of theirs is removed",
            _ENDS.format(command=f"keep {person.id} --days 0 --yes"),
        )
    return decision


def _is_suspended(target: Target, record: Record | None) -> bool:
    if record is None or not record.is_leaving:
        return False
    return record.role_arn == SystemRole.SUSPENDED.arn(target.account, target.region)


def _takes(decision: DesiredProfile | Removal, record: Record | None) -> bool:
    if isinstance(decision, Removal):
        return True
    suspended_role = SystemRole.SUSPENDED.arn(decision.target.account, decision.target.region)
    has = record.role_arn if record else ""
    return has not in {"", suspended_role, decision.role_arn}
