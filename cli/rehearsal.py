"""Deploys the hub's own handlers onto an embedded AWS: the second wiring over the same core."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from hub.runtime.handlers import converge, intake, look, mappings
from hub.runtime.wiring import converge as converge_wiring
from hub.runtime.wiring import intake as intake_wiring
from hub.runtime.wiring import look as look_wiring
from hub.runtime.wiring import mappings as mappings_wiring
from shared.conventions import hub_role_names
from shared.guard import RemovalLimit
from simulator.lambda_service import EventSource, Function
from simulator.quirks import Quirks
from simulator.setup import BUS, LEDGER, MAPPINGS
from simulator.streams import StreamSource
from simulator.world import HUB_ACCOUNT, HUB_REGION, IDENTITY_STORE, World, embedded_aws

# Seconds and messages: the same as in the hub stack.
TIME_OUT = {"intake": 18, "converge": 120, "look": 300, "mappings": 60}
_AT_ONCE = 10
STREAM_LONGEST = 90 * 60
_WIRINGS = (intake_wiring, converge_wiring, look_wiring, mappings_wiring)


@contextmanager
def deployed_hub(
    *,
    mode: Literal["apply", "report"] = "apply",
    limit: RemovalLimit | None = None,
    identity_store_id: str = IDENTITY_STORE,
    page_limit: int | None = None,
    quirks: Quirks | None = None,
) -> Iterator[World]:
    """Start an embedded AWS with the hub deployed in it."""
    with embedded_aws(
        identity_store_id=identity_store_id, page_limit=page_limit, quirks=quirks
    ) as world:
        cold_start()
        deploy(world, mode, limit or RemovalLimit())
        try:
            yield world
        finally:
            cold_start()


def cold_start() -> None:
    """Let every function forget its world, as new execution environments do."""
    for wiring in _WIRINGS:
        wiring.world.cache_clear()


def deploy(world: World, mode: Literal["apply", "report"], limit: RemovalLimit) -> None:
    """Connect the handlers to the queues, as the hub stack does."""
    store = world.services.identity_store.store_id
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
        "STUDIO_HUB_USERS_QUEUE_URL": world.queues["users"].url,
        "STUDIO_HUB_LOOKS_QUEUE_URL": world.queues["looks"].url,
        "STUDIO_HUB_LATER_QUEUE_URL": world.queues["later"].url,
        "STUDIO_HUB_LATER_QUEUE_ARN": world.queues["later"].arn,
    }
    converge_role, look_role = hub_role_names(HUB_REGION)
    roles = {
        "intake": (intake.handler, f"StudioHub-Intake-{HUB_REGION}"),
        "mappings": (mappings.handler, f"StudioHub-Mappings-{HUB_REGION}"),
        "converge": (converge.handler, converge_role),
        "look": (look.handler, look_role),
    }
    functions = {
        name: Function(name, handler, common | world.function_credentials(role), TIME_OUT[name])
        for name, (handler, role) in roles.items()
    }
    world.lambdas.sources = [
        EventSource(world.queues["events"], functions["intake"], _AT_ONCE, partial=True),
        EventSource(world.queues["users"], functions["converge"], 1, partial=False),
        EventSource(world.queues["later"], functions["intake"], _AT_ONCE, partial=True),
        EventSource(world.queues["looks"], functions["look"], 1, partial=False),
    ]
    world.lambdas.streams = [
        StreamSource(MAPPINGS, functions["mappings"], _AT_ONCE, STREAM_LONGEST)
    ]
