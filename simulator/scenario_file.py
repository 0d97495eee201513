"""Reads a scenario file, and reports every mistake before anything is played."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from simulator.known_names import started_by, unknown_names
from simulator.scenario import Frame, Group, GroupEntry, Scenario, Spoke, User, UserEntry
from simulator.scenario_schema import Row
from simulator.steps import STEPS, Event, Step
from yaml_files.yaml_positions import DocumentError, LocatedYaml, Mistake
from yaml_files.yaml_positions import Path as Place


def load(path: Path, begin: Frame | None = None) -> Scenario:
    """Return the scenario in a file; with `begin`, the story begins with that, not with the file's.

    Raises:
        DocumentError: it cannot be played; holds every mistake with its line and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            str(path), [Mistake(1, 1, "the file", f"cannot be read: {error}")]
        ) from error
    return parse(text, name=path.name, folder=path.parent, begin=begin)


def parse(text: str, *, name: str, folder: Path, begin: Frame | None = None) -> Scenario:
    """Return the scenario in a text; raises as `load` does."""
    document = LocatedYaml(name, text)
    reading = _Reading(document)
    frame = reading.frame
    if begin is not None:
        frame = begin.model_copy(update={"settings": frame.settings})
    steps = [step for _, step in reading.steps]
    mistakes = [
        *document.doubles,
        *reading.mistakes,
        *_doubles(document, reading),
        *(_begun(document) if begin is not None else ()),
        *unknown_names(document, frame, reading.steps, reading.lost),
        *_unreadable_events(document, folder, reading.steps),
    ]
    if mistakes:
        raise document.error(mistakes)
    return Scenario(folder=folder, frame=frame, steps=tuple(steps))


def _begun(document: LocatedYaml) -> Iterator[Mistake]:
    """Yield each part of a file that the start of a story gives already."""
    given = document.value if isinstance(document.value, dict) else {}
    for part in ("directory", "targets", "mappings"):
        if part in given:
            text = "is given by the live hub: remove it here, or play the file without --from-live"
            yield document.mistake((part,), text)


def event_path(folder: Path, event: Event) -> Path:
    """Return the path of an event's file: beside the scenario, or in the working directory."""
    beside = folder / event.file
    return beside if beside.exists() else event.file


class _Reading:
    """Reads a document part by part, so that a mistake in one part hides none in another."""

    def __init__(self, document: LocatedYaml) -> None:
        self.mistakes: list[Mistake] = []
        self._document = document
        raw = document.value if document.value is not None else {}
        self.items = {path: self._items(raw, path, entry) for path, entry in _LISTS.items()}
        self.steps = self._steps(raw)
        self.frame = self._frame(raw)
        self.lost = frozenset(self._lost(raw))

    def _items(self, raw: object, path: Place, entry: TypeAdapter[Any]) -> list[tuple[int, Any]]:
        """Return the readable items of a list, with their numbers."""
        found = []
        for number, written in enumerate(_list_at(raw, path)):
            try:
                found.append((number, entry.validate_python(written)))
            except ValidationError as error:
                place, model = (*path, number), _MODELS[path]
                self.mistakes += self._document.mistakes(error, place, model)
        return found

    def _steps(self, raw: object) -> list[tuple[int, tuple[str, Step]]]:
        found = []
        for number, written in enumerate(_list_at(raw, ("steps",))):
            step = _step(self._document, number, written)
            if isinstance(step, tuple):
                found.append((number, step))
            else:
                self.mistakes += step
        return found

    def _lost(self, raw: object) -> Iterator[str]:
        """Yield the kinds of names that unreadable parts may define."""
        for path, found in self.items.items():
            written = _at(raw, path)
            if written is not None and (
                not isinstance(written, list) or len(written) != len(found)
            ):
                yield str(path[-1])
        read = {number for number, _ in self.steps}
        for number, written in enumerate(_list_at(raw, ("steps",))):
            if number not in read:
                yield from started_by(written)

    def _frame(self, raw: object) -> Frame:
        """Return the whole scenario with the readable items of its lists."""
        shell = raw
        for path in (*_LISTS, ("steps",)):
            shell = _emptied(shell, path)
        try:
            frame = Frame.model_validate(shell)
        except ValidationError as error:
            self.mistakes += self._document.mistakes(error, (), Frame)
            frame = Frame(version=1)
        read = {path[-1]: tuple(item for _, item in found) for path, found in self.items.items()}
        of_directory = {"groups": read["groups"], "users": read["users"]}
        return frame.model_copy(
            update={
                "directory": frame.directory.model_copy(update=of_directory),
                "targets": read["targets"],
                "mappings": read["mappings"],
            }
        )


