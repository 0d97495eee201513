"""A function with a wrong environment says all that is wrong, at once and by name."""

import re

import pytest

from hub.runtime.settings import (
    ConvergeSettings,
    IntakeSettings,
    converge_settings,
    intake_settings,
)
from shared.errors import SettingsError

INTAKE = {
    "AWS_REGION": "eu-west-1",
    "STUDIO_HUB_IDENTITY_STORE_ID": "d-1234567890",
    "STUDIO_HUB_MAPPINGS_TABLE": "mappings",
    "STUDIO_HUB_USERS_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/1/users.fifo",
    "STUDIO_HUB_LATER_QUEUE_ARN": "arn:aws:sqs:eu-west-1:111111111111:later",
}
CONVERGE = {
    "AWS_REGION": "us-gov-west-1",
    "STUDIO_HUB_ACCOUNT": "111111111111",
    "STUDIO_HUB_IDENTITY_STORE_ID": "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
    "STUDIO_HUB_MAPPINGS_TABLE": "mappings",
    "STUDIO_HUB_LEDGER_TABLE": "ledger",
    "STUDIO_HUB_LATER_QUEUE_URL": "http://localhost:4566/later",
    "STUDIO_HUB_MODE": "report",
}
READERS = {"intake": (intake_settings, INTAKE), "converge": (converge_settings, CONVERGE)}


def named(error: SettingsError) -> set[str]:
    return set(re.findall(r"(?:AWS|STUDIO_HUB)_[A-Z_]+", str(error)))


def test_each_value_arrives_in_its_place() -> None:
    """Two values of one shape are not exchanged."""
    assert intake_settings(INTAKE | {"PATH": "/bin"}) == IntakeSettings(
        region="eu-west-1",
        identity_store_id="d-1234567890",
        mappings_table="mappings",
        users_queue_url="https://sqs.eu-west-1.amazonaws.com/1/users.fifo",
        later_queue_arn="arn:aws:sqs:eu-west-1:111111111111:later",
    )
    assert converge_settings(CONVERGE) == ConvergeSettings(
        region="us-gov-west-1",
        account="111111111111",
        identity_store_id="0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
        mappings_table="mappings",
        ledger_table="ledger",
        later_queue_url="http://localhost:4566/later",
        mode="report",
    )
    assert converge_settings(CONVERGE | {"STUDIO_HUB_MODE": "apply"}).mode == "apply"


@pytest.mark.parametrize("function", READERS)
@pytest.mark.parametrize("value", [None, "", " "])
def test_every_wrong_variable_is_named_at_once(function: str, value: str | None) -> None:
    """Nobody deploys seven times to learn of seven mistakes."""
    read, complete = READERS[function]
    free_text = {name for name in complete if name.endswith("_TABLE")} if value == " " else set()

    with pytest.raises(SettingsError) as raised:
        read({} if value is None else dict.fromkeys(complete, value))

    assert named(raised.value) == complete.keys() - free_text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_REGION", "Ireland"),
        ("STUDIO_HUB_ACCOUNT", "11111111111"),
        ("STUDIO_HUB_IDENTITY_STORE_ID", "d-123456789"),
        ("STUDIO_HUB_IDENTITY_STORE_ID", "d-1234567890\n"),
        ("STUDIO_HUB_LATER_QUEUE_URL", "later"),
        ("STUDIO_HUB_MODE", "Apply"),
        ("STUDIO_HUB_MODE", "dry-run"),
    ],
)
def test_a_wrong_variable_alone_is_the_only_one_named(name: str, value: str) -> None:
    """The message shows what it has; a misspelt mode never means apply."""
    with pytest.raises(SettingsError) as raised:
        converge_settings(CONVERGE | {name: value})

    assert named(raised.value) == {name}
    assert repr(value) in str(raised.value)
