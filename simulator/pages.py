"""Lists in order of creation, with pages whose tokens stay valid after removals."""

import base64
import binascii
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from simulator.errors import VALIDATION, refuse
from simulator.rules import common

T = TypeVar("T")

LARGEST_PAGE = 100  # the maximum of MaxResults in all these service models

Rows = Iterable[tuple[int, T]]


class Shelf(Generic[T]):
    """Items by growing numbers; reading on from any number needs no scan."""

    def __init__(self) -> None:
        self._things: dict[int, T] = {}
        self._numbers: list[int] = []

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def put(self, number: int, thing: T) -> None:
        """Add an item; its number must be greater than all earlier ones."""
        self._things[number] = thing
        self._numbers.append(number)

    def drop(self, number: int) -> None:
        """Remove an item; unknown numbers are ignored."""
        self._things.pop(number, None)
        if len(self._numbers) > 2 * len(self._things) + 16:
            self._numbers = list(self._things)

    def after(self, number: int) -> Iterator[tuple[int, T]]:
        """Yield (number, item) for every number above `number`, in order."""
        numbers, things = self._numbers, self._things
        for position in range(bisect_right(numbers, number), len(numbers)):
            at = numbers[position]
            if at in things:
                yield at, things[at]


def page_of(
    rows_after: Callable[[int], Rows[T]],
    request: Mapping[str, Any],
    scope: str,
    default: int,
    page_limit: int | None = None,
) -> tuple[list[T], dict[str, str]]:
    """Return one page of items and the `NextToken` member of the answer.

    `scope` names the listing (operation and filters): a token of another listing is refused.
    `page_limit` makes pages smaller than requested, as every AWS service may.
    """
    # Rule common.pages.
    limit = min(int(request.get("MaxResults", default)), page_limit or LARGEST_PAGE)
    mark = zlib.crc32(scope.encode())
    things: list[T] = []
    last = 0
    for number, thing in rows_after(_position(request.get("NextToken"), mark)):
        if len(things) == limit:
            token = base64.urlsafe_b64encode(f"{mark:08x}.{last}".encode()).decode()
            return things, {"NextToken": token}
        things.append(thing)
        last = number
    return things, {}


def _position(token: str | None, mark: int) -> int:
    if not token:
        return 0
    try:
        scope, _, position = base64.urlsafe_b64decode(token.encode()).decode().partition(".")
        if scope == f"{mark:08x}":
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise refuse(common.BAD_TOKEN, VALIDATION, "Invalid NextToken")
