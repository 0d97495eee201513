"""Names made of other names: profiles of users, roles of groups; legal, readable and unique."""

import re
from hashlib import sha256

from shared.model import UserId

# Source: the SageMaker API model's pattern and length of UserProfileName.
_LEGAL = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_LONGEST = 63
# A user name of this form might equal a generated name, so it gets a generated name too.
_LOOKS_LIKE_A_STAND_IN = re.compile(r"-[0-9a-fA-F]{8}$")
_READABLE = 54
# Source: IAM quotas, characters in a role name; and IAM's pattern of role names.
LONGEST_ROLE_NAME = 64
_NOT_IN_ROLE_NAMES = re.compile(r"[^A-Za-z0-9_+=,.@-]+")
# A hyphen and eight hex digits.
_MARK_OF_ROLE_NAME = 9
# Characters that a shortened name needs: one that is readable, and the mark.
LEAST_OF_ROLE_NAME = _MARK_OF_ROLE_NAME + 1


def profile_name(user_name: str, user_id: UserId) -> str:
    """Return the name of the user's profile; it is the same in every domain and never changes.

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
    """Return whether two profile names, or two user names, are the same.

    Neither Studio nor Identity Center distinguishes names by case.
    """
    return one.casefold() == other.casefold()


def role_name(role_arn: str) -> str:
    """Return the last part of a role's ARN, by which operators know it."""
    return role_arn.rpartition("/")[2]


def execution_role_name(group: str, room: int = LONGEST_ROLE_NAME) -> str:
    """Return the name of a group's execution role by convention.

    It is the group's own name where IAM allows that. Otherwise its illegal characters become
    hyphens, and a digest of the group's name follows: two groups never share a role by accident.
    The name has at most `room` characters, which are `LEAST_OF_ROLE_NAME` or more.
    """
    if len(group) <= room and not _NOT_IN_ROLE_NAMES.search(group):
        return group
    readable = _NOT_IN_ROLE_NAMES.sub("-", group)[: room - _MARK_OF_ROLE_NAME]
    digest = sha256(group.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}"
