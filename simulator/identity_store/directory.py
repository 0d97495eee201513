"""The directory: users, groups, memberships, their indices, and an administrator's changes."""

import itertools
import time
import uuid
from collections.abc import Callable
from typing import Any

from simulator.errors import SimulatorError, UnknownNameError
from simulator.identity_store.records import Group, Membership, Names, User, UserStatus
from simulator.pages import Shelf
from simulator.quirks import Quirks

_NAMESPACE = uuid.UUID("5f0a5bd6-6b0c-5c0e-9f43-0f6f8b7f6a11")


class Directory:
    """Users, groups and memberships, changed from Python; every read uses an index."""

    def __init__(
        self,
        store_id: str,
        owner_account: str,
        region: str,
        now: Callable[[], float] = time.time,
        *,
        page_limit: int | None = None,
        quirks: Quirks | None = None,
    ) -> None:
        self.quirks = quirks or Quirks()
        self.store_id = store_id
        self.owner_account = owner_account
        self.region = region
        self.page_limit = page_limit
        self._now = now
        self._numbers = itertools.count(1)
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.memberships: dict[str, Membership] = {}
        self.user_shelf: Shelf[User] = Shelf()
        self.group_shelf: Shelf[Group] = Shelf()
        self._user_names = Names()
        self._group_names = Names()
        self._pairs: dict[tuple[str, str], Membership] = {}
        self._of_group: dict[str, Shelf[Membership]] = {}
        self._of_user: dict[str, Shelf[Membership]] = {}
        self._hidden: set[str] = set()

    # Changes by an administrator, and the seeds of a scenario.

    def add_user(
        self,
        name: str,
        user_id: str | None = None,
        status: UserStatus = "ENABLED",
        attributes: dict[str, Any] | None = None,
    ) -> User:
        """Add a user; a name that differs from another only in case is accepted here."""
        number, now = next(self._numbers), self._now()
        user = User(user_id or self._new_id("user", number), name, number, now, now, status)
        user.attributes.update(attributes or {})
        if user.user_id in self.users:
            raise SimulatorError(f"two users with the id {user.user_id}")
        self.users[user.user_id] = user
        self.user_shelf.put(number, user)
        self._user_names.put(name, user.user_id)
        return user

    def add_group(
        self, name: str, group_id: str | None = None, attributes: dict[str, Any] | None = None
    ) -> Group:
        """Add a group."""
        number, now = next(self._numbers), self._now()
        group = Group(group_id or self._new_id("group", number), name, number, now, now)
        group.attributes.update(attributes or {})
        if group.group_id in self.groups:
            raise SimulatorError(f"two groups with the id {group.group_id}")
        self.groups[group.group_id] = group
        self.group_shelf.put(number, group)
        self._group_names.put(name, group.group_id)
        return group

    def add_membership(
        self, user_id: str, group_id: str, membership_id: str | None = None
    ) -> Membership:
        """Add a user to a group; a member keeps the existing membership."""
        self.user(user_id)
        self.group(group_id)
        known = self._pairs.get((user_id, group_id))
        if known is not None:
            return known
        number = next(self._numbers)
        id_ = membership_id or self._new_id("membership", number)
        membership = Membership(id_, group_id, user_id, number, self._now())
        self.memberships[id_] = membership
        self._pairs[user_id, group_id] = membership
        self._of_group.setdefault(group_id, Shelf()).put(number, membership)
        self._of_user.setdefault(user_id, Shelf()).put(number, membership)
        return membership

    def remove_membership(self, user_id: str, group_id: str) -> Membership | None:
        """Remove a user from a group; return the old membership, if there was one."""
        membership = self._pairs.pop((user_id, group_id), None)
        if membership is not None:
            del self.memberships[membership.membership_id]
            self._of_group[group_id].drop(membership.number)
            self._of_user[user_id].drop(membership.number)
        return membership

    def set_status(self, user_id: str, status: UserStatus) -> None:
        """Enable or disable a user, as the console and SCIM do."""
        user = self.user(user_id)
        user.status = status  # rule directory.disable: no operation of the API does this
        self.touch(user)

    def rename_user(self, user_id: str, name: str) -> None:
        """Change a user's user name."""
        user = self.user(user_id)
        self._user_names.drop(user.user_name, user_id)
        user.user_name = name
        self._user_names.put(name, user_id)
        self.touch(user)

    def rename_group(self, group_id: str, name: str) -> None:
        """Change a group's display name."""
        group = self.group(group_id)
        self._group_names.drop(group.name, group_id)
        group.name = name
        self._group_names.put(name, group_id)
        self.touch(group)

    def delete_user(self, user_id: str) -> None:
        """Delete a user with all their memberships."""
        user = self.user(user_id)
        # Rule directory.memberships-follow, here and for groups.
        for membership in list(self._of_user.get(user_id, ())):
            self.remove_membership(user_id, membership.group_id)
        self._of_user.pop(user_id, None)
        del self.users[user_id]
        self.user_shelf.drop(user.number)
        self._user_names.drop(user.user_name, user_id)

    def delete_group(self, group_id: str) -> None:
        """Delete a group with all its memberships."""
        group = self.group(group_id)
        for membership in list(self._of_group.get(group_id, ())):
            self.remove_membership(membership.user_id, group_id)
        self._of_group.pop(group_id, None)
        del self.groups[group_id]
        self.group_shelf.drop(group.number)
        self._group_names.drop(group.name, group_id)

    def hide(self, user_id: str, *, hidden: bool = True) -> None:
        """Make a user listed but not readable by id, until `hidden` is False."""
        self.user(user_id)
        (self._hidden.add if hidden else self._hidden.discard)(user_id)

    def touch(self, thing: User | Group) -> None:
        """Set the modification time of a user or a group to now."""
        thing.updated_at = self._now()
        thing.revision += 1

    # Reads.

    def user(self, user_id: str) -> User:
        """Return a user by id, or raise UnknownNameError."""
        if user_id not in self.users:
            raise UnknownNameError(f"no user with the id {user_id}")
        return self.users[user_id]

    def group(self, group_id: str) -> Group:
        """Return a group by id, or raise UnknownNameError."""
        if group_id not in self.groups:
            raise UnknownNameError(f"no group with the id {group_id}")
        return self.groups[group_id]

    def is_readable(self, user: User) -> bool:
        """Return whether a user can be read by id, not only listed."""
        readable = self._now() >= user.created_at + self.quirks.user_readable_after
        return readable and user.user_id not in self._hidden

    def find_user(self, name: str) -> User | None:
        """Return a user by user name: the exact spelling first, then any other case."""
        id_ = self._user_names.find(name)
        return self.users[id_] if id_ else None

    def find_group(self, name: str) -> Group | None:
        """Return a group by display name: the exact spelling first, then any other case."""
        id_ = self._group_names.find(name)
        return self.groups[id_] if id_ else None

    def membership_of(self, user_id: str, group_id: str) -> Membership | None:
        """Return the membership of a user in a group, if there is one."""
        return self._pairs.get((user_id, group_id))

    def members(self, group_id: str) -> Shelf[Membership]:
        """Return the memberships of a group, oldest first."""
        return self._of_group.get(group_id) or Shelf()

    def groups_of(self, user_id: str) -> Shelf[Membership]:
        """Return the memberships of a user, oldest first."""
        return self._of_user.get(user_id) or Shelf()

    def _new_id(self, kind: str, number: int) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.store_id}/{kind}/{number}"))
