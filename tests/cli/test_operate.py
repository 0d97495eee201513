"""`sweep` and `resume`: what an operator starts by hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import boto3
import pytest
from moto import mock_aws

from hub.runtime.adapters.hub_state import DynamoHubState
from shared.messages import decode
from shared.model import GroupId, Target
from shared.requests import DAILY, HOURLY, ReconcileRequest, ScanRequest, Subject
from simulator.setup import LEDGER, MAPPINGS, make_tables

ADA = "a3d46882-6071-7063-2f5e-91b4c7d80e21"
ANTS = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"
TARGET = "222222222222/eu-west-1/d-research0001"

Command = Callable[..., tuple[int, str, str]]


class Hub:
    """A hub's ledger and `delayed` queue, for an operator with credentials."""

    def __init__(self) -> None:
        self._dynamodb = dynamodb = boto3.client("dynamodb")
        make_tables(dynamodb)
        self.hub_state = DynamoHubState(dynamodb, LEDGER)
        self._sqs = boto3.client("sqs")
        self.queue = self._sqs.create_queue(QueueName="delayed")["QueueUrl"]

    def queued(self) -> list[ReconcileRequest | ScanRequest]:
        """Return what was queued and is due."""
        found = self._sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [decode(message["Body"]) for message in found.get("Messages", [])]

    def pin(self, group: str, group_id: str, target: str) -> None:
        """Write a row that pins a group."""
        row = {"group": group, "target": target, "group_id": group_id}
        self._dynamodb.put_item(
            TableName=MAPPINGS, Item={name: {"S": value} for name, value in row.items()}
        )

    def paused(self) -> str:
        """Return why it is paused."""
        return self.hub_state.state(datetime.now(UTC)).paused


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Make an empty ledger and a queue, and name them in the environment."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    with mock_aws():
        hub = Hub()
        monkeypatch.setenv("STUDIO_HUB_LEDGER_TABLE", LEDGER)
        monkeypatch.setenv("STUDIO_HUB_DELAYED_QUEUE_URL", hub.queue)
        monkeypatch.setenv("STUDIO_HUB_MAPPINGS_TABLE", MAPPINGS)
        yield hub


def test_a_full_sweep_starts_once_in_a_quarter_of_an_hour(hub: Hub, command: Command) -> None:
    """The second one is delayed, and a third is refused: it would find the same."""
    first, _, now = command("sweep")
    queued = hub.queued()
    second, _, soon = command("sweep")
    third, _, refused = command("sweep")

    assert (first, second, third) == (0, 0, 3)
    assert {
        (request.subject, request.key) for request in queued if isinstance(request, ScanRequest)
    } == {
        (Subject.SWEEP, HOURLY),
        (Subject.SWEEP, DAILY),
    }
    assert "begins now" in now
    assert "begins in 15 minutes" in soon
    assert "due already" in refused
    assert "studio-hub sweep --target TARGET" in refused


def test_one_group_target_or_user_may_be_requested_any_time(hub: Hub, command: Command) -> None:
    """A group by its id or by the name in a mapping."""
    hub.hub_state.remember_group("ants", GroupId(ANTS))
    hub.hub_state.remember_target(Target.parse(TARGET))
    codes = [
        command("sweep", *options)[0]
        for options in (
            ("--group", "ants"),
            ("--group", ANTS),
            ("--target", TARGET),
            ("--user", ADA),
        )
    ]
    keys = sorted(
        request.user_id
        if isinstance(request, ReconcileRequest)
        else f"{request.subject} {request.key}"
        for request in hub.queued()
    )

    assert codes == [0, 0, 0, 0]
    assert keys == sorted([ADA, f"group {ANTS}", f"group {ANTS}", f"target {TARGET}"])


def test_a_group_that_only_a_row_pins_is_known_by_its_name(hub: Hub, command: Command) -> None:
    """Unless rows pin the name to several groups: then their ids are named."""
    hub.pin("ants", ANTS, TARGET)
    known, _, _ = command("sweep", "--group", "ants")
    queued = hub.queued()
    hub.pin("ants", ADA, TARGET.replace("research", "other"))
    doubtful, _, said = command("sweep", "--group", "ants")

    assert [request.key for request in queued if isinstance(request, ScanRequest)] == [ANTS]
    assert (known, doubtful) == (0, 1)
    assert f"{ANTS}, {ADA}" in " ".join(said.split())
    assert hub.queued() == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--group", "bees"), "'bees' is no group id, and none of the names"),
        (("--target", "somewhere"), "write <12-digit account>/<region>/<domain id>"),
        (("--target", TARGET), "the hub knows no such target; it knows none yet"),
        (("--user", "ada"), "no user in the ledger is called 'ada'"),
        (("--user", "ada"), "aws identitystore get-user-id"),
        (("--user", ADA, "--target", TARGET), "give one of --group, --target and --user"),
    ],
)
def test_an_invalid_request_is_an_error(
    hub: Hub, command: Command, options: tuple[str, ...], told: str
) -> None:
    """The error names the option and the allowed values, and nothing is queued."""
    code, _, err = command("sweep", *options)

    assert code == 1
    assert told in " ".join(err.split())
    assert hub.queued() == []


def test_a_paused_hub_is_resumed_with_yes(hub: Hub, command: Command) -> None:
    """It shows why it is paused; a sweep is refused meanwhile; resuming starts a full sweep."""
    hub.hub_state.pause("DisassociateDirectory changed the identity source")
    swept, _, why = command("sweep")
    asked, said, _ = command("resume")
    still = hub.paused()
    resumed, _, _ = command("resume", "--yes")

    assert (swept, asked, resumed) == (3, 2, 0)
    assert "DisassociateDirectory" in why
    assert "DisassociateDirectory" in said
    assert still
    assert hub.paused() == ""
    assert len(hub.queued()) == 2


def test_resuming_succeeds_though_a_sweep_is_due_already(hub: Hub, command: Command) -> None:
    """The sweep that is due finds what happened meanwhile: nothing was refused."""
    command("sweep")
    command("sweep")
    hub.hub_state.pause("an audit")
    code, _, said = command("resume", "--yes")

    assert code == 0
    assert hub.paused() == ""
    assert "due already" in said


def test_nothing_to_resume_is_no_error(hub: Hub, command: Command) -> None:
    """And nothing is queued for it."""
    code, _, err = command("resume", "--yes")

    assert code == 0
    assert "not paused" in err
    assert hub.queued() == []


def test_a_missing_table_is_reported(
    hub: Hub, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, without a traceback."""
    monkeypatch.setenv("STUDIO_HUB_LEDGER_TABLE", "nothing")
    code, _, err = command("sweep")

    assert code == 1
    assert "ResourceNotFoundException" in err
    assert "Traceback" not in err
    assert hub.queued() == []
