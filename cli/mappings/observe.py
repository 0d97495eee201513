"""Reads what a plan of mappings depends on: groups, records, limits and names; writes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, Protocol, TypeVar

import boto3

from cli.mappings.effect import Observed
from cli.people import People
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.pattern_rows import listed
from hub.runtime.decisions.record import Record
from hub.runtime.decisions.removal_limit import RemovalLimit
from shared.errors import PermanentError
from shared.model import (
    GroupId,
    GroupIds,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    User,
    UserId,
)

_T = TypeVar("_T")
# With more concerned targets than this, one scan of the ledger is faster than their queries.
_FEW_TARGETS: Final = 25
# Users described one by one: 25 seconds at Identity Center's 20 calls a second.
MOST_DESCRIBED: Final = 500


class Progress(Protocol):
    """Shows how far a reading is."""

    def __call__(self, items: Iterable[_T], what: str) -> Iterable[_T]:
        """Return the items; `what` names them."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a plan reads: the ledger's parts, and the directory."""

    hub_state: DynamoHubState
    ledger: DynamoLedger
    group_snapshots: DynamoGroupSnapshots
    limits: DynamoLimits
    directory: People

    @classmethod
    def open(cls, ledger: str, identity_store: str, region: str | None) -> "Sources":
        """Return the sources with the credentials of the environment."""
        session = boto3.Session(region_name=region)
        dynamodb = session.client("dynamodb")
        return cls(
            DynamoHubState(dynamodb, ledger),
            DynamoLedger(dynamodb, ledger),
            DynamoGroupSnapshots(dynamodb, ledger),
            DynamoLimits(dynamodb, ledger),
            People(session.client("identitystore"), identity_store),
        )


class _Members(NamedTuple):
    """A group's members, or why there are none."""

    users: frozenset[UserId] = frozenset()
    unreadable: bool = False
    deleted: bool = False
    emptied: bool = False


class Pins(NamedTuple):
    """The ids by which rows pin groups, and the groups that are not pinned.

    Attributes:
        recreated: the names of groups whose id in the directory is not the one that the hub keeps.
            They were created anew; an operator confirms one by giving the `group_id`.
        unresolved: why the directory has no id of a group.
    """

    ids: Mapping[str, GroupId]
    recreated: tuple[str, ...]
    unresolved: Mapping[str, Unresolved]


@dataclass(slots=True)
class Names:
    """Names and statuses of users: as records have them, else as the directory describes them.

    `not_read` counts the users who were neither in a record nor described.
    """

    known: dict[UserId, User] = field(default_factory=dict)
    not_read: int = 0

    def of(self, user: UserId) -> str:
        """Return a user's name; the id where it is not known."""
        found = self.known.get(user)
        return found.name if found and found.name else user


def observe(
    today: MappingTable,
    then: MappingTable,
    targets: Iterable[Target],
    sources: Sources,
    limit: RemovalLimit,
    now: datetime,
    progress: Progress,
) -> Observed:
    """Return what the decisions on the people of these targets depend on.

    Raises:
        RetryableError, PermanentError: the ledger cannot be read.
    """
    concerned = frozenset(targets)
    state = sources.hub_state.state(now)
    names = {row.group for row in (*today.rows, *then.rows) if row.group_id is None}
    ids = resolved(names, state.group_ids, sources.directory)
    mapped = set(_ids(today.rows, ids))
    rows = [row for row in (*today.rows, *then.rows) if row.target in concerned]
    groups = sorted(set(_ids(rows, ids)))
    members = {
        id_: _members(id_, sources, is_mapped=id_ in mapped) for id_ in progress(groups, "groups")
    }
    records = _records(concerned, sources.ledger, progress)
    limits = {
        target: sources.limits.state(target)
        for target in progress(sorted(records), "removal limits")
    }
    return Observed(
        groups=ids,
        members={id_: found.users for id_, found in members.items()},
        records=records,
        state=state,
        limits=limits,
        limit=limit,
        now=now,
        unreadable=frozenset(id_ for id_, found in members.items() if found.unreadable),
        deleted=frozenset(id_ for id_, found in members.items() if found.deleted),
        emptied=frozenset(id_ for id_, found in members.items() if found.emptied),
    )


