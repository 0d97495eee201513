"""Operations on Identity Center by users and systems; each returns the events that it causes."""

import uuid
from collections.abc import Callable, Sequence
from typing import Literal

from simulator.directory_events import Change, DirectoryEvents, Event, Ids, Route
from simulator.identity_store import IdentityStore

Via = Route | Literal["none"]
Sent = tuple[Event, ...]

_NAMESPACE = uuid.UUID("2b0c7a3e-93a4-4d0f-8f7c-6f9f5b1f6c52")
_CONFLICT = ("ConflictException", "Member and Group relationship already exists")
_NOT_FOUND = ("ResourceNotFoundException", "MEMBERSHIP not found")


class DirectoryOperations:
    """Changes the directory, by name; `via` none causes no event, like a sync from AD."""

    def __init__(self, store: IdentityStore, account: str, now: Callable[[], float]) -> None:
        self._store = store
        self._known: dict[str, str] = {}
        self._events = DirectoryEvents(store.store_id, account, store.region, now)

    def send_late(self, seconds: float) -> None:
        """Make the following events this old, in seconds, when they are written."""
        self._events.late = seconds

    def id_of(self, user: str) -> str | None:
        """Return the id of the user who has a user name, or had it last."""
        person = self._store.find_user(user)
        return person.user_id if person else self._known.get(user.casefold())

    def join(self, user: str, group: str, via: Via) -> Sent:
        """Add a user to a group; for a member it records a failed call."""
        user_id, group_id = self._user(user), self._group(group)
        known = self._store.membership_of(user_id, group_id)
        membership = self._store.add_membership(user_id, group_id)
        ids = Ids(user_id, group_id, membership.membership_id)
        return self._send(Change.JOINED, via, ids, _CONFLICT if known else None)

    def leave(self, user: str, group: str, via: Via) -> Sent:
        """Remove a user from a group; for a non-member it records a failed call."""
        user_id, group_id = self._user(user), self._group(group)
        membership = self._store.remove_membership(user_id, group_id)
        gone = membership.membership_id if membership else str(uuid.uuid5(_NAMESPACE, user_id))
        ids = Ids(user_id, group_id, gone)
        return self._send(Change.LEFT, via, ids, None if membership else _NOT_FOUND)

    def create_user(self, name: str, user_id: str | None, groups: Sequence[str], via: Via) -> Sent:
        """Add a user, then add them to groups."""
        user = self._store.add_user(name, user_id)
        sent = self._send(Change.USER_CREATED, via, Ids(user.user_id))
        return sent + tuple(event for group in groups for event in self.join(name, group, via))

    def set_status(self, user: str, status: Literal["ENABLED", "DISABLED"], via: Via) -> Sent:
        """Enable or disable a user."""
        user_id = self._user(user)
        self._store.set_status(user_id, status)
        change = Change.USER_ENABLED if status == "ENABLED" else Change.USER_DISABLED
        return self._send(change, via, Ids(user_id))

    def rename_user(self, user: str, to: str, via: Via) -> Sent:
        """Change a user's user name."""
        user_id = self._user(user)
        self._store.rename_user(user_id, to)
        return self._send(Change.USER_RENAMED, via, Ids(user_id))

    def delete_user(self, user: str, via: Via) -> Sent:
        """Delete a user; no event names the memberships that end."""
        user_id = self._user(user)
        self._store.delete_user(user_id)
        return self._send(Change.USER_DELETED, via, Ids(user_id))

    def create_group(self, name: str, group_id: str | None, users: Sequence[str], via: Via) -> Sent:
        """Add a group with its first members; SCIM sends no events for those members."""
        group = self._store.add_group(name, group_id)
        sent = self._send(Change.GROUP_CREATED, via, Ids(group=group.group_id))
        joins = tuple(event for user in users for event in self.join(user, name, via))
        return sent if via == "scim" else sent + joins

    def rename_group(self, group: str, to: str, via: Via) -> Sent:
        """Change a group's name."""
        group_id = self._group(group)
        self._store.rename_group(group_id, to)
        return self._send(Change.GROUP_RENAMED, via, Ids(group=group_id))

    def delete_group(self, group: str, via: Via) -> Sent:
        """Delete a group; no event names the memberships that end."""
        group_id = self._group(group)
        self._store.delete_group(group_id)
        return self._send(Change.GROUP_DELETED, via, Ids(group=group_id))

    def _send(
        self, change: Change, via: Via, ids: Ids, failed: tuple[str, str] | None = None
    ) -> Sent:
        if via == "none":
            return ()
        # SCIM reports success for an existing or missing membership too.
        event = self._events.of(change, via, ids, None if via == "scim" else failed)
        return () if event is None else (event,)

    def _user(self, name: str) -> str:
        person = self._store.find_user(name)
        if person is None:
            raise LookupError(f"no user {name}")
        self._known[name.casefold()] = person.user_id
        return person.user_id

    def _group(self, name: str) -> str:
        group = self._store.find_group(name)
        if group is None:
            raise LookupError(f"no group {name}")
        return group.group_id
