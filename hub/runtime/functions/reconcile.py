"""Lambda function `reconcile`: reconciles one user."""

import gc
import os
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from hub.runtime import telemetry
from hub.runtime.adapters.aws import CLIENT_CONFIG, SystemClock
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.messaging import EventBus, ReceivedFrom, SqsDelayedQueue
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.adapters.tables import DynamoMappings
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.functions.access import application_access, assumed_roles, removal_limit
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.guard import Guard
from hub.runtime.reconcile.apply import Applier
from hub.runtime.reconcile.handler import ReconcileHandler
from hub.runtime.reconcile.observe import TargetObserver, UserObserver
from hub.runtime.reconcile.reconciler import Reconciler, RecorderPorts
from hub.runtime.redelivery import received
from hub.runtime.settings import ReconcileSettings, read_settings
from shared.conventions import SystemRole
from shared.requests import EVERY_TARGET, ReconcileRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()

# Work that is unfinished this long before the time-out goes to the delayed queue.
_RESERVE = timedelta(seconds=20)


@cache
def assemble() -> tuple[ReconcileHandler, ReceivedFrom]:
    """Return what handles requests, and the queue that they come from.

    Raises:
        SettingsError: the environment lacks a setting; the message lists all of them.
    """
    settings = read_settings(ReconcileSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
    roles = assumed_roles(session, settings)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    sqs = session.client("sqs", config=CLIENT_CONFIG)
    hub_state = DynamoHubState(dynamodb, settings.ledger_table)
    ledger = DynamoLedger(dynamodb, settings.ledger_table)
    studio = SageMakerStudio(
        lambda to: roles.client("sagemaker", SystemRole.ACCESS, to.account, to.region),
        settings.account,
    )
    limits = DynamoLimits(dynamodb, settings.ledger_table)
    reconciler = Reconciler(
        mode="report" if settings.mode == "report" else "apply",
        users=UserObserver(
            directory,
            DynamoMappings(dynamodb, settings.mappings_table, hub_state),
            GroupResolver(directory, hub_state, clock),
            ledger,
            DynamoGroupSnapshots(dynamodb, settings.ledger_table),
        ),
        targets=TargetObserver(
            studio, DynamoUnmanagedProfiles(dynamodb, settings.ledger_table), clock
        ),
        guard=Guard(removal_limit(settings), limits, ledger),
        applier=Applier(studio, application_access(session, roles, settings), clock),
        recorder_ports=RecorderPorts(
            ledger, EventBus(session.client("events", config=CLIENT_CONFIG), settings.bus_name)
        ),
        hub_state=hub_state,
        clock=clock,
    )
    delayed_queue = SqsDelayedQueue(sqs, settings.delayed_queue_url)
    queue = ReceivedFrom(sqs, settings.reconcile_queue_url)
    return ReconcileHandler(reconciler, delayed_queue), queue


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> None:
    """Reconcile the user that the message names; a crash leaves the message in the queue.

    The queue delivers one message at a time, so a batch cannot fail in parts.
    """
    handling, queue = assemble()
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    deadline = handling.reconciler.clock.now() + left - _RESERVE
    for record in event["Records"]:
        telemetry.count("Reconciles")
        with received(record, ReconcileRequest, queue, handling.reconciler.hub_state) as request:
            # A crash may have left a change that the ledger does not show.
            again = int(record["attributes"]["ApproximateReceiveCount"]) > 1
            handling.handle(
                request._replace(force_observe=EVERY_TARGET) if again else request, deadline
            )
