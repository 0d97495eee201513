"""The ports that a reconcile uses, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.ports import (
    Bus,
    Clock,
    DelayedQueue,
    Directory,
    GroupSnapshots,
    HubStateStore,
    Ledger,
    Limits,
    MappingStore,
    Redelivery,
    UnmanagedProfiles,
)
from hub.runtime.studio_ports import ApplicationAccess, Studio


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """The ports and settings of `reconcile`.

    `already_reported` holds what this Lambda environment has reported and need not repeat.
    """

    mode: Literal["apply", "report"]
    limit: RemovalLimit
    directory: Directory
    mappings: MappingStore
    names: GroupResolver
    hub_state: HubStateStore
    ledger: Ledger
    group_snapshots: GroupSnapshots
    limits: Limits
    unmanaged_profiles: UnmanagedProfiles
    studio: Studio
    access: ApplicationAccess
    delayed_queue: DelayedQueue
    received: Redelivery
    bus: Bus
    clock: Clock
    already_reported: set[str] = field(default_factory=set)
