"""What every command has in common: help, version, completion, mistakes, colours."""

from collections.abc import Callable, Iterator
from importlib.metadata import version
from io import StringIO
from typing import Any

import boto3
import pytest
import typer
from rich.text import Text

from cli.main import app
from cli.output import wide_console

Command = Callable[..., tuple[int, str, str]]


def commands_of(of: typer.Typer, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command and of every group."""
    yield before
    for command in of.registered_commands:
        assert command.name
        yield *before, command.name
    for group in of.registered_groups:
        assert group.name
        assert group.typer_instance
        yield from commands_of(group.typer_instance, *before, group.name)


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the services of which a client is made; none can be made."""
    services: list[str] = []

    def client(_: boto3.Session, service: str, **__: Any) -> Any:  # noqa: ANN401 (never returns)
        services.append(service)
        raise AssertionError(service)

    monkeypatch.setattr(boto3.Session, "client", client)
    for name in ("LEDGER_TABLE", "DELAYED_QUEUE_URL", "MAPPINGS_TABLE", "IDENTITY_STORE_ID"):
        monkeypatch.delenv(f"STUDIO_HUB_{name}", raising=False)
    return services


@pytest.mark.parametrize("words", list(commands_of(app)), ids=" ".join)
def test_help_fits_into_80_columns(
    command: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """Every command and every group has help; it exits 0 and no line of it is longer."""
    monkeypatch.setenv("COLUMNS", "80")

    code, out, _ = command(*words, "--help")

    assert code == 0
    assert [line for line in out.splitlines() if len(line) > 80] == []


def test_help_names_the_version_and_completion(command: Command) -> None:
    """Whoever reads the help finds how to see the version and how to install completion."""
    _, out, _ = command("--help")

    assert {"--version", "--install-completion", "--show-completion"} <= set(out.split())


def test_the_version_is_the_packages(command: Command) -> None:
    """`--version` prints name and version on the standard output."""
    assert command("--version") == (0, f"studio-hub {version('studio-hub')}\n", "")


def test_every_command_prints_json(command: Command) -> None:
    """`--json` gives programs the same; `mappings schema` prints nothing else."""
    groups = {words[:-1] for words in commands_of(app)}
    lacking = [
        " ".join(words)
        for words in commands_of(app)
        if words not in groups and "--json" not in command(*words, "--help")[1]
    ]

    assert lacking == ["mappings schema"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("studio-hub ho", "holds"),
        ("studio-hub mappings ", "check"),
        ("studio-hub pause --le", "--ledger"),
    ],
)
def test_completion_asks_nothing_of_aws(
    command: Command,
    called: list[str],
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    offered: str,
) -> None:
    """A shell completes commands and options without a call, whatever the stack would say."""
    monkeypatch.setenv("_STUDIO_HUB_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))

    code, out, _ = command()

    assert code == 0
    assert offered in out
    assert called == []


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("mappings add --target T", "option '--group'"),
        ("mappings add --group G", "option '--target'"),
        ("mappings remove --group G", "option '--target'"),
        ("adopt", "option '--target'"),
        ("keep ada", "option '--days'"),
        ("keep --days 3", "argument"),
        ("explain", "argument"),
        ("protect", "argument"),
        ("holds approve", "argument"),
    ],
)
def test_what_is_required_is_checked_before_aws_is_called(
    command: Command, called: list[str], words: str, missing: str
) -> None:
    """A missing option or argument is named, whatever the credentials and the stack are."""
    code, out, err = command(*words.split())

    assert (code, out) == (1, "")
    assert err.startswith(f"error: Missing {missing}")
    assert called == []


@pytest.mark.parametrize(
    "words",
    [
        "--bogus",
        "nope",
        "holds",
        "holds nope",
        "holds list --bogus",
        "keep ada --days some",
        "keep ada --days -1",
        "keep ada --days",
        "simulate --json",
        "demo extra",
    ],
)
def test_a_wrong_command_line_never_means_something_to_do(
    command: Command, called: list[str], words: str
) -> None:
    """It exits 1: a pipeline cannot take a typing error for exit code 2."""
    code, out, err = command(*words.split())

    assert (code, out) == (1, "")
    assert "--help" in err
    assert called == []


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_no_color_is_respected(
    monkeypatch: pytest.MonkeyPatch, no_color: str, *, coloured: bool
) -> None:
    """With NO_COLOR a terminal gets no colours. Source: no-color.org."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", no_color)
    out = wide_console()
    out.file = StringIO()

    out.print(Text("held", style="yellow"))

    assert ("\x1b[33m" in out.file.getvalue()) is coloured
