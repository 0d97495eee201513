"""Passes calls of DynamoDB and SQS directly to moto's methods.

moto builds an HTTP request and parses it again. It also copies the request and the answer along the
service's model. A JSON call without bytes needs neither.
"""

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from botocore.awsrequest import AWSPreparedRequest
from botocore.parsers import BaseJSONParser
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb import responses as dynamodb_responses
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.utilities import dynamo_to_dict
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import get_account_id_from
from moto.sqs.responses import SQSResponse
from moto.utilities.utils import get_partition
from werkzeug.exceptions import HTTPException

from simulator.isolation import replace
from simulator.request_parts import signed_with, text_of

_DIRECT: tuple[type[BaseResponse], ...] = (DynamoHandler, SQSResponse)
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
_parsed: Any = vars(BaseJSONParser)["_handle_structure"]
_Answer = tuple[int, dict[str, Any], str | bytes]


@contextmanager
def direct_calls() -> Iterator[None]:
    """Copy each table request and answer once only."""
    with ExitStack() as undo:
        replace(undo, dynamodb_responses, "dynamo_to_dict", _expand)
        replace(undo, ConditionExpressionParser, "_lex_condition_expression", _lex)
        replace(undo, BaseJSONParser, "_handle_structure", _parse)
        yield


def answer_directly(answer: Callable[..., Any], request: AWSPreparedRequest) -> _Answer | None:
    """Return the answer of moto's method, or None if moto's own path is needed."""
    responses = getattr(answer, "__self__", None)
    if responses not in _DIRECT:
        return None
    target, body = text_of(request.headers.get("X-Amz-Target")), text_of(request.body)
    method = _named(target.rpartition(".")[2])
    if not target or any(each in body for each in _BYTES) or not hasattr(responses, method):
        return None
    handler: BaseResponse = responses()
    _prepare(handler, target, body, request)
    status, headers, text = _answer(handler, method)
    return status, {**headers, "x-amzn-requestid": str(uuid4())}, text


def _answer(handler: BaseResponse, method: str) -> _Answer:
    try:
        return _written(handler, getattr(handler, method)())
    except ServiceException as error:
        return handler.serialized(ActionResult(error))
    except HTTPException as error:
        return (
            error.code or HTTPStatus.BAD_REQUEST,
            dict(error.get_headers()),
            str(error.description),
        )


def _prepare(handler: Any, target: str, body: str, request: AWSPreparedRequest) -> None:  # noqa: ANN401 (moto's own)
    """Give moto's handler the facts that it would otherwise read from the request."""
    key, handler.region = signed_with(request.headers.get("Authorization", ""))
    said = os.environ.get("MOTO_ACCOUNT_ID") or request.headers.get("x-moto-account-id")
    handler.current_account = text_of(said) or get_account_id_from(key)
    handler.partition = get_partition(handler.region)
    asked = {name: value for name, value in json.loads(body).items() if value is not None}
    handler.params = handler.body = asked
    content = text_of(request.headers.get("Content-Type"))
    handler.headers = {"Content-Type": content, "x-amz-target": target}
    handler.uri, handler.path = request.url, urlsplit(request.url).path
    handler.querystring, handler.uri_match, handler.response_headers = {}, {}, {}


def _written(handler: BaseResponse, result: ActionResult) -> _Answer:
    """Return a result as moto writes it; attributes of items without bytes are JSON already."""
    value = result.result
    if isinstance(value, dict) and type(handler) is DynamoHandler and value.keys() <= _OF_ITEMS:
        try:
            text = json.dumps({name: part for name, part in value.items() if part is not None})
        except TypeError:
            pass
        else:
            return HTTPStatus.OK, {}, text
    return handler.serialized(result)


def _expand(part: Any) -> Any:  # noqa: ANN401 (whatever an answer holds)
    """Return the content of an answer as plain values; moto checks each value four times."""
    kind = type(part)
    if kind in _TEXTS:
        return part
    if kind is dict:
        return {name: _expand(value) for name, value in part.items()}
    if kind is list:
        return [_expand(each) for each in part]
    if kind is DynamoType and part.type in _WRITTEN:
        return {part.type: part.value}
    if kind is DynamoType and part.type in ("L", "M"):
        return {part.type: _expand(part.value)}
    return _expand(part.to_json()) if isinstance(part, Item) else _expanded(part)


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
