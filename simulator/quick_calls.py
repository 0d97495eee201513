"""Makes the calls of clients without the steps of botocore that only HTTP needs.

Parameters that may be wrong, members that are not sent by their own names, and clients with other
handlers than botocore's own take botocore's way.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any, NamedTuple

from botocore.client import BaseClient
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from simulator.isolation import replace
from simulator.known_shapes import is_certainly_valid

_called: Any = vars(BaseClient)["_make_api_call"]
_BEFORE = "before-parameter-build"
_AFTER = "after-call"
# The events of a call besides; what botocore itself does at them concerns HTTP alone.
_OTHERS = ("provide-client-params", "before-call")

# Takes a client, an operation, its parameters and their context, and returns the answer and what
# botocore would parse; None if the answer is not final.
Answers = Callable[[Any, OperationModel, dict[str, Any], dict[str, Any]], Any]


class _Handlers(NamedTuple):
    """What botocore does before and after a call."""

    before: tuple[Callable[..., Any], ...]
    after: tuple[Callable[..., Any], ...]


@contextmanager
def quick_calls(answers: Answers, answering: Callable[..., Any]) -> Iterator[None]:
    """Let `answers` answer calls at once.

    `answering` is the handler of `before-call` that gives the same answers.
    """

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
    service = model.service_model.service_id.hyphenize()
    for handler in handlers.before:
        event = f"{_BEFORE}.{service}.{model.name}"
        handler(params=params, model=model, context=context, event_name=event)
    answer = answers(client, model, params, context)
    if answer is None:
        return _called(client, model.name, params)
    response, parsed = answer
    for handler in handlers.after:
        event = f"{_AFTER}.{service}.{model.name}"
        handler(
            http_response=response, parsed=parsed, model=model, context=context, event_name=event
        )
    if response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        return parsed
    code = context.get("error_code_override") or parsed["Error"]["Code"]
    raise client.exceptions.from_code(code)(parsed, model.name)


def _handlers(
    client: Any,  # noqa: ANN401 (botocore's own)
    model: OperationModel,
    answering: Callable[..., Any],
) -> _Handlers | None:
    """Return what botocore does about each call; None if a client does more than that."""
    emitter = client.meta.events._emitter  # noqa: SLF001 (there is no other way in)
    # botocore clears this cache when a handler is registered.
    known, key = emitter._lookup_cache, ("quick", model.name)  # noqa: SLF001 (as above)
    if key not in known:
        service = model.service_model.service_id.hyphenize()

        def of(event: str) -> tuple[Callable[..., Any], ...]:
            name = client.meta.events._alias_event_name(f"{event}.{service}.{model.name}")  # noqa: SLF001 (as above)
            return tuple(emitter._handlers.prefix_search(name))  # noqa: SLF001 (as above)

        both = _Handlers(of(_BEFORE), of(_AFTER))
        everything = itertools.chain(*both, *map(of, _OTHERS))
        is_plain = all(each is answering or _is_botocores(each) for each in everything)
        known[key] = both if is_plain else None
    handlers: _Handlers | None = known[key]
    return handlers


def _is_botocores(handler: Any) -> bool:  # noqa: ANN401 (anything that can be called)
    module: str = getattr(handler, "__module__", "")
    return module.startswith("botocore.")


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
