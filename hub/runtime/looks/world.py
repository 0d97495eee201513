"""The ports that `look` works through, as one value."""

from dataclasses import dataclass, field

from hub.runtime.group_names import GroupNames
from hub.runtime.looks.copies import KeptCopies
from shared.ports import (
    Clock,
    Directory,
    ForeignProfiles,
    HubMemory,
    LaterBox,
    Ledger,
    LooksInbox,
    MappingStore,
    StudioListing,
    UsersInbox,
)


@dataclass(frozen=True, slots=True)
class LookWorld:
    """What `look` works through; `announced` is what it has reported already."""

    directory: Directory
    mappings: MappingStore
    names: GroupNames
    memory: HubMemory
    ledger: Ledger
    copies: KeptCopies
    foreigners: ForeignProfiles
    studio: StudioListing
    users: UsersInbox
    looks: LooksInbox
    later: LaterBox
    clock: Clock
    announced: set[str] = field(default_factory=set)
