"""Removals that one look found are weighed together: slots for all of them, or for none."""

from collections.abc import Iterable, Mapping

from hub.runtime.decisions.removal_limit import Cut
from hub.runtime.guard import weighed
from hub.runtime.scan.desired import Leaving, records_of, removals, verdicts
from hub.runtime.scan.ports import ScanPorts
from shared.model import Target, UserId
from shared.requests import ScanRequest


def weigh(cuts_in: Mapping[Target, Iterable[Cut]], world: ScanPorts) -> None:
    """Take slots, or write holds, for all the cuts in each target; whoever follows finds them.

    In report mode nothing is taken from anybody, so nothing is weighed.
    """
    if world.mode == "report":
        return
    for target, cuts in sorted(cuts_in.items()):
        together = tuple(cuts)
        if together:
            now = world.clock.now()
            weighed(target, together, world.limit, world.limits, world.ledger, now)


def weigh_leaving(
    request: ScanRequest,
    targets: Iterable[Target],
    world: ScanPorts,
    leaving: Leaving | None,
    whom: frozenset[UserId] | None = None,
) -> None:
    """Weigh the removals that leaving a group, or a changed mapping, leads to in some targets.

    Only those of the users `whom`, where that is given.
    """
    cuts = {}
    for target in sorted(set(targets)):
        records = records_of(target, world)
        called_for = verdicts(request, target, records, world, leaving)
        cuts[target] = [
            cut for cut in removals(called_for, records) if whom is None or cut.user_id in whom
        ]
    weigh(cuts, world)
