"""Reads a listing page by page until time runs out, and continues where the last part stopped."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from hub.runtime.decisions.listing import Page, ScanState, Seen
from hub.runtime.ports import Clock, ScanQueue, ScanStates
from shared.errors import PermanentError, RetryableError
from shared.requests import ScanRequest

T = TypeVar("T")

# Each part reads at least one page. A directory of 200,000 users has 2,000 pages.
_MOST_PARTS = 10_000


class ListingPorts(NamedTuple):
    """What a listing needs to continue in another invocation; `states` tell how far it got."""

    states: ScanStates
    scan_queue: ScanQueue
    clock: Clock


class PagedListing(Generic[T]):
    """One part of a listing, read by one `scan` invocation.

    Attributes:
        seen: the ids that this part and earlier parts listed and remembered.
        is_complete: whether the listing was read to its end.
        is_gone: whether the listed thing no longer exists.
        is_passed_on: whether a later part has continued already, so that this one reads nothing.
    """

    def __init__(
        self,
        request: ScanRequest,
        fetch: Callable[[str], Page[T] | None],
        id_of: Callable[[T], str],
        ports: ListingPorts,
        until: datetime,
        remember: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._request = request
        self._fetch = fetch
        self._id_of = id_of
        self._ports = ports
        self._until = until
        self._remember = remember
        self._state = ScanState(request.part, "", Seen())
        self.is_complete = False
        self.is_gone = False
        self.is_passed_on = False

    @property
    def seen(self) -> Seen:
        """Return the ids listed so far."""
        return self._state.seen

    def pages(self) -> Iterator[tuple[T, ...]]:
        """Yield pages until the listing or the time ends, but at least one.

        A part whose state is lost starts the listing again. With only half of the ids seen, all
        other users would look like leavers.

        Raises:
            RetryableError: the first page cannot be read now. A later error ends only the part.
        """
        self._take_up()
        started = self.is_passed_on
        while not self.is_complete:
            if started and (self.is_passed_on or self._ports.clock.now() >= self._until):
                return
            try:
                page = self._fetch(self._state.token)
            except RetryableError:
                if started:
                    return
                raise
            started = True
            if page is None:
                self.is_gone = True
                return
            seen = self.seen.with_ids(filter(self._remember, map(self._id_of, page.items)))
            self._state = self._state._replace(token=page.token, seen=seen)
            self.is_complete = not page.token
            yield page.items

    def _take_up(self) -> None:
        """Continue the listing where the last part stopped, according to the ledger."""
        if not self._request.part:
            return
        state = self._ports.states.load(self._request, self._ports.clock.now())
        if state is None or (state.part < self._request.part and not state.is_over):
            return
        self._state = state
        self.is_passed_on = state.is_over or state.part > self._request.part

    def go_on(self) -> None:
        """Save how far this part got, and queue the next one.

        A part that is delivered twice queues the next one again, because it may never have been
        sent.

        Raises:
            PermanentError: the listing has no end.
        """
        now = self._ports.clock.now()
        if not self.is_passed_on:
            self._state = self._state._replace(part=self._request.part + 1)
            if self._state.part > _MOST_PARTS:
                raise PermanentError(
                    f"the listing of {self._request.subject} {self._request.key} has no end: "
                    "nobody is removed because of what it does not show"
                )
            self._ports.states.save(self._request, self._state, now)
        if not self._state.is_over:
            part = self._state.part
            following = self._request._replace(enqueued_at=now, attempt=0, part=part)
            self._ports.scan_queue.enqueue(following)
