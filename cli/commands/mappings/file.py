"""`studio-hub mappings export` and `schema`: the table as one file, for review."""

import typer

from cli.mapping_rows import MappingRows
from cli.mappings.export import export, lost_rows
from cli.mappings.schema import SCHEMA_FILE, schema_text
from cli.options import SOMETHING_TO_DO, MappingsTable, Region


def export_table(table: MappingsTable, *, region: Region = None) -> None:
    """Print the whole table as one YAML file.

    What many rows share stands once. Exits 2 if a row cannot be in a file; it stands in a comment at the end, with its mistakes.
    """
    rows = MappingRows(table, region, None).read()
    typer.echo(export(rows), nl=False)
    lost = lost_rows(rows)
    if lost:
        typer.echo(
            f"{lost} of {len(rows)} rows are in comments: correct them in the file, or applying "
            "it removes them.",
            err=True,
        )
        raise typer.Exit(SOMETHING_TO_DO)
    typer.echo(f"{len(rows)} rows. After a change:  studio-hub mappings plan FILE", err=True)


def schema() -> None:
    """Print the JSON Schema of a mappings file, for editors and checks."""
    typer.echo(schema_text(), nl=False)
    typer.echo(f"Keep it beside the file:  studio-hub mappings schema > {SCHEMA_FILE}", err=True)
