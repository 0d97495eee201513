"""The hub's functions as deployed: their handlers, environment and event sources."""

import re
from typing import Any

import pytest

from hub.runtime.settings import (
    IntakeSettings,
    MappingStreamSettings,
    ReconcileSettings,
    ScanSettings,
    read_settings,
)
from shared.errors import SettingsError

Resources = dict[str, dict[str, Any]]

PATHS = {
    "reconcile": "Reconciler/Reconcile",
    "intake": "Ingress/Intake",
    "scan": "Scanner/Scan",
    "mapping_stream": "MappingStream/MappingStream",
}
SECONDS = {"reconcile": 120, "intake": 18, "scan": 300, "mapping_stream": 60}
SETTINGS = {
    "reconcile": ReconcileSettings,
    "intake": IntakeSettings,
    "scan": ScanSettings,
    "mapping_stream": MappingStreamSettings,
}
# The value of each variable, whichever function gets it.
VALUES = {
    "STUDIO_HUB_ACCOUNT": "111111111111",
    "STUDIO_HUB_IDENTITY_STORE_ID": "d-1234567890",
    "STUDIO_HUB_IDENTITY_ACCOUNT": "111111111111",
    "STUDIO_HUB_MODE": "apply",
    "STUDIO_HUB_REMOVAL_COUNT": "5",
    "STUDIO_HUB_REMOVAL_PERCENT": "10",
    "STUDIO_HUB_BUS_NAME": "<Bus>",
    "STUDIO_HUB_MAPPINGS_TABLE": "<Tables/Mappings>",
    "STUDIO_HUB_LEDGER_TABLE": "<Tables/Ledger>",
    "STUDIO_HUB_RECONCILE_QUEUE_URL": "<Reconciler/Requests/Queue>",
    "STUDIO_HUB_SCAN_QUEUE_URL": "<Scanner/Requests/Queue>",
    "STUDIO_HUB_DELAYED_QUEUE_URL": "<Reconciler/Delayed/Queue>",
    "STUDIO_HUB_DELAYED_QUEUE_ARN": "<Reconciler/Delayed/Queue.Arn>",
}


def variables(settings: Any) -> set[str]:  # noqa: ANN401 (one of four classes)
    """Return the variables that a function requires, as its error names them when none is set."""
    with pytest.raises(SettingsError) as raised:
        read_settings(settings, {})
    return set(re.findall(r"(?:AWS|STUDIO_HUB)_[A-Z_]+", str(raised.value)))


@pytest.mark.parametrize("service", PATHS)
def test_a_function_gets_the_variables_it_requires(hub: Resources, service: str) -> None:
    """Every variable that hub.runtime reads and no other, each with its own value."""
    environment = hub[f"{PATHS[service]}/Function"]["Properties"]["Environment"]["Variables"]

    # Lambda itself sets the Region.
    assert {"AWS_REGION", *environment} == variables(SETTINGS[service])
    assert environment == {name: VALUES[name] for name in environment}


@pytest.mark.parametrize("service", PATHS)
def test_a_function_as_deployed(hub: Resources, service: str) -> None:
    """Its handler, its timeout and its own role and log; sweeps are not cut short."""
    function = hub[f"{PATHS[service]}/Function"]["Properties"]

    assert function == {
        "Code": function["Code"],
        "Environment": function["Environment"],
        "Handler": f"hub.runtime.functions.{service}.handler",
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "Timeout": SECONDS[service],
        "MemorySize": 512,
        "RecursiveLoop": "Allow",
        "TracingConfig": {"Mode": "Active"},
        "Role": f"<{PATHS[service]}/Role.Arn>",
        "LoggingConfig": {"LogGroup": f"<{PATHS[service]}/Log>"},
    }


@pytest.mark.parametrize("service", PATHS)
def test_logs_end(hub: Resources, service: str) -> None:
    """A log is kept for three months, and survives its stack until then."""
    assert hub[f"{PATHS[service]}/Log"] == {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": 90},
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
    }


def test_which_function_reads_which_queue(hub: Resources) -> None:
    """Each reader reports single failures; users and scans come one at a time, some in parallel."""
    assert [reader for reader in readers(hub) if "ScalingConfig" in reader] == [
        queue_reader("Ingress/Intake", "Ingress/Events", batch=10, concurrency=5),
        queue_reader("Ingress/Intake", "Reconciler/Delayed", batch=10, concurrency=5),
        queue_reader("Reconciler/Reconcile", "Reconciler/Requests", batch=1, concurrency=10),
        queue_reader("Scanner/Scan", "Scanner/Requests", batch=1, concurrency=2),
    ]


def test_which_function_reads_the_stream(hub: Resources) -> None:
    """From the first row on, bounded in time alone; a record that is given up is kept."""
    assert [reader for reader in readers(hub) if "ScalingConfig" not in reader] == [
        {
            "FunctionName": "<MappingStream/MappingStream/Function>",
            "EventSourceArn": "<Tables/Mappings.StreamArn>",
            "BatchSize": 10,
            "StartingPosition": "TRIM_HORIZON",
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumRecordAgeInSeconds": 90 * 60,
            "DestinationConfig": {"OnFailure": {"Destination": "<MappingStream/DeadLetters.Arn>"}},
        }
    ]


def readers(hub: Resources) -> list[dict[str, Any]]:
    found = [
        resource["Properties"]
        for resource in hub.values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    return sorted(found, key=lambda reader: str(reader["EventSourceArn"]))


def queue_reader(function: str, queue: str, *, batch: int, concurrency: int) -> dict[str, Any]:
    return {
        "FunctionName": f"<{function}/Function>",
        "EventSourceArn": f"<{queue}/Queue.Arn>",
        "BatchSize": batch,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": concurrency},
    }


@pytest.mark.parametrize("service", ["reconcile", "scan"])
def test_the_context_reaches_the_functions(hub_elsewhere: Resources, service: str) -> None:
    """Mode, limit, identity account, runtime and architecture are the company's choice."""
    function = hub_elsewhere[f"{PATHS[service]}/Function"]["Properties"]
    chosen = {
        "STUDIO_HUB_MODE": "report",
        "STUDIO_HUB_IDENTITY_ACCOUNT": "333333333333",
        "STUDIO_HUB_REMOVAL_COUNT": "7",
        "STUDIO_HUB_REMOVAL_PERCENT": "0",
    }

    assert chosen.items() <= function["Environment"]["Variables"].items()
    assert function["Runtime"] == "python3.11"
    assert function["Architectures"] == ["x86_64"]
