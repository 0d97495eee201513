"""The names of what the hub stores and publishes: table keys and indexes, metrics, events.

The infrastructure makes tables, alarms and rules with these names, and the hub's runtime reads and
writes with them.

Source: the DynamoDB API: a table and an index have a partition key and a sort key.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final, TypeVar

_T = TypeVar("_T")

# A row of the mappings: which group, in which target.
MAPPINGS_KEY: Final = ("group", "target")

# An item of the ledger: a family of items with an id, like `user#<id>`, and which of them.
LEDGER_KEY: Final = ("pk", "sk")

# The records of all users in one target.
LEDGER_BY_TARGET: Final = "by-target"
LEDGER_BY_TARGET_KEY: Final = ("target", "pk")

# Memberships by their id: some events name nothing else.
LEDGER_BY_MEMBERSHIP: Final = "by-membership"
LEDGER_BY_MEMBERSHIP_KEY: Final = ("membership_id", "pk")

# The events of all users' profiles by month (UTC) and time.
LEDGER_BY_MONTH: Final = "by-month"
LEDGER_BY_MONTH_KEY: Final = ("month", "at")

# The time (seconds since 1970, UTC) after which DynamoDB deletes an item.
LEDGER_EXPIRES: Final = "expires"

# Bytes for the parts of one item; the rest is for its keys and for what else it has.
# Source: the DynamoDB API: an item has at most 400 KB.
ITEM_BYTES: Final = 300_000

# Metrics: one namespace, one service dimension.
METRICS_NAMESPACE: Final = "StudioHub"

# The source of the events on the hub's event bus.
BUS_SOURCE: Final = "studio-hub"


def name_digest(name: str) -> str:
    """Return the digest of a name for use in a key: 64 hex digits, whatever the name holds.

    A group's display name has up to 1,024 characters of up to four bytes, and may hold any of them,
    also half of a surrogate pair.

    Source: the DynamoDB API: a sort key has at most 1,024 bytes, a partition key 2,048.
    """
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def byte_length(text: str) -> int:
    """Return the bytes of a text as it is stored."""
    return len(text.encode("utf-8", "surrogatepass"))


def fitting(parts: Iterable[_T], size: Callable[[_T], int], most: int = ITEM_BYTES) -> list[_T]:
    """Return the first parts that have at most so many bytes together; `size` returns those of one.

    What has no bound of its own is stored in this way: a larger item would be refused as a whole.
    """
    left, fit = most, list[_T]()
    for part in parts:
        left -= size(part)
        if left < 0:
            break
        fit.append(part)
    return fit
