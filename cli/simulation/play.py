"""Plays a scenario file through the hub's own functions on the embedded AWS, and prints it."""

import json
from functools import partial
from pathlib import Path
from typing import Final

import typer

from cli.hub_client import now
from cli.options import SOMETHING_TO_DO
from cli.output import page_console, say
from cli.simulation.deployment import deployed_hub
from cli.simulation.descriptions import describe
from cli.simulation.end_state import print_end
from cli.simulation.live_company import LiveCompany
from cli.simulation.live_start import begin, frame_of
from cli.simulation.operator import SimulatedOperator
from cli.simulation.transcript import Transcript
from hub.runtime.decisions.removal_limit import RemovalLimit
from simulator.clock import START
from simulator.result import result
from simulator.scenario import Scenario
from simulator.scenario_file import load, parse
from simulator.step_log import StepLog
from simulator.story import Story
from yaml_files.yaml_positions import DocumentError

# What the hub would do next.
_SWEEP: Final = "{version: 1, steps: [{sweep: {}}]}"


def play(
    file: Path | None,
    *,
    as_json: bool,
    verbose: bool = False,
    company: LiveCompany | None = None,
) -> None:
    """Play a scenario file and print it; with a live company, the story begins with that one.

    Without a file, the story is one sweep.

    Raises:
        typer.Exit: 1 for a mistake in the file, 2 if an `expect` did not hold.
    """
    try:
        live = frame_of(company) if company else None
        if file is None:
            scenario = parse(_SWEEP, name="a sweep", folder=Path(), begin=live)
        else:
            scenario = load(file, live)
    except DocumentError as error:
        say(str(error), err=True)
        typer.echo("Nothing was played: correct the file and try again.", err=True)
        raise typer.Exit(1) from error
    _play(scenario, company, as_json=as_json, verbose=verbose)


def _play(scenario: Scenario, company: LiveCompany | None, *, as_json: bool, verbose: bool) -> None:
    settings = scenario.frame.settings
    with deployed_hub(
        mode=settings.mode,
        limit=RemovalLimit(settings.removal_limit.count, settings.removal_limit.percent),
        identity_store_id=scenario.frame.directory.identity_store_id,
        start=company.tables.read_at if company else START,
    ) as aws:
        operator = SimulatedOperator(aws)
        build = partial(begin, company=company) if company else None
        story = Story(scenario, aws, operator, begin=build)
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
