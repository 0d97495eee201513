"""Caches group snapshots between the scans of one sweep: group and target scans share them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from hub.runtime.decisions.hub_state import GroupSnapshot
from hub.runtime.ports import Clock, Directory, GroupSnapshots
from shared.errors import PermanentError, RetryableError
from shared.model import GroupId, UserId

# Pages of 100. A group of more members waits for its own scan, which goes on by message.
_MOST_PAGES: Final = 10


class SnapshotCache:
    """A cache over the snapshots in the ledger; one newer than the request is not read again."""

    def __init__(self, group_snapshots: GroupSnapshots, clock: Clock) -> None:
        self._group_snapshots = group_snapshots
        self._clock = clock
        self._kept: dict[GroupId, tuple[datetime, GroupSnapshot]] = {}
        self._listed: dict[GroupId, tuple[datetime, frozenset[UserId] | None]] = {}

    def snapshot(self, group_id: GroupId, newer_than: datetime) -> GroupSnapshot:
        """Return a snapshot that was read after `newer_than`."""
        read_at, kept = self._kept.get(group_id, (newer_than, None))
        if kept is None or read_at <= newer_than:
            read_at, kept = self._clock.now(), self._group_snapshots.snapshot(group_id)
            self._kept[group_id] = read_at, kept
        return kept

    def listed(
        self, group_id: GroupId, newer_than: datetime, directory: Directory
    ) -> frozenset[UserId] | None:
        """Return the members of a group that no scan has listed yet; None if nobody can tell now.

        A new row and the removal of another are one change. Without these members every removal
        would be undecided, while each reconcile decides its own: they would not be admitted
        together. A large group, and a directory that does not answer, are left to the group's scan.
        """
        read_at, members = self._listed.get(group_id, (newer_than, None))
        if read_at <= newer_than:
            read_at, members = self._clock.now(), _members(group_id, directory)
            self._listed[group_id] = read_at, members
        return members

    def save(
        self, copy: GroupSnapshot, joined: Mapping[UserId, str], left: Iterable[UserId]
    ) -> GroupSnapshot:
        """Add members to a snapshot and remove others; return the result."""
        leaving = set(left)
        if joined or leaving:
            self._kept.pop(copy.group_id, None)
            self._group_snapshots.save(copy.group_id, joined, leaving)
        members = {**copy.members, **joined}
        return copy._replace(members={u: m for u, m in members.items() if u not in leaving})

    def note(self, copy: GroupSnapshot, *, deleted: bool, emptied: bool = False) -> None:
        """Write whether the group is deleted or emptied, if that changed."""
        if not copy.is_listed or (copy.deleted, copy.emptied) != (deleted, emptied):
            self._kept.pop(copy.group_id, None)
            self._group_snapshots.note(copy.group_id, deleted=deleted, emptied=emptied)


def _members(group_id: GroupId, directory: Directory) -> frozenset[UserId] | None:
    members: set[UserId] = set()
    token = ""
    for _ in range(_MOST_PAGES):
        try:
            page = directory.members(group_id, token)
        except (RetryableError, PermanentError):
            return None
        if page is None:
            return None
        members.update(user for user, _ in page.items)
        token = page.token
        if not token:
            return frozenset(members)
    return None
