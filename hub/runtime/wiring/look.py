"""The world of `look`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.foreign_profiles import DynamoForeigners
from hub.runtime.adapters.group_copies import DynamoCopies
from hub.runtime.adapters.hub_memory import DynamoMemory
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.limits import DynamoLimits
from hub.runtime.adapters.mapping_store import DynamoMappings
from hub.runtime.adapters.scan_states import DynamoScanStates
from hub.runtime.adapters.spoke_sessions import SpokeSessions
from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.adapters.work_queue import LaterQueue, LooksQueue, ReceivedFrom, UsersQueue
from hub.runtime.clock import SystemClock
from hub.runtime.group_names import GroupNames
from hub.runtime.looks.copies import KeptCopies
from hub.runtime.looks.world import LookWorld
from hub.runtime.settings import LookSettings, read_settings
from hub.runtime.wiring.access import application_access, removal_limit, role_assumer
from shared.conventions import reader_role_arn

# One look is at one target; the next is at another, and comes back in an hour.
_SESSIONS = 4


@cache
def world() -> LookWorld:
    """Return the world of `look`; SettingsError lists all that its environment lacks."""
    settings = read_settings(LookSettings, os.environ)
    session = boto3.Session(region_name=settings.region)
    dynamodb = session.client("dynamodb", config=CLIENT_CONFIG)
    sqs = session.client("sqs", config=CLIENT_CONFIG)
    clock = SystemClock()
    directory = IdentityCenter(
        session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
    )
    memory = DynamoMemory(dynamodb, settings.ledger_table)
    assumer = role_assumer(session, settings)
    sessions = SpokeSessions(session, assumer, reader_role_arn, at_most=_SESSIONS)
    return LookWorld(
        mode="report" if settings.mode == "report" else "apply",
        limit=removal_limit(settings),
        directory=directory,
        mappings=DynamoMappings(dynamodb, settings.mappings_table),
        names=GroupNames(directory, memory, clock),
        memory=memory,
        ledger=DynamoLedger(dynamodb, settings.ledger_table),
        copies=KeptCopies(DynamoCopies(dynamodb, settings.ledger_table), clock),
        scans=DynamoScanStates(dynamodb, settings.ledger_table),
        limits=DynamoLimits(dynamodb, settings.ledger_table),
        access=application_access(session, assumer, settings),
        foreigners=DynamoForeigners(dynamodb, settings.ledger_table),
        studio=SageMakerStudio(sessions, settings.account, remembers_domains=False),
        users=UsersQueue(sqs, settings.users_queue_url),
        looks=LooksQueue(sqs, settings.looks_queue_url),
        later=LaterQueue(sqs, settings.later_queue_url),
        received=ReceivedFrom(sqs, settings.looks_queue_url),
        clock=clock,
    )
