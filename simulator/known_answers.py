"""Reads answers by closures, which are built once for each shape of the model.

botocore interprets the model again for each value.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

_Read = Callable[[Any], Any]


class KnownAnswers:
    """The shapes of one service; reads what a JSON parser of botocore's reads."""

    def __init__(self, parser: Any) -> None:  # noqa: ANN401 (botocore's own)
        self._parser = parser
        self._known: dict[str, _Read] = {}

    def read(self, shape: Shape, value: Any) -> Any:  # noqa: ANN401 (a part of an answer)
        """Return a part of an answer, which is JSON, as botocore returns it."""
        return self._of(shape)(value)

    def _of(self, shape: Shape) -> _Read:
        if shape.name not in self._known:
            # A shape may contain itself.
            self._known[shape.name] = partial(self.read, shape)
            self._known[shape.name] = self._build(shape)
        return self._known[shape.name]

    def _build(self, shape: Shape) -> _Read:
        match shape:
            case StructureShape() if not (shape.is_document_type or shape.is_tagged_union):
                return self._structure(shape)
            case ListShape():
                each = self._of(shape.member)
                return lambda value: list(map(each, value))
            case MapShape():
                part = self._of(shape.value)
                return lambda value: {name: part(each) for name, each in value.items()}
        if shape.type_name in {"string", "integer", "long", "boolean", "float", "double"}:
            return _itself
        return lambda value: self._parser._parse_shape(shape, value)  # noqa: SLF001 (there is no other way in)

    def _structure(self, shape: StructureShape) -> _Read:
        members = {
            member.serialization.get("name", name): (name, self._of(member))
            for name, member in shape.members.items()
        }

        def read(value: dict[str, Any] | None) -> dict[str, Any] | None:
            if value is None:
                return None
            return {
                members[sent][0]: members[sent][1](part)
                for sent, part in value.items()
                if part is not None and sent in members
            }

        return read


def _itself(value: Any) -> Any:  # noqa: ANN401 (text, a number, or yes or no)
    return value
