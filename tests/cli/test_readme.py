from pathlib import Path

import pytest
import readme_transcript
import typer

from cli.main import app


def test_the_readme_shows_what_the_demo_prints() -> None:
    """The transcript in the README is what `studio-hub demo` prints today (`make readme`)."""
    _, shown, _ = readme_transcript.parts()

    assert shown == readme_transcript.transcript()


def test_the_demo_heeds_nothing_that_the_shell_says_of_aws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever stands in the environment or in the files that it names, nothing is called there."""
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


def test_the_readme_names_every_command() -> None:
    """Whoever reads it knows what there is to call, groups with each of their commands."""
    before, _, after = readme_transcript.parts()
    root = typer.main.get_command(app)
    words = []
    for name, command in getattr(root, "commands", {}).items():
        words += [f"{name} {each}" for each in getattr(command, "commands", {})] or [name]
    text = " ".join((before + after).replace("|", " ").split())
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
