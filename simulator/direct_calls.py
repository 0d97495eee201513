"""Passes calls of DynamoDB, SQS and EventBridge directly to moto's methods.

moto builds an HTTP request and parses it again. It also copies the request and the answer along the
service's model. A JSON call without bytes needs neither.
"""

import json
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from botocore.parsers import BaseJSONParser
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb import responses as dynamodb_responses
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.dynamodb.responses import DynamoHandler
from moto.events.responses import EventsHandler
from moto.sqs.responses import SQSResponse
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException

from simulator.isolation import replace
from simulator.remembered_reads import READS, remembered
from simulator.request_parts import SentRequest

_DIRECT: tuple[type[BaseResponse], ...] = (DynamoHandler, EventsHandler, SQSResponse)
# Types that hold bytes: moto decodes them, but JSON shows them as text.
_BYTES = ('"B"', '"BS"', '"BinaryValue"')
# The members of an answer about items: attributes as they are stored, and counts.
_OF_ITEMS = frozenset(
    ("Attributes", "Count", "Item", "Items", "LastEvaluatedKey", "Responses", "ScannedCount")
)
# Types of attributes whose JSON values need no conversion.
_WRITTEN = frozenset(("S", "N", "BOOL", "NULL", "SS", "NS"))
_TEXTS = frozenset((str, int, bool, float, type(None)))
_named = cache(camelcase_to_underscores)
_expanded = dynamo_to_dict
_lexed = ConditionExpressionParser._lex_condition_expression  # noqa: SLF001 (moto's own)
_parsed_condition = ConditionExpressionParser.parse
_conditions: dict[tuple[str | None, str], tuple[Any, list[str], list[str]]] = {}
_MOST_CONDITIONS = 4_096
_parsed: Any = vars(BaseJSONParser)["_handle_structure"]
_JSON = "application/x-amz-json-1.0"
_Answer = tuple[int, dict[str, Any], str | bytes]


@contextmanager
def direct_calls() -> Iterator[None]:
    """Copy each request and answer about tables once only, and parse each condition once."""
    with ExitStack() as undo:
        replace(undo, dynamodb_responses, "dynamo_to_dict", _expand_answer)
        replace(undo, ConditionExpressionParser, "parse", _parse_condition)
        replace(undo, ConditionExpressionParser, "_lex_condition_expression", _lex)
        replace(undo, BaseJSONParser, "_handle_structure", _parse)
        yield


class Plain(dict[str, Any]):
    """An answer of DynamoDB as botocore would parse it: without bytes, and nobody else has it."""


def direct_call(
    answer: Callable[..., Any], request: SentRequest
) -> Callable[[], _Answer | Plain] | None:
    """Return the call of moto's method for a request, or None if moto's own path is needed."""
    responses = getattr(answer, "__self__", None)
    if responses not in _DIRECT:
        return None
    method = _named(request.operation.rpartition(".")[2])
    if (
        not request.operation
        or any(each in request.body for each in _BYTES)
        or not hasattr(responses, method)
    ):
        return None
    if responses is DynamoHandler and method in READS:
        key = request.account, request.region, method, request.body
        return lambda: _read(key, lambda: _answer(responses(), method, request))
    return lambda: _answer(responses(), method, request)


def _read(key: Hashable, read: Callable[[], _Answer | Plain]) -> _Answer | Plain:
    answer = remembered(key, read)
    return Plain(answer) if isinstance(answer, dict) else answer


def _answer(handler: BaseResponse, method: str, request: SentRequest) -> _Answer | Plain:
    _prepare(handler, request)
    try:
        result: Any = getattr(handler, method)()
    except ServiceException as error:
        return _serialized(handler, ActionResult(error))
    except HTTPException as error:
        headers = dict(error.get_headers())
        return error.code or HTTPStatus.BAD_REQUEST, headers, str(error.description)
    if not isinstance(result, ActionResult):
        # Older services of moto write their answers themselves.
        text, headers = (result, {}) if isinstance(result, str) else result
        return HTTPStatus.OK, headers, text
    return result.result if type(result.result) is Plain else _serialized(handler, result)


