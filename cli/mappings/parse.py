"""Parses a mappings file into rows, and reports every mistake at its line and column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from cli.mappings.schema import Attributes, Entry, GroupAttributes, MappingsFile
from hub.runtime.decisions.mapping_rows import parse_row
from shared.conventions import iam_role_arn, partition
from shared.model import BadMapping, Target
from shared.visible import visible
from yaml_files.parts import Part
from yaml_files.yaml_positions import DocumentError, LocatedYaml, Mistake
from yaml_files.yaml_positions import Path as Place

Row = Mapping[str, Any]
_P = TypeVar("_P", bound=Part)
_FILE: Final = "the file"
_INHERITED: Final = tuple(GroupAttributes.model_fields)


@dataclass(frozen=True, slots=True)
class _Level:
    """Attributes at one place of the file."""

    place: Place
    given: Mapping[str, Any]


def read(path: Path) -> tuple[Row, ...]:
    """Return the rows in a file, sorted by group and target.

    Raises:
        DocumentError: holds every mistake in the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        mistake = Mistake(1, 1, _FILE, f"cannot be read: {error}")
        raise DocumentError(str(path), [mistake]) from error
    return parse(text, path.name)


def parse(text: str, name: str) -> tuple[Row, ...]:
    """Return the rows in the text of a file; raises as `read` does."""
    document = LocatedYaml(name, text)
    reader = _Reader(document)
    rows = list(reader.rows())
    mistakes = {*document.doubles, *reader.mistakes}
    if mistakes:
        raise document.error(mistakes)
    return tuple(sorted(rows, key=lambda row: (row["group"], row["target"])))


_NOTHING: Final = _Level((), {})


