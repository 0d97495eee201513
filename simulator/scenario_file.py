"""Reads a scenario file, and refuses it with every mistake before anything is played."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.known_names import unknown_names
from simulator.located import LocatedYaml, Mistake, ScenarioError
from simulator.scenario import Frame, Scenario
from simulator.steps import STEPS, Event, Step


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
            *unknown_names(document, frame, steps),
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
