"""The tags that mark a profile as ours; they are set at creation and never afterwards."""

from collections.abc import Mapping
from enum import StrEnum

MANAGED_BY = "studio-hub:managed-by"
USER_ID = "studio-hub:user-id"


class Ownership(StrEnum):
    """The owner of a profile. The hub writes only to profiles that are OURS."""

    OURS = "ours"
    OTHER_PERSON = "ours, but of another user"
    UNMANAGED = "not ours"
    UNREADABLE = "of unreadable tags, so not ours"


def tags(hub_account: str, user_id: str) -> dict[str, str]:
    """Return the tags that mark a profile as this hub's and this user's."""
    return {MANAGED_BY: hub_account, USER_ID: user_id}


def owner(found: Mapping[str, str], hub_account: str) -> str | None:
    """Return the user id in the tags of this hub's profile; None for other profiles."""
    return found.get(USER_ID) if found.get(MANAGED_BY) == hub_account else None


def ownership(found: Mapping[str, str] | None, hub_account: str, user_id: str) -> Ownership:
    """Return the ownership of a profile with the tags `found`; None if they could not be read."""
    if found is None:
        return Ownership.UNREADABLE
    marked = owner(found, hub_account)
    if marked is None:
        return Ownership.UNMANAGED
    return Ownership.OURS if marked == user_id else Ownership.OTHER_PERSON
