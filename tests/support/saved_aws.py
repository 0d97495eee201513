"""Saves the state of an embedded AWS, and gives it to others that have just started.

Each copy has its own objects, so that nothing that happens in one is seen in another. The clients
and the hub's functions are not saved: each embedded AWS has its own, and its functions start cold.
"""

import copyreg
import pickle
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from itertools import count
from threading import Condition
from typing import Any, Final

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from simulator.embedded_aws import EmbeddedAws
from simulator.remembered_reads import forget_reads

# In nanoseconds.
_SECOND: Final = 10**9
# What pickle refuses. A count says its next number only in its representation.
_REDUCED: Final[Mapping[Any, Callable[[Any], Any]]] = copyreg.dispatch_table | {
    Condition: lambda _: (Condition, ()),
    count: lambda numbers: (count, (int(repr(numbers).strip("count()")),)),
}


def save(aws: EmbeddedAws) -> bytes:
    """Return all that an embedded AWS holds: its time, every resource, and what it recorded."""
    state = BytesIO()
    pickler = _Pickler(state)
    pickler.names = {id(part): name for name, part in _parts(aws).items()}
    held = {name: _attributes(part) for name, part in _holders(aws).items()}
    pickler.dump((time.time_ns(), held, list(_of_moto())))
    return state.getvalue()


def restore(aws: EmbeddedAws, state: bytes) -> None:
    """Give an embedded AWS that has just started the state that was saved of another one."""
    unpickler = _Unpickler(BytesIO(state))
    unpickler.parts = _parts(aws)
    now, held, of_moto = unpickler.load()
    # To the nanosecond: moto keeps milliseconds, and rounds down.
    aws.clock.forward((now - time.time_ns()) / _SECOND)
    for name, part in _holders(aws).items():
        for attribute, value in held[name].items():
            setattr(part, attribute, value)
    for service, account, region, backend in of_moto:
        get_backend(service)[account][region] = backend
    forget_reads()


class _Pickler(pickle.Pickler):
    """Writes the name of a part in place of the part itself."""

    dispatch_table = _REDUCED
    names: Mapping[int, str]

    def persistent_id(self, value: object) -> str | None:
        return self.names.get(id(value))


class _Unpickler(pickle.Unpickler):
    """Reads the part of another embedded AWS where a name was written."""

    parts: Mapping[str, object]

    def persistent_load(self, name: str) -> object:
        return self.parts[name]


def _holders(aws: EmbeddedAws) -> dict[str, object]:
    """Return the parts whose attributes are the state, but for that of moto."""
    return {
        "aws": aws,
        "directory": aws.services.identity_store,
        "access": aws.services.application_access,
        "studio": aws.services.studio,
        "sessions": aws.gateway.sessions,
        "gateway": aws.gateway,
        "functions": aws.lambdas,
    }


def _parts(aws: EmbeddedAws) -> dict[str, object]:
    """Return what every embedded AWS has of its own, and the code that runs it refers to."""
    return _holders(aws) | {
        "services": aws.services,
        "clock": aws.clock,
        "dynamodb": aws.dynamodb,
        "sqs": aws.lambdas.sqs,
    }


def _attributes(part: Any) -> dict[str, Any]:  # noqa: ANN401 (any holder)
    names = part.__slots__ if hasattr(part, "__slots__") else vars(part)
    return {name: getattr(part, name) for name in names}


def _of_moto() -> Iterator[tuple[str, str, str, Any]]:
    """Yield each backend of moto, with its service, account and Region."""
    for service in BackendDict._instances:  # type: ignore[misc]  # noqa: SLF001 (moto has no other list)
        for account, region, backend in service.iter_backends():
            yield service.service_name, account, region, backend
