"""Stores the state of the whole hub in one partition of the ledger: one query reads it all."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from hub.runtime.adapters.audit import audit_item
from hub.runtime.adapters.aws import utc_now
from hub.runtime.adapters.tables import Table, from_stored, to_stored
from hub.runtime.decisions.audit import AuditEntry
from hub.runtime.decisions.hub_state import AccessRefusal, HubState, OpenProblem
from shared.model import AccountId, GroupId, Target, UserId
from shared.storage import name_digest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_HUB: Final = "hub"
_NAME, _TARGET, _PAUSE, _FULL_SWEEP = "name#", "target#", "pause", "full-sweep"
_REFUSED, _ROLES = "refused#", "roles#"
_GROUP: Final = "pattern-group#"
_LISTED: Final = "patterns-listed"
_KEPT, _PROTECTED = "kept#", "protected#"
# Separate from the target's other item, which is written as a whole.
_PROBLEMS: Final = "problems#"
# A full sweep reads the whole directory, at a shared limit of 20 calls a second.
_FULL_SWEEP_EVERY = timedelta(minutes=15)


class DynamoHubState:
    """Implements the port HubStateStore."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table)
        self._cached: tuple[datetime, HubState] | None = None

    def state(self, newer_than: datetime) -> HubState:
        if self._cached is None or self._cached[0] <= newer_than:
            read_at = utc_now()
            items = {
                item.pop("sk"): item for item in self._table.items("#pk = :hub", {"hub": _HUB})
            }
            self._cached = read_at, _state(items)
        return self._cached[1]

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        item = {"pk": _HUB, "sk": f"{_NAME}{name_digest(name)}", "name": name, "group_id": group_id}
        if not self._table.put(item, "attribute_not_exists(#pk)"):
            return self.state(utc_now()).group_ids[name]
        if self._cached is not None:
            read_at, state = self._cached
            self._cached = read_at, state._replace(group_ids={**state.group_ids, name: group_id})
        return group_id

    def remember_pattern_group(
        self, group_id: GroupId, name: str, *, is_queued: bool = True
    ) -> None:
        # No function may delete the hub's state: an empty name says that the group is forgotten.
        self._put(f"{_GROUP}{group_id}", name=name, is_queued=is_queued)

    def remember_listing(self, patterns: frozenset[str]) -> None:
        self._put(_LISTED, patterns=sorted(patterns))

    def remember_target(self, target: Target, unreachable: str = "") -> None:
        self._put(f"{_TARGET}{target}", unreachable=unreachable)

    def remember_refusal(self, target: Target, refusal: AccessRefusal | None) -> None:
        # No function may delete the hub's state: an empty item says that the refusal is over.
        self._put(f"{_REFUSED}{target}", **(to_stored(refusal) if refusal else {}))

    def remember_roles(
        self, target: Target, checked: Iterable[str], unavailable: Iterable[str]
    ) -> None:
        self._put(f"{_ROLES}{target}", checked=sorted(checked), unavailable=sorted(unavailable))

    def change_problems(
        self, scope: str, new: Iterable[OpenProblem], over: Iterable[OpenProblem]
    ) -> None:
        # Only these are written, so that two functions that report at once lose nothing.
        key = {"pk": _HUB, "sk": f"{_PROBLEMS}{scope}"}
        for verb, problems in (("ADD", new), ("DELETE", over)):
            texts = frozenset(f"{each.kind} {each.subject}" for each in problems)
            if texts:
                self._table.update(key, f"{verb} #problems :problems", {"problems": texts})
                self._cached = None

    def pause(self, reason: str, audit: AuditEntry | None = None) -> bool:
        by = audit.by if audit else None
        item = {"pk": _HUB, "sk": _PAUSE, "reason": reason, "at": utc_now(), "by": by}
        self._cached = None
        with_it = [audit_item(audit)] if audit else []
        return self._table.put(item, "attribute_not_exists(#pk)", also_put=with_it)

    def resume(self, audit: AuditEntry | None = None) -> None:
        """Resume processing, and write the operator's entry with it."""
        self._delete(_PAUSE, audit)

    def keep(
        self, user_id: UserId, until: datetime | None, audit: AuditEntry | None = None
    ) -> None:
        """Keep everything of a user until then, and write the entry with it; None ends it."""
        if until is None:
            self._delete(f"{_KEPT}{user_id}", audit)
        else:
            self._put(f"{_KEPT}{user_id}", audit, until=until)

    def protect(self, whom: str, *, protected: bool, audit: AuditEntry | None = None) -> None:
        """Protect a user id or a profile (`<target>/<name>`) from every removal, or end that.

        The operator's entry is written with it.
        """
        if protected:
            self._put(f"{_PROTECTED}{whom}", audit, at=utc_now())
        else:
            self._delete(f"{_PROTECTED}{whom}", audit)

    def reserve_full_sweep(self, now: datetime, event_id: str) -> int | None:
        state = self.state(utc_now())
        last = state.full_sweep_at
        if last is not None and last > now:
            return int((last - now).total_seconds()) if state.full_sweep_by == event_id else None
        at = now if last is None else max(now, last + _FULL_SWEEP_EVERY)
        is_reserved = self._table.put(
            {"pk": _HUB, "sk": _FULL_SWEEP, "at": at, "by": event_id},
            "#at = :seen" if last else "attribute_not_exists(#pk)",
            {"seen": last.isoformat()} if last else {},
        )
        if not is_reserved:
            return None
        self._cached = None
        return int((at - now).total_seconds())

    def _put(self, key: str, audit: AuditEntry | None = None, **attributes: object) -> None:
        with_it = [audit_item(audit)] if audit else []
        self._table.put({"pk": _HUB, "sk": key, **attributes}, also_put=with_it)
        self._cached = None

    def _delete(self, key: str, audit: AuditEntry | None = None) -> None:
        item = {"pk": _HUB, "sk": key}
        if audit:
            self._table.put(audit_item(audit), also_delete=[item])
        else:
            self._table.delete(item)
        self._cached = None


