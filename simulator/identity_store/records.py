"""The store's records of users, groups and memberships, and the index of their names."""

from dataclasses import dataclass, field
from typing import Any, Literal

UserStatus = Literal["ENABLED", "DISABLED"]


@dataclass(slots=True, eq=False)
class User:
    """One user; times are epoch seconds, `attributes` are the API's other members."""

    user_id: str
    user_name: str
    number: int
    created_at: float
    updated_at: float
    status: UserStatus = "ENABLED"
    revision: int = 1
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Group:
    """One group; times are epoch seconds."""

    group_id: str
    name: str
    number: int
    created_at: float
    updated_at: float
    revision: int = 1
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Membership:
    """One user in one group since `created_at` (epoch seconds)."""

    membership_id: str
    group_id: str
    user_id: str
    number: int
    created_at: float


class Names:
    """Ids by name: the exact spelling first, then any other case."""

    def __init__(self) -> None:
        self._exact: dict[str, str] = {}
        self._folded: dict[str, list[str]] = {}

    def put(self, name: str, id_: str) -> None:
        """Add a name."""
        self._exact[name] = id_
        self._folded.setdefault(name.casefold(), []).append(id_)

    def drop(self, name: str, id_: str) -> None:
        """Remove a name."""
        if self._exact.get(name) == id_:
            del self._exact[name]
        ids = self._folded[name.casefold()]
        ids.remove(id_)
        if not ids:
            del self._folded[name.casefold()]

    def find(self, name: str) -> str | None:
        """Return the id of a name."""
        exact = self._exact.get(name)  # rule directory.name-lookup
        if exact is not None:
            return exact
        ids = self._folded.get(name.casefold())
        return ids[0] if ids else None
