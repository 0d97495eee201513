"""The world of `intake`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import INTAKE_CONFIG
from hub.runtime.adapters.group_copies import DynamoCopies
from hub.runtime.adapters.hub_memory import DynamoMemory
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.mapping_store import DynamoMappings
from hub.runtime.adapters.work_queue import LaterQueue, LooksQueue, UsersQueue
from hub.runtime.clock import SystemClock
from hub.runtime.group_names import GroupNames
from hub.runtime.intake import IntakeWorld
from hub.runtime.settings import IntakeSettings, read_settings


@cache
def world() -> IntakeWorld:
    """Return the world of `intake`; SettingsError lists all that its environment lacks."""
    settings = read_settings(IntakeSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=INTAKE_CONFIG)
    sqs = session.client("sqs", config=INTAKE_CONFIG)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=INTAKE_CONFIG), settings.identity_store_id
    )
    memory = DynamoMemory(dynamodb, settings.ledger_table)
    return IntakeWorld(
        identity_store_id=settings.identity_store_id,
        region=settings.region,
        later_queue_arn=settings.later_queue_arn,
        mappings=DynamoMappings(dynamodb, settings.mappings_table),
        names=GroupNames(directory, memory, clock),
        memory=memory,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        copies=DynamoCopies(dynamodb, settings.ledger_table),
        users=UsersQueue(sqs, settings.users_queue_url),
        looks=LooksQueue(sqs, settings.looks_queue_url),
        later=LaterQueue(sqs, settings.later_queue_url),
        clock=clock,
    )
