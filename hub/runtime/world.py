"""The ports that `converge` works through, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from shared.ports import (
    Clock,
    Directory,
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
    ledger: Ledger
    studio: Studio
    later: LaterBox
    clock: Clock
    announced: set[str] = field(default_factory=set)
