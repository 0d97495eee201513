"""Makes moto faster; the answers stay moto's own, only the work is less."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import cache
from typing import Any
from uuid import uuid4

from moto.core import models as moto_models
from moto.core import responses as moto_responses
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.common_models import BaseModel
from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.sqs import models as sqs_models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue

from simulator.direct_calls import direct_calls, is_plain
from simulator.isolation import replace
from simulator.quick_items import quick_items
from simulator.routes import process_request

_structure_of = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 (there is no other way in)
_spelled = cache(camelcase_to_underscores)
_backends_in: Any = BackendDict.__getitem__


@contextmanager
def quick_moto() -> Iterator[None]:
    """Make moto answer without its slow paths; enter it before `mock_aws`."""
    with direct_calls(), quick_items(), ExitStack() as undo:
        # Nothing here calls AWS by `requests`, for which moto prepares a thousand answers.
        replace(undo, moto_models, "RESPONSES_METHODS", ())
        # moto lists a class's methods, and spells an operation's name, again for every call.
        replace(undo, moto_responses, "method_names_from_class", cache(method_names_from_class))
        replace(undo, moto_responses, "camelcase_to_underscores", _spelled)
        replace(undo, sqs_models, "camelcase_to_underscores", _spelled)
        # moto tracks every copy of every item and message for a dashboard that is not used here.
        replace(undo, BaseModel, "__new__", staticmethod(_untracked))
        replace(undo, BotocoreStubber, "process_request", process_request)
        # moto draws each letter of a request id separately.
        replace(undo, moto_responses, "gen_amzn_requestid_long", _request_id)
        replace(undo, sqs_models, "generate_receipt_handle", _receipt_handle)
        # moto makes a list of all accounts to find one.
        replace(undo, BackendDict, "__getitem__", _in_account)
        # moto makes three dates to read the time.
        replace(undo, sqs_models, "unix_time", _unix_time)
        replace(undo, sqs_models, "unix_time_millis", _unix_time_millis)
        # Of what moto copies, it changes no part but whole attributes.
        replace(undo, sqs_models, "deepcopy", copy)
        replace(undo, BaseJSONSerializer, "_serialize_type_structure", _write_structure)
        replace(undo, Queue, "attributes", property(_Attributes))
        replace(undo, Queue, "messages", property(_messages))
        replace(undo, Queue, "delete_message", _delete_message)
        yield


def _untracked(model: type[BaseModel], *_: object, **__: object) -> BaseModel:
    new: BaseModel = object.__new__(model)
    return new


def _request_id(headers: dict[str, Any]) -> str:
    headers["x-amzn-requestid"] = number = str(uuid4())
    return number


def _in_account(backends: Any, account: str) -> Any:  # noqa: ANN401 (moto's own)
    found = dict.get(backends, account)
    return _backends_in(backends, account) if found is None else found


def _unix_time() -> float:
    return time.time()


def _unix_time_millis() -> float:
    return time.time() * 1000


def _receipt_handle() -> str:
    return f"{uuid4().hex}{uuid4().hex}"


def _write_structure(
    serializer: Any,  # noqa: ANN401 (moto's own)
    serialized: Any,  # noqa: ANN401 (as above)
    value: Any,  # noqa: ANN401 (whatever an operation answers)
    shape: StructureShape,
    key: str,
) -> None:
    """Write the members that a dict has; moto looks up each member of the model by all its names.

    This is correct only if every key of the dict is a member's own name. Most of what is written
    are attributes of items, which have those names.
    """
    if shape.name == "AttributeValue" and key and is_plain(value):
        serializer._default_serialize(serialized, value, shape, key)  # noqa: SLF001 (moto's own)
        return
    if (
        type(value) is not dict
        or shape.is_document_type
        or serializer._value_picker.response_transformers  # noqa: SLF001 (moto's own)
        or not value.keys() <= shape.members.keys()
    ):
        _structure_of(serializer, serialized, value, shape, key)
        return
    written = serializer.MAP_TYPE() if key else serialized
    for name, member in shape.members.items():
        if value.get(name) is not None:
            serializer._serialize(written, value[name], member, name)  # noqa: SLF001 (as above)
    if key:
        serializer._default_serialize(serialized, written, shape, key)  # noqa: SLF001 (as above)


class _Attributes(Mapping[str, Any]):
    """A queue's attributes; moto counts its messages three times for any attribute."""

    def __init__(self, queue: Any) -> None:  # noqa: ANN401 (attributes that moto sets by name)
        self._queue = queue
        self._names = dict.fromkeys(queue.BASE_ATTRIBUTES)
        if queue.fifo_queue:
            self._names |= dict.fromkeys(queue.FIFO_ATTRIBUTES)
        if queue.kms_master_key_id:
            self._names |= dict.fromkeys(queue.KMS_ATTRIBUTES)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 (text or number)
        if name not in self._names:
            raise KeyError(name)
        value = getattr(self._queue, _spelled(name))
        if name == "RedrivePolicy" and value:
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else value


def _messages(queue: Queue) -> list[Message]:
    """Return the messages that can be received; moto reads the time twice for each."""
    now = _unix_time_millis()
    return [
        message
        for message in queue._messages  # noqa: SLF001 (moto has no other list)
        if message.visible_at < now >= message.delayed_until
    ]


def _delete_message(queue: Queue, receipt_handle: str) -> None:
    """Delete the message that ever had a handle; moto checks every message twice."""
    waiting = queue._messages  # noqa: SLF001 (as above)
    for position, message in enumerate(waiting):
        if message.had_receipt_handle(receipt_handle):
            del waiting[position]
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(filter(None, message.all_receipt_handles))
            return
    if receipt_handle not in queue.deleted_messages:
        raise ReceiptHandleIsInvalid
