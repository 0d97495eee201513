"""Plays scenarios that a test writes as text, with the real handlers on the embedded AWS."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from stories import COMPANY, FIXTURES, End, Play

from cli.simulation.deployment import deployed_hub
from cli.simulation.descriptions import describe
from cli.simulation.operator import SimulatedOperator
from hub.runtime.decisions.removal_limit import RemovalLimit
from simulator.quirks import Quirks
from simulator.result import result
from simulator.scenario_file import parse
from simulator.step_log import StepLog
from simulator.story import Story


@pytest.fixture
def play() -> Iterator[Play]:
    """Return a function that plays a company with the given steps, one per line."""
    with ExitStack() as stack:

        def play_it(
            *steps: str,
            company: str = COMPANY,
            page_limit: int | None = None,
            quirks: Quirks | None = None,
        ) -> End:
            text = company + "steps:\n" + "".join(f"  - {step}\n" for step in steps)
            scenario = parse(text, name="story", folder=FIXTURES)
            settings = scenario.frame.settings
            stack.close()
            aws = stack.enter_context(
                deployed_hub(
                    mode=settings.mode,
                    limit=RemovalLimit(
                        settings.removal_limit.count, settings.removal_limit.percent
                    ),
                    identity_store_id=scenario.frame.directory.identity_store_id,
                    page_limit=page_limit,
                    quirks=quirks,
                )
            )
            operator = SimulatedOperator(aws)
            story = Story(scenario, aws, operator)
            log = StepLog(story, describe)
            story.play(log.note)
            log.close()
            assert story.unmet == []
            end = result(aws, story.refusals, operator.holds(), log.steps)
            assert json.loads(json.dumps(end)) == end
            # Law 11: each problem names its subject, its cause and a remedy.
            for problem in (*end["problems"], *end["resolved_problems"]):
                assert all(problem.get(name) for name in ("subject", "reason", "remedy")), problem
            return End(end, aws)

        yield play_it
