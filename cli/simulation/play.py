"""Plays a scenario file through the hub's own functions on the embedded AWS, and prints it."""

import json
from pathlib import Path

import typer

from cli.hub_client import now
from cli.options import SOMETHING_TO_DO
from cli.output import page_console, say
from cli.simulation.deployment import deployed_hub
from cli.simulation.descriptions import describe
from cli.simulation.end_state import print_end
from cli.simulation.operator import SimulatedOperator
from cli.simulation.transcript import Transcript
from hub.runtime.decisions.removal_limit import RemovalLimit
from simulator.result import result
from simulator.scenario import Scenario
from simulator.scenario_file import load
from simulator.step_log import StepLog
from simulator.story import Story
from yaml_files.yaml_positions import DocumentError


def play(file: Path, *, as_json: bool, verbose: bool = False) -> None:
    """Play a scenario file and print it.

    Raises:
        typer.Exit: 1 for a mistake in the file, 2 if an `expect` did not hold.
    """
    try:
        scenario = load(file)
    except DocumentError as error:
        say(str(error), err=True)
        typer.echo("Nothing was played: correct the file and try again.", err=True)
        raise typer.Exit(1) from error
    _play(scenario, as_json=as_json, verbose=verbose)


def _play(scenario: Scenario, *, as_json: bool, verbose: bool) -> None:
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
            out, began = page_console(), now()
            transcript = Transcript(out, aws, verbose=verbose)
            story.play(transcript.step)
            transcript.close()
            ended = result(aws, story.refusals, operator.holds())
            print_end(out, ended, operator.hub_client.ledger.everybody(), began, verbose=verbose)
        if story.unmet:
            for text in story.unmet:
                typer.echo(text, err=True)
            typer.echo("An `expect` did not hold; see the steps named above.", err=True)
            raise typer.Exit(SOMETHING_TO_DO)
