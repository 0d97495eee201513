"""The laws that hold for every story; the hub runs as deployed, on the embedded AWS."""

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from stories import writes
from towns import NO_SPOKE, ONE, TWO, USERS, Act, Town, acts

from cli.rehearsal import cold_start, deployed_hub
from shared.model import Target
from simulator.faults import Call, Fault
from simulator.lambda_service import Crash

STORIES = settings(
    max_examples=20,
    deadline=None,
    print_blob=True,
    # A story is a dozen acts at most; to shrink one would take minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@STORIES
@given(story=acts())
def test_convergence_idempotence_and_only_ours(story: list[Act]) -> None:
    """Laws 1, 2, 5: one look gives what is called for, the next writes nothing, ours alone."""
    with deployed_hub(page_limit=1) as world:
        town = Town(world)
        foreign = town.foreign()
        for act in story:
            town.do(act)
            if act.kind == "restart":
                cold_start()
            while town.events:
                world.deliver(town.events.pop(0))
                world.run()
        world.wait(3600)
        world.gateway.faults.clear()
        town.look_at_everybody()
        after_one = writes(world)
        roles, wanted = town.roles(), town.called_for()
        town.look_at_everybody()

        assert roles == wanted
        assert writes(world) == after_one
        assert town.foreign() == foreign
        assert world.dead_letters() == 0
        assert world.lambdas.crashes == 0


@STORIES
@given(story=acts(), seed=st.integers(0, 2**32))
def test_order_and_number_of_deliveries_do_not_matter(story: list[Act], seed: int) -> None:
    """Law 3: lost, repeated and shuffled events end where all of them in order do."""
    dice = random.Random(seed)  # noqa: S311 (a shuffle that can be repeated)
    ends = []
    for orderly in (True, False):
        with deployed_hub() as world:
            town = Town(world)
            for act in story:
                town.do(act)
                if orderly:
                    town.deliver(town.events)
                    town.events.clear()
            if not orderly:
                events = [event for event in town.events for _ in range(dice.choice((0, 1, 1, 3)))]
                dice.shuffle(events)
                town.deliver(events)
            world.gateway.faults.clear()
            town.look_at_everybody()
            ends.append(town.roles())

    assert ends[0] == ends[1]


STORY = [
    Act("join", USERS[0], "ants"),
    Act("join", USERS[0], "bees"),
    Act("leave", USERS[0], "bees"),
    Act("leave", USERS[0], "ants"),
]


def _calls_of(story: list[Act]) -> int:
    with deployed_hub() as world:
        town = Town(world)
        for act in story:
            town.do(act)
            town.deliver(town.events)
            town.events.clear()
        return sum(world.gateway.calls.values())


@pytest.mark.parametrize("part", range(4))
def test_a_crash_between_any_two_calls_loses_nothing(part: int) -> None:
    """Law 4: killed at any call, a function leaves nothing that redelivery does not finish."""
    calls = _calls_of(STORY)
    assert calls > 60
    for deadly in range(1 + part, calls + 1, 4):
        with deployed_hub() as world:
            town, seen = Town(world), [0]

            def strike(_: Call, seen: list[int] = seen, deadly: int = deadly) -> None:
                seen[0] += 1
                if seen[0] == deadly:
                    cold_start()
                    raise Crash

            world.gateway.before = strike
            for act in STORY:
                town.do(act)
                town.deliver(town.events)
                town.events.clear()
            roles = town.roles()

            assert (deadly, roles) == (deadly, town.called_for())
            assert world.lambdas.crashes == 1
            assert world.dead_letters() == 0


def test_a_profile_that_a_crash_left_behind_is_known() -> None:
    """Laws 4 and 9: killed after the creation, with the person gone from the group meanwhile."""
    with deployed_hub() as world:
        town, made = Town(world), [False]

        def strike(call: Call) -> None:
            if made[0] and not world.lambdas.crashes:
                cold_start()
                raise Crash
            made[0] = call.operation == "CreateUserProfile"

        world.gateway.before = strike
        town.do(Act("join", USERS[0], "ants"))
        world.deliver(town.events.pop())
        world.run()
        orphans = town.roles()
        town.do(Act("leave", USERS[0], "ants", told=False))
        world.wait(3600)

        assert orphans
        assert town.roles() == {}


@pytest.mark.parametrize(
    ("down", "up"), [(ONE, TWO), (TWO, ONE), (NO_SPOKE, ONE)], ids=["one", "two", "no spoke"]
)
@pytest.mark.parametrize(
    ("service", "operation", "error"),
    [
        ("sts", "AssumeRole", "AccessDenied"),
        ("sts", "AssumeRole", "ServiceUnavailable"),
        ("sagemaker", "CreateUserProfile", "ThrottlingException"),
        ("sagemaker", "CreateUserProfile", "AccessDeniedException"),
        ("sagemaker", "DescribeUserProfile", "InternalFailure"),
    ],
)
def test_isolation(down: Target, up: Target, service: str, operation: str, error: str) -> None:
    """Law 10: whatever one account answers, the others converge at once, and nothing is lost."""
    with deployed_hub() as world:
        town = Town(world)
        world.gateway.faults.append(Fault(service, operation, error, account=down.account, every=1))
        town.do(Act("join", USERS[0], "ants"))
        world.deliver(town.events.pop())
        world.run()

        assert (up, USERS[0]) in town.roles()
        assert (down, USERS[0]) not in town.roles()
        assert world.dead_letters() == 0

        world.gateway.faults.clear()
        world.wait(600)
        town.look_at_everybody()
        assert town.roles() == town.called_for()
