"""A harness that reconciles Ada: a row grants its group's role in the target LAB."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from builders import ADA, LAB, MINUTE, NOON, row
from fake_limits import FakeLimits
from fake_studio import FakeAccess, FakeStudio
from fakes import (
    FakeBus,
    FakeClock,
    FakeDirectory,
    FakeGroupSnapshots,
    FakeHubState,
    FakeLedger,
    FakeMappings,
    FakeUnmanagedProfiles,
)

from hub.runtime import reporter
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.guard import Guard
from hub.runtime.reconcile.apply import Applier
from hub.runtime.reconcile.observe import TargetObserver, UserObserver
from hub.runtime.reconcile.reconciler import Reconciler, RecorderPorts
from hub.runtime.reconcile.result import Result
from shared.model import GroupId, MappingTable
from shared.requests import ReconcileRequest

ROW = row("a")
GROUP = GroupId("id-a")
MEMBERSHIP = "membership-of-ada"


@dataclass
class ReconcileHarness:
    """A reconciler over fakes; Ada is in the group of the row, and its role is checked."""

    mode: Literal["apply", "report"] = "apply"
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))
    studio: FakeStudio = field(default_factory=FakeStudio)
    ledger: FakeLedger = field(default_factory=FakeLedger)

    def __post_init__(self) -> None:
        """Assemble the reconciler as its function does."""
        self.hub_state = FakeHubState(
            self.clock, HubState(checked_roles={LAB: frozenset({ROW.role_arn})})
        )
        directory = FakeDirectory(
            ids={ROW.group: GROUP}, users={ADA.id: ADA}, joined={ADA.id: {GROUP: MEMBERSHIP}}
        )
        self.reconciler = Reconciler(
            mode=self.mode,
            users=UserObserver(
                directory,
                FakeMappings(self.clock, MappingTable((ROW,))),
                GroupResolver(directory, self.hub_state, self.clock),
                self.ledger,
                FakeGroupSnapshots(),
            ),
            targets=TargetObserver(self.studio, FakeUnmanagedProfiles(), self.clock),
            guard=Guard(RemovalLimit(5, 10), FakeLimits(), self.ledger),
            applier=Applier(self.studio, FakeAccess(self.studio), self.clock),
            recorder_ports=RecorderPorts(self.ledger, FakeBus()),
            hub_state=self.hub_state,
            clock=self.clock,
        )

    def reconcile(self, enqueued_at: datetime = NOON - MINUTE) -> Result:
        """Reconcile Ada for a request of this time."""
        request = ReconcileRequest(ADA.id, enqueued_at, "an-event", enqueued_at)
        with reporter.run(self.hub_state):
            return self.reconciler.reconcile(request, self.clock.now() + 10 * MINUTE)
