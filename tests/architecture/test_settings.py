"""A function with a wrong environment reports every mistake at once and by name."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from hub.runtime.settings import (
    IntakeSettings,
    MappingStreamSettings,
    ReconcileSettings,
    ScanSettings,
    read_settings,
)
from shared.conventions import VERSION
from shared.errors import SettingsError

ROOT = Path(__file__).parents[2]

# Each variable with a value of its own, and the field that it is for.
WHOLE = {
    "AWS_REGION": ("region", "us-gov-west-1"),
    "STUDIO_HUB_ACCOUNT": ("account", "111111111111"),
    "STUDIO_HUB_IDENTITY_STORE_ID": (
        "identity_store_id",
        "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
    ),
    "STUDIO_HUB_IDENTITY_ACCOUNT": ("identity_account", "333333333333"),
    "STUDIO_HUB_MODE": ("mode", "report"),
    "STUDIO_HUB_REMOVAL_COUNT": ("removal_count", "7"),
    "STUDIO_HUB_REMOVAL_PERCENT": ("removal_percent", "0"),
    "STUDIO_HUB_BUS_NAME": ("bus_name", "studio-hub"),
    "STUDIO_HUB_MAPPINGS_TABLE": ("mappings_table", "mappings"),
    "STUDIO_HUB_LEDGER_TABLE": ("ledger_table", "ledger"),
    "STUDIO_HUB_RECONCILE_QUEUE_URL": ("reconcile_queue_url", "https://sqs.aws/1/reconcile.fifo"),
    "STUDIO_HUB_SCAN_QUEUE_URL": ("scan_queue_url", "https://sqs.aws/1/scan.fifo"),
    "STUDIO_HUB_DELAYED_QUEUE_URL": ("delayed_queue_url", "http://localhost:4566/later"),
    "STUDIO_HUB_DELAYED_QUEUE_ARN": ("delayed_queue_arn", "arn:aws:sqs:eu-west-1:1:later"),
}
ENVIRONMENT = {variable: value for variable, (_, value) in WHOLE.items()}
Kind = Any
KINDS: list[Kind] = [MappingStreamSettings, IntakeSettings, ScanSettings, ReconcileSettings]


def needs(kind: Kind) -> set[str]:
    names = set(kind._fields)
    return {variable for variable, (name, _) in WHOLE.items() if name in names}


def named(error: SettingsError) -> set[str]:
    return set(re.findall(r"(?:AWS|STUDIO_HUB)_[A-Z_]+", str(error)))


@pytest.mark.parametrize("kind", KINDS)
def test_each_value_arrives_in_its_place(kind: Kind) -> None:
    """Values of one form are not exchanged; a variable that a function does not need is ignored."""
    needed = {variable: ENVIRONMENT[variable] for variable in needs(kind)}
    wanted = {name: value for variable, (name, value) in WHOLE.items() if variable in needed}

    assert read_settings(kind, needed)._asdict() == wanted
    assert read_settings(kind, ENVIRONMENT | {"PATH": "/bin"})._asdict() == wanted


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [None, "", " "])
def test_every_wrong_variable_is_named_at_once(kind: Kind, value: str | None) -> None:
    """Nobody has to deploy seven times for seven mistakes."""
    free_text = {name for name in WHOLE if name.endswith("_TABLE")} if value == " " else set()

    with pytest.raises(SettingsError) as raised:
        read_settings(kind, {} if value is None else dict.fromkeys(WHOLE, value))

    assert named(raised.value) == needs(kind) - free_text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_REGION", "Ireland"),
        ("STUDIO_HUB_ACCOUNT", "11111111111"),
        ("STUDIO_HUB_IDENTITY_STORE_ID", "d-123456789"),
        ("STUDIO_HUB_IDENTITY_STORE_ID", "d-1234567890\n"),
        ("STUDIO_HUB_DELAYED_QUEUE_URL", "later"),
        ("STUDIO_HUB_REMOVAL_COUNT", "-1"),
        ("STUDIO_HUB_REMOVAL_PERCENT", "101"),
        ("STUDIO_HUB_IDENTITY_ACCOUNT", "management"),
        ("STUDIO_HUB_MODE", "Apply"),
        ("STUDIO_HUB_MODE", "dry-run"),
    ],
)
def test_a_wrong_variable_alone_is_the_only_one_named(name: str, value: str) -> None:
    """The message shows its value; a misspelt mode never means apply."""
    with pytest.raises(SettingsError) as raised:
        read_settings(ReconcileSettings, ENVIRONMENT | {name: value})

    assert named(raised.value) == {name}
    assert repr(value) in str(raised.value)


def test_the_product_has_one_version() -> None:
    """What `--version` prints is what a spoke's stack carries and the check of it compares."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == VERSION
