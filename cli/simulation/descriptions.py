"""Describes the steps of a scenario in English."""

from collections.abc import Mapping
from typing import Final

from simulator.expect_step import Expect
from simulator.fault_steps import FaultStep
from simulator.hand_steps import CreateRole, ManualAction, ManualOperation
from simulator.operator_steps import Approve, Keep, Pause, Protect, Reject, Resume
from simulator.scenario_schema import Row
from simulator.steps import (
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    Duplicate,
    EnableUser,
    Event,
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

_SENTENCES: Final[Mapping[type, str]] = {
    Join: "{user} joins {group}",
    Leave: "{user} leaves {group}",
    CreateUser: "{name} is added to the directory",
    DisableUser: "{user} is disabled",
    EnableUser: "{user} is enabled",
    RenameUser: "{user} is renamed to {to}",
    DeleteUser: "{user} is deleted from the directory",
    CreateGroup: "the group {group} is created",
    RenameGroup: "the group {group} is renamed to {to}",
    DeleteGroup: "the group {group} is deleted",
    StartApp: "{user} starts {type} in {target}",
    RestartApp: "{user} starts their latest app in {target} again",
    CreateRole: "the role {role} is created in {target}",
    Approve: "an operator approves every open hold",
    Reject: "an operator rejects every open hold",
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
    Sweep: "the hourly and the daily sweep run",
}
_BY_HAND: Final[Mapping[ManualOperation, str]] = {
    "delete": "somebody deletes the profile of {user} in {target} by hand",
    "untag": "somebody removes the tags from the profile of {user} in {target} by hand",
    "recreate": "somebody deletes the profile of {user} in {target} by hand and creates it again",
    "change_role": "somebody gives the profile of {user} in {target} the role {role} by hand",
}


def describe(step: Step) -> str:
    """Return a sentence that says what a step does."""
    if isinstance(step, Wait):
        return f"{_span(step.total)} later"
    if isinstance(step, ManualAction):
        operation, user = step.operation
        return _BY_HAND[operation].format(user=user, target=step.target, role=step.role)
    if isinstance(step, Expect):
        return f"expected: {_expected(step)}"
    if isinstance(step, Sweep) and step.hourly:
        return "the hourly sweep runs"
    return _SENTENCES[type(step)].format(**step.model_dump()) + _more(step)


def _more(step: Step) -> str:
    match step:
        case FaultStep():
            return f", every {step.every}th time" if step.every else f", {step.times or 1} times"
        case InDirectory():
            how = {"console": "", "none": "no event"}.get(step.via, f"by {step.via}")
            late = f"the event is {step.late.total / 60:g} minutes old" if step.late.total else ""
            more = ", ".join(filter(None, (how, late)))
            return f" ({more})" if more else ""
        case Approve(target=str()):
            return f" in {step.target}"
        case _:
            return ""


def _span(seconds: float) -> str:
    """Return a time in the largest unit of which it is a whole number, else in minutes."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1)):
        if seconds >= length and not seconds % length:
            return f"{seconds / length:g} {unit if seconds > length else unit[:-1]}"
    return f"{seconds / 60:g} minutes"


def _expected(step: Expect) -> str:
    """Return an expectation as it is written in the file."""
    given = step.model_dump(exclude_none=True)
    return ", ".join(f"{name} {_listed(value)}" for name, value in given.items())


def _listed(value: object) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value)
