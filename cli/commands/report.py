"""`studio-hub report`: the access review as a page, as CSV or as JSON."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Final

import boto3
import typer

from cli.arguments import find_target
from cli.hub_client import now, open_hub_client
from cli.mapping_rows import mapped_targets
from cli.options import Json, Ledger, OnlyTarget, Region, TableOfTargets
from cli.output import say, warn_if_paused
from cli.progress import counting
from cli.report.html_page import html_text
from cli.report.plain import csv_text, json_text
from cli.report.reading import read
from cli.report.review import Review, Source
from cli.spoke_profiles import caller
from shared.visible import visible


class Format(StrEnum):
    """The formats of a report."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"


WRITERS: Final[Mapping[Format, Callable[[Review], str]]] = {
    Format.HTML: html_text,
    Format.CSV: csv_text,
    Format.JSON: json_text,
}


def report(
    ledger: Ledger,
    *,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="html: one page with search, filters and sorting, which opens in any browser; "
            "csv: a line for each profile; json. Default: html.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            help="Write to this file, readable by you alone; default: the standard output.",
            show_default=False,
        ),
    ] = None,
    target: OnlyTarget = None,
    table: TableOfTargets = None,
    region: Region = None,
    as_json: Json = False,
) -> None:
    """Report who has which profile where, and because of which group.

    The report is of the ledger alone, and changes nothing. Its exceptions come first: profiles
    that are unmanaged, held, failed, kept, protected or reached by manual access.
    """
    if as_json and form not in (None, Format.JSON):
        raise typer.BadParameter(f"--json is --format json: leave out --json or --format {form}")
    form = Format.JSON if as_json else form or Format.HTML
    if form is Format.HTML and output is None and sys.stdout.isatty():
        raise typer.BadParameter(
            "a terminal shows no page: give --output review.html, or --format csv"
        )
    with _opened(output) as file:
        session = boto3.Session(region_name=region)
        hub_client = open_hub_client(ledger, "", region)
        state = hub_client.state()
        warn_if_paused(state)
        only = (
            None
            if target is None
            else find_target(target, hub_client, state, mapped_targets(table, region))
        )
        account, arn = caller(session)
        source = Source(now(), arn, account, session.region_name or "", ledger)
        review = read(hub_client, state, source, only, counting)
        text = WRITERS[form](review).encode()
        if file is None:
            typer.echo(text, nl=False)
        else:
            file.write(text)
    _tell(review, output)


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes] | None]:
    """Open a file that replaces `path` at the end; None for no path.

    It is opened before anything is read, so that a mistake shows at once. After a failure the
    earlier file is still there. typer.TyperException if the file cannot be written.
    """
    if path is None:
        yield None
        return
    if path.is_dir():
        raise typer.BadParameter(f"--output {path} is a directory: name a file in it")
    try:
        # A device or a pipe is written to; nothing can replace it.
        special = path.exists() and not path.is_file()
        # This file is readable by its owner alone: it says who may do what.
        handle, name = (-1, "") if special else tempfile.mkstemp(dir=path.parent, prefix=".report-")
        file = path.open("wb") if special else os.fdopen(handle, "wb")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            yield file
        if name:
            Path(name).replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> typer.TyperException:
    why = error.strerror or str(error)
    return typer.TyperException(
        f"--output {path} cannot be written: {why}; name a file in a directory of yours"
    )


def _tell(review: Review, output: Path | None) -> None:
    """Print what was written and what to look at first."""
    unusual = sum(bool(row.exceptions) for row in review.rows)
    where = f" to {visible(str(output))}" if output else ""
    say(
        f"Wrote {len(review.rows):,} rows{where}: {review.people:,} people with a profile, "
        f"{unusual:,} rows with exceptions, {len(review.findings):,} findings.",
        err=True,
    )
    if output and output.suffix == ".html":
        say(f"Open it in a browser; it needs no network:  {visible(str(output))}", err=True)
    else:
        say("What the columns and fields mean:  docs/access-review.md", err=True)
