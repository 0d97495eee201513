"""What is listed page by page, and how far a listing got when its time was up."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

from shared.errors import UnreadableMessageError

T = TypeVar("T")

_BYTES = 8


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a listing; `token` is where the next one begins, empty after the last."""

    items: tuple[T, ...]
    token: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The ids that were listed so far, as digests of eight bytes: small enough for a message.

    Two ids of ten thousand share a digest once in 3 * 10^11 listings; then a leaver is overlooked
    until one of the two goes.
    """

    digests: frozenset[bytes] = frozenset()

    def with_ids(self, ids: Iterable[str]) -> "Seen":
        """Return these ids and more."""
        return Seen(self.digests | {_digest(id_) for id_ in ids})

    def __contains__(self, id_: object) -> bool:
        return _digest(str(id_)) in self.digests

    def pack(self) -> str:
        """Return them as text; equal sets give equal texts."""
        return b64encode(b"".join(sorted(self.digests))).decode()

    @classmethod
    def unpack(cls, text: str) -> "Seen":
        """Return what `pack` packed; UnreadableMessageError for anything else."""
        try:
            packed = b64decode(text, validate=True)
        except ValueError as error:
            raise UnreadableMessageError(f"no packed listing: {error}") from error
        if len(packed) % _BYTES:
            raise UnreadableMessageError("no packed listing: cut off")
        return cls(frozenset(packed[i : i + _BYTES] for i in range(0, len(packed), _BYTES)))


def _digest(id_: str) -> bytes:
    return blake2b(id_.encode(), digest_size=_BYTES).digest()
