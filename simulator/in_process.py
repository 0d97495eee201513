"""Answers calls in the process: botocore builds no HTTP message, and parses none.

botocore lets a handler of `before-call` answer in place of the service. Every answer that botocore
may try again takes botocore's own path, with its retries. So do the operations of other protocols
than JSON, but for two. Where nothing is sent, nobody is told of a request that is sent: handlers of
`request-created` and `before-send` hear of the second kind alone.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import urlencode

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import convert_to_response_dict
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_LAST
from botocore.model import OperationModel
from botocore.parsers import JSONParser, QueryParser
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker
from botocore.utils import parse_timestamp
from moto.core.botocore_stubber import MockRawResponse

from simulator.direct_calls import Plain, direct_call
from simulator.errors import ServiceError
from simulator.gateway import Answer, Answered, Forward, Gateway
from simulator.known_answers import KnownAnswers
from simulator.moto_backend import EmbeddedServices, answer_own, own_operation
from simulator.query_calls import QUERY_CALLS, query_call
from simulator.quick_calls import quick_calls
from simulator.request_parts import ACCOUNT_HEADER, SentRequest, text_of
from simulator.routes import route
from simulator.sessions import Sessions, Signer
from simulator.wire_errors import XmlError, json_error

_numbers = count(1)


@lru_cache(4_096)
def _time(value: float | str) -> datetime:
    """Return a time in the local zone, as botocore does; its own parser asks dateutil for each."""
    if isinstance(value, str):
        return parse_timestamp(value)
    return datetime.fromtimestamp(value, UTC).astimezone()


_parser: Any = JSONParser(timestamp_parser=_time)
_parsers: Any = {"json": _parser, "query": QueryParser()}
# What botocore's standard mode tries again.
_PASSING = frozenset(
    (
        *TransientRetryableChecker._TRANSIENT_ERROR_CODES,  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way in)
        *ThrottledRetryableChecker._THROTTLED_ERROR_CODES,  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
    )
)
_FINAL = frozenset((HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND))
_running: list["_Answers"] = []


@contextmanager
def in_process(aws: EmbeddedServices, sessions: Sessions, gateway: Gateway) -> Iterator[None]:
    """Answer calls without HTTP, inside `moto_backend` and `watching`."""
    answers = _Answers(aws, sessions, gateway)
    _running.append(answers)
    try:
        with quick_calls(answers.of_client, _answer_call):
            yield
    finally:
        _running.clear()


def _answer_call(
    model: OperationModel,
    params: dict[str, Any],
    request_signer: Any,  # noqa: ANN401 (botocore's own)
    context: dict[str, Any],
    **_: object,
) -> tuple[Answered, dict[str, Any]] | None:
    """Return the answer to a call, if it is final; botocore calls this before each call."""
    if not _running or not (_is_query(model) or _is_json(model)):
        return None
    headers, body = params["headers"], params["body"]
    request = _sent(
        request_signer,
        context,
        url=params["url"].partition("?")[0],
        operation=text_of(headers.get("X-Amz-Target")),
        body=urlencode(body) if _is_query(model) else text_of(body),
        said=text_of(headers.get(ACCOUNT_HEADER)),
    )
    if request is None:
        return None
    return _running[0].answer(request, model, body if _is_query(model) else None)


def _sent(
    signer: Any,  # noqa: ANN401 (botocore's own)
    context: dict[str, Any],
    *,
    url: str,
    operation: str,
    body: str,
    said: str = "",
) -> SentRequest | None:
    """Return what a request says; None if nobody would sign it."""
    credentials = signer._credentials  # noqa: SLF001 (there is no other way in)
    if credentials is None:
        return None
    key = credentials.get_frozen_credentials().access_key
    region = context.get("signing", {}).get("region") or signer.region_name
    return SentRequest(url, operation, key, region, body, said)


# The last one, so that handlers which change a call come first.
BUILTIN_HANDLERS.append(("before-call", _answer_call, REGISTER_LAST))


class _Answers:
    """The answers of one embedded AWS."""

    def __init__(self, aws: EmbeddedServices, sessions: Sessions, gateway: Gateway) -> None:
        self._aws, self._sessions, self._gateway = aws, sessions, gateway

    def answer(
        self, request: SentRequest, model: OperationModel, query: dict[str, Any] | None
    ) -> tuple[Answered, dict[str, Any]] | None:
        """Return what is final; hand anything else over to botocore's own path."""
        if self._gateway.holds_answer:
            return None
        if query is not None:
            serve = self._query(request, model, query)
        else:
            serve = self._own(request, model) or self._motos(request, model)
        if serve is None:
            return None
        service = model.service_model.service_id.hyphenize()
        try:
            answer = self._gateway.send(service, model.name, request, serve)
        except Exception as error:  # noqa: BLE001 (botocore decides what is tried again)
            self._gateway.hand_over(error)
            return None
        if isinstance(answer, AWSResponse) and (refusal := _refusal(model, answer)):
            answer = refusal
        if isinstance(answer, Answered):
            return answer, answer.parsed
        if answer is not None:
            self._gateway.hand_over(answer)
        return None

    def of_client(
        self,
        client: Any,  # noqa: ANN401 (botocore's own)
        model: OperationModel,
        params: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Answered, dict[str, Any]] | None:
        """Return what is final in the answer to a client's call, as botocore would send it."""
        is_query = _is_query(model)
        if not (is_query or _is_json(model)):
            return None
        try:
            body = urlencode(params) if is_query else json.dumps(params)
        except TypeError:  # botocore accepts a Decimal as a number
            return None
        url = client._resolve_endpoint_ruleset(model, params, context)[0]  # noqa: SLF001 (there is no other way in)
        target = f"{model.service_model.metadata.get('targetPrefix')}.{model.name}"
        request = _sent(
            client._request_signer,  # noqa: SLF001 (as above)
            context,
            url=f"{url}/",
            operation="" if is_query else target,
            body=body,
        )
        return self.answer(request, model, params if is_query else None) if request else None

    def _own(self, request: SentRequest, model: OperationModel) -> Forward | None:
        service, operation = own_operation(request)
        if not operation:
            return None

        def serve() -> Answer:
            try:
                body = answer_own(self._aws, self._sessions, service, operation, request)
            except ServiceError as error:
                return _response(request, *json_error(error))
            return _parsed(model, body)

        return serve

    def _motos(self, request: SentRequest, model: OperationModel) -> Forward | None:
        call = direct_call(route(request.url), request)
        if call is None:
            return None

        def serve() -> Answer:
            direct = call()
            if isinstance(direct, Plain):
                return _answered(direct)
            status, headers, body = direct
            if status != HTTPStatus.OK:
                return _response(request, status, headers, body)
            return _parsed(model, json.loads(body))

        return serve

    def _query(
        self, request: SentRequest, model: OperationModel, asked: dict[str, Any]
    ) -> Forward | None:
        def serve() -> Answer:
            signer = Signer(request.key, request.account, request.region)
            try:
                parsed = query_call(self._sessions, self._aws.studio, model.name, signer, asked)
            except XmlError as error:
                headers = dict(error.get_headers())
                return _response(request, error.status, headers, str(error.description))
            return _answered(parsed)

        return serve


