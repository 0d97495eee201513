"""The bodies of queue messages, and the ids by which SQS orders them and drops duplicates.

A message only names what to reconcile or scan. Its reader takes the values for ids, targets and
times, so a body with a value that nobody here could send is refused as a whole.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeVar, overload

from shared.errors import UnreadableMessageError
from shared.model import DIRECTORY_ID, TARGET, TARGET_FORM
from shared.requests import (
    DAILY,
    EVERY_TARGET,
    HOURLY,
    TARGETS,
    ReconcileRequest,
    Request,
    ScanRequest,
    Subject,
)
from shared.storage import name_digest


class _Field(NamedTuple):
    """The type of a JSON value, the form of its text, and what makes the field's value of it."""

    json_type: type
    form: str
    wanted: str
    read: Callable[[Any], object] | None = None


# JSON can hold half of a surrogate pair, which no queue or table accepts.
_TEXT = _Field(str, "[^\ud800-\udfff]+", "a text that is not empty")
_TIME = _Field(
    str,
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)",
    "a time in UTC like 2026-11-23T12:00:00Z",
    datetime.fromisoformat,
)
_COUNT = _Field(int, r"\d{1,6}", "a whole number below a million")
_FLAG = _Field(bool, "True|False", "true or false")
_ID = _Field(str, f"(?i:{DIRECTORY_ID.pattern})", "an id of Identity Center")
_TARGET = _Field(str, TARGET.pattern, TARGET_FORM)
_TARGET_OR_NOTHING = _Field(str, f"({TARGET.pattern})?", TARGET_FORM)
_NOTHING = _Field(str, "", "empty")

_OF_BOTH: Final[Mapping[str, _Field]] = {
    "enqueued_at": _TIME,
    "event_id": _TEXT,
    "event_at": _TIME,
    "attempt": _COUNT,
    "is_recheck": _FLAG,
    "started_at": _TIME,
}
_OF_RECONCILE: Final[Mapping[str, _Field]] = {
    **_OF_BOTH,
    "user_id": _ID,
    "force_observe": _Field(
        str, rf"({TARGET.pattern}|{re.escape(EVERY_TARGET)})?", f"{TARGET_FORM}; or {EVERY_TARGET}"
    ),
    "source_scan": _Field(str, "[0-9a-f]{0,64}", "a digest of at most 64 hex digits"),
}
_OF_SCAN: Final[Mapping[str, _Field]] = {
    **_OF_BOTH,
    "target": _TARGET_OR_NOTHING,
    "event_driven": _FLAG,
    "include_all": _FLAG,
    "part": _COUNT,
}
_SWEEPS = (HOURLY, DAILY, TARGETS)
_KEYS: Final[Mapping[Subject, _Field]] = {
    Subject.SWEEP: _Field(str, "|".join(_SWEEPS), f"a sweep: {', '.join(_SWEEPS)}"),
    Subject.GROUP: _ID,
    Subject.NAME: _TEXT,
    Subject.TARGET: _TARGET,
    Subject.ASSIGNMENTS: _TARGET,
    Subject.CHECKS: _TARGET,
    Subject.ROLES: _Field(
        str, f"{TARGET.pattern}( {TARGET.pattern})*", f"{TARGET_FORM}; more after spaces"
    ),
    Subject.USERS: _NOTHING,
    Subject.GROUPS: _NOTHING,
}
_USER: Final = "user"
_FIELDS: Final[Mapping[str, Mapping[str, _Field]]] = {
    _USER: _OF_RECONCILE,
    **{subject: {**_OF_SCAN, "key": key} for subject, key in _KEYS.items()},
}
_REQUIRED: Final = frozenset({"enqueued_at", "event_id", "user_id", "key"})
_REMEDY: Final = (
    "delete the message from the dead letters; the next sweep reconciles everybody who differs: "
    "studio-hub sweep begins one now"
)
_Kind = TypeVar("_Kind", bound=Request)


