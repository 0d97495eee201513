"""What an explanation tells besides the foretold plan: who the user is, and which hub this is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.runtime.decisions.decision import Applies, DesiredProfile, RowAnswer
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.mapping_rows import group_id
from hub.runtime.decisions.protection import protected_profile
from hub.runtime.decisions.record import RETRIED, Record
from hub.runtime.problems.users import OF_SKIP, refused_remedy
from hub.runtime.reconcile.explain import Explanation, TargetExplanation
from shared.model import GroupId, Target, UserId


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation with the hub's state; `mode` is `apply`, `report`, or empty if unknown."""

    explanation: Explanation
    state: HubState
    mode: str
    now: datetime

    @property
    def user_id(self) -> UserId:
        """Return the id of the user."""
        return self.explanation.user.snapshot.person.id

    @property
    def user_name(self) -> str:
        """Return the user name in the directory, else the last one in the ledger."""
        user = self.explanation.user
        names = (record.user_name for record in user.records.values())
        return user.snapshot.person.name or next(names, "")

    @property
    def kept_until(self) -> datetime | None:
        """Return until when (UTC) nothing of the user is removed; None for no such order."""
        until = self.state.kept.get(self.user_id)
        return until if until and until > self.now else None

    @property
    def is_protected(self) -> bool:
        """Return whether nothing of the user is ever removed."""
        return self.user_id in self.state.protected

    def is_profile_protected(self, target: Target, record: Record | None) -> bool:
        """Return whether nothing of the user's profile in a target is ever removed."""
        name = record.profile_name if record else ""
        return bool(name) and protected_profile(target, name) in self.state.protected

    @property
    def mapped_groups(self) -> Mapping[GroupId, str]:
        """Return the user's groups that mappings name, and these names."""
        user = self.explanation.user
        ids = {group_id(row, user.snapshot.groups): row.group for row in user.table.rows}
        return {
            id_: name
            for id_, name in sorted(ids.items(), key=lambda each: each[1])
            if isinstance(id_, str) and id_ in user.snapshot.member_of
        }

    def shown(self, only: Target | None = None) -> tuple[TargetExplanation, ...]:
        """Return the targets that concern the user, or the one that was asked for."""
        found = self.explanation.targets
        return tuple(
            each
            for each in found
            if each.concerns
            or each.target == only
            or any(answer.reason.applies is not Applies.NO for answer in each.answers)
        )


def wins(answer: RowAnswer, each: TargetExplanation) -> bool:
    """Return whether a row gives the role that the target's decision calls for."""
    decision = each.decision
    return isinstance(decision, DesiredProfile) and (
        answer.reason.applies is Applies.YES and answer.group == decision.because[0].group
    )


def obstacle_remedy(record: Record) -> str:
    """Return what to do about what is in a record's way; empty for nothing, or if it passes."""
    obstacle = record.obstacle
    if obstacle is None or obstacle.kind == RETRIED:
        return ""
    kind = OF_SKIP.get(obstacle.kind)
    if kind is None:
        return refused_remedy(obstacle.code, record.user_id)
    return kind.remedy.format(user=record.user_id, target=record.target)
