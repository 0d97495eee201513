"""Lambda function `mapping_stream`: turns changed mapping rows into scan requests."""

import gc
import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.shared.dynamodb_deserializer import TypeDeserializer

from hub.runtime import telemetry
from hub.runtime.adapters.aws import CLIENT_CONFIG, SystemClock
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.messaging import FifoQueue
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.mapping_stream import MappingStreamPorts, RowChange, take
from hub.runtime.redelivery import take_each
from hub.runtime.settings import MappingStreamSettings, read_settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

gc.freeze()
gc.enable()

# Powertools' class for a stream's record is this and nothing more, but importing it would import
# the classes of all events: a tenth of the cold start.
_from_stream = TypeDeserializer().deserialize


@cache
def assemble() -> MappingStreamPorts:
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
        scan_queue=FifoQueue(session.client("sqs", config=CLIENT_CONFIG), settings.scan_queue_url),
        clock=clock,
    )


@telemetry.logger.inject_lambda_context(clear_state=True)
@telemetry.metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Queue the scans for each changed row; rows from a failed one on are delivered again."""
    ports = assemble()

    def take_record(plain: dict[str, Any]) -> None:
        telemetry.logger.set_correlation_id(plain["eventID"] or None)
        take(
            RowChange(
                event_id=plain["eventID"],
                at=ports.clock.now(),
                old=_image(plain, "OldImage"),
                new=_image(plain, "NewImage"),
                name=plain["eventName"],
            ),
            ports,
        )

    return take_each(
        event,
        context,
        take_record,
        id_of=lambda each: each["dynamodb"]["SequenceNumber"],
        count_begun=lambda: telemetry.count("RowChanges"),
        count_failed=lambda: telemetry.count("RowChangesFailed"),
    )


def _image(record: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Return a row as it was or is; None if there was or is none."""
    image = record["dynamodb"].get(name) or {}
    return {key: _from_stream(value) for key, value in image.items()} or None
