"""Stores the state of the whole hub in one partition of the ledger: one query reads it all."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.aws import translated, utc_now
from hub.runtime.decisions.hub_state import AccessRefusal, HubState, OpenProblem
from shared.errors import RefusedError
from shared.model import GroupId, Target, UserId
from shared.storage import LEDGER_KEY, name_digest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PK, _SK = LEDGER_KEY
_HUB: Final = "hub"
_NAME, _TARGET, _PAUSE, _FULL_SWEEP = "name#", "target#", "pause", "everything"
_REFUSED = "refused#"
_KEPT, _PROTECTED = "kept#", "protected#"
# Separate from the target's other item, which is written as a whole.
_PROBLEMS: Final = "problems#"
# A full sweep reads the whole directory, at a shared limit of 20 calls a second.
_FULL_SWEEP_EVERY = timedelta(minutes=15)
_TAKEN = "ConditionalCheckFailedException"


class DynamoHubState:
    """Implements the port HubStateStore."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._copy: tuple[datetime, HubState] | None = None

    def state(self, newer_than: datetime) -> HubState:
        """Return the state from a read that began after `newer_than`."""
        if self._copy is None or self._copy[0] <= newer_than:
            self._copy = (utc_now(), _state(self._items()))
        return self._copy[1]

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        """Store the id of a group of this name; return the id that was stored first."""
        try:
            self._put(
                f"{_NAME}{name_digest(name)}",
                {"name": name, "group_id": group_id},
                "attribute_not_exists(#pk)",
            )
        except RefusedError as refused:
            if refused.code != _TAKEN:
                raise
            return self.state(utc_now()).group_ids[name]
        if self._copy is not None:
            read_at, state = self._copy
            self._copy = read_at, replace(state, group_ids={**state.group_ids, name: group_id})
        return group_id

    def remember_target(self, target: Target, unreachable: str = "") -> None:
        """Store that a target is mapped, and why its profiles cannot be listed if so."""
        self._put(f"{_TARGET}{target}", {"unreachable": unreachable})
        self._copy = None

    def remember_refusal(self, target: Target, refusal: AccessRefusal | None) -> None:
        """Store that an account refused the role that changes profiles; None ends it."""
        # No function may delete the hub's state: an empty item says that the refusal is over.
        said = {"reason": refusal.reason, "at": refusal.at.isoformat()} if refusal else {}
        self._put(f"{_REFUSED}{target}", said)
        self._copy = None

    def change_problems(
        self, scope: str, new: Iterable[OpenProblem], over: Iterable[OpenProblem]
    ) -> None:
        """Store new open problems of a scope, and remove those that are over.

        Only these are written, so that two functions that report at once lose nothing.
        """
        for verb, problems in (("ADD", new), ("DELETE", over)):
            texts = [f"{each.kind} {each.subject}" for each in problems]
            if texts:
                with translated():
                    self._client.update_item(
                        TableName=self._table,
                        Key={_PK: {"S": _HUB}, _SK: {"S": f"{_PROBLEMS}{scope}"}},
                        UpdateExpression=f"{verb} #problems :problems",
                        ExpressionAttributeNames={"#problems": "problems"},
                        ExpressionAttributeValues={":problems": {"SS": texts}},
                    )
                self._copy = None

    def pause(self, reason: str) -> None:
        """Pause processing until an operator resumes it."""
        self._put(_PAUSE, {"reason": reason, "at": utc_now().isoformat()})
        self._copy = None

    def resume(self) -> None:
        """Resume processing."""
        self._delete(_PAUSE)

    def keep(self, user_id: UserId, until: datetime | None) -> None:
        """Keep everything of a user until then; None ends it."""
        if until is None:
            self._delete(f"{_KEPT}{user_id}")
        else:
            self._put(f"{_KEPT}{user_id}", {"until": until.isoformat()})
            self._copy = None

    def protect(self, whom: str, *, protected: bool) -> None:
        """Protect a user id or a profile (`<target>/<name>`) from every removal, or end that."""
        if protected:
            self._put(f"{_PROTECTED}{whom}", {"at": utc_now().isoformat()})
            self._copy = None
        else:
            self._delete(f"{_PROTECTED}{whom}")

    def _delete(self, key: str) -> None:
        with translated():
            self._client.delete_item(TableName=self._table, Key={_PK: {"S": _HUB}, _SK: {"S": key}})
        self._copy = None

    def reserve_full_sweep(self, now: datetime, event_id: str) -> int | None:
        """Return in how many seconds a full sweep may start; None if one is due anyway.

        It starts at most once in fifteen minutes, and at least once after the last call. A caller
        that repeats one event, because it could not queue the sweep, gets the same time.
        """
        state = self.state(utc_now())
        last = state.full_sweep_at
        if last is not None and last > now:
            return int((last - now).total_seconds()) if state.full_sweep_by == event_id else None
        at = now if last is None else max(now, last + _FULL_SWEEP_EVERY)
        seen = {":seen": {"S": last.isoformat()}} if last else {}
        condition = "#at = :seen" if last else "attribute_not_exists(#pk)"
        try:
            self._put(_FULL_SWEEP, {"at": at.isoformat(), "by": event_id}, condition, seen)
        except RefusedError as refused:
            if refused.code != _TAKEN:
                raise
            return None
        self._copy = None
        return int((at - now).total_seconds())

    def _put(
        self,
        key: str,
        attributes: Mapping[str, str],
        condition: str = "",
        values: Mapping[str, Any] | None = None,
    ) -> None:
        conditional: dict[str, Any] = {}
        if condition:
            names = {"#pk": _PK, "#at": "at"}
            conditional = {
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {k: v for k, v in names.items() if k in condition},
            }
        if values:
            conditional["ExpressionAttributeValues"] = values
        item = {_PK: _HUB, _SK: key, **attributes}
        with translated():
            self._client.put_item(
                TableName=self._table,
                Item={name: {"S": value} for name, value in item.items()},
                **conditional,
            )

    def _items(self) -> dict[str, dict[str, Any]]:
        """Return the attributes of each item: texts, and sets of texts."""
        pages = self._client.get_paginator("query")
        with translated():
            return {
                item[_SK]["S"]: {
                    name: value.get("S", value.get("SS", "")) for name, value in item.items()
                }
                for page in pages.paginate(
                    TableName=self._table,
                    ConsistentRead=True,
                    KeyConditionExpression="#pk = :hub",
                    ExpressionAttributeNames={"#pk": _PK},
                    ExpressionAttributeValues={":hub": {"S": _HUB}},
                )
                for item in page["Items"]
            }


