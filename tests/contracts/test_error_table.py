"""Every error that a call of the hub may raise has its reason in a table."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.discovery
import botocore.exceptions
import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.retries.standard import (
    ThrottledRetryableChecker,
    TransientRetryableChecker,
)
from botocore.session import get_session

import hub.runtime.adapters
from hub.runtime.adapters import error_table, exception_table
from hub.runtime.adapters.aws import reason_of_answer, reason_of_exception, translated
from hub.runtime.adapters.error_table import CODES, PASSING, Reason
from hub.runtime.adapters.exception_table import EXCEPTIONS
from shared.errors import NotYetPropagatedError, RefusedError, RetryableError

SERVICES = ("sagemaker", "identitystore", "sso-admin", "sts", "dynamodb", "sqs", "events")
ADAPTERS = Path(hub.runtime.adapters.__path__[0])


def exceptions_of_botocore() -> list[type[Exception]]:
    """Return every exception class of botocore but those of an answer, and its warnings."""
    return [
        each
        for module in (botocore.exceptions, botocore.discovery)
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, Exception)
        and not issubclass(each, (ClientError, Warning))
        and each.__module__ == module.__name__
    ]


def names_in_adapters() -> set[str]:
    """Return the methods that adapters call, and the strings they contain (names of paginators)."""
    nodes = [
        node for path in ADAPTERS.glob("*.py") for node in ast.walk(ast.parse(path.read_text()))
    ]
    called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return called | {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def operations(service: str) -> list[Any]:
    """Return the models of the operations of a service that adapters call."""
    model = get_session().get_service_model(service)
    names, called = model.operation_names, names_in_adapters()
    return [model.operation_model(name) for name in names if xform_name(name) in called]


def modelled(service: str) -> Iterator[tuple[str, bool]]:
    """Yield each error of these operations, and whether its model says that it is transient."""
    for operation in operations(service):
        for shape in operation.error_shapes:
            code = shape.metadata.get("error", {}).get("code", shape.name)
            passing = "retryable" in shape.metadata or bool(shape.metadata.get("fault"))
            yield from ((name, passing) for name in (code, shape.name))


def answered(code: str, status: int = 400, *reasons: str) -> ClientError:
    """Return an error as AWS answers it; a transaction has the reasons of its items."""
    answer: Any = {
        "Error": {"Code": code, "Message": "said"},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "CancellationReasons": [{"Code": each} for each in reasons],
    }
    return ClientError(answer, "Call")


def test_every_exception_of_botocore_has_its_reason() -> None:
    """A new exception of a newer botocore must be decided on before that version is used."""
    assert {each for each in exceptions_of_botocore() if each not in EXCEPTIONS} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_error_of_every_operation_in_use_has_its_reason(service: str) -> None:
    """An error that the service's model marks as retryable is transient."""
    found = dict(modelled(service))

    assert found
    assert [code for code in found if code not in CODES] == []
    assert [code for code, passing in found.items() if passing and CODES[code] not in PASSING] == []


def test_what_botocore_retries_is_transient() -> None:
    """Its own list of codes and classes is part of the table."""
    checkers: Any = (TransientRetryableChecker, ThrottledRetryableChecker)
    codes = {*checkers[0]._TRANSIENT_ERROR_CODES, *checkers[1]._THROTTLED_ERROR_CODES}  # noqa: SLF001 (botocore has no other name for them)
    classes = checkers[0]._TRANSIENT_EXCEPTION_CLS  # noqa: SLF001 (the same)

    assert [code for code in codes if CODES[code] not in PASSING] == []
    assert [
        each
        for each in exceptions_of_botocore()
        if issubclass(each, classes) and EXCEPTIONS[each] not in PASSING
    ] == []


def test_no_error_has_two_reasons() -> None:
    """Each code and each class is in the table once."""
    codes = [code for group in error_table._CODES.values() for code in group.split()]  # noqa: SLF001 (the groups, before they are one mapping)
    classes = [each for group in exception_table._EXCEPTIONS.values() for each in group]  # noqa: SLF001 (the same)

    assert len(codes) == len(CODES)
    assert len(classes) == len(EXCEPTIONS)


@pytest.mark.parametrize("code", CODES)
def test_the_reason_of_a_code_alone_decides(code: str) -> None:
    """Transient: RetryableError; every other code is refused, by its own code."""
    reason = CODES[code]
    with pytest.raises((RetryableError, RefusedError)) as raised, translated():
        raise answered(code)

    assert isinstance(raised.value, RetryableError) is (reason in PASSING)
    assert isinstance(raised.value, NotYetPropagatedError) is (reason is Reason.NOT_PROPAGATED)


@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda each: each.__name__)
def test_the_reason_of_a_class_alone_decides(error: type[Exception]) -> None:
    """No botocore error leaks from a call."""
    made = error.__new__(error)
    with pytest.raises((RetryableError, RefusedError)) as raised, translated():
        raise made

    assert isinstance(raised.value, RetryableError) is (EXCEPTIONS[error] in PASSING)


def test_a_class_that_is_not_listed_has_the_reason_of_its_base() -> None:
    """Nothing crashes until the table is updated."""

    class NewError(botocore.exceptions.HTTPClientError):
        pass

    class OtherError(BotoCoreError):
        pass

    assert reason_of_exception(NewError(error="x")) in PASSING
    assert reason_of_exception(OtherError()) not in PASSING


@pytest.mark.parametrize(
    "code",
    [
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "RequestTimeTooSkewed",
        "RequestExpired",
        "ExpiredToken",
        "ExpiredTokenException",
        "UnrecognizedClientException",
        "AuthFailure",
    ],
)
def test_clock_signature_and_credentials_are_transient(code: str) -> None:
    """They say nothing of the user or the target: nobody is reported, and nothing is held."""
    assert CODES[code] in PASSING


@pytest.mark.parametrize("code", ["AccessDenied", "RegionDisabledException", "OptInRequired"])
def test_a_missing_permission_is_not_transient(code: str) -> None:
    """It is reported at once, with the message of AWS."""
    assert CODES[code] not in PASSING


@pytest.mark.parametrize(
    ("reasons", "code", "passing"),
    [
        (("None", "ConditionalCheckFailed"), "ConditionalCheckFailedException", False),
        (("ThrottlingError", "ConditionalCheckFailed"), "ConditionalCheckFailedException", False),
        (("None", "ThrottlingError"), "ThrottlingError", True),
        (("ProvisionedThroughputExceeded",), "ProvisionedThroughputExceeded", True),
        (("TransactionConflict", "None"), "TransactionConflict", True),
        (("ConditionalCheckFailed", "ValidationError"), "ValidationError", False),
        (("ItemCollectionSizeLimitExceeded",), "ItemCollectionSizeLimitExceeded", False),
        (("SomethingNew",), "SomethingNew", False),
        ((), "TransactionCanceledException", True),
    ],
)
def test_a_transaction_ends_for_the_reason_of_its_item(
    reasons: tuple[str, ...], code: str, *, passing: bool
) -> None:
    """A throttled item, a lost condition and a bad item are different reasons."""
    found, reason = reason_of_answer(answered("TransactionCanceledException", 400, *reasons))

    assert (found, reason in PASSING) == (code, passing)
