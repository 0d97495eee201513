import re
from pathlib import Path
from typing import Any

import pytest
import readme_transcript
import typer

from cli.main import app


def test_the_readme_shows_what_the_demo_prints() -> None:
    """The transcript in the README is what `studio-hub demo` prints today (`make readme`)."""
    _, shown, _ = readme_transcript.parts()

    assert shown == readme_transcript.transcript()


def test_the_first_page_is_short() -> None:
    """Whoever searches reads less than 120 lines: configuration and commands have pages."""
    assert len(readme_transcript.README.read_text(encoding="utf-8").splitlines()) < 120


def test_the_demo_ignores_the_aws_settings_of_the_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever is in the environment or in the files that it names, nothing is called there."""
    nowhere = "http://127.0.0.1:9"
    config = tmp_path / "config"
    config.write_text(f"[default]\nendpoint_url = {nowhere}\nca_bundle = /no/such/bundle.pem\n")
    for name, value in {
        "AWS_CONFIG_FILE": str(config),
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL": nowhere,
        "AWS_ENDPOINT_URL_SQS": nowhere,
        "AWS_CA_BUNDLE": "/no/such/bundle.pem",
        "AWS_REGION": "nowhere-1",
        "AWS_USE_FIPS_ENDPOINT": "true",
    }.items():
        monkeypatch.setenv(name, value)
    _, shown, _ = readme_transcript.parts()

    assert shown == readme_transcript.transcript()


ROOT = Path(__file__).parents[2]
COMMANDS = ROOT / "docs" / "commands.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# A command line in a page, up to its end, its comment or the next command.
LINE = re.compile(r"studio-hub ((?:[^`#;|\n\\]|\\\n)+)")


def test_the_page_of_commands_names_every_command() -> None:
    """The page lists every command, and groups with each of their commands."""
    page = COMMANDS.read_text(encoding="utf-8")
    root = typer.main.get_command(app)
    words = []
    for name, command in getattr(root, "commands", {}).items():
        words += [f"{name} {each}" for each in getattr(command, "commands", {})] or [name]
    text = " ".join(page.replace("|", " ").split())
    missing = [
        word
        for word in words
        if f"studio-hub {word}" not in text and not _in_short(*word.partition(" ")[::2], text)
    ]

    assert len(words) > 10
    assert missing == []


def _in_short(group: str, command: str, text: str) -> bool:
    """Return whether a command of a group is named beside another one of its group."""
    return bool(command) and f"studio-hub {group} " in text and f" {command}" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_no_command_and_no_option_that_does_not_exist(page: Path) -> None:
    """Whoever types what a page says gets no usage error."""
    lines = LINE.findall(page.read_text(encoding="utf-8"))

    assert [line for line in lines if unknown(line.split())] == []


def unknown(words: list[str]) -> list[str]:
    """Return the words of a command line that name no command, or none of its options."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and words[0].isalpha() and words[0].islower():
        if words[0] not in command.commands:
            return words[:1]
        command, words = command.commands[words[0]], words[1:]
    options = {name for each in command.params for name in each.opts} | {"--help"}
    return [word for word in words if word.startswith("--") and word.rstrip(".,:)") not in options]
