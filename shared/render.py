"""Actions in words."""

from typing import assert_never

from shared.actions import Action, ChangeRole, Create, Delete
from shared.naming import role_name


def sentence(action: Action) -> str:
    """Return an action as the end of a sentence that begins with what would or did act."""
    match action:
        case Create():
            return (
                f"create {action.profile_name} with {role_name(action.role_arn)}, "
                f"because {action.because}"
            )
        case ChangeRole():
            return (
                f"change {action.profile_name} from {role_name(action.old_role_arn)} to "
                f"{role_name(action.role_arn)}, because {action.because}"
            )
        case Delete():
            return f"delete {action.profile_name}: {action.reason}"
        case _:
            assert_never(action)
