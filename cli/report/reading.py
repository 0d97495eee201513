"""Reads the ledger and the hub's state for the access review, with the operator's credentials."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

from cli.hub_client import HubClient
from cli.output import describe_pause
from cli.report.review import Review, Source, findings_of
from cli.report.rows import LastChange, rows_of
from hub.runtime.decisions.holds import holds_of
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target, UserId

Item = TypeVar("Item")


class Counting(Protocol):
    """Passes items on, and shows how far a long read is."""

    def __call__(self, items: Iterable[Item], what: str) -> Iterator[Item]:
        """Yield the items; `what` names them."""


def read(
    hub_client: HubClient,
    state: HubState,
    source: Source,
    only: Target | None,
    counting: Counting,
) -> Review:
    """Return the access review of all targets, or of one; raises what `translated` raises."""
    now = source.created_at
    ledger, limits = hub_client.ledger, hub_client.limits
    of_records = ledger.everybody() if only is None else ledger.of_target(only)
    records = tuple(counting(of_records, "records of the ledger"))
    changes = _last_changes(counting(ledger.changes(), "events of the history"))
    targets = {only} if only else {*state.targets, *(record.target for record in records)}
    holds, unmanaged = {}, {}
    held = {only} if only else {*limits.targets()}
    for target in counting(sorted(targets | held), "targets"):
        if target in held:
            holds[target] = holds_of(target, limits.state(target).held.values(), now)
        unmanaged[target] = hub_client.unmanaged_profiles.of_target(target).values()
    rows = rows_of(records, changes, holds, unmanaged, state, now)
    swept_at = state.full_sweep_at
    return Review(
        source,
        only,
        state.paused,
        swept_at if swept_at and swept_at <= now else None,
        rows,
        findings_of(state, rows, now, only),
        describe_pause(state) if state.paused else "",
    )


def _last_changes(
    events: Iterable[Mapping[str, str]],
) -> Mapping[tuple[UserId, Target], LastChange]:
    """Return the latest event of each user in each target."""
    latest: dict[tuple[str, str], tuple[str, str]] = {}
    for event in events:
        key, this = (event["user_id"], event["where"]), (event["at"], event["what"])
        latest[key] = max(this, latest.get(key, this))
    return {
        (UserId(user), Target.parse(where)): LastChange(datetime.fromisoformat(at), what)
        for (user, where), (at, what) in latest.items()
    }


def known_targets(hub_client: HubClient, state: HubState) -> frozenset[Target]:
    """Return every target that was ever scanned or checked, or of which the ledger has a record."""
    records = {record.target for record in hub_client.ledger.everybody()}
    return state.targets.union(state.checked_roles, records)
