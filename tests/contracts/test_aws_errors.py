"""One translation of botocore's errors: the type says whether another attempt can help."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber
from urllib3.exceptions import ProtocolError

from hub.runtime.adapters.aws import CLIENT_CONFIG, text, translated
from shared.errors import RefusedError, RetryableError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient

Stub = Callable[[Any], Stubber]
URL = "https://sts.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("Throttling", 400),
        ("TooManyRequestsException", 400),
        ("RequestLimitExceeded", 400),
        ("ProvisionedThroughputExceededException", 400),
        ("RequestTimeout", 400),
        ("InternalServerException", 400),
        ("ServiceUnavailable", 400),
        ("ExpiredTokenException", 400),
        ("SlowDown", 503),
        ("SomethingNew", 500),
        ("SomethingNew", 503),
        ("502", 502),
        ("SomethingNew", 429),
        ("InvalidSignatureException", 403),
        ("InvalidClientTokenId", 403),
    ],
)
def test_a_transient_error_may_be_retried(
    sts: "STSClient", stub: Stub, code: str, status: int
) -> None:
    """Throttling and server errors are retried through the queue."""
    stub(sts).add_client_error("get_caller_identity", code, "wait", status)

    with pytest.raises(RetryableError, match=f"{code}: GetCallerIdentity: wait"), translated():
        sts.get_caller_identity()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("AccessDenied", 403),
        ("AccessDeniedException", 400),
        ("ResourceInUse", 400),
        ("ResourceNotFound", 400),
        ("ResourceLimitExceeded", 400),
        ("ValidationException", 400),
        ("ConditionalCheckFailedException", 400),
        ("SomethingNew", 400),
    ],
)
def test_a_refusal_of_aws_is_permanent(
    sts: "STSClient", stub: Stub, code: str, status: int
) -> None:
    """The code travels as a field, and the cause stays chained."""
    stub(sts).add_client_error("get_caller_identity", code, "no", status)

    with pytest.raises(RefusedError, match="GetCallerIdentity: no") as raised, translated():
        sts.get_caller_identity()

    assert raised.value.code == code
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        ProxyConnectionError(proxy_url=URL),
        SSLError(endpoint_url=URL, error=OSError("handshake")),
        NoCredentialsError(),
        ConnectionResetError(),
        ResponseParserError("no JSON"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no text"),
        ProtocolError("cut off"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_answer_may_be_retried(error: Exception) -> None:
    """A network error says nothing about the call."""
    with pytest.raises(RetryableError), translated():
        raise error


@pytest.mark.parametrize(
    "error",
    [NoRegionError(), ParamValidationError(report="Missing required parameter")],
    ids=lambda error: type(error).__name__,
)
def test_a_call_that_botocore_refuses_is_permanent(error: BotoCoreError) -> None:
    """The same call would be refused again."""
    with pytest.raises(RefusedError) as raised, translated():
        raise error

    assert raised.value.code == type(error).__name__


def test_a_bug_of_ours_is_not_translated() -> None:
    """A KeyError is a crash: it reaches the dead-letter queue under its own name."""
    with pytest.raises(KeyError), translated():
        raise KeyError


def test_a_client_gives_up_before_the_function_does() -> None:
    """Three attempts of at most 25 seconds; then the message is queued again, at no cost."""
    config: Any = CLIENT_CONFIG

    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert config.connect_timeout + config.read_timeout <= 25


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"a": {"b": "x"}}, "x"),
        ({"a": {"b": 7}}, "7"),
        ({"a": {}}, ""),
        ({"a": None}, ""),
        ({}, ""),
    ],
)
def test_a_missing_field_of_an_answer_is_an_empty_text(answer: dict[str, Any], found: str) -> None:
    """AWS omits unset fields."""
    assert text(answer, "a", "b") == found
