"""The ports of `scan`, as one value."""

from dataclasses import dataclass, field
from typing import Literal

from hub.runtime.ports import (
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
from hub.runtime.scan.checks import Checks
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.snapshots import SnapshotCache
from hub.runtime.scan.target_reader import TargetReader
from hub.runtime.studio_ports import AssignmentListing, StudioListing


@dataclass(frozen=True, slots=True)
class ScanPorts:
    """The ports of `scan`.

    `already_reported` holds the row problems that were reported already.
    """

    mode: Literal["apply", "report"]
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
    reader: TargetReader
    roles: RoleChecks
    checks: Checks
    known_targets: KnownTargets
    enqueuer: Enqueuer
    listings: ListingPorts
    scan_queue: ScanQueue
    delayed_queue: DelayedQueue
    received: Redelivery
    clock: Clock
    already_reported: set[str] = field(default_factory=set)
