"""The ports that a look at one person works through, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.group_names import GroupNames
from shared.ports import (
    Clock,
    Directory,
    HubMemory,
    LaterBox,
    Ledger,
    MappingStore,
    Studio,
)


@dataclass(frozen=True, slots=True)
class ConvergeWorld:
    """What `converge` works through.

    `announced` holds what this environment has reported already and need not repeat.
    """

    mode: Literal["apply", "report"]
    directory: Directory
    mappings: MappingStore
    names: GroupNames
    memory: HubMemory
    ledger: Ledger
    studio: Studio
    later: LaterBox
    clock: Clock
    announced: set[str] = field(default_factory=set)
