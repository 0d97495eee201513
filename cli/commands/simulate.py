"""`demo` and `simulate`: play a scenario through the real handlers on an embedded AWS."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.commands.show import Telling, end
from cli.options import SOMETHING_TO_DO
from cli.output import say, wide_console
from cli.simulation.deployment import deployed_hub
from cli.simulation.operator import RehearsedOperator
from cli.simulation.transcript import describe
from hub.runtime.decisions.removal_limit import RemovalLimit
from simulator.result import result
from simulator.scenario import Scenario
from simulator.scenario_file import load
from simulator.step_log import StepLog
from simulator.story import Story
from simulator.yaml_positions import ScenarioError

DEMO = Path(__file__).with_name("demo.yaml")

Json = Annotated[bool, typer.Option("--json", help="Print the end of the story as JSON.")]
File = Annotated[Path, typer.Argument(help="A scenario file; see docs/scenarios.md.")]


def demo(*, as_json: Json = False) -> None:
    """Play a small company over two Studio accounts, on this machine, without AWS."""
    _play(load(DEMO), as_json=as_json)
    if not as_json:
        Console(stderr=True).print(
            "Next: change a copy of cli/commands/demo.yaml and play it:  studio-hub simulate FILE",
            highlight=False,
        )


def simulate(file: File, *, as_json: Json = False) -> None:
    """Rehearse the story in FILE, on this machine, without AWS.

    Exits 0 when the story ran to its end and all that it expects was so, 2 when something that it
    expects was not, and 1 for a mistake in the file.
    """
    try:
        scenario = load(file)
    except ScenarioError as error:
        say(str(error), err=True)
        typer.echo("Nothing was played: correct the file and try again.", err=True)
        raise typer.Exit(1) from error
    _play(scenario, as_json=as_json)


def _play(scenario: Scenario, *, as_json: bool) -> None:
    settings = scenario.frame.settings
    with deployed_hub(
        mode=settings.mode,
        limit=RemovalLimit(settings.removal_limit.count, settings.removal_limit.percent),
        identity_store_id=scenario.frame.directory.identity_store_id,
    ) as aws:
        operator = RehearsedOperator(aws)
        story = Story(scenario, aws, operator)
        if as_json:
            log = StepLog(story, describe)
            story.play(log.note)
            log.close()
            ended = result(aws, story.refusals, operator.holds(), log.steps)
            typer.echo(json.dumps(ended, indent=2))
        else:
            out = wide_console()
            story.play(Telling(out, aws).step)
            end(out, aws, result(aws, story.refusals, operator.holds()))
        if story.unmet:
            for text in story.unmet:
                typer.echo(text, err=True)
            typer.echo("What the story expects did not hold; see the steps named above.", err=True)
            raise typer.Exit(SOMETHING_TO_DO)
