"""`studio-hub mappings`: the rows that say which group gets which role in which account."""

import typer

from cli.commands.mappings import file, listing, one_row

app = typer.Typer(
    name="mappings",
    help="List, check and change mapping rows. Nothing is written without --yes or a digest.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("list")(listing.list_rows)
app.command("check")(listing.check)
app.command("export")(listing.export_table)
app.command("schema")(file.schema)
app.command("plan")(file.plan)
app.command("apply")(file.apply)
app.command("add")(one_row.add)
app.command("set")(one_row.set_)
app.command("remove")(one_row.remove)
