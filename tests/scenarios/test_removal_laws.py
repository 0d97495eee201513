"""Laws 1, 2 and 5 to 9 over random stories of users who work, leave and return."""

import os

import pytest
from lifecycle_oracle import LIMIT, Lifecycles
from story_generator import random_steps

from cli.simulation.deployment import cold_start, deployed_hub
from hub.runtime.decisions.removal_limit import RemovalLimit
from simulator.quirks import Quirks

# `make check` plays fifty: they are longer than those of `test_random_stories`.
STORIES = int(os.environ.get("STORIES", "20")) // 4


@pytest.mark.parametrize("seed", range(STORIES))
def test_no_write_breaks_a_law_and_the_end_is_in_sync(seed: int) -> None:
    """Only ours; no removal beyond the limit; no excess; nothing lost; in sync at the end."""
    quirks = Quirks(
        update_with_space_apps="accept" if seed % 3 == 0 else "refuse",
        delete_pending_app="accept" if seed % 2 else "refuse",
    )
    limit = RemovalLimit(LIMIT, 10)
    with deployed_hub(page_limit=1 + seed % 4, quirks=quirks, limit=limit) as aws:
        lifecycles = Lifecycles(aws, are_patterns=seed % 2 == 1)
        lifecycles.sweep()
        for step in random_steps(seed):
            if step.kind == "cold":
                cold_start()
            else:
                lifecycles.do(step)
        lifecycles.settle()
        roles = {k: v for k, v in lifecycles.roles().items() if k not in lifecycles.stripped}
        wanted = {k: v for k, v in lifecycles.desired().items() if k not in lifecycles.stripped}
        written = lifecycles.written()
        lifecycles.sweep()

        assert (seed, lifecycles.checker.broken) == (seed, [])
        assert (seed, lifecycles.stale) == (seed, [])
        assert (seed, roles) == (seed, wanted)
        assert (seed, lifecycles.written()) == (seed, written)
        assert aws.dead_letters() == 0
        assert aws.lambdas.crashes == 0