_LISTS: Final[Mapping[Place, TypeAdapter[Any]]] = {
    ("directory", "groups"): TypeAdapter(GroupEntry),
    ("directory", "users"): TypeAdapter(UserEntry),
    ("targets",): TypeAdapter(Spoke),
    ("mappings",): TypeAdapter(Row),
}
_MODELS: Final[Mapping[Place, type[BaseModel]]] = {
    ("directory", "groups"): Group,
    ("directory", "users"): User,
    ("targets",): Spoke,
    ("mappings",): Row,
}


def _at(raw: object, path: Place) -> object:
    """Return the value at a path of the YAML data; None if there is none."""
    for step in path:
        if not isinstance(raw, dict):
            # The parent is not a mapping, so nothing is known of the value.
            return raw
        raw = raw.get(step)
    return raw


def _list_at(raw: object, path: Place) -> list[Any]:
    """Return the list at a path of the YAML data; empty if there is none."""
    found = _at(raw, path)
    return found if isinstance(found, list) and isinstance(raw, dict) else []


def _emptied(raw: object, path: Place) -> object:
    """Return the YAML data with the list at a path emptied; other values stay."""
    if not path:
        return [] if isinstance(raw, list) else raw
    if not isinstance(raw, dict) or path[0] not in raw:
        return raw
    return {**raw, path[0]: _emptied(raw[path[0]], path[1:])}


def _step(document: LocatedYaml, number: int, written: object) -> tuple[str, Step] | list[Mistake]:
    path = ("steps", number)
    if not isinstance(written, dict) or len(written) != 1:
        return [document.mistake(path, f"is one word with what belongs to it; {_words()}")]
    word, body = next(iter(written.items()))
    model = STEPS.get(word)
    if model is None:
        return [document.mistake((*path, str(word)), f"is no step; {_words()}")]
    try:
        return word, model.model_validate(body if body is not None else {})
    except ValidationError as error:
        return list(document.mistakes(error, (*path, word), model))


def _words() -> str:
    return f"allowed are {', '.join(sorted(STEPS))}"


def _doubles(document: LocatedYaml, reading: _Reading) -> Iterator[Mistake]:
    """Yield a mistake for each entry that a list holds twice; names are compared without case."""
    keys: dict[Place, Callable[[Any], Iterable[object]]] = {
        ("directory", "groups"): lambda group: (group.name.casefold(), group.id),
        ("directory", "users"): lambda user: (user.name.casefold(), user.id),
        ("targets",): lambda spoke: (spoke.target,),
        ("mappings",): lambda row: ((str(row.group), str(row.target)),),
    }
    for path, keys_of in keys.items():
        yield from _repeated(document, path, reading.items[path], keys_of)
    for number, spoke in reading.items["targets",]:
        names = list(enumerate(each.name.casefold() for each in spoke.profiles))
        path = ("targets", number, "profiles")
        yield from _repeated(document, path, names, lambda name: (name,))


def _repeated(
    document: LocatedYaml,
    path: Place,
    items: Iterable[tuple[int, Any]],
    keys_of: Callable[[Any], Iterable[object]],
) -> Iterator[Mistake]:
    seen: set[object] = set()
    for number, item in items:
        keys = [key for key in keys_of(item) if key is not None]
        for key in keys:
            if key in seen:
                yield document.mistake((*path, number), f"stands here twice: {key}")
        seen.update(keys)


def _unreadable_events(
    document: LocatedYaml, folder: Path, steps: Sequence[tuple[int, tuple[str, Step]]]
) -> Iterator[Mistake]:
    for number, (word, step) in steps:
        if not isinstance(step, Event):
            continue
        try:
            event = json.loads(event_path(folder, step).read_text(encoding="utf-8"))
        except (OSError, RecursionError, ValueError) as error:
            yield document.mistake(("steps", number, word, "file"), f"cannot be read: {error}")
        else:
            if not isinstance(event, dict):
                yield document.mistake(("steps", number, word, "file"), "is no JSON object")
