"""The environment of each function, parsed once into a frozen object."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.errors import SettingsError

_PATTERNS = {
    "AWS_REGION": (r"[a-z]{2}(-[a-z]+)+-\d{1,2}", "a Region"),
    "STUDIO_HUB_ACCOUNT": (r"\d{12}", "an account id of 12 digits"),
    # Source: the Identity Store API model's pattern of IdentityStoreId.
    "STUDIO_HUB_IDENTITY_STORE_ID": (
        r"d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "an identity store id, like d-1234567890",
    ),
    "STUDIO_HUB_MODE": (r"apply|report", "apply or report"),
    "STUDIO_HUB_MAPPINGS_TABLE": (r".+", "the name of the mappings table"),
    "STUDIO_HUB_LEDGER_TABLE": (r".+", "the name of the ledger table"),
    "STUDIO_HUB_USERS_QUEUE_URL": (r"https?://.+", "the URL of the queue of users"),
    "STUDIO_HUB_LATER_QUEUE_URL": (r"https?://.+", "the URL of the later queue"),
    "STUDIO_HUB_LATER_QUEUE_ARN": (r"arn:.+", "the ARN of the later queue"),
}


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """What `intake` has to know."""

    region: str
    identity_store_id: str
    mappings_table: str
    users_queue_url: str
    later_queue_arn: str


@dataclass(frozen=True, slots=True)
class ConvergeSettings:
    """What `converge` has to know; `mode` is `report` where nothing may be written."""

    region: str
    account: str
    identity_store_id: str
    mappings_table: str
    ledger_table: str
    later_queue_url: str
    mode: Literal["apply", "report"]


def intake_settings(environment: Mapping[str, str]) -> IntakeSettings:
    """Return the settings of `intake`; SettingsError names every variable that is wrong."""
    return IntakeSettings(
        *_read(
            environment,
            "AWS_REGION",
            "STUDIO_HUB_IDENTITY_STORE_ID",
            "STUDIO_HUB_MAPPINGS_TABLE",
            "STUDIO_HUB_USERS_QUEUE_URL",
            "STUDIO_HUB_LATER_QUEUE_ARN",
        )
    )


def converge_settings(environment: Mapping[str, str]) -> ConvergeSettings:
    """Return the settings of `converge`; SettingsError names every variable that is wrong."""
    region, account, store, mappings, ledger, later, mode = _read(
        environment,
        "AWS_REGION",
        "STUDIO_HUB_ACCOUNT",
        "STUDIO_HUB_IDENTITY_STORE_ID",
        "STUDIO_HUB_MAPPINGS_TABLE",
        "STUDIO_HUB_LEDGER_TABLE",
        "STUDIO_HUB_LATER_QUEUE_URL",
        "STUDIO_HUB_MODE",
    )
    return ConvergeSettings(
        region,
        account,
        store,
        mappings,
        ledger,
        later,
        mode="report" if mode == "report" else "apply",
    )


def _read(environment: Mapping[str, str], *names: str) -> list[str]:
    mistakes = []
    for name in names:
        pattern, wanted = _PATTERNS[name]
        value = environment.get(name)
        if value is None:
            mistakes.append(f"{name} is missing: give {wanted}")
        elif not re.fullmatch(pattern, value, re.ASCII):
            mistakes.append(f"{name} is {value!r}: give {wanted}")
    if mistakes:
        raise SettingsError(f"the function's environment is wrong: {'; '.join(mistakes)}")
    return [environment[name] for name in names]