def _state(items: Mapping[str, Mapping[str, Any]]) -> HubState:
    targets = {
        Target.parse(key.removeprefix(_TARGET)): item["unreachable"]
        for key, item in items.items()
        if key.startswith(_TARGET)
    }
    everything = items.get(_FULL_SWEEP)
    return HubState(
        group_ids={
            # Earlier versions had the name itself in the key; the longest names do not fit one.
            item.get("name") or key.removeprefix(_NAME): GroupId(item["group_id"])
            for key, item in items.items()
            if key.startswith(_NAME)
        },
        paused=items.get(_PAUSE, {}).get("reason", ""),
        kept={
            UserId(key.removeprefix(_KEPT)): datetime.fromisoformat(item["until"])
            for key, item in items.items()
            if key.startswith(_KEPT)
        },
        protected=frozenset(
            key.removeprefix(_PROTECTED) for key in items if key.startswith(_PROTECTED)
        ),
        targets=frozenset(targets),
        unreachable={target: why for target, why in targets.items() if why},
        refused={
            Target.parse(key.removeprefix(_REFUSED)): AccessRefusal(
                item["reason"], datetime.fromisoformat(item["at"])
            )
            for key, item in items.items()
            if key.startswith(_REFUSED) and "at" in item
        },
        full_sweep_at=datetime.fromisoformat(everything["at"]).astimezone(UTC)
        if everything
        else None,
        full_sweep_by=everything.get("by", "") if everything else "",
        problems=frozenset(
            OpenProblem(key.removeprefix(_PROBLEMS), *text.split(" ", 1))
            for key, item in items.items()
            if key.startswith(_PROBLEMS)
            for text in item.get("problems", ())
        ),
    )
