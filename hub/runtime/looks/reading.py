"""Reads a listing page by page for as long as there is time, and takes up where another stopped."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar

from shared.errors import PermanentError, RetryableError
from shared.hints import LookHint
from shared.listing import Page, Seen
from shared.ports import Clock

T = TypeVar("T")

# Characters of a packed listing and its token that fit a message beside the rest of it.
# Source: SQS developer guide, quotas: a message has at least 256 KiB.
_FITS = 240_000


class Reading(Generic[T]):
    """One look's part of a listing.

    Attributes:
        seen: the ids listed so far, by earlier parts too, of what is worth remembering.
        is_complete: whether the listing was read to its end.
        is_gone: whether there is nothing to list any more.
    """

    def __init__(
        self,
        hint: LookHint,
        fetch: Callable[[str], Page[T] | None],
        id_of: Callable[[T], str],
        clock: Clock,
        until: datetime,
        remember: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._hint = hint
        self._fetch = fetch
        self._id_of = id_of
        self._clock = clock
        self._until = until
        self._remember = remember
        self._token = hint.token
        self.seen = Seen.unpack(hint.seen)
        self.is_complete = False
        self.is_gone = False

    def pages(self) -> Iterator[tuple[T, ...]]:
        """Yield pages until the end of the listing or of the time, but at least one.

        Raises:
            RetryableError: not even the first page can be read now. Later ones end the part.
        """
        begun = False
        while not self.is_complete:
            if begun and self._clock.now() >= self._until:
                return
            try:
                page = self._fetch(self._token)
            except RetryableError:
                if begun:
                    return
                raise
            begun = True
            if page is None:
                self.is_gone = True
                return
            self.seen = self.seen.with_ids(filter(self._remember, map(self._id_of, page.items)))
            self._token = page.token
            self.is_complete = not page.token
            yield page.items

    def rest(self, now: datetime) -> LookHint:
        """Return the hint that goes on where this part ended.

        Raises:
            PermanentError: too much was seen for a message to carry.
        """
        seen = self.seen.pack()
        if len(seen) + len(self._token) > _FITS:
            raise PermanentError(
                f"the listing of {self._hint.subject} {self._hint.key} is too long to be read on: "
                "nobody is removed because of what it does not show"
            )
        return replace(self._hint, made_at=now, attempt=0, token=self._token, seen=seen)