def _prepare(handler: Any, request: SentRequest) -> None:  # noqa: ANN401 (moto's own)
    """Give moto's handler the facts that it would otherwise read from the request."""
    handler.region, handler.current_account = request.region, request.account
    handler.partition = get_partition(handler.region)
    asked = {name: value for name, value in json.loads(request.body).items() if value is not None}
    handler.params = asked
    handler.body = asked if handler.automated_parameter_parsing else request.body
    handler.headers = {"Content-Type": _JSON, "x-amz-target": request.operation}
    handler.uri, handler.path = request.url, urlsplit(request.url).path
    handler.querystring, handler.uri_match, handler.response_headers = {}, {}, {}


def _serialized(handler: BaseResponse, result: ActionResult) -> _Answer:
    status, headers, text = handler.serialized(result)
    return status, {**headers, "x-amzn-requestid": str(uuid4())}, text


def _expand_answer(answer: Any) -> Any:  # noqa: ANN401 (whatever moto answers)
    """Return an answer as moto's serializer wants it; Plain if it needs none."""
    odd: list[object] = []
    expanded = _expand(answer, odd)
    if odd or type(expanded) is not dict or not expanded.keys() <= _OF_ITEMS:
        return expanded
    return Plain({name: part for name, part in expanded.items() if part is not None})


def _expand(part: Any, odd: list[object]) -> Any:  # noqa: ANN401 (whatever an answer holds)
    """Return the content of an answer as plain values; moto checks each value four times.

    Notes in `odd` what may hold bytes.
    """
    kind = type(part)
    if kind in _TEXTS:
        return part
    if kind is dict or kind is LimitedSizeDict:
        return {name: _expand(value, odd) for name, value in part.items()}
    if kind is list:
        return [_expand(each, odd) for each in part]
    if kind is DynamoType:
        if part.type in _WRITTEN:
            value = part.value
            return {part.type: value.copy() if type(value) is list else value}
        if part.type in ("L", "M"):
            return {part.type: _expand(part.value, odd)}
    if isinstance(part, Item):
        return _expand(part.to_json(), odd)
    odd.append(part)
    return _expanded(part)


def _parse_condition(parser: ConditionExpressionParser) -> Any:  # noqa: ANN401 (moto's own)
    """Return a parsed condition; moto parses that of each write three times."""
    bound = parser.expression_attribute_names, parser.expression_attribute_values
    key = parser.condition_expression, repr(bound)
    if key not in _conditions:
        condition = _parsed_condition(parser)
        if len(_conditions) >= _MOST_CONDITIONS:
            _conditions.clear()
        _conditions[key] = condition, parser.expr_attr_names_found, parser.expr_attr_values_found
    condition, names, values = _conditions[key]
    parser.expr_attr_names_found, parser.expr_attr_values_found = [*names], [*values]
    return condition


def _lex(parser: ConditionExpressionParser) -> deque[Any]:
    """Return the tokens of a condition; moto compiles six patterns for each token."""
    return deque(_words(str(parser.condition_expression)))


@cache
def _words(condition: str) -> tuple[Any, ...]:
    return tuple(_lexed(ConditionExpressionParser(condition, None, None)))


def _parse(parser: BaseJSONParser, shape: Any, value: Any) -> Any:  # noqa: ANN401 (botocore's own)
    """Return what botocore reads from JSON; an attribute without bytes is returned unchanged."""
    if shape.name == "AttributeValue" and is_plain(value):
        return value
    return _parsed(parser, shape, value)


def is_plain(value: Any) -> bool:  # noqa: ANN401 (an attribute of an item)
    """Return whether an attribute is JSON already; it is if it holds no bytes."""
    if type(value) is not dict or len(value) != 1:
        return False
    match next(iter(value.items())):
        case "S" | "N" | "BOOL" | "NULL" | "SS" | "NS", _:
            return True
        case "L", list(items):
            return all(map(is_plain, items))
        case "M", dict(items):
            return all(map(is_plain, items.values()))
    return False
