"""Applies an operator's `keep` and `protect`: nothing is taken for some days, or ever."""

from datetime import datetime

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.record import Record
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
    person, target = decision.person, decision.target
    if isinstance(decision, Undecided) or not is_protected(
        person.id, target, decision.profile_name, state, now
    ):
        return decision
    if isinstance(decision, DesiredProfile):
        takes = record is not None and record.loses_role_to(decision.role_arn)
    else:
        takes = record is None or not (record.is_leaving and record.has_suspended_role)
    if not takes:
        # Apps that a suspended user starts in an open browser session are still stopped.
        return decision._replace(kept=True) if isinstance(decision, Removal) else decision
    if {person.id, protected_profile(target, decision.profile_name)} & state.protected:
        return Undecided(
            person,
            target,
            f"the profile {decision.profile_name} is protected: nothing of it is changed",
            _ENDS.format(command=f"protect {person.id} --off --yes"),
        )
    if isinstance(decision, DesiredProfile):
        return decision
    return Undecided(
        person,
        target,
        f"the user is kept until {state.kept[person.id]:%Y-%m-%d %H:%M} UTC: "
        "nothing of theirs is removed",
        _ENDS.format(command=f"keep {person.id} --days 0 --yes"),
    )
