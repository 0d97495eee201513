"""Measures the access review of a large company: reading the ledger, and writing each format."""

import gc
import time
from collections import Counter
from typing import Any, Final

from cli.benchmark.company import DirectWrites, Size, found
from cli.benchmark.costs import measured, megabytes, resident
from cli.commands.report import WRITERS
from cli.hub_client import now
from cli.progress import counting
from cli.report.reading import read
from cli.report.review import Source
from cli.simulation.deployment import deployed_hub
from cli.simulation.operator import SimulatedOperator
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.decisions.profile_events import event_of
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.setup import LEDGER

_MEGABYTE: Final = 1024 * 1024
_LARGE: Final = Size(users=10_000, groups=200, targets=50)


def report(size: Size = _LARGE) -> dict[str, Any]:
    """Return the cost of reading a report, and of writing it in each format.

    `memory_mb` is how much the process grew, with the review and its largest format in it.
    """
    with deployed_hub() as aws:
        found(aws, size)
        _add_history(aws)
        hub_client = SimulatedOperator(aws).hub_client
        calls: Counter[str] = Counter()
        # The embedded AWS counts the calls of the hub's functions alone.
        aws.dynamodb.meta.events.register(
            "before-call.dynamodb", lambda model, **_: calls.update([f"dynamodb.{model.name}"])
        )
        before = resident()
        with measured(aws) as cost:
            state = hub_client.state()
            source = Source(now(), "an operator", HUB_ACCOUNT, HUB_REGION, LEDGER)
            review = read(hub_client, state, source, None, counting)
        cost.calls = Counter(calls)
        growth, formats = max(cost.growth, resident() - before), {}
        for name, write in WRITERS.items():
            gc.collect()
            began = time.perf_counter()
            text = write(review).encode()
            formats[str(name)] = {
                "seconds": round(time.perf_counter() - began, 1),
                "megabytes": round(len(text) / _MEGABYTE, 1),
            }
            growth = max(growth, resident() - before)
        return {
            "rows": len(review.rows),
            "memory_mb": megabytes(growth),
            "formats": formats,
            **cost.plain(),
        }


def _add_history(aws: EmbeddedAws) -> None:
    """Give each user one event: that the profile was created."""
    direct: Any = DirectWrites()
    for record in tuple(DynamoLedger(aws.dynamodb, LEDGER).everybody()):
        event = event_of(None, record, now())
        DynamoLedger(direct, LEDGER).write(record, profile_event=event)
