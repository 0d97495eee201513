"""Deploys the hub's own handlers onto an embedded AWS: the second wiring over the same core."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from hub.runtime.handlers import converge, intake
from hub.runtime.wiring import converge as converge_wiring
from hub.runtime.wiring import intake as intake_wiring
from shared.conventions import hub_role_names
from simulator.lambda_service import EventSource, Function
from simulator.quirks import Quirks
from simulator.setup import LEDGER, MAPPINGS
from simulator.world import HUB_ACCOUNT, HUB_REGION, IDENTITY_STORE, World, embedded_aws

# Seconds and messages: the same as in the hub stack.
_TIME_OUT = {"intake": 60, "converge": 120}
_EVENTS_AT_ONCE = 10


@contextmanager
def deployed_hub(
    *,
    mode: Literal["apply", "report"] = "apply",
    identity_store_id: str = IDENTITY_STORE,
    page_limit: int | None = None,
    quirks: Quirks | None = None,
) -> Iterator[World]:
    """Start an embedded AWS with the hub deployed in it."""
    with embedded_aws(
        identity_store_id=identity_store_id, page_limit=page_limit, quirks=quirks
    ) as world:
        cold_start()
        deploy(world, mode)
        try:
            yield world
        finally:
            cold_start()


def cold_start() -> None:
    """Let every function forget its world, as new execution environments do."""
    intake_wiring.world.cache_clear()
    converge_wiring.world.cache_clear()


def deploy(world: World, mode: Literal["apply", "report"]) -> None:
    """Connect the handlers to the queues, as the hub stack does."""
    store = world.services.identity_store.store_id
    common = {
        # Source: botocore; the account-id endpoint of DynamoDB is one that moto does not route.
        "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        "STUDIO_HUB_ACCOUNT": HUB_ACCOUNT,
        "STUDIO_HUB_IDENTITY_STORE_ID": store,
        "STUDIO_HUB_MODE": mode,
        "STUDIO_HUB_MAPPINGS_TABLE": MAPPINGS,
        "STUDIO_HUB_LEDGER_TABLE": LEDGER,
        "STUDIO_HUB_USERS_QUEUE_URL": world.queues["users"].url,
        "STUDIO_HUB_LATER_QUEUE_URL": world.queues["later"].url,
        "STUDIO_HUB_LATER_QUEUE_ARN": world.queues["later"].arn,
    }
    roles = {
        "intake": f"StudioHub-Intake-{HUB_REGION}",
        "converge": hub_role_names(HUB_REGION)[0],
    }
    functions = {
        name: Function(
            name, handler, common | world.function_credentials(roles[name]), _TIME_OUT[name]
        )
        for name, handler in (("intake", intake.handler), ("converge", converge.handler))
    }
    world.lambdas.sources = [
        EventSource(world.queues["events"], functions["intake"], _EVENTS_AT_ONCE, partial=True),
        EventSource(world.queues["users"], functions["converge"], 1, partial=False),
        EventSource(world.queues["later"], functions["intake"], _EVENTS_AT_ONCE, partial=True),
    ]
