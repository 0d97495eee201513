"""What is listed page by page, and how far a listing got when its time was up."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")

_BYTES = 8


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a listing; `token` is where the next one begins, empty after the last."""

    items: tuple[T, ...]
    token: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The ids that were listed so far, as digests of eight bytes each.

    Two ids of ten thousand share a digest once in 3 * 10^11 listings; then a leaver is overlooked
    until one of the two goes.
    """

    digests: frozenset[bytes] = frozenset()

    def with_ids(self, ids: Iterable[str]) -> "Seen":
        """Return these ids and more."""
        return Seen(self.digests | {_digest(id_) for id_ in ids})

    def __contains__(self, id_: object) -> bool:
        return _digest(str(id_)) in self.digests

    def pack(self) -> bytes:
        """Return them as bytes; equal sets give equal bytes."""
        return b"".join(sorted(self.digests))

    @classmethod
    def unpack(cls, packed: bytes) -> "Seen":
        """Return what `pack` packed; ValueError where a digest is cut off."""
        if len(packed) % _BYTES:
            raise ValueError("no packed listing: cut off")
        return cls(frozenset(packed[i : i + _BYTES] for i in range(0, len(packed), _BYTES)))


@dataclass(frozen=True, slots=True)
class ScanState:
    """How far a listing got that takes more than one invocation.

    Attributes:
        part: the part that goes on from here; the listing begins with part 0.
        token: where that part begins.
        seen: what the parts before it listed.
        is_over: the listing was read to its end, so nothing goes on.
    """

    part: int
    token: str
    seen: Seen
    is_over: bool = False


def _digest(id_: str) -> bytes:
    return blake2b(id_.encode(), digest_size=_BYTES).digest()
