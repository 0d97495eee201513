"""The ports that `scan` works through, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.group_resolver import GroupNames
from hub.runtime.ports import (
    Clock,
    DelayedQueue,
    Directory,
    ForeignProfiles,
    HubMemory,
    Ledger,
    Limits,
    MappingStore,
    ReconcileQueue,
    Redelivery,
    ScanQueue,
    ScanStates,
)
from hub.runtime.scan.snapshots import KeptCopies
from hub.runtime.studio_ports import AssignmentListing, StudioListing


@dataclass(frozen=True, slots=True)
class ScanPorts:
    """What `scan` works through; `announced` is what it has reported already."""

    mode: Literal["apply", "report"]
    limit: RemovalLimit
    directory: Directory
    mappings: MappingStore
    names: GroupNames
    memory: HubMemory
    ledger: Ledger
    copies: KeptCopies
    scans: ScanStates
    limits: Limits
    foreigners: ForeignProfiles
    studio: StudioListing
    access: AssignmentListing
    users: ReconcileQueue
    looks: ScanQueue
    later: DelayedQueue
    received: Redelivery
    clock: Clock
    announced: set[str] = field(default_factory=set)
