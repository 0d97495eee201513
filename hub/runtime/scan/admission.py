"""Removals that one look found are weighed together: slots for all of them, or for none."""

from collections.abc import Iterable, Mapping

from hub.runtime.decisions.removal_limit import Disruption
from hub.runtime.guard import reserve_slots
from hub.runtime.scan.desired import Leaving, decisions, records_of, removals
from hub.runtime.scan.ports import ScanPorts
from shared.model import Target, UserId
from shared.requests import ScanRequest


def admit(disruptions_in: Mapping[Target, Iterable[Disruption]], world: ScanPorts) -> None:
    """Take slots, or write holds, for all the cuts in each target; whoever follows finds them.

    In report mode nothing is taken from anybody, so nothing is weighed.
    """
    if world.mode == "report":
        return
    for target, disruptions in sorted(disruptions_in.items()):
        together = tuple(disruptions)
        if together:
            now = world.clock.now()
            reserve_slots(target, together, world.limit, world.limits, world.ledger, now)


def admit_leaving(
    request: ScanRequest,
    targets: Iterable[Target],
    world: ScanPorts,
    leaving: Leaving | None,
    whom: frozenset[UserId] | None = None,
) -> None:
    """Weigh the removals that leaving a group, or a changed mapping, leads to in some targets.

    Only those of the users `whom`, where that is given.
    """
    disruptions = {}
    for target in sorted(set(targets)):
        records = records_of(target, world)
        desired = decisions(request, target, records, world, leaving)
        disruptions[target] = [
            disruption
            for disruption in removals(desired, records)
            if whom is None or disruption.user_id in whom
        ]
    admit(disruptions, world)
