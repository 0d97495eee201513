"""Validates requests by the botocore service models, whose patterns botocore does not check."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from simulator.errors import VALIDATION, refuse
from simulator.patterns import matches
from simulator.rules import common

Check = Callable[[Any, str, list[str]], None]


def validate(service: str, operation: str, request: Mapping[str, Any]) -> None:
    """Raise ServiceError with every violation of the service model in a request."""
    found = violations(service, operation, request)
    if not found:
        return
    plural = "errors" if len(found) > 1 else "error"
    message = f"{len(found)} validation {plural} detected: {'; '.join(found)}"
    if service == "sts":
        raise refuse(common.STS_MODEL, "ValidationError", message)
    raise refuse(common.SERVICE_MODEL, VALIDATION, message)


def violations(service: str, operation: str, request: Mapping[str, Any]) -> list[str]:
    """Return every violation of the service model, worded as the real services do."""
    found: list[str] = []
    _operation_check(service, operation)(request, "", found)
    return found


@cache
def _service_model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def _operation_check(service: str, operation: str) -> Check:
    shape = _service_model(service).operation_model(operation).input_shape
    if shape is None:
        return _accept
    return _Checks(service).of(shape)


def _accept(value: object, path: str, found: list[str]) -> None:
    """Accept anything: for shapes without constraints."""


class _Checks:
    """The checks by shape, each built once; a recursive shape is looked up by name."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._known: dict[str, Check] = {}

    def of(self, shape: Shape) -> Check:
        """Return the check of a shape."""
        known = self._known.get(shape.name)
        if known is not None:
            return known

        def later(value: object, path: str, found: list[str]) -> None:
            self._known[shape.name](value, path, found)

        self._known[shape.name] = later
        check = self._known[shape.name] = self._build(shape)
        return check

    def _build(self, shape: Shape) -> Check:
        match shape:
            case StructureShape():
                return self._structure(shape)
            case ListShape():
                return self._list(shape)
            case MapShape():
                return self._map(shape)
        if shape.type_name == "string":
            return _string(shape)
        if shape.type_name in {"integer", "long", "float", "double"}:
            return _number(shape)
        return _accept

    def _structure(self, shape: StructureShape) -> Check:
        members = [
            (name, _lower_first(name), name in shape.required_members, self.of(member))
            for name, member in shape.members.items()
        ]

        def check(value: Any, path: str, found: list[str]) -> None:  # noqa: ANN401 -- a raw request
            for name, lowered, required, inner in members:
                at = f"{path}.{lowered}" if path else lowered
                if value.get(name) is not None:
                    inner(value[name], at, found)
                elif required:
                    found.append(_violation(None, at, "Member must not be null"))

        return check

    def _list(self, shape: ListShape) -> Check:
        least, most = _bounds(shape)
        member = self.of(shape.member)

        def check(value: Any, path: str, found: list[str]) -> None:  # noqa: ANN401 -- a raw request
            shown = f"[{', '.join(str(each) for each in value)}]"
            _length(len(value), (least, most), lambda text: _violation(shown, path, text), found)
            for position, each in enumerate(value, start=1):
                member(each, f"{path}.{position}.member", found)

        return check

    def _map(self, shape: MapShape) -> Check:
        least, most = _bounds(shape)
        key_check, value_check = self.of(shape.key), self.of(shape.value)

        def check(value: Any, path: str, found: list[str]) -> None:  # noqa: ANN401 -- a raw request
            shown = f"{{{', '.join(f'{key}={each}' for key, each in value.items())}}}"
            _length(len(value), (least, most), lambda text: _violation(shown, path, text), found)
            for key, each in value.items():
                key_check(key, f"{path}.key", found)
                value_check(each, f"{path}.{key}.member", found)

        return check


def _string(shape: Shape) -> Check:
    bounds = _bounds(shape)
    pattern = shape.metadata.get("pattern")
    allowed = getattr(shape, "enum", None) or ()
    hidden = bool(shape.metadata.get("sensitive"))

    def check(value: Any, path: str, found: list[str]) -> None:  # noqa: ANN401 -- a raw request
        def violation(text: str) -> str:
            return _violation(value, path, text, hidden=hidden)

        _length(len(value), bounds, violation, found)
        if pattern and not matches(pattern, value):
            text = f"Member must satisfy regular expression pattern: {pattern}"
            found.append(violation(text))
        if allowed and value not in allowed:
            text = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
            found.append(violation(text))

    return check


def _number(shape: Shape) -> Check:
    least, most = _bounds(shape)

    def check(value: Any, path: str, found: list[str]) -> None:  # noqa: ANN401 -- a raw request
        if least is not None and value < least:
            text = f"Member must have value greater than or equal to {least}"
            found.append(_violation(value, path, text))
        if most is not None and value > most:
            text = f"Member must have value less than or equal to {most}"
            found.append(_violation(value, path, text))

    return check


def _bounds(shape: Shape) -> tuple[int | None, int | None]:
    return shape.metadata.get("min"), shape.metadata.get("max")


def _length(
    length: int,
    bounds: tuple[int | None, int | None],
    violation: Callable[[str], str],
    found: list[str],
) -> None:
    least, most = bounds
    if least is not None and length < least:
        found.append(violation(f"Member must have length greater than or equal to {least}"))
    if most is not None and length > most:
        found.append(violation(f"Member must have length less than or equal to {most}"))


def _violation(value: object, path: str, text: str, *, hidden: bool = False) -> str:
    shown = " null" if value is None else f" '{value}'"
    return f"Value{'' if hidden else shown} at '{path}' failed to satisfy constraint: {text}"


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
