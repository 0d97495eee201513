"""`studio-hub demo`: plays a small company, and whatever scenario `simulate` gives it."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.options import SOMETHING_TO_DO
from cli.output import wide_console
from cli.simulation.deployment import deployed_hub
from cli.simulation.descriptions import describe
from cli.simulation.operator import SimulatedOperator
from cli.simulation.transcript import Transcript, print_end
from hub.runtime.decisions.removal_limit import RemovalLimit
from simulator.result import result
from simulator.scenario import Scenario
from simulator.scenario_file import load
from simulator.step_log import StepLog
from simulator.story import Story

DEMO = Path(__file__).with_name("demo.yaml")

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def demo(*, as_json: Json = False) -> None:
    """Play a small company with two Studio accounts.

    It runs the hub's own functions on the embedded AWS, on this machine.
    """
    play(load(DEMO), as_json=as_json)
    if not as_json:
        Console(stderr=True).print(
            "Next: change a copy of cli/commands/demo.yaml and play it:  studio-hub simulate FILE",
            highlight=False,
        )


def play(scenario: Scenario, *, as_json: bool) -> None:
    """Play a scenario and print it; exit 2 if an `expect` did not hold."""
    settings = scenario.frame.settings
    with deployed_hub(
        mode=settings.mode,
        limit=RemovalLimit(settings.removal_limit.count, settings.removal_limit.percent),
        identity_store_id=scenario.frame.directory.identity_store_id,
    ) as aws:
        operator = SimulatedOperator(aws)
        story = Story(scenario, aws, operator)
        if as_json:
            log = StepLog(story, describe)
            story.play(log.note)
            log.close()
            ended = result(aws, story.refusals, operator.holds(), log.steps)
            typer.echo(json.dumps(ended, indent=2))
        else:
            out = wide_console()
            story.play(Transcript(out, aws).step)
            print_end(out, aws, result(aws, story.refusals, operator.holds()))
        if story.unmet:
            for text in story.unmet:
                typer.echo(text, err=True)
            typer.echo("An `expect` did not hold; see the steps named above.", err=True)
            raise typer.Exit(SOMETHING_TO_DO)
