"""Caches group snapshots between the scans of one sweep: group and target scans share them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from hub.runtime.decisions.hub_state import GroupSnapshot
from hub.runtime.ports import Clock, GroupSnapshots
from shared.model import GroupId, UserId


class SnapshotCache:
    """A cache over the snapshots in the ledger; one newer than the request is not read again."""

    def __init__(self, group_snapshots: GroupSnapshots, clock: Clock) -> None:
        self._group_snapshots = group_snapshots
        self._clock = clock
        self._kept: dict[GroupId, tuple[datetime, GroupSnapshot]] = {}

    def snapshot(self, group_id: GroupId, newer_than: datetime) -> GroupSnapshot:
        """Return a snapshot that was read after `newer_than`."""
        read_at, kept = self._kept.get(group_id, (newer_than, None))
        if kept is None or read_at <= newer_than:
            read_at, kept = self._clock.now(), self._group_snapshots.snapshot(group_id)
            self._kept[group_id] = read_at, kept
        return kept

    def save(
        self, copy: GroupSnapshot, joined: Mapping[UserId, str], left: Iterable[UserId]
    ) -> GroupSnapshot:
        """Add members to a snapshot and remove others; return the result."""
        leaving = set(left)
        if joined or leaving:
            self._kept.pop(copy.group_id, None)
            self._group_snapshots.save(copy.group_id, joined, leaving)
        members = {**copy.members, **joined}
        return replace(copy, members={u: m for u, m in members.items() if u not in leaving})

    def note(self, copy: GroupSnapshot, *, deleted: bool, emptied: bool = False) -> None:
        """Write whether the group is deleted or emptied, if that changed."""
        if not copy.looked_at or (copy.deleted, copy.emptied) != (deleted, emptied):
            self._kept.pop(copy.group_id, None)
            self._group_snapshots.note(copy.group_id, deleted=deleted, emptied=emptied)