class _Reader:
    """Reads a document part by part, so that a mistake in one part hides none in another."""

    def __init__(self, document: LocatedYaml) -> None:
        self._document = document
        self.mistakes: list[Mistake] = []
        raw = document.value if document.value is not None else {}
        self._frame(raw)
        self._defaults = self._attributes(("defaults",), Attributes, _at(raw, "defaults"))
        self._groups = self._named("groups", GroupAttributes, raw)
        self._targets = self._named("targets", Attributes, raw)
        entries = _at(raw, "mappings")
        self._entries = [
            (("mappings", number), entry)
            for number, written in enumerate(entries if isinstance(entries, list) else ())
            if (entry := self._part(("mappings", number), Entry, written)) is not None
        ]
        self._all_read = isinstance(entries, list) and len(entries) == len(self._entries)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; the mistakes found meanwhile are in `mistakes`."""
        seen: dict[tuple[str, str], tuple[Place, Place]] = {}
        for place, entry in self._entries:
            groups = self._either(place, entry, "group", "groups")
            targets = self._either(place, entry, "target", "targets")
            self._check_role(place, entry)
            for (at_group, group), (at_target, target) in product(groups, targets):
                if before := seen.get((group, target)):
                    self._twice(group, target, before, (at_group, at_target))
                    continue
                seen[group, target] = at_group, at_target
                levels = (
                    _Level(place, entry.model_dump(exclude_none=True)),
                    self._targets.get(target, _NOTHING),
                    self._groups.get(group, _NOTHING),
                    self._defaults,
                )
                places = {"group": at_group, "target": at_target}
                yield from self._row(group, target, levels, places)
        self._unused("groups", self._groups, {group for group, _ in seen})
        self._unused("targets", self._targets, {target for _, target in seen})

    def _twice(
        self, group: str, target: str, before: tuple[Place, Place], again: tuple[Place, Place]
    ) -> None:
        """Report a repeated row at its target, or at its group where the target stands once."""
        which = 0 if before[1] == again[1] else 1
        first = self._document.mistake(before[which], "")
        self._mistake(
            again[which],
            f"{visible(group)} -> {visible(target)} stands here twice, first at line "
            f"{first.line}, column {first.column}",
        )

    def _row(
        self, group: str, target: str, levels: Sequence[_Level], places: dict[str, Place]
    ) -> Iterator[Row]:
        row: dict[str, Any] = {"group": group, "target": target}
        for name in _INHERITED:
            level = next((level for level in levels if name in level.given), None)
            if level is not None:
                row[name], places[name] = level.given[name], (*level.place, name)
        arn = levels[0].given.get("execution_role_arn")
        role = row.pop("role", None)
        if arn is not None:
            row["execution_role_arn"] = arn
            places["execution_role_arn"] = (*levels[0].place, "execution_role_arn")
        elif role is not None:
            places["execution_role_arn"] = places["role"]
            row |= _role(role, target)
        found = parse_row(row)
        if isinstance(found, BadMapping):
            for mistake in found.mistakes:
                # Each mistake of a row begins with the name of its attribute.
                name, _, text = mistake.partition(": ")
                self._mistake(places.get(name, places["group"]), text)
            return
        yield row

    def _check_role(self, place: Place, entry: Entry) -> None:
        if entry.role is not None and entry.execution_role_arn is not None:
            self._mistake((*place, "execution_role_arn"), "give role or execution_role_arn")

    def _either(
        self, place: Place, entry: Entry, one: str, several: str
    ) -> list[tuple[Place, str]]:
        """Return the names that an entry gives in its singular or plural field, with places."""
        single, many = getattr(entry, one), getattr(entry, several)
        if (single is None) == (many is None):
            self._mistake(place, f"give either {one} or {several}")
        if many is not None:
            return [((*place, several, number), name) for number, name in enumerate(many)]
        return [((*place, one), single)] if single is not None else []

    def _frame(self, raw: object) -> None:
        """Check the top of the document; what stands below is read part by part."""
        empty: dict[str, object] = {"defaults": {}, "groups": {}, "targets": {}, "mappings": []}
        shell = raw
        if isinstance(raw, dict):
            shell = {
                name: empty[name]
                if name in empty and (value is None or isinstance(value, type(empty[name])))
                else value
                for name, value in raw.items()
            }
        self._part((), MappingsFile, shell)

    def _named(self, name: str, model: type[Attributes], raw: object) -> dict[str, _Level]:
        named = _at(raw, name)
        if not isinstance(named, dict):
            return {}
        found = {}
        for key, value in named.items():
            text = str(getattr(key, "written", key))
            found[text] = self._attributes((name, text), model, value)
            if name == "targets":
                self._check_target((name, text))
        return found

    def _check_target(self, place: Place) -> None:
        try:
            Target.parse(str(place[-1]))
        except ValueError as error:
            self._mistake(place, str(error), of_key=True)

    def _attributes(self, place: Place, model: type[Attributes], value: object) -> _Level:
        found = self._part(place, model, {} if value is None else value)
        return _Level(place, found.model_dump(exclude_none=True) if found else {})

    def _part(self, place: Place, model: type[_P], value: object) -> _P | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.mistakes += self._document.mistakes(error, place, model)
            return None

    def _unused(self, name: str, given: Mapping[str, _Level], used: set[str]) -> None:
        """Report attributes of a group or target that no entry names: the name may be misspelt."""
        for key in sorted(given.keys() - used) if self._all_read else ():
            self._mistake((name, key), "no entry of mappings names it", of_key=True)

    def _mistake(self, place: Place, text: str, *, of_key: bool = False) -> None:
        self.mistakes.append(self._document.mistake(place, text, of_key=of_key))


def _at(raw: object, name: str) -> object:
    return raw.get(name) if isinstance(raw, dict) else None


def _role(role: str, target: str) -> dict[str, str]:
    """Return the ARN of a role; nothing for a target that does not parse."""
    try:
        place = Target.parse(target)
    except ValueError:
        return {}
    if role.startswith("/"):
        arn = f"arn:{partition(place.region)}:iam::{place.account}:role{role}"
    else:
        arn = iam_role_arn(place.account, place.region, role)
    return {"execution_role_arn": arn}
