"""Lambda function `scan`: scans a group, a target or the directory."""

import gc
import os
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import boto3

from hub.runtime import telemetry
from hub.runtime.adapters.aws import CLIENT_CONFIG, SystemClock
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.messaging import (
    FifoQueue,
    ReceivedFrom,
    SqsDelayedQueue,
)
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.scan_states import (
    DynamoCheckResults,
    DynamoKnownTargets,
    DynamoScanStates,
)
from hub.runtime.adapters.spoke_reader import AwsSpokeReader
from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.adapters.tables import DynamoMappings
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.functions.access import application_access, assumed_roles, removal_limit
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.guard import Guard
from hub.runtime.redelivery import received
from hub.runtime.scan.admission import JointAdmission
from hub.runtime.scan.assignments import AssignmentDrift, AssignmentScan
from hub.runtime.scan.checks import Checks
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.directory import GroupsScan, UsersScan
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.group import GroupScan, NameScan
from hub.runtime.scan.listing import ListingPorts
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.pattern_groups import PatternGroups
from hub.runtime.scan.profiles import ProfilePorts
from hub.runtime.scan.refusals import Refusals
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.scanner import Scanner, Scans
from hub.runtime.scan.snapshots import SnapshotCache
from hub.runtime.scan.sweep import Sweep
from hub.runtime.scan.target import TargetScan
from hub.runtime.scan.target_drift import TargetDrift
from hub.runtime.scan.target_reader import TargetReader
from hub.runtime.settings import ScanSettings, read_settings
from shared.conventions import SystemRole
from shared.requests import ScanRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()

# Pages that are unread this long before the time-out are read by the next message.
_RESERVE = timedelta(seconds=60)

# One scan covers one target. The next scan covers another, and this one returns in an hour. The
# fifth session is Identity Center's, which every scan of assignments uses.
_SESSIONS = 5


@cache
def assemble() -> tuple[Scanner, ReceivedFrom]:
    """Return what runs scans, and the queue that their requests come from.

    Raises:
        SettingsError: the environment lacks a setting; the message lists all of them.
    """
    settings = read_settings(ScanSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
    sqs = session.client("sqs", config=CLIENT_CONFIG)
    clock = SystemClock()
    mode: Literal["apply", "report"] = "report" if settings.mode == "report" else "apply"
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    spokes = assumed_roles(session, settings, at_most=_SESSIONS)
    studio = SageMakerStudio(
        lambda to: spokes.client("sagemaker", SystemRole.READER, to.account, to.region),
        settings.account,
        remembers_domains=False,
    )
    spoke_reader = AwsSpokeReader(
        lambda service, to: spokes.client(service, SystemRole.READER, to.account, to.region)
    )
    access = application_access(session, spokes, settings)
    # The ledger's table, by what each adapter keeps there.
    hub_state = DynamoHubState(dynamodb, settings.ledger_table)
    ledger = DynamoLedger(dynamodb, settings.ledger_table)
    limits = DynamoLimits(dynamodb, settings.ledger_table)
    known_targets = DynamoKnownTargets(dynamodb, settings.ledger_table)
    check_results = DynamoCheckResults(dynamodb, settings.ledger_table)
    unmanaged_profiles = DynamoUnmanagedProfiles(dynamodb, settings.ledger_table)
    states = DynamoScanStates(dynamodb, settings.ledger_table)
    snapshots = SnapshotCache(DynamoGroupSnapshots(dynamodb, settings.ledger_table), clock)
    scan_queue = FifoQueue(sqs, settings.scan_queue_url)
    delayed_queue = SqsDelayedQueue(sqs, settings.delayed_queue_url)

    # What several scans share.
    resolver = GroupResolver(directory, hub_state, clock)
    mappings = Mappings(DynamoMappings(dynamodb, settings.mappings_table, hub_state), resolver)
    desired = DesiredReader(mappings, directory, snapshots, ledger, hub_state, clock)
    admission = JointAdmission(mode, Guard(removal_limit(settings), limits, ledger), desired, clock)
    enqueuer = Enqueuer(mode, FifoQueue(sqs, settings.reconcile_queue_url), clock)
    listings = ListingPorts(states, scan_queue, clock)
    reader = TargetReader(settings.region, studio, spoke_reader, access, desired, hub_state, clock)
    roles = RoleChecks(reader, mappings, snapshots, ledger, hub_state, enqueuer, clock)
    checks = Checks(reader, roles, desired, known_targets, check_results, enqueuer, clock)
    pattern_groups = PatternGroups(
        mappings, directory, snapshots, ledger, hub_state, scan_queue, clock
    )
    profiles = ProfilePorts(studio, unmanaged_profiles, ledger, clock)
    reported_row_problems: set[str] = set()
    sweep = Sweep(mappings, hub_state, scan_queue, clock, reported_row_problems)

    scans = Scans(
        sweep=sweep,
        group=GroupScan(mappings, directory, snapshots, listings, roles, admission, enqueuer),
        name=NameScan(resolver, hub_state, scan_queue, reported_row_problems),
        target=TargetScan(
            studio,
            hub_state,
            listings,
            Refusals(mappings, desired, hub_state, clock),
            roles,
            TargetDrift(known_targets, profiles, desired, limits, admission, clock),
            enqueuer,
        ),
        assignments=AssignmentScan(
            reader,
            known_targets,
            AssignmentDrift(mode, access, ledger, listings, enqueuer),
            checks,
            desired,
        ),
        checks=checks,
        roles=roles,
        users=UsersScan(directory, ledger, hub_state, listings, admission, enqueuer, sweep),
        groups=GroupsScan(mappings, directory, hub_state, listings, pattern_groups),
        pattern_groups=pattern_groups,
    )
    scanner = Scanner(scans, states, hub_state, delayed_queue, clock)
    return scanner, ReceivedFrom(sqs, settings.scan_queue_url)


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Run the scan request in the message; a crash leaves the message in the queue."""
    scanner, queue = assemble()
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    until = scanner.clock.now() + left - _RESERVE
    for record in event["Records"]:
        telemetry.count("Scans")
        with received(record, ScanRequest, queue, scanner.hub_state) as request:
            scanner.scan(request, until)
