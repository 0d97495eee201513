"""Admits the removals of one scan together: slots for all of them, or for none."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.protection import is_protected
from hub.runtime.decisions.removal_limit import Disruption
from hub.runtime.guard import Guard
from hub.runtime.ports import Clock
from hub.runtime.scan.desired import DesiredReader, Leaving, removals
from shared.model import Target, UserId
from shared.requests import ScanRequest


class JointAdmission(NamedTuple):
    """Admits disruptions before anybody is queued: the reconciles find the slots or the holds.

    Report mode takes nothing from anybody, so nothing is admitted.
    """

    mode: Literal["apply", "report"]
    guard: Guard
    desired: DesiredReader
    clock: Clock

    def admit(
        self, disruptions_in: Mapping[Target, Iterable[Disruption]], *, readmits: bool = False
    ) -> None:
        """Reserve slots for all disruptions of each target, or write holds for all of them.

        `readmits` as in `Guard.reserve`.
        """
        if self.mode == "report":
            return
        for target, disruptions in sorted(disruptions_in.items()):
            together = tuple(disruptions)
            if together:
                self.guard.reserve(target, together, self.clock.now(), readmits=readmits)

    def admit_unprotected(
        self, disruptions_in: Mapping[Target, Iterable[Disruption]], state: HubState
    ) -> None:
        """Admit the disruptions of users and profiles that the state does not protect."""
        now = self.clock.now()
        self.admit(
            {
                target: [
                    each
                    for each in disruptions
                    if not is_protected(each.user_id, target, each.profile_name, state, now)
                ]
                for target, disruptions in disruptions_in.items()
            }
        )

    def admit_leaving(
        self,
        request: ScanRequest,
        targets: Iterable[Target],
        leaving: Leaving | None,
        whom: frozenset[UserId] | None = None,
    ) -> None:
        """Admit the removals that follow from a left group or a changed mapping in some targets.

        `whom`, if given, limits them to those users.
        """
        disruptions = {}
        for target in sorted(set(targets)):
            records = self.desired.records_of(target)
            desired = self.desired.decisions(request, target, records, leaving)
            disruptions[target] = [
                disruption
                for disruption in removals(desired, records)
                if whom is None or disruption.user_id in whom
            ]
        self.admit(disruptions)
