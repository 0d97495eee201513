"""The ports that a look at one person works through, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.group_resolver import GroupNames
from hub.runtime.ports import (
    Bus,
    Clock,
    DelayedQueue,
    Directory,
    ForeignProfiles,
    GroupCopies,
    HubMemory,
    Ledger,
    Limits,
    MappingStore,
    Redelivery,
)
from hub.runtime.studio_ports import ApplicationAccess, Studio


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """What `reconcile` works through.

    `announced` holds what this environment has reported already and need not repeat.
    """

    mode: Literal["apply", "report"]
    limit: RemovalLimit
    directory: Directory
    mappings: MappingStore
    names: GroupNames
    memory: HubMemory
    ledger: Ledger
    copies: GroupCopies
    limits: Limits
    foreigners: ForeignProfiles
    studio: Studio
    access: ApplicationAccess
    later: DelayedQueue
    received: Redelivery
    bus: Bus
    clock: Clock
    announced: set[str] = field(default_factory=set)
