"""Derives the event between two ledger records of a profile, for the history and the bus."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, assert_never

from hub.runtime.decisions.record import REJECTED, MemberChanges, Record, State
from shared.model import Because, Target, UserId
from shared.naming import role_name


class ProfileEventType(StrEnum):
    """The type of an event; the values are the detail-types on the hub's event bus."""

    CREATED = "Profile Created"
    ROLE_CHANGED = "Profile Role Changed"
    SUSPENDED = "Profile Suspended"
    RESUMED = "Profile Resumed"
    REMOVED = "Profile Removed"
    HELD = "Profile Held"
    RELEASED = "Hold Ended"


class ProfileEvent(NamedTuple):
    """One change of one user's profile; `at` is UTC, a role is empty if there is none."""

    what: ProfileEventType
    at: datetime
    user_id: UserId
    user_name: str
    target: Target
    profile_name: str
    role_arn: str
    old_role_arn: str
    because: str
    reason: str
    event_id: str
    efs_uid: str = ""
    spaces: tuple[str, ...] = ()


class RecordWrite(NamedTuple):
    """A record to write, and what is written with it: members of groups, and the history."""

    record: Record
    changes: MemberChanges = MemberChanges()
    profile_events: tuple[ProfileEvent, ...] = ()


def event_of(old: Record | None, new: Record, at: datetime) -> ProfileEvent | None:
    """Return the event of the change from one record to the next; None if there is none."""
    had = old.role_arn if old else ""
    waits = (old.state, old.hold) if old else None
    is_role_new = new.role_arn not in {"", had}
    # The first line that fits counts.
    events = (
        (
            new.state is State.HELD and new.hold != REJECTED,
            ProfileEventType.HELD if waits != (new.state, new.hold) else None,
        ),
        (new.state is State.REMOVED, ProfileEventType.REMOVED if had else None),
        (is_role_new and not had, ProfileEventType.CREATED),
        (is_role_new and new.has_suspended_role, ProfileEventType.SUSPENDED),
        (is_role_new and old and old.has_suspended_role, ProfileEventType.RESUMED),
        (is_role_new, ProfileEventType.ROLE_CHANGED),
        (old and old.hold and not new.hold and not new.started, ProfileEventType.RELEASED),
    )
    event_type = next((each for fits, each in events if fits), None)
    if event_type is None:
        return None
    grants = (old.because if old and not new.because else new.because) or ()
    because = str(Because(grants)) if grants else ""
    return ProfileEvent(
        event_type,
        at,
        new.user_id,
        new.user_name,
        new.target,
        new.profile_name,
        new.role_arn,
        had,
        because,
        new.why,
        new.last_request,
        new.efs_uid,
        new.spaces,
    )


def describe_event(event: ProfileEvent) -> str:
    """Return a profile event as the end of a sentence that begins with its actor."""
    name, role, old = event.profile_name, role_name(event.role_arn), role_name(event.old_role_arn)
    match event.what:
        case ProfileEventType.CREATED:
            return f"create {name} with {role}, because {event.because}"
        case ProfileEventType.ROLE_CHANGED:
            return f"change {name} from {old} to {role}, because {event.because}"
        case ProfileEventType.SUSPENDED:
            return f"suspend {name}: {event.reason}"
        case ProfileEventType.RESUMED:
            return f"resume {name} with {role}, because {event.because}"
        case ProfileEventType.REMOVED:
            return f"delete {name}: {event.reason}"
        case ProfileEventType.HELD:
            return f"hold {name}: {event.reason}"
        case ProfileEventType.RELEASED:
            return f"release the hold of {name}"
        case _:
            assert_never(event.what)
