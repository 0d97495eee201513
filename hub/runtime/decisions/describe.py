"""Describes actions and profile events as text."""

from typing import assert_never

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Delete,
    DeleteSpace,
    Discard,
    Resume,
    Revoke,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from shared.naming import role_name


def describe(action: Action) -> str:  # noqa: C901 (one case a type, each a line)
    """Return an action as the end of a sentence that begins with its actor."""
    name = action.profile_name
    match action:
        case Create():
            return f"create {name} with {role_name(action.role_arn)}, because {action.because}"
        case Assign():
            return f"grant access to {name}"
        case ChangeRole():
            old, new = role_name(action.old_role_arn), role_name(action.role_arn)
            return f"change {name} from {old} to {new}, because {action.because}"
        case Resume():
            return f"resume {name} with {role_name(action.role_arn)}, because {action.because}"
        case Revoke():
            return f"revoke access of {name}: {action.reason}"
        case Suspend():
            return f"suspend {name}: {action.reason}"
        case StopApp():
            return f"stop {action.app} of {name}"
        case DeleteSpace():
            return f"delete the private space {action.space} of {name}"
        case Delete():
            return f"delete {name}: {action.reason}"
        case Discard():
            return f"discard {name}, to make it anew: {action.reason}"
        case _:
            assert_never(action)


def story(told: ProfileEvent) -> str:
    """Return a profile event as the end of a sentence that begins with its actor."""
    name, role, old = told.profile_name, role_name(told.role_arn), role_name(told.old_role_arn)
    match told.what:
        case ProfileEventType.CREATED:
            return f"create {name} with {role}, because {told.because}"
        case ProfileEventType.ROLE_CHANGED:
            return f"change {name} from {old} to {role}, because {told.because}"
        case ProfileEventType.SUSPENDED:
            return f"suspend {name}: {told.reason}"
        case ProfileEventType.RESUMED:
            return f"resume {name} with {role}, because {told.because}"
        case ProfileEventType.REMOVED:
            return f"delete {name}: {told.reason}"
        case ProfileEventType.HELD:
            return f"hold {name}: {told.reason}"
        case ProfileEventType.RELEASED:
            return f"let {name} wait no more"
        case _:
            assert_never(told.what)
