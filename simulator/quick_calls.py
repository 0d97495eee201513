"""Makes the calls of clients without the steps of botocore that only HTTP needs.

Handlers that somebody registered, parameters that may be wrong, and members that are not sent by
their own names take botocore's own way.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

import botocore.handlers
from botocore.client import BaseClient
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.paginate import PageIterator
from jmespath.parser import ParsedResult

from simulator.isolation import replace
from simulator.known_shapes import is_certainly_valid

_called: Any = vars(BaseClient)["_make_api_call"]
_searched: Any = ParsedResult.search
# These only change headers.
_OF_HTTP = frozenset(
    (
        botocore.handlers.add_recursion_detection_header,
        botocore.handlers.inject_api_version_header_if_needed,
    )
)

# Takes a client, an operation, its parameters and their context, and returns the answer and what
# botocore would parse; None if the answer is not final.
Answers = Callable[[Any, OperationModel, dict[str, Any], dict[str, Any]], Any]


class _Handlers(NamedTuple):
    """What a client's handlers do before and after a call."""

    before: tuple[Callable[..., Any], ...]
    after: tuple[Callable[..., Any], ...]


@contextmanager
def quick_calls(answers: Answers, answering: Callable[..., Any]) -> Iterator[None]:
    """Let `answers` answer calls at once; it does as the handler `answering` of `before-call`."""

    def call(client: Any, operation: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 (botocore's own)
        model = client.meta.service_model.operation_model(operation)
        handlers = _handlers(client, model, answering)
        if (
            handlers is None
            or not _is_sent_as_named(model)
            or not is_certainly_valid(params, model.input_shape)
        ):
            return _called(client, operation, params)
        return _call(client, model, params, handlers, answers)

    with ExitStack() as undo:
        replace(undo, BaseClient, "_make_api_call", call)
        replace(undo, PageIterator, "_make_request", _request_page)
        replace(undo, ParsedResult, "search", _search)
        yield


def _call(
    client: Any,  # noqa: ANN401 (botocore's own)
    model: OperationModel,
    params: dict[str, Any],
    handlers: _Handlers,
    answers: Answers,
) -> Any:  # noqa: ANN401 (as above)
    context: dict[str, Any] = {
        "client_region": client.meta.region_name,
        "client_config": client.meta.config,
    }
    for handler in handlers.before:
        handler(params=params, model=model, context=context)
    answer = answers(client, model, params, context)
    if answer is None:
        return _called(client, model.name, params)
    response, parsed = answer
    for handler in handlers.after:
        handler(http_response=response, parsed=parsed, model=model, context=context)
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return parsed
    raise client.exceptions.from_code(parsed["Error"]["Code"])(parsed, model.name)


def _handlers(
    client: Any,  # noqa: ANN401 (botocore's own)
    model: OperationModel,
    answering: Callable[..., Any],
) -> _Handlers | None:
    """Return what a client does about each call; None if it is more than botocore itself does."""
    emitter = client.meta.events._emitter  # noqa: SLF001 (there is no other way in)
    # botocore clears this cache when a handler is registered.
    known, key = emitter._lookup_cache, ("quick", model.name)  # noqa: SLF001 (as above)
    if key not in known:
        service = model.service_model.service_id.hyphenize()

        def of(event: str) -> tuple[Callable[..., Any], ...]:
            name = client.meta.events._alias_event_name(f"{event}.{service}.{model.name}")  # noqa: SLF001 (as above)
            return tuple(emitter._handlers.prefix_search(name))  # noqa: SLF001 (as above)

        is_own = of("provide-client-params") or {*of("before-call")} - _OF_HTTP - {answering}
        both = _Handlers(of("before-parameter-build"), of("after-call"))
        known[key] = None if is_own else both
    handlers: _Handlers | None = known[key]
    return handlers


@cache
def _is_sent_as_named(model: OperationModel) -> bool:
    """Return whether the parameters of an operation are its members as they are sent."""
    return model.endpoint is None and _is_named(model.input_shape, frozenset())


def _is_named(shape: Shape | None, above: frozenset[str]) -> bool:
    match shape:
        case None:
            return False
        case StructureShape():
            parts = tuple(shape.members.values())
        case ListShape():
            parts = (shape.member,)
        case MapShape():
            parts = (shape.key, shape.value)
        case _:
            parts = ()
    return "name" not in shape.serialization and (
        shape.name in above or all(_is_named(part, above | {shape.name}) for part in parts)
    )


def _request_page(pages: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401 (botocore's own)
    """Return a page; botocore notes its paginator in the user agent, which nobody reads here."""
    return pages._method(**request)  # noqa: SLF001 (as above)


def _search(expression: Any, value: Any, options: Any = None) -> Any:  # noqa: ANN401 (of jmespath)
    """Return what an expression finds; most of botocore's are the names of single members."""
    node = expression.parsed
    if node["type"] == "field" and isinstance(value, dict):
        return value.get(node["value"])
    return _searched(expression, value, options)
