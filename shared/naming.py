"""Profile names: the user name where Studio allows it, otherwise a readable and unique stand-in."""

import re
from hashlib import sha256

from shared.model import UserId

# Source: the SageMaker API model's pattern and length of UserProfileName.
_LEGAL = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_LONGEST = 63
# A name of this look might be the stand-in of somebody else, so it gets a stand-in itself.
_LOOKS_LIKE_A_STAND_IN = re.compile(r"-[0-9a-fA-F]{8}$")
_READABLE = 54


def profile_name(user_name: str, user_id: UserId) -> str:
    """Return the name of the person's profile: the same in every domain, and for ever.

    Studio compares names without case; so must every caller.
    """
    if (
        len(user_name) <= _LONGEST
        and _LEGAL.fullmatch(user_name)
        and not _LOOKS_LIKE_A_STAND_IN.search(user_name)
    ):
        return user_name
    readable = re.sub(r"[^A-Za-z0-9]+", "-", user_name).strip("-") or "user"
    digest = sha256(user_id.encode()).hexdigest()[:8]
    return f"{readable[:_READABLE].strip('-')}-{digest}"


def same_name(one: str, other: str) -> bool:
    """Return whether two profile names, or two user names, are one.

    Neither Studio nor Identity Center tells names apart by their case.
    """
    return one.casefold() == other.casefold()


def same_user(one: str, other: str) -> bool:
    """Return whether the directory takes two user names for one: it compares without case."""
    return one.casefold() == other.casefold()


def role_name(role_arn: str) -> str:
    """Return the last part of a role's ARN, by which people know it."""
    return role_arn.rpartition("/")[2]
