"""What waits for a person: holds that wait for a word, and people in whose way something stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cli.hub_client import HubClient
from hub.runtime.decisions.actions import SkipKind
from hub.runtime.decisions.holds import Hold, holds_of
from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import DisruptionKind
from hub.runtime.guard import remedy
from shared.model import Target, UserId

# Studio refused to create a profile, and does not say of what is in the way.
_IN_THE_WAY: Final = "in-the-way"
_PROFILE: Final = "profile"
_WAYS_OUT: Final = {
    SkipKind.SHARED_SPACE: "copy what is needed from the shared space and delete it by hand; the "
    "removal goes on by itself then",
    SkipKind.BY_HAND: "end the sign-in in the domain's console, then delete private spaces and "
    "profile by hand, then: studio-hub sweep --user {user}",
    SkipKind.NOT_OURS: "take it over: studio-hub adopt {user} --target {target}; or delete it by "
    "hand, then: studio-hub sweep --user {user}",
    SkipKind.NAME_TAKEN: "wait until the other person's profile is deleted, or delete it by hand; "
    "the next hourly sweep tries again, and at once: studio-hub sweep --user {user}",
    _IN_THE_WAY: "find the domain's profile with this user name, and delete it if it is not "
    "needed; the next hourly sweep tells whose it is, and tries again",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits, in which target, and for what; `since` is UTC and None where nobody knows."""

    user_id: UserId
    user: str
    profile: str
    kind: str
    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits for a person.

    Attributes:
        digest: by which it is approved; None where approving would not help.
        hold: what the digest stands for.
    """

    target: Target
    cause: str
    reason: str
    remedy: str
    people: tuple[Waiting, ...]
    hold: Hold | None = None

    @property
    def digest(self) -> str | None:
        """Return the digest of its hold."""
        return self.hold.digest if self.hold else None

    def plain(self) -> dict[str, Any]:
        """Return it as the JSON of a story's end has it."""
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
    """Yield what waits for a word in every target, with what was rejected if asked."""
    for target in hub_client.limits.targets():
        for hold in holds_of(target, hub_client.limits.of(target).held.values(), at):
            if hold.is_open or rejected:
                yield hold


def waits(hub_client: HubClient, at: datetime, *, rejected: bool = False) -> tuple[Wait, ...]:
    """Return all that waits for a person: holds first, then people in whose way something is."""
    stuck = sorted(
        (
            each
            for each in hub_client.ledger.everybody()
            if each.state is State.HELD and not each.hold
        ),
        key=lambda record: (record.target, record.user_name, record.user_id),
    )
    found = [of_hold(hold) for hold in holds(hub_client, at, rejected=rejected)]
    return (*found, *map(_of_record, stuck))


def of_hold(hold: Hold) -> Wait:
    """Return a hold as something that waits."""
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
    return Wait(hold.target, hold.cause, hold.why, remedy(hold), people, hold)


def _of_record(record: Record) -> Wait:
    cause = _cause(record)
    kind = DisruptionKind.REMOVAL if record.is_leaving else _PROFILE
    way = _WAYS_OUT[cause].format(user=record.user_id, target=record.target)
    person = Waiting(
        record.user_id, record.user_name, record.profile_name, kind, record.reason, record.since
    )
    return Wait(record.target, str(cause), record.reason, way, (person,))


def _cause(record: Record) -> str:
    """Return what stands in somebody's way, as the plan said it in the record's reason."""
    if record.is_leaving:
        shares = "what others may use" in record.reason
        return SkipKind.SHARED_SPACE if shares else SkipKind.BY_HAND
    if "belongs to another person" in record.reason:
        return SkipKind.NAME_TAKEN
    return SkipKind.NOT_OURS if "is not ours" in record.reason else _IN_THE_WAY
