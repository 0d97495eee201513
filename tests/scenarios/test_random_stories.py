"""Laws 1, 2, 3 and 5 over random stories: whatever happened by any route, a sweep repairs it."""

import os

import pytest
from membership_oracle import RandomCompany, story

from cli.simulation.deployment import cold_start, deployed_hub

# `make check` plays two hundred.
STORIES = int(os.environ.get("STORIES", "20"))


@pytest.mark.parametrize("seed", range(STORIES))
def test_one_sweep_reaches_the_desired_state_and_a_second_writes_nothing(seed: int) -> None:
    """Any route, any loss, repetition and order, faults, restarts, changes by hand."""
    with deployed_hub(page_limit=1 + seed % 3) as aws:
        random_company = RandomCompany(aws, are_patterns=seed % 2 == 1)
        random_company.sweep()
        unmanaged = random_company.unmanaged()
        for step in story(seed):
            if step.kind == "restart":
                cold_start()
            else:
                random_company.do(step)
        random_company.settle()

        random_company.sweep()
        roles, wanted = random_company.roles(), random_company.desired()
        after_one, is_open = random_company.written(), random_company.open_problems()
        random_company.sweep()

        assert (seed, roles) == (seed, wanted)
        assert (seed, random_company.written()) == (seed, after_one)
        # Law 11: none of them is over, none was forgotten.
        assert (seed, random_company.open_problems()) == (seed, is_open)
        assert (seed, random_company.stale_problems()) == (seed, set())
        assert random_company.unmanaged() == unmanaged
        assert aws.dead_letters() == 0
        assert aws.lambdas.crashes == 0
