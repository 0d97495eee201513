"""A harness that records one user in one target over several reconciles."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from builders import (
    ACTIVE,
    ADA,
    BECAUSE,
    DAY,
    LAB,
    MINUTE,
    NEW,
    NOON,
    OLD,
    SUSPENDED_ROLE,
    THERE,
    app,
)
from fakes import FakeBus, FakeClock, FakeLedger

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Delete,
    DeleteSpace,
    InSync,
    Plan,
    Revoke,
    Skip,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.observed import ObservedProfile
from hub.runtime.decisions.outcome import Applied, Outcome
from hub.runtime.decisions.profile_events import ProfileEventType
from hub.runtime.decisions.record import Access, MemberChanges, Record, State
from hub.runtime.reconcile.observe import ObservationFailure, TargetObservations, UserSnapshot
from hub.runtime.reconcile.recorder import Recorder
from shared.model import DirectorySnapshot, MappingTable
from shared.requests import ReconcileRequest

CREATE, ASSIGN = Create(ADA, LAB, "ada", NEW, BECAUSE), Assign(ADA, LAB, "ada")
CHANGE = ChangeRole(ADA, LAB, "ada", OLD, NEW, BECAUSE)
REVOKE, SUSPEND = Revoke(ADA, LAB, "ada", "left"), Suspend(ADA, LAB, "ada", SUSPENDED_ROLE, "left")
STOP, SPACE = StopApp(ADA, LAB, "ada", app()), DeleteSpace(ADA, LAB, "ada", "lab")
REQUEST = ReconcileRequest(ADA.id, NOON, "an-event", NOON - MINUTE)
DELETE = Delete(ADA, LAB, "ada", "left", "200005")
SUSPENDED_NOW = replace(THERE, role_arn=SUSPENDED_ROLE, modified="later")
LEAVING = replace(
    ACTIVE, state=State.REMOVING, access=Access.REVOKED, started=NOON, retain_until=NOON + 30 * DAY
)


@dataclass
class RecorderHarness:
    """Successive reconciles of one user, over the same ledger."""

    ledger: FakeLedger = field(default_factory=FakeLedger)
    changes: MemberChanges = field(default_factory=MemberChanges)
    bus: FakeBus = field(default_factory=FakeBus)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))

    def open(
        self,
        decision: DesiredProfile | Removal,
        now: datetime = NOON,
        request: ReconcileRequest = REQUEST,
    ) -> Recorder:
        """Start a reconcile, and return its recorder."""
        snapshot = DirectorySnapshot(ADA, frozenset(), {})
        records = self.ledger.records(ADA.id)
        user_snapshot = UserSnapshot(
            snapshot,
            MappingTable(()),
            records,
            complete=True,
            memberships=frozenset(),
            changes=self.changes,
        )
        self.clock = FakeClock(now)
        self.recorder = Recorder(
            self.ledger, self.bus, self.clock, user_snapshot, [decision], request
        )
        return self.recorder

    def plans(
        self,
        *parts: Skip | InSync | ObservationFailure,
        profile: ObservedProfile | None = None,
    ) -> None:
        """Record a pass that needed no action, after the profile was observed."""
        blocked = tuple(each for each in parts if isinstance(each, ObservationFailure))
        skips = tuple(each for each in parts if isinstance(each, Skip))
        in_sync = tuple(each for each in parts if isinstance(each, InSync))
        seen = TargetObservations({LAB: profile}, blocked, complete=True)
        self.recorder.record_plan(Plan((), skips, in_sync), seen)
        self.recorder.flush()

    def does(self, action: Action, becomes: Outcome | None = None) -> Record:
        """Start an action and record its outcome; return the record after it."""
        self.recorder.begin([action])
        self.recorder.record_outcome(becomes or Applied(action))
        self.recorder.flush()
        return self.record

    @property
    def record(self) -> Record:
        """Return the ledger's record."""
        return self.ledger.rows[ADA.id, LAB]

    @property
    def published(self) -> list[ProfileEventType]:
        """Return the types of the events in the history."""
        return [each.what for each in self.ledger.published]


def knowing(record: Record | None) -> RecorderHarness:
    """Return a harness whose ledger has a record."""
    rows = {(ADA.id, LAB): replace(record, version=1)} if record else {}
    return RecorderHarness(FakeLedger(rows=rows))
