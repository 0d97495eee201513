"""What awaits an operator: holds that await approval, and users whose profile is blocked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cli.hub_client import HubClient
from hub.runtime.decisions.holds import Hold, holds_of
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import DisruptionKind
from hub.runtime.problems import users
from shared.model import Target, UserId

_PROFILE: Final = "profile"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A user who waits, in which target and for what; `since` is UTC, None if unknown."""

    user_id: UserId
    user: str
    profile: str
    kind: str
    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that awaits an operator.

    Attributes:
        digest: the digest to approve it by; None if approval would not help.
        hold: the hold that the digest stands for; None for a blocked user.
    """

    target: Target
    cause: str
    reason: str
    remedy: str
    people: tuple[Waiting, ...]
    hold: Hold | None = None

    @property
    def digest(self) -> str | None:
        """Return the digest of its hold; None if it has no hold."""
        return self.hold.digest if self.hold else None

    def plain(self) -> dict[str, Any]:
        """Return it in the JSON form of a scenario's result."""
        return {
            "digest": self.digest,
            "target": str(self.target),
            "cause": self.cause,
            "reason": self.reason,
            "approvable": self.hold is not None,
            "people": [
                {
                    "user": each.user,
                    "profile": each.profile,
                    "kind": each.kind,
                    "reason": each.reason,
                }
                for each in self.people
            ],
        }


def holds(hub_client: HubClient, at: datetime, *, rejected: bool = False) -> Iterator[Hold]:
    """Yield the open holds of every target; with `rejected`, the rejected ones too."""
    for target in hub_client.limits.targets():
        for hold in holds_of(target, hub_client.limits.state(target).held.values(), at):
            if hold.is_open or rejected:
                yield hold


def waits(hub_client: HubClient, at: datetime, *, rejected: bool = False) -> tuple[Wait, ...]:
    """Return everything that awaits an operator: holds first, then blocked users."""
    return (*held(hub_client, at, rejected=rejected), *blocked(hub_client))


def held(hub_client: HubClient, at: datetime, *, rejected: bool = False) -> tuple[Wait, ...]:
    """Return what an approval lets begin; with `rejected`, what was rejected too."""
    return tuple(of_hold(hold) for hold in holds(hub_client, at, rejected=rejected))


def blocked(hub_client: HubClient) -> tuple[Wait, ...]:
    """Return the blocked users. Reads every record; RefusedError without the right to that."""
    stuck = sorted(
        (
            each
            for each in hub_client.ledger.everybody()
            if each.state is State.HELD and not each.hold
        ),
        key=lambda record: (record.target, record.user_name, record.user_id),
    )
    return tuple(map(of_record, stuck))


def of_hold(hold: Hold) -> Wait:
    """Return a hold as a Wait."""
    people = tuple(
        Waiting(
            each.disruption.user_id,
            each.disruption.user_name,
            each.disruption.profile_name,
            each.disruption.kind,
            each.disruption.reason,
            each.since,
        )
        for each in hold.disruptions
    )
    return Wait(hold.target, hold.cause, hold.why, hold.remedy, people, hold)


def of_record(record: Record) -> Wait:
    """Return a blocked user as a Wait."""
    obstacle = record.obstacle
    kind = users.OF_SKIP.get(obstacle.kind, users.REFUSED) if obstacle else users.REFUSED
    person = Waiting(
        record.user_id,
        record.user_name,
        record.profile_name,
        DisruptionKind.REMOVAL if record.is_leaving else _PROFILE,
        record.why,
        record.since,
    )
    remedy = kind.remedy.format(user=record.user_id, target=record.target)
    if kind is users.REFUSED:
        code = obstacle.code if obstacle else ""
        remedy = users.refused_remedy(code, record.user_id)
    return Wait(record.target, kind.name, record.why, remedy, (person,))
