"""Parses YAML with positions, so that a mistake can be reported with its line and column."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from yaml_files.mistake_texts import text_of
from yaml_files.parts import WrittenInt

Path = tuple[int | str, ...]
# The parts that pydantic adds to the path of a value of several possible kinds.
_KINDS = frozenset({"str", "bool", "int", "float"})
_START = (1, 1)


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """A mistake in a file: its line and column (from 1), its place, and a text."""

    line: int
    column: int
    place: str
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.place}: {self.text}"


class DocumentError(Exception):
    """A file with mistakes; `mistakes` are all of them, in the order of lines."""

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(f"{name}: {mistake}" for mistake in self.mistakes))


class _Loader(yaml.SafeLoader):
    """Reads plain words as YAML 1.2 does: a user may be called off, and a group no."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (as the base class has it)
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag != "tag:yaml.org,2002:bool" or first in "tTfF"
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _whole_number(loader: _Loader, node: yaml.ScalarNode) -> WrittenInt:
    return WrittenInt(loader.construct_yaml_int(node), node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


class LocatedYaml:
    """A parsed document that knows the line of each part."""

    def __init__(self, name: str, text: str) -> None:
        """Parse `text`.

        Raises:
            DocumentError: it is not YAML.
        """
        self._name = name
        try:
            loader = _Loader(text)
            self._node = loader.get_single_node()
            self.value: Any = loader.construct_document(self._node) if self._node else None
        except yaml.MarkedYAMLError as error:
            where = _position(error.problem_mark) if error.problem_mark else _START
            mistake = Mistake(*where, "the file", f"is not YAML: {error.problem}")
            raise DocumentError(name, [mistake]) from error
        except (yaml.YAMLError, ValueError) as error:
            mistake = Mistake(*_START, "the file", f"is not YAML: {error}")
            raise DocumentError(name, [mistake]) from error
        # Keys that occur twice in a mapping.
        self.doubles = tuple(_doubles(self._node))

    def mistake(self, path: Path, text: str, *, of_key: bool = False) -> Mistake:
        """Return a mistake in the value at a path of the document, or in its key."""
        return Mistake(*self._position(path, of_key=of_key), _place(path), text)

    def error(self, mistakes: Iterable[Mistake]) -> DocumentError:
        """Return the error to raise for mistakes found in this document."""
        return DocumentError(self._name, mistakes)

    def _position(self, path: Path, *, of_key: bool = False) -> tuple[int, int]:
        """Return line and column of the value at a path, or of the nearest part around it."""
        node = self._node
        for number, step in enumerate(path):
            below = _below(node, step)
            if below is None:
                break
            key = _key(node, step)
            node = key if of_key and key and number == len(path) - 1 else below
        return _position(node.start_mark) if node else _START

    def mistakes(
        self, error: ValidationError, path: Path, model: type[BaseModel]
    ) -> Iterator[Mistake]:
        """Yield the mistakes that a model found in the value at a path, with what is allowed."""
        seen: set[Path] = set()
        for item in error.errors():
            at = (*path, *item["loc"])
            there = at if item["type"] == "missing" else self._there(at)
            if there in seen:
                # pydantic reports one value once for each kind that it could have been.
                continue
            seen.add(there)
            if item["type"] == "extra_forbidden":
                allowed = ", ".join(sorted(_fields_at(model, item["loc"])))
                text = f"is not known here; allowed are {allowed}"
                yield self.mistake(there, text, of_key=True)
            else:
                of_many = bool(set(map(str, at[len(there) :])) & _KINDS)
                yield self.mistake(there, text_of(item, one_of_many=of_many))

    def _there(self, path: Path) -> Path:
        """Return the part of a path that the document has."""
        node = self._node
        for number, step in enumerate(path):
            node = _below(node, step) if node else None
            if node is None:
                return path[:number]
        return path


def _fields_at(model: type[BaseModel], path: Path) -> Iterable[str]:
    """Return the names that are allowed in place of the last one of a path."""
    for step in path[:-1]:
        field = model.model_fields.get(str(step))
        inner = field and _model_in(field.annotation)
        model = inner or model
    return (field.alias or name for name, field in model.model_fields.items())


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 (any type expression)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((model for model in found if model), None)


def _position(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _place(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f"{'.' if text else ''}{step}"
    return text or "the file"


def _below(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        found = [
            (key, value) for key, value in node.value if getattr(key, "value", None) == str(step)
        ]
        if found:
            key, value = found[0]
            return value if value.start_mark.line == key.start_mark.line else _keyed(key, value)
    return None


def _key(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    """Return the key of a mapping that a step of a path names."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((key for key, _ in pairs if getattr(key, "value", None) == str(step)), None)


def _keyed(key: yaml.Node, value: yaml.Node) -> yaml.Node:
    """Return the value with the position of its key, since that is where a reader looks."""
    value.start_mark = key.start_mark
    return value


def _doubles(node: yaml.Node | None) -> Iterator[Mistake]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubles(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(getattr(key, "value", ""))
            if name in seen:
                yield Mistake(*_position(key.start_mark), name, "stands here twice")
            seen.add(name)
            yield from _doubles(value)