def _state(items: Mapping[str, Mapping[str, Any]]) -> HubState:
    targets = {
        Target.parse(key.removeprefix(_TARGET)): item["unreachable"]
        for key, item in items.items()
        if key.startswith(_TARGET)
    }
    # One for each target, read for every request: a key of the hub's own needs no pattern.
    roles = {
        Target(AccountId(account), region, domain_id): item
        for key, item in items.items()
        if key.startswith(_ROLES)
        for account, region, domain_id in [key.removeprefix(_ROLES).split("/")]
    }
    full_sweep, pause = items.get(_FULL_SWEEP), items.get(_PAUSE)
    return HubState(
        group_ids={
            # Earlier versions had the name itself in the key; the longest names do not fit one.
            item.get("name") or key.removeprefix(_NAME): GroupId(item["group_id"])
            for key, item in items.items()
            if key.startswith(_NAME)
        },
        pattern_groups={
            GroupId(key.removeprefix(_GROUP)): item["name"]
            for key, item in items.items()
            if key.startswith(_GROUP) and item.get("name")
        },
        unqueued_groups=frozenset(
            GroupId(key.removeprefix(_GROUP))
            for key, item in items.items()
            if key.startswith(_GROUP) and not item.get("is_queued", True)
        ),
        listed_patterns=frozenset(items.get(_LISTED, {}).get("patterns", ())),
        paused=pause["reason"] if pause else "",
        paused_by=pause.get("by", "") if pause else "",
        paused_at=datetime.fromisoformat(pause["at"]) if pause else None,
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
            Target.parse(key.removeprefix(_REFUSED)): from_stored(AccessRefusal, item)
            for key, item in items.items()
            if key.startswith(_REFUSED) and "at" in item
        },
        checked_roles={target: frozenset(item["checked"]) for target, item in roles.items()},
        unavailable_roles={
            target: frozenset(item["unavailable"]) for target, item in roles.items()
        },
        full_sweep_at=datetime.fromisoformat(full_sweep["at"]).astimezone(UTC)
        if full_sweep
        else None,
        full_sweep_by=full_sweep.get("by", "") if full_sweep else "",
        problems=frozenset(
            OpenProblem(key.removeprefix(_PROBLEMS), *text.split(" ", 1))
            for key, item in items.items()
            if key.startswith(_PROBLEMS)
            for text in item.get("problems", ())
        ),
    )