def resolved(names: Iterable[str], known: Mapping[str, GroupId], directory: People) -> GroupIds:
    """Return the id of each group name: the one that the hub keeps, else the directory's."""
    return {name: known.get(name) or directory.group_id(name) for name in sorted(names)}


def listed_state(table: MappingTable, state: HubState, sources: Sources) -> HubState:
    """Return the hub's state as it is once the groups of a table's pattern rows are listed.

    Nothing is read if there are no such rows.

    Raises:
        RetryableError, PermanentError: the directory cannot be read to the end.
    """
    known = state.pattern_groups
    groups = sources.directory.matching_groups((row.group for row in table.patterns), known)
    return state._replace(
        pattern_groups={**known, **groups}, listed_patterns=listed(table.patterns)
    )


def pins(names: Iterable[str], known: Mapping[str, GroupId], directory: People) -> Pins:
    """Return the ids that pin groups; `known` are the ids that the hub keeps."""
    found = {name: directory.group_id(name) for name in names}
    unresolved = {name: why for name, why in found.items() if isinstance(why, Unresolved)}
    certain = {name: id_ for name, id_ in found.items() if not isinstance(id_, Unresolved)}
    recreated = tuple(sorted(name for name, id_ in certain.items() if known.get(name, id_) != id_))
    ids = {name: id_ for name, id_ in certain.items() if name not in recreated}
    return Pins(ids, recreated, unresolved)


def names_of(
    users: Iterable[UserId],
    records: Iterable[Record],
    sources: Sources,
    progress: Progress,
) -> Names:
    """Return names and statuses of users; those without a record are described, up to a number."""
    found = Names({r.user_id: User(r.user_id, r.user_name, r.user_status) for r in records})
    strangers = sorted({user for user in users if user not in found.known})
    if len(strangers) > MOST_DESCRIBED:
        found.known |= {
            r.user_id: User(r.user_id, r.user_name, r.user_status)
            for r in sources.ledger.everybody()
        }
        strangers = [user for user in strangers if user not in found.known]
    for user in progress(strangers[:MOST_DESCRIBED], "users"):
        found.known[user] = sources.directory.person(user)
    found.not_read = max(0, len(strangers) - MOST_DESCRIBED)
    return found


def _members(id_: GroupId, sources: Sources, *, is_mapped: bool) -> _Members:
    """Return a group's members: by its snapshot, or by the directory where no row named it yet.

    The snapshot of a group that no row names is not kept up to date.
    """
    if is_mapped:
        copy = sources.group_snapshots.snapshot(id_)
        if copy.deleted:
            return _Members(deleted=True)
        if copy.is_listed:
            return _Members(frozenset(copy.members), emptied=copy.emptied)
    users: set[UserId] = set()
    token = ""
    try:
        while True:
            page = sources.directory.members(id_, token)
            if page is None:
                return _Members(deleted=True)
            users.update(user for user, _ in page.items)
            token = page.token
            if not token:
                return _Members(frozenset(users))
    except PermanentError:
        return _Members(unreadable=True)


def _records(
    targets: frozenset[Target], ledger: DynamoLedger, progress: Progress
) -> dict[Target, dict[UserId, Record]]:
    found: dict[Target, dict[UserId, Record]] = {}
    if len(targets) <= _FEW_TARGETS:
        every: Iterable[Record] = (
            record
            for target in progress(sorted(targets), "targets")
            for record in ledger.of_target(target)
        )
    else:
        every = (
            record for record in progress(ledger.everybody(), "records") if record.target in targets
        )
    for record in every:
        found.setdefault(record.target, {})[record.user_id] = record
    return found


def _ids(rows: Iterable[GroupMapping], groups: GroupIds) -> Iterator[GroupId]:
    for row in rows:
        id_ = group_id(row, groups)
        if not isinstance(id_, Unresolved):
            yield id_
