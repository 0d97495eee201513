"""Builds the ports of `intake`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import INTAKE_CONFIG
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_store import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.mappings_table import DynamoMappings
from hub.runtime.adapters.queues import SqsDelayedQueue, SqsReconcileQueue, SqsScanQueue
from hub.runtime.clock import SystemClock
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.intake import IntakePorts
from hub.runtime.settings import IntakeSettings, read_settings


@cache
def ports() -> IntakePorts:
    """Return the ports of `intake`; SettingsError lists everything its environment lacks."""
    settings = read_settings(IntakeSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=INTAKE_CONFIG)
    sqs = session.client("sqs", config=INTAKE_CONFIG)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=INTAKE_CONFIG), settings.identity_store_id
    )
    hub_state = DynamoHubState(dynamodb, settings.ledger_table)
    return IntakePorts(
        identity_store_id=settings.identity_store_id,
        region=settings.region,
        delayed_queue_arn=settings.delayed_queue_arn,
        mappings=DynamoMappings(dynamodb, settings.mappings_table),
        names=GroupResolver(directory, hub_state, clock),
        hub_state=hub_state,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        group_snapshots=DynamoGroupSnapshots(dynamodb, settings.ledger_table),
        reconcile_queue=SqsReconcileQueue(sqs, settings.reconcile_queue_url),
        scan_queue=SqsScanQueue(sqs, settings.scan_queue_url),
        delayed_queue=SqsDelayedQueue(sqs, settings.delayed_queue_url),
        clock=clock,
    )
