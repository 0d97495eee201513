"""Admits the removals of one scan together: slots for all of them, or for none."""

from collections.abc import Iterable, Mapping

from hub.runtime.decisions.removal_limit import Disruption
from hub.runtime.scan.desired import Leaving, decisions, records_of, removals
from hub.runtime.scan.ports import ScanPorts
from shared.model import Target, UserId
from shared.requests import ScanRequest


def admit(
    disruptions_in: Mapping[Target, Iterable[Disruption]],
    ports: ScanPorts,
    *,
    readmits: bool = False,
) -> None:
    """Reserve slots for all disruptions of each target, or write holds for all of them.

    The reconciles that follow find the slots or the holds. Report mode takes nothing from anybody,
    so nothing is admitted. `readmits` as in `Guard.reserve`.
    """
    if ports.mode == "report":
        return
    for target, disruptions in sorted(disruptions_in.items()):
        together = tuple(disruptions)
        if together:
            ports.guard.reserve(target, together, ports.clock.now(), readmits=readmits)


def admit_leaving(
    request: ScanRequest,
    targets: Iterable[Target],
    ports: ScanPorts,
    leaving: Leaving | None,
    whom: frozenset[UserId] | None = None,
) -> None:
    """Admit the removals that follow from a left group or a changed mapping in some targets.

    `whom`, if given, limits them to those users.
    """
    disruptions = {}
    for target in sorted(set(targets)):
        records = records_of(target, ports)
        desired = decisions(request, target, records, ports, leaving)
        disruptions[target] = [
            disruption
            for disruption in removals(desired, records)
            if whom is None or disruption.user_id in whom
        ]
    admit(disruptions, ports)
