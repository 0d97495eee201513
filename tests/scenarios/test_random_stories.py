"""Laws 1, 2, 3 and 5 over random stories: whatever happened by any route, a sweep repairs it."""

import os

import pytest
from towns import Town, story

from cli.simulation.deployment import cold_start, deployed_hub

# `make check` plays two hundred.
STORIES = int(os.environ.get("STORIES", "20"))


@pytest.mark.parametrize("seed", range(STORIES))
def test_one_sweep_reaches_the_desired_state_and_a_second_writes_nothing(seed: int) -> None:
    """Any route, any loss, repetition and order, faults, restarts, changes by hand."""
    with deployed_hub(page_limit=1 + seed % 3) as world:
        town = Town(world)
        town.sweep()
        unmanaged = town.unmanaged()
        for act in story(seed):
            if act.kind == "restart":
                cold_start()
            else:
                town.do(act)
        town.settle()

        town.sweep()
        roles, wanted = town.roles(), town.desired()
        after_one, is_open = town.written(), town.open_problems()
        town.sweep()

        assert (seed, roles) == (seed, wanted)
        assert (seed, town.written()) == (seed, after_one)
        # Law 11: none of them is over, none was forgotten.
        assert (seed, town.open_problems()) == (seed, is_open)
        assert (seed, town.stale_problems()) == (seed, set())
        assert town.unmanaged() == unmanaged
        assert world.dead_letters() == 0
        assert world.lambdas.crashes == 0
