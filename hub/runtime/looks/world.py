"""The ports that `look` works through, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.group_names import GroupNames
from hub.runtime.looks.copies import KeptCopies
from shared.guard import RemovalLimit
from shared.ports import (
    Clock,
    Directory,
    ForeignProfiles,
    HubMemory,
    LaterBox,
    Ledger,
    Limits,
    LooksInbox,
    MappingStore,
    Redelivery,
    ScanStates,
    UsersInbox,
)
from shared.studio_ports import AssignmentListing, StudioListing


@dataclass(frozen=True, slots=True)
class LookWorld:
    """What `look` works through; `announced` is what it has reported already."""

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
    users: UsersInbox
    looks: LooksInbox
    later: LaterBox
    received: Redelivery
    clock: Clock
    announced: set[str] = field(default_factory=set)
