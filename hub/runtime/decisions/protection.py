"""People of whom nothing is taken for now, or ever: an operator said so."""

from dataclasses import replace
from datetime import datetime

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided, Verdict
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.record import Record
from shared.conventions import suspended_role_arn
from shared.model import Target, UserId

_ENDS = "to end it: studio-hub {command}"


def protected_profile(target: Target, profile_name: str) -> str:
    """Return how a protected profile is written; Studio compares names without case."""
    return f"{target}/{profile_name.casefold()}"


def is_spared(
    user_id: UserId, target: Target, profile_name: str, state: HubState, now: datetime
) -> bool:
    """Return whether an operator said that somebody's profile is not to be removed."""
    until = state.kept.get(user_id)
    named = {user_id, protected_profile(target, profile_name)}
    return bool(named & state.protected) or (until is not None and until > now)


def freeze(verdict: Verdict, record: Record | None, state: HubState, now: datetime) -> Verdict:
    """Return the verdict, or that nothing is decided where it would take something.

    Whoever is kept loses no profile; whoever is protected keeps their role too. Both may get a
    profile that they do not have.
    """
    if isinstance(verdict, Undecided):
        return verdict
    if isinstance(verdict, Removal) and _is_suspended(verdict.target, record):
        # Nothing of the role is left to take; what starts in a browser that is open is stopped.
        spared = is_spared(verdict.person.id, verdict.target, verdict.profile_name, state, now)
        return replace(verdict, kept=spared)
    person, name = verdict.person, verdict.profile_name
    if _takes(verdict, record) and {person.id, protected_profile(verdict.target, name)} & (
        state.protected
    ):
        return Undecided(
            person,
            verdict.target,
            f"the profile {name} is protected: nothing of it is changed",
            _ENDS.format(command=f"protect {person.id} --off --yes"),
        )
    until = state.kept.get(person.id)
    if isinstance(verdict, Removal) and until is not None and until > now:
        return Undecided(
            person,
            verdict.target,
            f"the person is kept until {until:%Y-%m-%d %H:%M} UTC: nothing of theirs is removed",
            _ENDS.format(command=f"keep {person.id} --days 0 --yes"),
        )
    return verdict


def _is_suspended(target: Target, record: Record | None) -> bool:
    if record is None or not record.is_leaving:
        return False
    return record.role_arn == suspended_role_arn(target.account, target.region)


def _takes(verdict: DesiredProfile | Removal, record: Record | None) -> bool:
    if isinstance(verdict, Removal):
        return True
    powerless = suspended_role_arn(verdict.target.account, verdict.target.region)
    has = record.role_arn if record else ""
    return has not in {"", powerless, verdict.role_arn}
