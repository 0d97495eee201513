"""The tags by which a profile is ours; they are given at creation and never afterwards."""

from collections.abc import Mapping
from enum import StrEnum

MANAGED_BY = "studio-hub:managed-by"
USER_ID = "studio-hub:user-id"


class Ownership(StrEnum):
    """Whose a profile is. Everything but OURS is never written to."""

    OURS = "ours"
    OTHER_PERSON = "ours, but of another person"
    UNMANAGED = "not ours"
    UNREADABLE = "of unreadable tags, so not ours"


def tags(hub_account: str, user_id: str) -> dict[str, str]:
    """Return the tags that mark a profile as this hub's and this person's."""
    return {MANAGED_BY: hub_account, USER_ID: user_id}


def owner(found: Mapping[str, str], hub_account: str) -> str | None:
    """Return the user id that a profile of this hub is marked with; None for other profiles."""
    return found.get(USER_ID) if found.get(MANAGED_BY) == hub_account else None


def ownership(found: Mapping[str, str] | None, hub_account: str, user_id: str) -> Ownership:
    """Return whose a profile with the tags `found` is; None are tags that could not be read."""
    if found is None:
        return Ownership.UNREADABLE
    marked = owner(found, hub_account)
    if marked is None:
        return Ownership.UNMANAGED
    return Ownership.OURS if marked == user_id else Ownership.OTHER_PERSON
