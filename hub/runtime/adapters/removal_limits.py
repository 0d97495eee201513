"""Stores slots of the removal limit and holds in the ledger: one partition a target.

The target's own item holds the slots of the last hour. A write names the version that was read, so
that two workers never both take the last slot. Each held disruption is a separate item.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.tables import Put, Table, from_stored, to_stored
from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.removal_limit import HeldDisruption, LimitState
from shared.model import Target, UserId
from shared.storage import LEDGER_EXPIRES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LIMIT, _HOLD, _HELD, _ITSELF = "limit#", "hold#", "held#", "slots"
# An item without its details, of another version, is still a hold.
_UNKNOWN: Final = {"user_name": "", "profile_name": "", "reason": ""}
# The users of a digest are kept for a month; a list that is longer than this is cut to it.
_REMEMBERED: Final = timedelta(days=30)
_MOST_USERS: Final = 5_000


class DynamoLimits:
    """Implements the port Limits, and what the operator's commands add to it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)

    def state(self, target: Target) -> LimitState:
        items = self._table.items("#pk = :limit", {"limit": f"{_LIMIT}{target}"})
        by_key = {item["sk"]: item for item in items}
        slots = by_key.pop(_ITSELF, {"taken": {}, "version": 0})
        held = map(_held, by_key.values())
        return LimitState(
            {UserId(user): datetime.fromisoformat(at) for user, at in slots["taken"].items()},
            {each.disruption.user_id: each for each in held},
            int(slots["version"]),
        )

    def take(
        self, seen: Mapping[Target, LimitState], users: Iterable[UserId], now: datetime
    ) -> bool:
        new, puts = dict.fromkeys(users, now), []
        for target, limit_state in seen.items():
            taken = {user: limit_state.slots[user] for user in limit_state.taken(now)} | new
            key = {"pk": f"{_LIMIT}{target}", "sk": _ITSELF}
            item = {**key, "taken": taken, "version": limit_state.version + 1}
            condition = "attribute_not_exists(#pk) OR #version = :seen"
            puts.append(Put(item, condition, {"seen": limit_state.version}))
        return self._table.put_all(puts)

    def hold(self, target: Target, disruptions: Iterable[HeldDisruption]) -> None:
        for each in disruptions:
            self._table.put(
                _item(target, each),
                "attribute_not_exists(#pk) OR #kind <> :kind OR ("
                "attribute_exists(#always) AND #always <> :always "
                "AND (attribute_not_exists(#approved_until) OR #approved_until <= :now))",
                {
                    "kind": each.disruption.kind,
                    "always": each.disruption.cause,
                    "now": each.since.isoformat(),
                },
            )

    def note_over(self, target: Target, seen: HeldDisruption, *, is_over: bool) -> None:
        until = seen.approved_until
        approved = "#approved_until = :until" if until else "attribute_not_exists(#approved_until)"
        self._table.put(
            _item(target, seen._replace(is_over=is_over)),
            f"#cause = :cause AND #kind = :kind AND {approved}",
            {"cause": seen.cause, "kind": seen.disruption.kind}
            | ({"until": until.isoformat()} if until else {}),
        )

    def release(self, target: Target, users: Iterable[UserId]) -> None:
        for user in users:
            self._table.delete(_key(target, user))

    def decide(self, target: Target, decided: HeldDisruption, seen: HeldDisruption) -> bool:
        """Write an operator's decision on a held disruption; false if it changed meanwhile."""
        return self._table.put(
            _item(target, decided),
            "#cause = :cause AND #kind = :kind",
            {"cause": seen.cause, "kind": seen.disruption.kind},
        )

    def targets(self) -> tuple[Target, ...]:
        """Return every target in which something is held, sorted."""
        items = self._table.items(
            values={"limit": _LIMIT, "held": _HELD},
            FilterExpression="begins_with(#pk, :limit) AND begins_with(#sk, :held)",
            ProjectionExpression="#pk",
            ConsistentRead=False,
        )
        found = {item["pk"].removeprefix(_LIMIT) for item in items}
        return tuple(sorted(map(Target.parse, found)))

    def remember(self, hold: Hold) -> None:
        shown = max((each.since for each in hold.disruptions), default=None)
        self._table.put(
            {
                "pk": f"{_HOLD}{hold.digest}",
                "sk": str(hold.target),
                "cause": hold.cause,
                "users": sorted(hold.users)[:_MOST_USERS],
                "count": len(hold.users),
                LEDGER_EXPIRES: int((shown + _REMEMBERED).timestamp()) if shown else 0,
            }
        )

    def remembered(self, digest: str) -> tuple[Target, str, frozenset[UserId]] | None:
        """Return the target, cause and users of a digest; None if it is not known."""
        items = self._table.items("#pk = :hold", {"hold": f"{_HOLD}{digest}"}, ConsistentRead=False)
        found = ((item["sk"], item["cause"], item["users"]) for item in items)
        return next(
            (
                (Target.parse(to), cause, frozenset(map(UserId, users)))
                for to, cause, users in found
            ),
            None,
        )


def _key(target: Target, user: UserId) -> dict[str, Any]:
    return {"pk": f"{_LIMIT}{target}", "sk": f"{_HELD}{user}"}


def _item(target: Target, held: HeldDisruption) -> dict[str, Any]:
    """Return the item of a held disruption; `always` is the disruption's own cause.

    With its `target`, it is in the index of targets.
    """
    stored: dict[str, Any] = to_stored(held)
    disruption: dict[str, Any] = stored.pop("disruption")
    own = {"always": disruption.pop("cause", None)}
    key = {**_key(target, held.disruption.user_id), "target": str(target)}
    return {**key, **disruption, **own, **stored}


def _held(item: Mapping[str, Any]) -> HeldDisruption:
    own = {"user_id": item["sk"].removeprefix(_HELD), "cause": item.get("always", "")}
    return from_stored(HeldDisruption, {**item, "disruption": {**_UNKNOWN, **item, **own}})
