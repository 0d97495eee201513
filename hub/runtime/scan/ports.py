"""The ports of `scan`, as one value."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from hub.runtime.ports import (
    CheckResults,
    Clock,
    DelayedQueue,
    Directory,
    HubStateStore,
    KnownTargets,
    Ledger,
    Limits,
    Redelivery,
    ScanQueue,
    ScanStates,
    UnmanagedProfiles,
)
from hub.runtime.scan.admission import JointAdmission
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.snapshots import SnapshotCache
from hub.runtime.studio_ports import AssignmentListing, SpokeReader, StudioListing


class ScanResult(NamedTuple):
    """How many users differ, and whether the scan saw everything.

    It is not `complete` if the rest follows by message, or if a read was refused.
    """

    people: int
    complete: bool


@dataclass(frozen=True, slots=True)
class ScanPorts:
    """The ports of `scan`, and the hub's Region.

    `already_reported` holds the row problems that were reported already.
    """

    mode: Literal["apply", "report"]
    region: str
    directory: Directory
    mappings: Mappings
    desired: DesiredReader
    admission: JointAdmission
    hub_state: HubStateStore
    ledger: Ledger
    group_snapshots: SnapshotCache
    scans: ScanStates
    limits: Limits
    unmanaged_profiles: UnmanagedProfiles
    studio: StudioListing
    access: AssignmentListing
    spoke: SpokeReader
    known_targets: KnownTargets
    check_results: CheckResults
    enqueuer: Enqueuer
    listings: ListingPorts
    scan_queue: ScanQueue
    delayed_queue: DelayedQueue
    received: Redelivery
    clock: Clock
    already_reported: set[str] = field(default_factory=set)
