"""The ports that a look at one person works through, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.group_names import GroupNames
from shared.guard import RemovalLimit
from shared.ports import (
    Bus,
    Clock,
    Directory,
    ForeignProfiles,
    GroupCopies,
    HubMemory,
    LaterBox,
    Ledger,
    Limits,
    MappingStore,
    Redelivery,
)
from shared.studio_ports import ApplicationAccess, Studio


@dataclass(frozen=True, slots=True)
class ConvergeWorld:
    """What `converge` works through.

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
    later: LaterBox
    received: Redelivery
    bus: Bus
    clock: Clock
    announced: set[str] = field(default_factory=set)