def encode(request: Request) -> str:
    """Return a request as a message body, with its times in UTC."""
    kind = {"subject": _USER} if isinstance(request, ReconcileRequest) else {}
    said = {name: value for name, value in request._asdict().items() if value is not None}
    return json.dumps(
        said | kind, default=lambda time: time.astimezone(UTC).isoformat(), sort_keys=True
    )


@overload
def decode(body: str) -> Request: ...


@overload
def decode(body: str, kind: type[_Kind]) -> _Kind: ...


def decode(body: str, kind: type[object] = object) -> Request:
    """Return the request in a message body; fields that it leaves out have their defaults.

    Raises:
        UnreadableMessageError: the body is no request of this kind, or holds what nobody here could
            send. The message names every field that is wrong.
    """
    try:
        plain = json.loads(body)
    except (RecursionError, ValueError) as error:
        raise UnreadableMessageError(f"no request: not JSON: {error}; {_REMEDY}") from error
    if not isinstance(plain, dict):
        raise UnreadableMessageError(f"no request: no JSON object; {_REMEDY}")
    subject = plain.get("subject", _USER)
    if not isinstance(subject, str) or subject not in _FIELDS:
        wanted = ", ".join(_FIELDS)
        raise UnreadableMessageError(
            f"no request: subject: {subject!r:.120} is none of {wanted}; {_REMEDY}"
        )
    values = _values(plain, _FIELDS[subject])
    values.setdefault("event_at", values["enqueued_at"])
    request: Request = (
        ReconcileRequest(**values)
        if subject == _USER
        else ScanRequest(subject=Subject(subject), **values)
    )
    if not isinstance(request, kind):
        raise UnreadableMessageError(f"no {kind.__name__}: {request}; {_REMEDY}")
    return request


def _values(plain: Mapping[str, Any], fields: Mapping[str, _Field]) -> dict[str, Any]:
    """Return the values of the fields that are there; an error names every mistake."""
    values: dict[str, Any] = {}
    mistakes = []
    for name, field in fields.items():
        if name not in plain:
            if name in _REQUIRED:
                mistakes.append(f"{name}: is missing")
            continue
        value = plain[name]
        # `isinstance` would take true for a number.
        if type(value) is field.json_type and re.fullmatch(field.form, str(value), re.ASCII):
            # There is no 30th of February.
            with suppress(ValueError):
                values[name] = (field.read or field.json_type)(value)
        if name not in values:
            mistakes.append(f"{name}: {value!r:.120} is not {field.wanted}")
    if mistakes:
        raise UnreadableMessageError(f"no request: {'; '.join(mistakes)}; {_REMEDY}")
    return values


def message_group(request: Request) -> str:
    """Return what a queue keeps in order: one user, or one thing to scan."""
    if isinstance(request, ReconcileRequest):
        return request.user_id
    # Source: the SQS API: at most 128 characters, and of a name's only letters, digits and
    # punctuation.
    is_long = request.subject in {Subject.NAME, Subject.ROLES}
    key = name_digest(request.key) if is_long else request.key
    return f"{request.subject}#{key}"


def deduplication_id(request: Request) -> str:
    """Return the id by which SQS recognizes a request that was sent twice.

    It holds the event's id and never the user's alone. SQS remembers an id for five minutes and
    would drop the next real change. The id also holds the scan that found the user, because one
    event may cause several scans.
    """
    parts = [
        request.event_id,
        message_group(request),
        str(request.attempt),
        str(request.is_recheck),
    ]
    if isinstance(request, ScanRequest):
        parts.append(str(request.part))
    else:
        parts += [request.force_observe, request.source_scan]
    return sha256("|".join(parts).encode()).hexdigest()


def scan_chain(request: ScanRequest) -> str:
    """Return the id that all parts of one listing share, and that no other listing has."""
    parts = [request.event_id, message_group(request), request.target]
    parts += [str(flag) for flag in (request.is_recheck, request.event_driven, request.include_all)]
    return sha256("|".join(parts).encode()).hexdigest()