@cache
def _known_answers(_service: str) -> KnownAnswers:
    return KnownAnswers(_parser)


@cache
def _is_query(model: OperationModel) -> bool:
    return (model.service_model.service_id.hyphenize(), model.name) in QUERY_CALLS


@cache
def _is_json(model: OperationModel) -> bool:
    return bool(model.service_model.resolved_protocol == "json")


def _refusal(model: OperationModel, response: AWSResponse) -> Answered | None:
    """Return an error as botocore parses it; None if botocore may try again."""
    found: Any = convert_to_response_dict(response, model)
    parser = _parsers[model.service_model.resolved_protocol]
    parsed = parser.parse(found, model.output_shape)
    code = parsed["Error"]["Code"]
    shape = model.service_model.shape_for_error_code(code)
    may_pass = code in _PASSING or (shape is not None and "retryable" in shape.metadata)
    if may_pass or response.status_code not in _FINAL:
        return None
    if shape is not None:
        parsed |= parser.parse(found, shape)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return Answered(parsed, response.status_code)


def _parsed(model: OperationModel, body: dict[str, Any]) -> Answered:
    shape = model.output_shape
    known = _known_answers(model.service_model.service_name)
    return _answered(known.read(shape, body) if shape is not None else {})


def _answered(parsed: dict[str, Any]) -> Answered:
    parsed["ResponseMetadata"] = {
        "RequestId": f"in-process-{next(_numbers)}",
        "HTTPStatusCode": HTTPStatus.OK.value,
        "HTTPHeaders": {},
        "RetryAttempts": 0,
    }
    return Answered(parsed)


def _response(
    request: SentRequest, status: int, headers: dict[str, str], body: str | bytes
) -> AWSResponse:
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(headers), MockRawResponse(body))
