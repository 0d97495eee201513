"""Records the effects of each step: what changed, and which problems opened and closed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.reported import Json, Reported
from simulator.result import changed, refused_operations
from simulator.steps import Step
from simulator.story import Story

T = TypeVar("T")


@dataclass(slots=True)
class StepLog:
    """Records each step after it ran, for `Story.play`; `says` describes a step."""

    story: Story
    says: Callable[[Step], str]
    steps: list[Json] = field(default_factory=list)
    _reported: Reported = field(default_factory=Reported)
    _seen: dict[str, int] = field(default_factory=dict)

    def note(self, word: str, step: Step) -> None:
        """Record a step and its effects."""
        noted: Json = {"step": word, "says": self.says(step)}
        lists = ("changes", "problems", "resolved_problems", "unmet")
        self.steps.append(noted | {name: [] for name in lists})
        self.close()

    def close(self) -> None:
        """Add the remaining effects to the last step; held-back events arrive after it."""
        aws = self.story.aws
        opened, closed = self._reported.read(self._new("log", aws.lambdas.log))
        changes = self._new("changes", aws.gateway.changes)
        refusals = self._new("refusals", self.story.refusals)
        unmet = self._new("unmet", self.story.unmet)
        if self.steps:
            last = self.steps[-1]
            last["changes"] += map(changed, changes)
            last["problems"] += [*opened, *refused_operations(refusals)]
            last["resolved_problems"] += closed
            last["unmet"] += unmet

    def _new(self, name: str, items: Sequence[T]) -> Sequence[T]:
        """Return the items added to a list since the last call."""
        new = items[self._seen.get(name, 0) :]
        self._seen[name] = len(items)
        return new
