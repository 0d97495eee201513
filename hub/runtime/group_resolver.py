"""Resolves a group name in a mapping to the id that it had when the hub first saw it.

The id identifies a group. Another group that takes over the name must not inherit its grants. An
operator confirms such a group by pinning its id in the row.
"""

from datetime import UTC, datetime
from typing import Protocol

from hub.runtime.decisions.hub_state import HubState
from hub.runtime.ports import Clock, Directory
from shared.model import GroupId, GroupIds, MappingTable, Unresolved

_EVER = datetime.min.replace(tzinfo=UTC)


class GroupIdStore(Protocol):
    """The stored ids of groups, by name."""

    def state(self, newer_than: datetime) -> HubState:
        """Return the hub's state with these ids, read after `newer_than`."""

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        """Store the id of a group of this name; return the id that was stored first."""


class GroupResolver:
    """Resolves the names in mapping rows; a resolved name keeps its id, also over cold starts."""

    def __init__(self, directory: Directory, hub_state: GroupIdStore, clock: Clock) -> None:
        self._directory = directory
        self._hub_state = hub_state
        self._clock = clock
        self._unresolved: dict[str, tuple[datetime, Unresolved]] = {}

    def of(self, table: MappingTable, newer_than: datetime) -> GroupIds:
        """Return the id of each name in rows without a pinned id, or why it has none.

        The answer that a name has no id is never older than `newer_than`.
        """
        return self.ids(
            frozenset(row.group for row in table.rows if row.group_id is None), newer_than
        )

    def ids(self, names: frozenset[str], newer_than: datetime) -> GroupIds:
        """Return the id of each name, or why it has none."""
        known = self._hub_state.state(_EVER).group_ids
        if names - known.keys():
            known = self._hub_state.state(newer_than).group_ids
        return {name: known.get(name) or self._look_up(name, newer_than) for name in sorted(names)}

    def _look_up(self, name: str, newer_than: datetime) -> GroupId | Unresolved:
        asked_at, why = self._unresolved.get(name, (_EVER, Unresolved.UNKNOWN))
        if asked_at > newer_than:
            return why
        now = self._clock.now()
        found = self._directory.group_id(name)
        if isinstance(found, Unresolved):
            self._unresolved[name] = now, found
            return found
        self._unresolved.pop(name, None)
        return self._hub_state.remember_group(name, found)
