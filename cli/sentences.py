"""The steps of a story in words."""

from collections.abc import Mapping
from typing import Final

from simulator.operator_steps import Approve, Keep, Pause, Protect, Resume
from simulator.steps import (
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Duplicate,
    EnableUser,
    Event,
    FaultStep,
    InDirectory,
    Join,
    Leave,
    Lose,
    RenameGroup,
    RenameUser,
    RestartApp,
    Shuffle,
    StartApp,
    Step,
    Sweep,
    Unmap,
    Wait,
)
from simulator.words import Row

_SENTENCES: Final[Mapping[type, str]] = {
    Join: "{user} joins {group}",
    Leave: "{user} leaves {group}",
    CreateUser: "{name} is added to the directory",
    DisableUser: "{user} is disabled",
    EnableUser: "{user} is enabled",
    RenameUser: "{user} is called {to} from now on",
    DeleteUser: "{user} is deleted from the directory",
    CreateGroup: "the group {group} is made",
    RenameGroup: "the group {group} is called {to} from now on",
    DeleteGroup: "the group {group} is deleted",
    StartApp: "{user} starts {type} in {target}",
    RestartApp: "{user} starts their latest app in {target} again",
    Approve: "an operator approves every open hold",
    Keep: "an operator keeps {user} for {days} days",
    Protect: "an operator protects {user}",
    Pause: "an operator pauses the hub",
    Resume: "an operator resumes the hub",
    Row: "a mapping of {group} to {target} is written",
    Unmap: "the mapping of {group} to {target} is deleted",
    Event: "the event in {file} arrives",
    FaultStep: "AWS will answer {error} to {service} {operation}",
    Lose: "events will be lost: the next {events}",
    Duplicate: "events will come twice: the next {events}",
    Shuffle: "events are held back, to come in another order",
    Sweep: "a sweep, of the hour and of the day",
}


def sentence(step: Step) -> str:
    """Return what a step does, in words."""
    if isinstance(step, Wait):
        return f"{step.total / 60:g} minutes pass"
    return _SENTENCES[type(step)].format(**step.model_dump()) + _more(step)


def _more(step: Step) -> str:
    match step:
        case FaultStep():
            return f", every {step.every}th time" if step.every else f", {step.times or 1} times"
        case InDirectory(via="console"):
            return ""
        case InDirectory(via="none"):
            return " (no event)"
        case InDirectory():
            return f" (by {step.via})"
        case _:
            return ""
