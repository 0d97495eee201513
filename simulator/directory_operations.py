"""What people and machines do in Identity Center; each act returns the event that it leaves."""

import uuid
from collections.abc import Callable, Sequence
from typing import Literal

from simulator.directory_events import Change, DirectoryEvents, Event, Ids, Route
from simulator.identity_store import IdentityStore

Via = Route | Literal["none"]
Told = tuple[Event, ...]

_NAMESPACE = uuid.UUID("2b0c7a3e-93a4-4d0f-8f7c-6f9f5b1f6c52")
_CONFLICT = ("ConflictException", "Member and Group relationship already exists")
_NOT_FOUND = ("ResourceNotFoundException", "MEMBERSHIP not found")


class DirectoryActs:
    """Changes the directory, by name; `via` none leaves no event, as a sync from AD does."""

    def __init__(self, store: IdentityStore, account: str, now: Callable[[], float]) -> None:
        self._store = store
        self._known: dict[str, str] = {}
        self._events = DirectoryEvents(store.store_id, account, store.region, now)

    def tell_late(self, seconds: float) -> None:
        """Let the events that come next be so old when they are written."""
        self._events.late = seconds

    def id_of(self, user: str) -> str | None:
        """Return the id of whoever has a user name, or had it last."""
        person = self._store.find_user(user)
        return person.user_id if person else self._known.get(user.casefold())

    def join(self, user: str, group: str, via: Via) -> Told:
        """Put a person into a group; who is in it already leaves a failed call."""
        user_id, group_id = self._user(user), self._group(group)
        known = self._store.membership_of(user_id, group_id)
        membership = self._store.add_membership(user_id, group_id)
        ids = Ids(user_id, group_id, membership.membership_id)
        return self._tell(Change.JOINED, via, ids, _CONFLICT if known else None)

    def leave(self, user: str, group: str, via: Via) -> Told:
        """Take a person out of a group; who is not in it leaves a failed call."""
        user_id, group_id = self._user(user), self._group(group)
        membership = self._store.remove_membership(user_id, group_id)
        gone = membership.membership_id if membership else str(uuid.uuid5(_NAMESPACE, user_id))
        ids = Ids(user_id, group_id, gone)
        return self._tell(Change.LEFT, via, ids, None if membership else _NOT_FOUND)

    def create_user(self, name: str, user_id: str | None, groups: Sequence[str], via: Via) -> Told:
        """Add a person, then put them into groups."""
        user = self._store.add_user(name, user_id)
        told = self._tell(Change.USER_CREATED, via, Ids(user.user_id))
        return told + tuple(event for group in groups for event in self.join(name, group, via))

    def set_status(self, user: str, status: Literal["ENABLED", "DISABLED"], via: Via) -> Told:
        """Enable or disable a person."""
        user_id = self._user(user)
        self._store.set_status(user_id, status)
        change = Change.USER_ENABLED if status == "ENABLED" else Change.USER_DISABLED
        return self._tell(change, via, Ids(user_id))

    def rename_user(self, user: str, to: str, via: Via) -> Told:
        """Give a person another user name."""
        user_id = self._user(user)
        self._store.rename_user(user_id, to)
        return self._tell(Change.USER_RENAMED, via, Ids(user_id))

    def delete_user(self, user: str, via: Via) -> Told:
        """Delete a person; no event tells of the memberships that end."""
        user_id = self._user(user)
        self._store.delete_user(user_id)
        return self._tell(Change.USER_DELETED, via, Ids(user_id))

    def create_group(self, name: str, group_id: str | None, users: Sequence[str], via: Via) -> Told:
        """Add a group with its first members, of whom SCIM tells in no event of their own."""
        group = self._store.add_group(name, group_id)
        told = self._tell(Change.GROUP_CREATED, via, Ids(group=group.group_id))
        joins = tuple(event for user in users for event in self.join(user, name, via))
        return told if via == "scim" else told + joins

    def rename_group(self, group: str, to: str, via: Via) -> Told:
        """Give a group another name."""
        group_id = self._group(group)
        self._store.rename_group(group_id, to)
        return self._tell(Change.GROUP_RENAMED, via, Ids(group=group_id))

    def delete_group(self, group: str, via: Via) -> Told:
        """Delete a group; no event tells of the memberships that end."""
        group_id = self._group(group)
        self._store.delete_group(group_id)
        return self._tell(Change.GROUP_DELETED, via, Ids(group=group_id))

    def _tell(
        self, change: Change, via: Via, ids: Ids, failed: tuple[str, str] | None = None
    ) -> Told:
        if via == "none":
            return ()
        # SCIM answers a membership that is there, or not there, as any other.
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
