"""The environment of each function, parsed once into a frozen object."""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from shared.errors import SettingsError

_PATTERNS = {
    "AWS_REGION": (r"[a-z]{2}(-[a-z]+)+-\d{1,2}", "a Region"),
    "STUDIO_HUB_ACCOUNT": (r"\d{12}", "an account id of 12 digits"),
    # Source: the Identity Store API model's pattern of IdentityStoreId.
    "STUDIO_HUB_IDENTITY_STORE_ID": (
        r"d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "an identity store id, like d-1234567890",
    ),
    "STUDIO_HUB_IDENTITY_ACCOUNT": (r"\d{12}", "an account id of 12 digits"),
    "STUDIO_HUB_MODE": (r"apply|report", "apply or report"),
    "STUDIO_HUB_REMOVAL_COUNT": (r"\d{1,6}", "how many removals may begin in an hour"),
    "STUDIO_HUB_REMOVAL_PERCENT": (r"\d{1,2}|100", "a percentage from 0 to 100"),
    "STUDIO_HUB_BUS_NAME": (r"[\w./-]{1,256}", "the name of the hub's event bus"),
    "STUDIO_HUB_MAPPINGS_TABLE": (r".+", "the name of the mappings table"),
    "STUDIO_HUB_LEDGER_TABLE": (r".+", "the name of the ledger table"),
    "STUDIO_HUB_RECONCILE_QUEUE_URL": (r"https?://.+", "the URL of the queue of users"),
    "STUDIO_HUB_SCAN_QUEUE_URL": (r"https?://.+", "the URL of scan.fifo"),
    "STUDIO_HUB_DELAYED_QUEUE_URL": (r"https?://.+", "the URL of the delayed queue"),
    "STUDIO_HUB_DELAYED_QUEUE_ARN": (r"arn:.+", "the ARN of the delayed queue"),
}


_VARIABLES = {
    "region": "AWS_REGION",
    "account": "STUDIO_HUB_ACCOUNT",
    "identity_store_id": "STUDIO_HUB_IDENTITY_STORE_ID",
    "identity_account": "STUDIO_HUB_IDENTITY_ACCOUNT",
    "mode": "STUDIO_HUB_MODE",
    "removal_count": "STUDIO_HUB_REMOVAL_COUNT",
    "removal_percent": "STUDIO_HUB_REMOVAL_PERCENT",
    "bus_name": "STUDIO_HUB_BUS_NAME",
    "mappings_table": "STUDIO_HUB_MAPPINGS_TABLE",
    "ledger_table": "STUDIO_HUB_LEDGER_TABLE",
    "reconcile_queue_url": "STUDIO_HUB_RECONCILE_QUEUE_URL",
    "scan_queue_url": "STUDIO_HUB_SCAN_QUEUE_URL",
    "delayed_queue_url": "STUDIO_HUB_DELAYED_QUEUE_URL",
    "delayed_queue_arn": "STUDIO_HUB_DELAYED_QUEUE_ARN",
}


class MappingStreamSettings(NamedTuple):
    """The settings of `mapping_stream`."""

    region: str
    identity_store_id: str
    ledger_table: str
    scan_queue_url: str


class IntakeSettings(NamedTuple):
    """The settings of `intake`."""

    region: str
    identity_store_id: str
    mappings_table: str
    ledger_table: str
    reconcile_queue_url: str
    scan_queue_url: str
    delayed_queue_url: str
    delayed_queue_arn: str


class ScanSettings(NamedTuple):
    """The settings of `scan`; in `mode` `report` it may write nothing."""

    region: str
    account: str
    identity_store_id: str
    identity_account: str
    mode: str
    removal_count: str
    removal_percent: str
    mappings_table: str
    ledger_table: str
    reconcile_queue_url: str
    scan_queue_url: str
    delayed_queue_url: str


class ReconcileSettings(NamedTuple):
    """The settings of `reconcile`; in `mode` `report` it may write nothing."""

    region: str
    account: str
    identity_store_id: str
    mappings_table: str
    ledger_table: str
    reconcile_queue_url: str
    delayed_queue_url: str
    identity_account: str
    mode: str
    removal_count: str
    removal_percent: str
    bus_name: str


Settings = TypeVar(
    "Settings", MappingStreamSettings, IntakeSettings, ScanSettings, ReconcileSettings
)


def read_settings(kind: type[Settings], environment: Mapping[str, str]) -> Settings:
    """Return a function's settings; SettingsError names every variable that is wrong."""
    names = kind._fields
    mistakes = []
    for name in names:
        variable = _VARIABLES[name]
        pattern, wanted = _PATTERNS[variable]
        value = environment.get(variable)
        if value is None:
            mistakes.append(f"{variable} is missing: give {wanted}")
        elif not re.fullmatch(pattern, value, re.ASCII):
            mistakes.append(f"{variable} is {value!r}: give {wanted}")
    if mistakes:
        raise SettingsError(f"the function's environment is wrong: {'; '.join(mistakes)}")
    return kind(**{name: environment[_VARIABLES[name]] for name in names})
