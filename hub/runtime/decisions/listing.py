"""Paged listings, and the state of a listing that continues in another invocation."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

_BYTES = 8


class Page(NamedTuple, Generic[T]):
    """A page of a listing; `token` starts the next page and is empty on the last."""

    items: tuple[T, ...]
    token: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The ids that were listed so far, as digests of eight bytes each.

    Two of ten thousand ids share a digest once in 3 * 10^11 listings. A leaver is then missed until
    one of the two ids disappears.
    """

    digests: frozenset[bytes] = frozenset()

    def with_ids(self, ids: Iterable[str]) -> "Seen":
        """Return the listed ids with more ids added."""
        return Seen(self.digests | {_digest(id_) for id_ in ids})

    def __contains__(self, id_: object) -> bool:
        return _digest(str(id_)) in self.digests

    def pack(self) -> bytes:
        """Return the digests as bytes; equal sets give equal bytes."""
        return b"".join(sorted(self.digests))

    @classmethod
    def unpack(cls, packed: bytes) -> "Seen":
        """Return the set that `pack` packed; ValueError if a digest is truncated."""
        if len(packed) % _BYTES:
            raise ValueError("no packed listing: cut off")
        return cls(frozenset(packed[i : i + _BYTES] for i in range(0, len(packed), _BYTES)))


class ScanState(NamedTuple):
    """The continuation of a listing that takes more than one invocation.

    Attributes:
        part: the next part; the listing begins with part 0.
        token: the page token at which that part begins.
        seen: the ids that the earlier parts listed.
        is_over: the listing reached its end, so no part follows.
    """

    part: int
    token: str
    seen: Seen
    is_over: bool = False


class ScanResult(NamedTuple):
    """How many users differ, and whether the scan saw everything.

    It is not `complete` if the rest follows by message, or if a read was refused.
    """

    people: int
    complete: bool


def _digest(id_: str) -> bytes:
    return blake2b(id_.encode(), digest_size=_BYTES).digest()
