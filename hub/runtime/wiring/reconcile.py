"""Builds the ports of `reconcile`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.event_bus import EventBus
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_store import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.mappings_table import DynamoMappings
from hub.runtime.adapters.queues import ReceivedFrom, SqsDelayedQueue
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.spoke_sessions import SpokeSessions
from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.clock import SystemClock
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.reconcile.ports import ReconcilePorts
from hub.runtime.settings import ReconcileSettings, read_settings
from hub.runtime.wiring.access import application_access, removal_limit, role_assumer
from shared.conventions import access_role_arn


@cache
def ports() -> ReconcilePorts:
    """Return the ports of `reconcile`; SettingsError lists everything its environment lacks."""
    settings = read_settings(ReconcileSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
    assumer = role_assumer(session, settings)
    sessions = SpokeSessions(session, assumer, access_role_arn)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    sqs = session.client("sqs", config=CLIENT_CONFIG)
    hub_state = DynamoHubState(dynamodb, settings.ledger_table)
    return ReconcilePorts(
        mode="report" if settings.mode == "report" else "apply",
        limit=removal_limit(settings),
        directory=directory,
        mappings=DynamoMappings(dynamodb, settings.mappings_table),
        names=GroupResolver(directory, hub_state, clock),
        hub_state=hub_state,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        group_snapshots=DynamoGroupSnapshots(dynamodb, settings.ledger_table),
        limits=DynamoLimits(dynamodb, settings.ledger_table),
        unmanaged_profiles=DynamoUnmanagedProfiles(dynamodb, settings.ledger_table),
        studio=SageMakerStudio(sessions, settings.account),
        access=application_access(session, assumer, settings),
        delayed_queue=SqsDelayedQueue(sqs, settings.delayed_queue_url),
        received=ReceivedFrom(sqs, settings.reconcile_queue_url),
        bus=EventBus(session.client("events", config=CLIENT_CONFIG), settings.bus_name),
        clock=clock,
    )
