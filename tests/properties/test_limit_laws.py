"""The removal limit over any sequence of requests: an hour never has more than it allows."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Disruption,
    DisruptionKind,
    HeldDisruption,
    LimitState,
    RemovalLimit,
    admit,
)
from shared.model import UserId

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAWS = settings(deadline=None, max_examples=300)

limits = st.builds(RemovalLimit, st.sampled_from([0, 1, 2, 5]), st.sampled_from([0, 10, 30, 100]))
causes = st.sampled_from(["", "", "", "", "last-row", "emptied"])
kinds = st.sampled_from([DisruptionKind.REMOVAL] * 3 + [DisruptionKind.ROLE_CHANGE])


@dataclass(frozen=True)
class Wish:
    """Users who are to lose something, so many minutes after the wish before."""

    minutes: int
    people: frozenset[int]
    kind: DisruptionKind
    cause: str
    approves: bool
    alone: bool


wishes = st.lists(
    st.builds(
        Wish,
        st.sampled_from([0, 1, 20, 59, 60, 61]),
        st.frozensets(st.integers(0, 29), min_size=1, max_size=8),
        kinds,
        causes,
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
)


@dataclass
class TargetModel:
    """A target with so many profiles, and all disruptions that ever began there with a slot."""

    limit: RemovalLimit
    people: frozenset[UserId]
    now: datetime = NOON
    at: LimitState = field(default_factory=LimitState)
    gone: set[UserId] = field(default_factory=set)
    began: list[tuple[datetime, UserId]] = field(default_factory=list)

    def wish(self, wish: Wish) -> None:
        """Admit or hold a wish, and write the outcome as a worker does."""
        self.now += timedelta(minutes=wish.minutes)
        whom = [UserId(f"u-{n:02d}") for n in sorted(wish.people)]
        disruptions = [
            Disruption(u, "n", "p", wish.kind, "why", wish.cause) for u in whom if u in self.here()
        ]
        population = self.here() | self.at.taken(self.now)
        held_before = dict(self.at.held)
        by = {"alone": wish.alone, "readmits": not wish.alone}
        found = admit(disruptions, self.limit, self.at, self.here(), self.now, **by)
        self.began += [(self.now, user) for user in found.take]
        taken = {u: self.at.slots[u] for u in self.at.taken(self.now)}
        may = {disruption.user_id for disruption in disruptions} - found.refused.keys()
        held = {u: e for u, e in held_before.items() if u not in may or e.is_approved(self.now)}
        held |= {each.disruption.user_id: each for each in found.hold}
        if wish.alone:
            held |= self.noted(disruptions, held)
        self.at = LimitState(taken | dict.fromkeys(found.take, self.now), held)
        self.gone |= may if wish.kind is DisruptionKind.REMOVAL else set()
        self.check(wish, disruptions, population, held_before, may, found.take)
        if wish.approves:
            self.approve()

    def noted(
        self, disruptions: list[Disruption], held: dict[UserId, HeldDisruption]
    ) -> dict[UserId, HeldDisruption]:
        """Return the holds of which a reconcile notes whether their cause is over."""
        return {
            c.user_id: each._replace(is_over=bool(each.disruption.cause) and not c.cause)
            for c in disruptions
            if (each := held.get(c.user_id)) and each.disruption.kind is c.kind
        }

    def here(self) -> frozenset[UserId]:
        """Return the users with a profile whose removal has not begun."""
        return self.people - self.gone

    def approve(self) -> None:
        """Approve all that is held now, for three days."""
        until = self.now + timedelta(hours=72)
        held = {u: each._replace(approved_until=until) for u, each in self.at.held.items()}
        self.at = self.at._replace(held=held)

    def check(
        self,
        wish: Wish,
        disruptions: list[Disruption],
        population: frozenset[UserId],
        held_before: dict[UserId, HeldDisruption],
        may: set[UserId],
        took: tuple[UserId, ...],
    ) -> None:
        """Check the laws of one admission."""
        lately = [user for at, user in self.began if at > self.now - HOUR]
        # A rolling hour never has more than the limit for those who exist or have begun.
        assert not took or len(lately) <= self.limit.of(len(population))
        # Each slot is taken once.
        assert len(set(lately)) == len(lately)
        # Nobody begins without a slot of this hour or an approval.
        for user in may:
            known = held_before.get(user)
            approved = known is not None and known.is_approved(self.now)
            assert user in lately or approved
        # Nobody held for an approval begins without it, and no cause is skipped. A disruption whose
        # cause is over is admitted anew, with all that a scan found together.
        for disruption in disruptions:
            known = held_before.get(disruption.user_id)
            if known is not None and known.disruption.kind is not disruption.kind:
                known = None
            is_over = known is not None and known.is_over and known.disruption.cause != ""
            if disruption.cause or (known is not None and (wish.alone or not is_over)):
                approved = known is not None and known.is_approved(self.now)
                assert (disruption.user_id in may) is approved
        # All users who request a slot get one, or none of them does.
        asking = [c.user_id for c in disruptions if not c.cause and c.user_id in may]
        newly = {
            u
            for u, each in self.at.held.items()
            if u not in held_before or each.disruption is not held_before[u].disruption
        }
        by_limit = {u for u in newly if self.at.held[u].cause == LIMIT}
        assert not (by_limit and set(asking) & set(took))


@LAWS
@given(limits, st.integers(0, 30), wishes)
def test_no_hour_has_more_disruptions_than_the_limit_allows(
    limit: RemovalLimit, people: int, told: list[Wish]
) -> None:
    """Law 7, over any sequence of requests, hours and approvals."""
    model = TargetModel(limit, frozenset(UserId(f"u-{n:02d}") for n in range(people)))

    for wish in told:
        model.wish(wish)


@LAWS
@given(limits, st.lists(st.integers(0, 29), unique=True, max_size=20), st.integers(1, 30))
def test_a_limit_that_is_not_reached_holds_nobody(
    limit: RemovalLimit, order: list[int], people: int
) -> None:
    """A single user begins as long as a slot is free: the guard delays nobody without need."""
    everybody = frozenset(UserId(f"u-{n:02d}") for n in range(people))
    at = LimitState()
    for number, n in enumerate(order):
        user = UserId(f"u-{n:02d}")
        disruption = Disruption(user, "n", "p", DisruptionKind.REMOVAL, "why")
        found = admit([disruption], limit, at, everybody, NOON)

        may = number < limit.of(len(everybody | at.taken(NOON)))
        assert (found.take == (user,)) is may
        if not may:
            return
        at = LimitState({**at.slots, user: NOON})
