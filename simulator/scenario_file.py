"""Reads a scenario file, and refuses it with every mistake before anything is played."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.located import LocatedYaml, Mistake, ScenarioError
from simulator.located import Path as Place
from simulator.scenario import Frame, Scenario
from simulator.steps import STEPS, CreateUser, Event, Join, StartApp, Step


def load(path: Path) -> Scenario:
    """Return the scenario in a file.

    Raises:
        ScenarioError: it cannot be played; every mistake with its line and what is allowed there.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(
            str(path), [Mistake(1, "the file", f"cannot be read: {error}")]
        ) from error
    return parse(text, name=path.name, folder=path.parent)


def parse(text: str, *, name: str, folder: Path) -> Scenario:
    """Return the scenario in a text; raises as `load` does."""
    document = LocatedYaml(name, text)
    try:
        frame = Frame.model_validate(document.value if document.value is not None else {})
    except ValidationError as error:
        raise document.error(document.mistakes(error, (), Frame)) from error
    mistakes: list[Mistake] = []
    steps: list[tuple[str, Step]] = []
    for number, written in enumerate(frame.steps):
        found = _step(document, number, written)
        if isinstance(found, tuple):
            steps.append(found)
        else:
            mistakes += found
    if not mistakes:
        mistakes += [
            *_doubles(document, frame),
            *_unknown_names(document, frame, steps),
            *_unreadable_events(document, folder, steps),
        ]
    if mistakes:
        raise document.error(mistakes)
    return Scenario(folder=folder, frame=frame, steps=tuple(steps))


def event_path(folder: Path, event: Event) -> Path:
    """Return where an event's file lies: beside the scenario, or where the command runs."""
    beside = folder / event.file
    return beside if beside.exists() else event.file


def _step(
    document: LocatedYaml, number: int, written: dict[str, Any]
) -> tuple[str, Step] | list[Mistake]:
    path = ("steps", number)
    if len(written) != 1:
        return [document.mistake(path, f"is one word with what belongs to it; {_words()}")]
    word, body = next(iter(written.items()))
    model = STEPS.get(word)
    if model is None:
        return [document.mistake((*path, word), f"is no step; {_words()}")]
    try:
        return word, model.model_validate(body if body is not None else {})
    except ValidationError as error:
        return list(document.mistakes(error, (*path, word), model))


def _words() -> str:
    return f"allowed are {', '.join(sorted(STEPS))}"


def _doubles(document: LocatedYaml, frame: Frame) -> Iterator[Mistake]:
    lists: dict[tuple[str, ...], Sequence[object]] = {
        ("directory", "groups"): [group.name for group in frame.directory.groups],
        ("directory", "users"): [user.name for user in frame.directory.users],
        ("targets",): [spoke.target for spoke in frame.targets],
        ("mappings",): [(str(row.group), str(row.target)) for row in frame.mappings],
    }
    for path, values in lists.items():
        for number, value in enumerate(values):
            if value in values[:number]:
                yield document.mistake((*path, number), f"stands here twice: {value}")


def _unknown_names(
    document: LocatedYaml, frame: Frame, steps: Sequence[tuple[str, Step]]
) -> Iterator[Mistake]:
    known = _Known(document, frame)
    for number, user in enumerate(frame.directory.users):
        yield from known.groups_of(user.groups, ("directory", "users", number))
    for number, (word, step) in enumerate(steps):
        path = ("steps", number, word)
        match step:
            case Join():
                yield from known.check(known.users, step.user, (*path, "user"))
                yield from known.check(known.groups, step.group, (*path, "group"))
            case StartApp():
                yield from known.check(known.users, step.user, (*path, "user"))
                yield from known.check(known.targets, step.target, (*path, "target"))
            case CreateUser():
                if step.name.casefold() in known.users:
                    yield document.mistake((*path, "name"), f"{step.name!r} exists already")
                known.users.add(step.name.casefold())
                yield from known.groups_of(step.groups, path)
            case _:
                pass


class _Known:
    """The names that steps may use, as far as the file has been read."""

    def __init__(self, document: LocatedYaml, frame: Frame) -> None:
        self._document = document
        self.groups = {group.name.casefold() for group in frame.directory.groups}
        self.users = {user.name.casefold() for user in frame.directory.users}
        self.targets = {str(spoke.target) for spoke in frame.targets}

    def check(self, known: set[str], name: str, path: Place) -> Iterator[Mistake]:
        if name.casefold() not in known:
            there = ", ".join(sorted(known)) or "none"
            yield self._document.mistake(path, f"{name!r} is not known here; there are: {there}")

    def groups_of(self, groups: Sequence[str], path: Place) -> Iterator[Mistake]:
        for place, group in enumerate(groups):
            yield from self.check(self.groups, group, (*path, "groups", place))


def _unreadable_events(
    document: LocatedYaml, folder: Path, steps: Sequence[tuple[str, Step]]
) -> Iterator[Mistake]:
    for number, (word, step) in enumerate(steps):
        if not isinstance(step, Event):
            continue
        try:
            event = json.loads(event_path(folder, step).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            yield document.mistake(("steps", number, word, "file"), f"cannot be read: {error}")
        else:
            if not isinstance(event, dict):
                yield document.mistake(("steps", number, word, "file"), "is no JSON object")
