"""A harness that applies plans: every kind of action once, two targets, and a fake recorder."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders import ADA, BECAUSE, LAB, NEW, NOON, OLD, SHOP, SUSPENDED_ROLE, THERE, app
from fake_studio import FakeAccess, FakeStudio
from fakes import FakeClock

from hub.runtime.decisions.actions import (
    Action,
    Assign,
    ChangeRole,
    Create,
    Delete,
    DeleteSpace,
    Discard,
    Plan,
    Resume,
    Revoke,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.outcome import Outcome
from hub.runtime.reconcile.apply import Applier
from shared.errors import (
    NotYetPropagatedError,
    RefusedError,
    RetryableError,
    TargetUnreachableError,
)
from shared.model import Target

CREATE, ASSIGN = Create(ADA, LAB, "ada", NEW, BECAUSE), Assign(ADA, LAB, "ada")
CHANGE = ChangeRole(ADA, LAB, "ada", OLD, NEW, BECAUSE)
RESUME = Resume(ADA, LAB, "ada", NEW, BECAUSE)
REVOKE, SUSPEND = Revoke(ADA, LAB, "ada", "left"), Suspend(ADA, LAB, "ada", SUSPENDED_ROLE, "left")
STOP_A, STOP_B = (StopApp(ADA, LAB, "ada", app(name)) for name in "ab")
SPACE, DELETE = DeleteSpace(ADA, LAB, "ada", "lab"), Delete(ADA, LAB, "ada", "left")
DISCARD = Discard(ADA, LAB, "ada", "it is Failed")
IN_USE, INVALID = RefusedError("ResourceInUse", "in use"), RefusedError("ValidationException", "no")
DENIED = RefusedError("AccessDeniedException", "no")
UNDER_WAY = NotYetPropagatedError("under way")
THROTTLED, CLOSED = RetryableError("throttled"), TargetUnreachableError("closed")


@dataclass
class NotedCalls:
    """A fake recorder that notes its calls, and fails as if another worker had written."""

    notes_written: list[str] = field(default_factory=list)
    begin_fails: bool = False
    ledger_refuses: bool = False
    recording_fails: bool = False
    wanted: datetime = NOON

    def begin(self, actions: Iterable[Action]) -> Mapping[Target, str]:
        """Note the start of actions."""
        if self.begin_fails:
            return {action.target: "another worker wrote this record" for action in actions}
        if self.ledger_refuses:
            raise INVALID
        self.notes_written += [f"begin {type(action).__name__}" for action in actions]
        return {}

    def wanted_since(self, action: Action) -> datetime:
        """Return since when every action here is desired."""
        del action
        return self.wanted

    def record_outcome(self, outcome: Outcome) -> None:
        """Note the outcome."""
        self.notes_written.append(f"{type(outcome).__name__} {type(outcome.action).__name__}")

    def flush(self, deferrable: Collection[Target] = ()) -> Mapping[Target, str]:
        """Return that nothing could be written, or that everything is."""
        return dict.fromkeys(deferrable, "another worker wrote it") if self.recording_fails else {}


@dataclass
class ApplyHarness:
    """Applies plans; the user has the old role in both targets."""

    studio: FakeStudio = field(
        default_factory=lambda: FakeStudio({(LAB, "ada"): THERE, (SHOP, "ada"): THERE})
    )
    notes: NotedCalls = field(default_factory=NotedCalls)
    assigned: bool = False
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOON))

    def apply(
        self, *actions: Action, seconds: float = 120, unread: Collection[Target] = ()
    ) -> tuple[Outcome, ...]:
        """Apply actions and return their outcomes."""
        access = FakeAccess(self.studio)
        if self.assigned:
            access.assigned.add((f"application of {LAB}", ADA.id))
        deadline = NOON + timedelta(seconds=seconds)
        applier = Applier(self.studio, access, self.clock)
        return applier.apply(Plan(actions, (), ()), deadline, self.notes, unread)

    def record_outcome(self, *actions: Action, seconds: float = 120) -> list[str]:
        """Return the outcome of each action as text."""
        found = self.apply(*actions, seconds=seconds)
        return [f"{type(each).__name__} {type(each.action).__name__}" for each in found]

    @property
    def calls(self) -> list[str]:
        """Return the calls made in the target LAB."""
        return [what for what, target in self.studio.calls if target == LAB]


def elsewhere(action: Action) -> Action:
    """Return the same action in the other target."""
    return action._replace(target=SHOP)
