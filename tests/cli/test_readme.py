from pathlib import Path

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


COMMANDS = Path(__file__).parents[2] / "docs" / "commands.md"


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
