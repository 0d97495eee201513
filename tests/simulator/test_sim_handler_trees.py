"""A tree that shares its branches answers as botocore's own copies do."""

from copy import copy
from typing import Any

import pytest
from botocore.hooks import HierarchicalEmitter
from botocore.session import Session

from simulator.clients import shared_models


def test_a_change_of_one_copy_does_not_affect_the_others() -> None:
    """Even a handler added to the first one after it was copied."""

    def told(emitter: Any) -> list[Any]:  # noqa: ANN401 -- botocore ships no types
        return [answer for _, answer in emitter.emit("before-call.sqs.SendMessage")]

    def tell() -> list[list[Any]]:
        first: Any = HierarchicalEmitter()
        for name in ("before-call", "before-call.sqs", "before-call.*.SendMessage"):
            first.register(name, lambda name=name, **_: name)
        second, third = copy(first), copy(first)
        second.register_first("before-call.sqs", lambda **_: "second")
        third.register("before-call.sqs.SendMessage", handler, unique_id="third")
        fourth = copy(third)
        third.unregister("before-call.sqs.SendMessage", unique_id="third")
        first.register_last("before-call.sqs", lambda **_: "first")
        return [told(each) for each in (first, second, third, fourth)]

    def handler(**_: object) -> str:
        return "third"

    by_botocore = tell()
    with shared_models():
        assert tell() == by_botocore
    assert [len(each) for each in by_botocore] == [4, 4, 3, 4]


@pytest.mark.parametrize("is_late", [False, True])
def test_the_handlers_of_a_session_are_its_own(*, is_late: bool) -> None:
    """Also those that it registers when the sessions no longer share, and what it began with."""
    event = "before-call.sqs.SendMessage"
    given: Any = HierarchicalEmitter()
    given.register(event, _answer)

    with shared_models():
        by_sessions: list[Any] = [Session(), Session(event_hooks=given), Session()]
        if not is_late:
            by_sessions[0].register(event, _answer)
    if is_late:
        by_sessions[0].register(event, _answer)
    with shared_models():
        by_sessions.append(Session())

    assert [_answer in _handlers(each, event) for each in by_sessions] == [True, True, False, False]
    assert len({len(_handlers(each, event)) for each in by_sessions[2:]}) == 1


def _answer(**_: object) -> str:
    return "mine"


def _handlers(session: Any, event: str) -> list[Any]:  # noqa: ANN401 -- botocore ships no types
    return list(session._original_handler._handlers.prefix_search(event))  # noqa: SLF001 -- there is no other way in
