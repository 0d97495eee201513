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
from hub.runtime.scan.checks import Checks
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.enqueue import Enqueuer
from hub.runtime.scan.listing import ListingPorts
from hub.runtime.scan.mappings import Mappings
from hub.runtime.scan.ports import ScanPorts
from hub.runtime.scan.roles import RoleChecks
from hub.runtime.scan.scanner import scan
from hub.runtime.scan.snapshots import SnapshotCache
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
def ports() -> ScanPorts:
    """Return the ports of `scan`; SettingsError lists everything its environment lacks."""
    settings = read_settings(ScanSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
    sqs = session.client("sqs", config=CLIENT_CONFIG)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    hub_state = DynamoHubState(dynamodb, settings.ledger_table)
    roles = assumed_roles(session, settings, at_most=_SESSIONS)
    ledger = DynamoLedger(dynamodb, settings.ledger_table)
    limits = DynamoLimits(dynamodb, settings.ledger_table)
    mode: Literal["apply", "report"] = "report" if settings.mode == "report" else "apply"
    states = DynamoScanStates(dynamodb, settings.ledger_table)
    scan_queue = FifoQueue(sqs, settings.scan_queue_url)
    mappings = Mappings(
        DynamoMappings(dynamodb, settings.mappings_table, hub_state),
        GroupResolver(directory, hub_state, clock),
    )
    group_snapshots = SnapshotCache(DynamoGroupSnapshots(dynamodb, settings.ledger_table), clock)
    desired = DesiredReader(mappings, directory, group_snapshots, ledger, hub_state, clock)
    studio = SageMakerStudio(
        lambda to: roles.client("sagemaker", SystemRole.READER, to.account, to.region),
        settings.account,
        remembers_domains=False,
    )
    spoke = AwsSpokeReader(
        lambda service, to: roles.client(service, SystemRole.READER, to.account, to.region)
    )
    access = application_access(session, roles, settings)
    enqueuer = Enqueuer(mode, FifoQueue(sqs, settings.reconcile_queue_url), clock)
    known_targets = DynamoKnownTargets(dynamodb, settings.ledger_table)
    reader = TargetReader(settings.region, studio, spoke, access, desired, hub_state)
    role_checks = RoleChecks(reader, mappings, group_snapshots, ledger, hub_state, enqueuer, clock)
    checks = Checks(
        reader,
        role_checks,
        desired,
        known_targets,
        DynamoCheckResults(dynamodb, settings.ledger_table),
        enqueuer,
        clock,
    )
    return ScanPorts(
        studio=studio,
        access=access,
        enqueuer=enqueuer,
        known_targets=known_targets,
        reader=reader,
        roles=role_checks,
        checks=checks,
        mode=mode,
        directory=directory,
        mappings=mappings,
        desired=desired,
        admission=JointAdmission(
            mode, Guard(removal_limit(settings), limits, ledger), desired, clock
        ),
        hub_state=hub_state,
        ledger=ledger,
        group_snapshots=group_snapshots,
        scans=states,
        limits=limits,
        unmanaged_profiles=DynamoUnmanagedProfiles(dynamodb, settings.ledger_table),
        listings=ListingPorts(states, scan_queue, clock),
        scan_queue=scan_queue,
        delayed_queue=SqsDelayedQueue(sqs, settings.delayed_queue_url),
        received=ReceivedFrom(sqs, settings.scan_queue_url),
        clock=clock,
    )


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Run the scan request in the message; a crash leaves the message in the queue."""
    here = ports()
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    until = here.clock.now() + left - _RESERVE
    for record in event["Records"]:
        telemetry.count("Scans")
        with received(record, ScanRequest, here.received, here.hub_state) as request:
            scan(request, here, until)
