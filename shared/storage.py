"""The names of what the hub stores and publishes: table keys and indexes, metrics, events.

The infrastructure makes tables, alarms and rules with these names, and the hub's runtime reads and
writes with them.

Source: the DynamoDB API: a table and an index have a partition key and a sort key.
"""

from hashlib import sha256
from typing import Final

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
