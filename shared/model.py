"""The project's values; frozen, comparable, and without behaviour of their own."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import NamedTuple, NewType, Self

AccountId = NewType("AccountId", str)
UserId = NewType("UserId", str)
GroupId = NewType("GroupId", str)

DEFAULT_PRIORITY = 100
DEFAULT_RETENTION_DAYS = 30

# Source: the Identity Store API model: ids of users, groups and memberships, old prefix included.
DIRECTORY_ID = re.compile(
    r"([0-9a-f]{10}-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII
)

# Source: the SageMaker API model's pattern of DomainId; IAM's account ids; Region names.
TARGET = re.compile(r"(\d{12})/([a-z]{2}(?:-[a-z]+)+-\d{1,2})/(d-(?:-*[a-z0-9]){1,61})", re.ASCII)
TARGET_FORM = (
    "a target: write <12-digit account>/<region>/<domain id>, "
    "for example 222222222222/eu-west-1/d-research0001"
)


class Target(NamedTuple):
    """One Studio domain; written `<account>/<region>/<domain id>`."""

    account: AccountId
    region: str
    domain_id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the target that `text` names; ValueError says what a target looks like."""
        match = TARGET.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not {TARGET_FORM}")
        return cls(AccountId(match[1]), match[2], match[3])

    def __str__(self) -> str:
        return f"{self.account}/{self.region}/{self.domain_id}"


@dataclass(frozen=True, slots=True)
class GroupMapping:
    """Group G calls for profiles in target T with role R: one valid row of the mappings table.

    `note` is for operators and decides nothing: two rows that differ only in it are equal. So do
    two rows that differ only in `pattern`, the pattern row that a row comes from; empty for a row
    of the table itself.
    """

    group: str
    target: Target
    role_arn: str
    priority: int = DEFAULT_PRIORITY
    retention_days: int = DEFAULT_RETENTION_DAYS
    group_id: GroupId | None = None
    enabled: bool = True
    note: str = field(default="", compare=False)
    pattern: str = field(default="", compare=False)


class GroupPattern(GroupMapping):
    """A row for every group whose name matches: `group` holds one `*`, for one character or more.

    A `*` in `role_arn` stands for the same characters, made legal in the name of a role. An empty
    `role_arn` is the role that each group has by convention.
    """

    __slots__ = ()


class BadMapping(NamedTuple):
    """A row that does not parse: it counts as *unknown* for its target.

    If the target cannot be read either, `target` is None, and the row counts as *unknown* for its
    group in every target.
    """

    group: str
    target_text: str
    target: Target | None
    mistakes: tuple[str, ...]


class MappingTable(NamedTuple):
    """Every row of the mappings table, as read to its end at one time.

    Once it is expanded, `rows` also has one row for each group that a pattern row matches. Which
    groups a row in `unlisted` matches is not known yet: it counts as *unknown* for its target. A
    row in `withheld` is of a group that took the name of another: it grants nothing.
    """

    rows: tuple[GroupMapping, ...]
    bad: tuple[BadMapping, ...] = ()
    patterns: tuple[GroupPattern, ...] = ()
    unlisted: tuple[GroupPattern, ...] = ()
    withheld: tuple[GroupMapping, ...] = ()


class UserStatus(StrEnum):
    """The status of a user in the directory."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    GONE = "gone"


class User(NamedTuple):
    """A user of the directory; `name` is empty for a deleted user who was never seen."""

    id: UserId
    name: str
    user_status: UserStatus = UserStatus.ENABLED


class Unresolved(Enum):
    """Why a group name cannot be resolved."""

    UNKNOWN = "the directory does not know it"
    UNREADABLE = "the directory refuses to show it"


GroupIds = Mapping[str, GroupId | Unresolved]


class DirectorySnapshot(NamedTuple):
    """One user and the groups they are in, according to the directory.

    `complete` tells that the list of groups was read to its end; without it no row is ever a *no*.
    `groups` resolves the names of the mapped groups that have no id in their row. `doubtful` groups
    cannot be read, so they are never a *no* either. From groups that were `deleted`, or `emptied`
    of all their members, nobody was taken out one by one: such removals wait for approval.
    """

    person: User
    member_of: frozenset[GroupId]
    groups: GroupIds
    doubtful: frozenset[GroupId] = frozenset()
    deleted: frozenset[GroupId] = frozenset()
    emptied: frozenset[GroupId] = frozenset()
    complete: bool = True


# Bytes of the names and numbers of an entry in a record.
_AROUND = 100


class Grant(NamedTuple):
    """A row that applied to a user, as the ledger remembers it.

    `pattern` is the pattern row that it came from; empty for a row of the table itself.
    """

    priority: int
    group: str
    role_arn: str
    retention_days: int
    group_id: str = ""
    pattern: str = ""

    def __str__(self) -> str:
        return f"{self.group} (priority {self.priority})"


# Bytes for the rows that a record keeps for a user's role; the rest of the record needs less.
# Source: the DynamoDB API: an item has at most 400 KB.
MOST_REMEMBERED = 120_000


class Because(tuple[Grant, ...]):
    """Why a profile has its role: every row that applies, and the first one wins."""

    __slots__ = ()

    @classmethod
    def of(cls, grants: Sequence[Grant]) -> Self:
        """Return the first grant and the others, as many as a record can hold.

        Only rows of groups with very long names are ever too many.
        """
        left, others = MOST_REMEMBERED, []
        for grant in grants:
            texts = f"{grant.group}{grant.role_arn}{grant.group_id}{grant.pattern}"
            left -= len(texts.encode("utf-8", "replace")) + _AROUND
            if left < 0:
                break
            others.append(grant)
        return cls((grants[0], *others[1:]))

    def __str__(self) -> str:
        winner, *others = self
        return f"{winner} over {', '.join(map(str, others))}" if others else winner.group
