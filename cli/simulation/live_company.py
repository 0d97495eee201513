"""Reads what a story begins with from the live hub and directory. It writes nothing there.

The hub's account cannot read the Studio accounts, so profiles are as the ledger says.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import boto3

from cli.hub_client import now
from cli.people import People
from cli.progress import counting
from hub.runtime.adapters.aws import translated
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import is_pattern_text
from hub.runtime.decisions.record import Record
from shared.model import GroupId, User, UserId, UserStatus

# An item of a table, as the DynamoDB API shows it.
Item = Mapping[str, Any]
# The history is for people, and the rest of a listing is of no use in another directory.
_NOT_READ: Final = {
    "FilterExpression": "NOT (begins_with(#sk, :history) OR begins_with(#pk, :scan))",
    "ExpressionAttributeNames": {"#pk": "pk", "#sk": "sk"},
    "ExpressionAttributeValues": {":history": {"S": "history#"}, ":scan": {"S": "scan#"}},
}


class LiveHub(NamedTuple):
    """Where the hub and its directory are; `region` is None for boto3's default."""

    mappings: str
    ledger: str
    identity_store_id: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class HubTables:
    """What the hub's tables held at a time (UTC), and the members of the mapped groups.

    Attributes:
        rows, items: of the mappings table and of the ledger, without its history.
        groups: the mapped groups that the directory has, with their names.
        members: the users of each of these groups, with the ids of their memberships.
    """

    read_at: datetime
    identity_store_id: str
    rows: tuple[Item, ...]
    items: tuple[Item, ...]
    records: tuple[Record, ...]
    state: HubState
    groups: Mapping[GroupId, str]
    members: Mapping[GroupId, Mapping[UserId, str]]

    @property
    def people(self) -> tuple[UserId, ...]:
        """Return everybody who is in a mapped group or has a record, sorted."""
        of_groups = {user for members in self.members.values() for user in members}
        return tuple(sorted(of_groups | {record.user_id for record in self.records}))


@dataclass(frozen=True, slots=True)
class LiveCompany:
    """Everything that a story begins with; `users` are those whom the directory knows."""

    tables: HubTables
    users: tuple[User, ...]


def read_tables(hub: LiveHub) -> HubTables:
    """Return what the hub knows, and who is in the mapped groups; raises as `translated` does."""
    session = boto3.Session(region_name=hub.region)
    dynamodb = session.client("dynamodb")
    read_at = now()
    rows = tuple(counting(_scan(dynamodb, hub.mappings), "rows of the mappings"))
    items = tuple(counting(_scan(dynamodb, hub.ledger, **_NOT_READ), "items of the ledger"))
    state = DynamoHubState(dynamodb, hub.ledger).state(read_at)
    directory = People(session.client("identitystore"), hub.identity_store_id)
    ids = sorted(counting(_group_ids(rows, state, directory), "mapped groups"))
    names = {id_: directory.group_name(id_) for id_ in ids}
    groups = {id_: name for id_, name in names.items() if name is not None}
    return HubTables(
        read_at,
        hub.identity_store_id,
        rows,
        items,
        tuple(DynamoLedger(dynamodb, hub.ledger).everybody()),
        state,
        groups,
        {id_: dict(_members(directory, id_)) for id_ in counting(groups, "groups' members")},
    )


def read_company(hub: LiveHub, tables: HubTables) -> LiveCompany:
    """Return the hub's tables with the users themselves; raises as `translated` does."""
    client = boto3.Session(region_name=hub.region).client("identitystore")
    directory = People(client, hub.identity_store_id)
    users = map(directory.person, counting(tables.people, "users"))
    return LiveCompany(
        tables, tuple(user for user in users if user.user_status is not UserStatus.GONE)
    )


def _scan(dynamodb: Any, table: str, **how: Any) -> Iterator[Item]:  # noqa: ANN401 (a boto3 client)
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True, **how)
    with translated():
        for page in pages:
            yield from page["Items"]


def _group_ids(rows: Iterable[Item], state: HubState, directory: People) -> Iterator[GroupId]:
    """Yield the id of each group that a row names: pinned, remembered, or found by its name.

    The groups of pattern rows are those that the hub knows.
    """
    found = set(state.pattern_groups)
    yield from sorted(found)
    for row in rows:
        name, pinned = row.get("group", {}).get("S", ""), row.get("group_id", {}).get("S", "")
        by_name = directory.group_id(name) if name and not is_pattern_text(name) else None
        for id_ in (pinned, state.group_ids.get(name), by_name):
            if isinstance(id_, str) and id_ and id_ not in found:
                found.add(GroupId(id_))
                yield GroupId(id_)


def _members(directory: People, group_id: GroupId) -> Iterator[tuple[UserId, str]]:
    token = ""
    while (page := directory.members(group_id, token)) is not None:
        yield from page.items
        token = page.token
        if not token:
            return
