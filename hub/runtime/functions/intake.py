"""Lambda function `intake`: turns events and delayed requests into queued requests."""

import gc
import os
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

from hub.runtime import telemetry
from hub.runtime.adapters.aws import INTAKE_CONFIG, SystemClock
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.messaging import FifoQueue, SqsDelayedQueue
from hub.runtime.adapters.tables import DynamoMappings
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.intake import Intake, KnownUsers, MappedGroups, RequestQueues
from hub.runtime.redelivery import take_each
from hub.runtime.settings import IntakeSettings, read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()


@cache
def assemble() -> Intake:
    """Return the intake with its clients; SettingsError lists everything its environment lacks."""
    settings = read_settings(IntakeSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=INTAKE_CONFIG)
    sqs = session.client("sqs", config=INTAKE_CONFIG)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=INTAKE_CONFIG), settings.identity_store_id
    )
    hub_state = DynamoHubState(dynamodb, settings.ledger_table)
    return Intake(
        settings.identity_store_id,
        settings.region,
        MappedGroups(
            DynamoMappings(dynamodb, settings.mappings_table, hub_state),
            GroupResolver(directory, hub_state, clock),
            clock,
        ),
        KnownUsers(
            DynamoLedger(dynamodb, settings.ledger_table),
            DynamoGroupSnapshots(dynamodb, settings.ledger_table),
        ),
        hub_state,
        RequestQueues(
            reconcile=FifoQueue(sqs, settings.reconcile_queue_url),
            scan=FifoQueue(sqs, settings.scan_queue_url),
            delayed=SqsDelayedQueue(sqs, settings.delayed_queue_url),
            delayed_arn=settings.delayed_queue_arn,
        ),
        clock,
    )


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Handle every message; return those that failed, so that only they are delivered again."""
    intake = assemble()
    intake.mapped_groups.begin_batch()
    return take_each(
        event,
        context,
        lambda each: (
            intake.redeliver(each["body"])
            if each["eventSourceARN"] == intake.queues.delayed_arn
            else intake.take(each["body"])
        ),
        id_of=lambda each: each["messageId"],
        count_begun=lambda: telemetry.count("Received"),
        count_failed=lambda: telemetry.count("MessagesFailed"),
    )
