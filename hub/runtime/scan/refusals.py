"""Remembers and reports which accounts refuse the hub."""

from datetime import datetime
from typing import NamedTuple

from hub.runtime import reporter, telemetry
from hub.runtime.decisions.checks import NO_DOMAIN, is_missing_domain
from hub.runtime.decisions.hub_state import AccessRefusal, HubState
from hub.runtime.ports import Clock, HubStateStore
from hub.runtime.problems import targets
from hub.runtime.scan import reports
from hub.runtime.scan.desired import DesiredReader
from hub.runtime.scan.mappings import Mappings
from shared.errors import PermanentError, TargetUnreachableError
from shared.model import Target
from shared.requests import ScanRequest


def refusal_of(
    target: Target, state: HubState, hub_state: HubStateStore, now: datetime
) -> AccessRefusal | None:
    """Return how an account refuses the role that changes profiles; None if it does not.

    A refusal in `state` is read again: a reconcile may have been let in since.
    """
    if target not in state.refused:
        return None
    return hub_state.state(newer_than=now).refused.get(target)


class Refusals(NamedTuple):
    """Remembers and reports the accounts that refuse the hub."""

    mappings: Mappings
    desired: DesiredReader
    hub_state: HubStateStore
    clock: Clock

    def is_open(self, request: ScanRequest, target: Target, state: HubState) -> bool:
        """Return whether an account that lists its profiles also lets the hub change them.

        The scan has no right to change anything. It relies on the refusals that `reconcile`
        recorded.
        """
        now = self.clock.now()
        refusal = refusal_of(target, state, self.hub_state, now)
        if refusal is None:
            return True
        if target in state.unreachable or refusal.is_forgotten(now):
            # The account is back, or nobody needed it for long. The next reconcile finds out.
            self.hub_state.remember_refusal(target, None)
            return True
        if not request.part:
            reporter.report(targets.unreachable(target, refusal.reason))
            self._count(request, target)
        return False

    def _count(self, request: ScanRequest, target: Target) -> None:
        """Count a target that refuses the hub, once a sweep, while rows name it."""
        if self.mappings.is_mapped(request, target) and not request.event_driven:
            telemetry.count("TargetsUnreachable")

    def report(self, error: PermanentError, request: ScanRequest, target: Target) -> None:
        """Report a target whose account refuses the hub, and count it once a sweep.

        A target without rows is not counted: the account may be closed. If no profile is left there
        either, nothing is reported.
        """
        if self.desired.is_over(request, target):
            reports.over(target)
            return
        if isinstance(error, TargetUnreachableError):
            # Not of a target that is over: a late scan would make a forgotten one known again.
            if target not in self.hub_state.state(newer_than=request.enqueued_at).unreachable:
                self.hub_state.remember_target(target, unreachable=str(error))
            reporter.report(targets.unreachable(target, str(error)))
        elif is_missing_domain(error):
            reporter.report(targets.domain_unusable(target, NO_DOMAIN))
        else:
            reporter.report(targets.unlisted(target, str(error)))
        self._count(request, target)
