"""Builds the ports of `mapping_stream`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_store import IdentityCenter
from hub.runtime.adapters.queues import SqsScanQueue
from hub.runtime.clock import SystemClock
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.mapping_stream import MappingStreamPorts
from hub.runtime.settings import MappingStreamSettings, read_settings


@cache
def ports() -> MappingStreamPorts:
    """Return the ports of `mapping_stream`; SettingsError lists all that its environment lacks."""
    settings = read_settings(MappingStreamSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    hub_state = DynamoHubState(
        session.client("dynamodb", config=CLIENT_CONFIG), settings.ledger_table
    )
    return MappingStreamPorts(
        names=GroupResolver(directory, hub_state, clock),
        hub_state=hub_state,
        scan_queue=SqsScanQueue(
            session.client("sqs", config=CLIENT_CONFIG), settings.scan_queue_url
        ),
        clock=clock,
    )
