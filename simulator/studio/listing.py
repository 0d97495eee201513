"""The common parts of ListUserProfiles, ListSpaces and ListApps: domains, filters, order."""

from collections.abc import Callable, Iterator
from heapq import merge
from typing import Any, TypeVar

from simulator.pages import Shelf, page_of
from simulator.studio.records import Domain, Resource
from simulator.studio.state import Call, StudioState

R = TypeVar("R", bound=Resource)

_DEFAULT_PAGE = 10


def domains_asked(state: StudioState, call: Call) -> list[Domain]:
    """Return the domain that DomainIdEquals names, or all of the account and Region."""
    wanted = call.request.get("DomainIdEquals")
    if wanted is None:
        return state.domains(call.account, call.region)
    if state.quirks.list_unknown_domain == "empty":
        return [
            domain
            for domain in state.domains(call.account, call.region)
            if domain.place.domain_id == wanted
        ]
    return [state.domain(call, wanted)]


def listed(
    state: StudioState,
    call: Call,
    operation: str,
    shelves: list[Shelf[R]],
    keep: Callable[[R], bool] | None = None,
) -> tuple[list[R], dict[str, str]]:
    """Return one page of the items on some shelves, and the NextToken member of the answer."""
    request = call.request
    filters = {k: v for k, v in request.items() if k not in {"MaxResults", "NextToken"}}
    scope = f"{operation}/{call.account}/{call.region}/{sorted(filters.items())}"
    by_arrival = request.get("SortBy", "CreationTime") == "CreationTime"
    plain = by_arrival and request.get("SortOrder", "Ascending") == "Ascending"

    def after(number: int) -> Iterator[tuple[int, R]]:
        if plain:
            rows: Iterator[tuple[int, R]] = merge(
                *(shelf.after(number) for shelf in shelves), key=lambda row: row[0]
            )
        else:
            rows = iter(_sorted_rows(shelves, request)[number:])
        return (row for row in rows if keep is None or keep(row[1]))

    return page_of(after, request, scope, _DEFAULT_PAGE, state.page_limit)


def _sorted_rows(shelves: list[Shelf[R]], request: Any) -> list[tuple[int, R]]:  # noqa: ANN401 -- a raw request
    attribute = "modified" if request.get("SortBy") == "LastModifiedTime" else "created"
    things = [thing for shelf in shelves for thing in shelf]
    things.sort(
        key=lambda thing: (getattr(thing, attribute), thing.number),
        reverse=request.get("SortOrder") == "Descending",
    )
    return list(enumerate(things, start=1))
