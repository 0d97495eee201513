"""Checks the parameters of a call by closures, which are built once for each shape of the model.

botocore interprets the model again for each value. It still words every error.
"""

from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator, ValidationErrors

_Check = Callable[[Any], bool]
_SCALARS: dict[str, tuple[type, ...]] = {
    name: tuple(types) for name, types in ParamValidator.SCALAR_TYPES.items()
}
_validated = ParamValidator.validate
# The key is the id() of a shape. The entry keeps the shape alive, so no other object gets its id.
_checks: dict[int, tuple[Shape, _Check]] = {}


def is_certainly_valid(params: object, shape: Shape | None) -> bool:
    """Return whether botocore would accept the parameters of a call; no if that is uncertain."""
    return shape is not None and _check(shape)(params)


def validate(validator: ParamValidator, params: Any, shape: Shape) -> ValidationErrors:  # noqa: ANN401 (as botocore has it)
    """Return botocore's errors in the parameters of a call."""
    return ValidationErrors() if _check(shape)(params) else _validated(validator, params, shape)


def _check(shape: Shape) -> _Check:
    if id(shape) not in _checks:
        _checks[id(shape)] = shape, _build(shape, {})
    return _checks[id(shape)][1]


def _build(shape: Shape, known: dict[str, _Check]) -> _Check:
    """Return a check that says yes to what certainly is valid; botocore decides the rest."""
    if shape.name in known:
        return known[shape.name]

    def itself(value: Any) -> bool:  # noqa: ANN401 (a parameter of a call)
        return known[shape.name](value)

    known[shape.name] = itself
    known[shape.name] = check = _kind(shape, known)
    return check


def _kind(shape: Shape, known: dict[str, _Check]) -> _Check:
    if shape.serialization.get("jsonvalue") or shape.serialization.get("hostLabel"):
        return _never
    match shape:
        case StructureShape():
            return _structure(shape, known)
        case ListShape():
            return _list(_build(shape.member, known), shape.metadata.get("min", 0))
        case MapShape():
            return _map(_build(shape.key, known), _build(shape.value, known))
    return _scalar(shape)


def _structure(shape: StructureShape, known: dict[str, _Check]) -> _Check:
    if shape.is_document_type:
        return _is_text
    required = set(shape.metadata.get("required", ()))
    members = {name: _build(member, known) for name, member in shape.members.items()}

    most = 1 if shape.is_tagged_union else len(members)
    fewest = 1 if shape.is_tagged_union else 0

    def check(value: Any) -> bool:  # noqa: ANN401 (a parameter of a call)
        return (
            isinstance(value, dict)
            and fewest <= len(value) <= most
            and required <= value.keys() <= members.keys()
            and all(members[name](part) for name, part in value.items())
        )

    return check


def _list(member: _Check, least: int) -> _Check:
    def check(value: Any) -> bool:  # noqa: ANN401 (as above)
        return isinstance(value, list | tuple) and len(value) >= least and all(map(member, value))

    return check


def _map(key: _Check, part: _Check) -> _Check:
    def check(value: Any) -> bool:  # noqa: ANN401 (as above)
        return isinstance(value, dict) and all(map(key, value)) and all(map(part, value.values()))

    return check


def _scalar(shape: Shape) -> _Check:
    types, least = _SCALARS.get(shape.type_name), shape.metadata.get("min")
    if types is None:
        return _never
    if least is None:
        return lambda value: isinstance(value, types)
    if shape.type_name == "string":
        return lambda value: isinstance(value, str) and len(value) >= least
    return lambda value: isinstance(value, types) and value >= least


def _is_text(value: object) -> bool:
    """Return whether the value of a document is a text, as the names of users and groups are."""
    return isinstance(value, str)


def _never(_: object) -> bool:
    return False
