"""The world of `mappings`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.hub_memory import DynamoMemory
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.work_queue import LooksQueue
from hub.runtime.clock import SystemClock
from hub.runtime.group_names import GroupNames
from hub.runtime.mapping_changes import MappingsWorld
from hub.runtime.settings import MappingsSettings, read_settings


@cache
def world() -> MappingsWorld:
    """Return the world of `mappings`; SettingsError lists all that its environment lacks."""
    settings = read_settings(MappingsSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    memory = DynamoMemory(session.client("dynamodb", config=CLIENT_CONFIG), settings.ledger_table)
    return MappingsWorld(
        names=GroupNames(directory, memory, clock),
        memory=memory,
        looks=LooksQueue(session.client("sqs", config=CLIENT_CONFIG), settings.looks_queue_url),
        clock=clock,
    )
