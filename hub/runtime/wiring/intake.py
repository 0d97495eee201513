"""The world of `intake`."""

import os
from functools import cache

import boto3

from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.mapping_store import DynamoMappings
from hub.runtime.adapters.work_queue import UsersQueue
from hub.runtime.clock import SystemClock
from hub.runtime.intake import IntakeWorld
from hub.runtime.settings import intake_settings


@cache
def world() -> IntakeWorld:
    """Return the world of `intake`; SettingsError lists all that its environment lacks."""
    settings = intake_settings(os.environ)
    session = boto3.Session(region_name=settings.region)
    return IntakeWorld(
        identity_store_id=settings.identity_store_id,
        later_queue_arn=settings.later_queue_arn,
        directory=IdentityCenter(
            session.client("identitystore", config=CLIENT_CONFIG), settings.identity_store_id
        ),
        mappings=DynamoMappings(
            session.client("dynamodb", config=CLIENT_CONFIG), settings.mappings_table
        ),
        users=UsersQueue(session.client("sqs", config=CLIENT_CONFIG), settings.users_queue_url),
        clock=SystemClock(),
    )
