"""Deploys the hub's own handlers onto an embedded AWS, with the same core as in the cloud."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Literal

from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.functions import intake, mapping_stream, reconcile, scan
from shared.conventions import SystemRole
from simulator.clock import START
from simulator.embedded_aws import (
    HUB_ACCOUNT,
    HUB_REGION,
    IDENTITY_STORE,
    EmbeddedAws,
    embedded_aws,
)
from simulator.lambda_service import EventSource, Function
from simulator.quirks import Quirks
from simulator.setup import BUS, LEDGER, MAPPINGS
from simulator.streams import StreamSource

# The time limit of each function, in seconds; the same as in the hub stack.
TIME_OUT = {"intake": 18, "reconcile": 120, "scan": 300, "mapping_stream": 60}
_AT_ONCE = 10
STREAM_LONGEST = 90 * 60
_FUNCTIONS = (intake, reconcile, scan, mapping_stream)


@contextmanager
def deployed_hub(
    *,
    mode: Literal["apply", "report"] = "apply",
    limit: RemovalLimit | None = None,
    identity_store_id: str = IDENTITY_STORE,
    page_limit: int | None = None,
    quirks: Quirks | None = None,
    start: datetime = START,
    over_http: bool = False,
) -> Iterator[EmbeddedAws]:
    """Start an embedded AWS with the hub deployed in it, at a time (UTC)."""
    with embedded_aws(
        identity_store_id=identity_store_id,
        page_limit=page_limit,
        quirks=quirks,
        start=start,
        over_http=over_http,
    ) as aws:
        cold_start()
        deploy(aws, mode, limit or RemovalLimit())
        try:
            yield aws
        finally:
            cold_start()


def cold_start() -> None:
    """Clear the cached clients of every function, as a new execution environment does."""
    for function in _FUNCTIONS:
        function.assemble.cache_clear()


def deploy(aws: EmbeddedAws, mode: Literal["apply", "report"], limit: RemovalLimit) -> None:
    """Connect the handlers to the queues, as the hub stack does."""
    store = aws.services.identity_store.store_id
    common = {
        # Source: botocore; the account-id endpoint of DynamoDB is one that moto does not route.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "STUDIO_HUB_ACCOUNT": HUB_ACCOUNT,
        "STUDIO_HUB_IDENTITY_STORE_ID": store,
        "STUDIO_HUB_IDENTITY_ACCOUNT": HUB_ACCOUNT,
        "STUDIO_HUB_MODE": mode,
        "STUDIO_HUB_REMOVAL_COUNT": str(limit.count),
        "STUDIO_HUB_REMOVAL_PERCENT": str(limit.percent),
        "STUDIO_HUB_BUS_NAME": BUS,
        "STUDIO_HUB_MAPPINGS_TABLE": MAPPINGS,
        "STUDIO_HUB_LEDGER_TABLE": LEDGER,
        "STUDIO_HUB_RECONCILE_QUEUE_URL": aws.queues["reconcile"].url,
        "STUDIO_HUB_SCAN_QUEUE_URL": aws.queues["scan"].url,
        "STUDIO_HUB_DELAYED_QUEUE_URL": aws.queues["delayed"].url,
        "STUDIO_HUB_DELAYED_QUEUE_ARN": aws.queues["delayed"].arn,
    }
    roles = {
        "intake": (intake.handler, f"StudioHub-Intake-{HUB_REGION}"),
        "mapping_stream": (mapping_stream.handler, f"StudioHub-MappingStream-{HUB_REGION}"),
        "reconcile": (reconcile.handler, SystemRole.RECONCILE.name_in(HUB_REGION)),
        "scan": (scan.handler, SystemRole.SCAN.name_in(HUB_REGION)),
    }
    functions = {
        name: Function(name, handler, common | aws.function_credentials(role), TIME_OUT[name])
        for name, (handler, role) in roles.items()
    }
    aws.lambdas.sources = [
        EventSource(aws.queues["events"], functions["intake"], _AT_ONCE, partial=True),
        EventSource(aws.queues["reconcile"], functions["reconcile"], 1, partial=False),
        EventSource(aws.queues["delayed"], functions["intake"], _AT_ONCE, partial=True),
        EventSource(aws.queues["scan"], functions["scan"], 1, partial=False),
    ]
    aws.lambdas.streams = [
        StreamSource(MAPPINGS, functions["mapping_stream"], _AT_ONCE, STREAM_LONGEST)
    ]
