"""Where a command finds the hub's tables and queues when no option names them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from cli.deployed import STACK
from hub.runtime.adapters.hub_state import DynamoHubState
from shared.model import GroupId
from simulator.setup import LEDGER, MAPPINGS, make_tables

Command = Callable[..., tuple[int, str, str]]
Deploy = Callable[..., None]
HOME, ABROAD = "eu-west-1", "us-east-1"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give an account and a Region in the profile, and no names."""
    for name in ("LEDGER_TABLE", "LATER_QUEUE_URL", "MAPPINGS_TABLE"):
        monkeypatch.delenv(f"STUDIO_HUB_{name}", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", HOME)
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    with mock_aws():
        yield


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Return a function that deploys the hub's stack to a Region, within moto's limits.

    Without a stack, CloudFormation answers as it does.
    """
    stacks: dict[str, dict[str, str]] = {}
    make = boto3.Session.client

    def client(self: boto3.Session, service: str, **more: Any) -> Any:  # noqa: ANN401 (boto3 makes clients of any kind)
        made: Any = make(self, service, **more)  # type: ignore[call-overload]  # any service
        if service == "cloudformation":
            _answer(Stubber(made), stacks.get(made.meta.region_name))
        return made

    monkeypatch.setattr(boto3.Session, "client", client)
    return lambda region, **outputs: stacks.update({region: outputs})


def _answer(stubber: Stubber, outputs: dict[str, str] | None) -> None:
    if outputs is None:
        stubber.add_client_error("describe_stacks", "ValidationError", "does not exist")
    else:
        stack = {
            "StackName": STACK,
            "CreationTime": datetime.now(UTC),
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()],
        }
        answer = {"Stacks": [stack]}
        stubber.add_response("describe_stacks", answer, {"StackName": STACK})
    stubber.activate()


def test_names_come_from_the_stack(command: Command, deploy: Deploy) -> None:
    """With the hub account's credentials no option is needed."""
    make_tables(boto3.client("dynamodb"))
    queue = boto3.client("sqs").create_queue(QueueName="delayed")["QueueUrl"]
    deploy(HOME, MappingsTable=MAPPINGS, LedgerTable=LEDGER, DelayedQueueUrl=queue)

    assert command("mappings", "list")[0] == 0
    assert command("sweep")[0] == 0
    assert "Messages" in boto3.client("sqs").receive_message(QueueUrl=queue)


@pytest.mark.parametrize(
    ("option", "variable"), [(ABROAD, ""), (ABROAD, HOME), ("", ABROAD), ("", "")]
)
def test_the_stack_is_read_in_the_named_region(
    command: Command, deploy: Deploy, monkeypatch: pytest.MonkeyPatch, option: str, variable: str
) -> None:
    """By the option, else by AWS_REGION, else as boto3 finds one."""
    make_tables(boto3.client("dynamodb", region_name=ABROAD))
    deploy(ABROAD, MappingsTable=MAPPINGS)
    monkeypatch.setenv("AWS_REGION", variable)

    code, _, _ = command("mappings", "list", *(("--region", option) if option else ()))

    assert code == (0 if ABROAD in (option, variable) else 1)


def test_without_a_stack_the_account_and_the_region_are_named(
    command: Command, deploy: Deploy
) -> None:
    """And no option that nobody gave."""
    deploy(ABROAD, MappingsTable=MAPPINGS)
    code, _, said = command("pause")

    assert code == 1
    assert said.startswith(
        f"error: there is no stack {STACK} in the account 123456789012 in {HOME}"
    )
    assert "--ledger" not in said


def test_given_names_win(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option or its variable is used, and no stack is read."""
    make_tables(boto3.client("dynamodb"))

    assert command("mappings", "list", "--table", MAPPINGS)[0] == 0
    monkeypatch.setenv("STUDIO_HUB_MAPPINGS_TABLE", MAPPINGS)
    assert command("mappings", "list")[0] == 0


def test_an_older_stack_says_that_it_is_to_be_deployed(command: Command, deploy: Deploy) -> None:
    """A stack without the output is named, with the remedy."""
    deploy(HOME, MappingsTable=MAPPINGS)

    code, _, said = command("pause")

    assert code == 1
    assert f"the stack {STACK} has no output LedgerTable: deploy it again" in said


def test_check_reads_groups_in_the_stacks_own_store(command: Command, deploy: Deploy) -> None:
    """Only if the table is the stack's too; an older stack without the output is no mistake."""
    make_tables(boto3.client("dynamodb"))
    item = {"group": {"S": "nobody"}, "target": {"S": "222222222222/eu-west-1/d-one"}}
    boto3.client("dynamodb").put_item(TableName=MAPPINGS, Item=item)

    deploy(HOME, MappingsTable=MAPPINGS)
    older = command("mappings", "check")
    deploy(HOME, MappingsTable=MAPPINGS, IdentityStoreId="d-1234567890")
    found = command("mappings", "check")
    named = command("mappings", "check", "--table", MAPPINGS)

    assert (older[0], found[0], named[0]) == (0, 2, 0)
    assert "unknown-group: group nobody" in found[1]
    assert all("give --identity-store" in said for _, _, said in (older, named))


@pytest.mark.parametrize(
    ("known", "options", "is_pinned", "told"),
    [
        ("", (), True, ""),
        ("nobody", (), False, "by its id: the directory does not know it"),
        ("re-created", (), False, "it was re-created; to confirm that, give --identity-store"),
        ("", ("--table", MAPPINGS, "--ledger", LEDGER), False, "the identity store is not known"),
        ("", ("--group", "m*"), False, ""),
    ],
    ids=["there", "missing", "re-created", "another table", "pattern"],
)
def test_add_pins_a_group_by_the_stacks_own_store(
    command: Command,
    deploy: Deploy,
    known: str,
    options: tuple[str, ...],
    told: str,
    *,
    is_pinned: bool,
) -> None:
    """As a plan does: what it cannot pin for certain is written by the name, with a note."""
    make_tables(boto3.client("dynamodb"))
    store = "d-1234567890"
    deploy(HOME, MappingsTable=MAPPINGS, LedgerTable=LEDGER, IdentityStoreId=store)
    directory = boto3.client("identitystore")
    if known != "nobody":
        group = directory.create_group(IdentityStoreId=store, DisplayName="ml")["GroupId"]
    if known == "re-created":
        earlier = GroupId("93e47872-9051-70c8-1b7a-0f2d5c9e4a10")
        DynamoHubState(boto3.client("dynamodb"), LEDGER).remember_group("ml", earlier)
    row = "--group", "ml", "--target", "222222222222/eu-west-1/d-one"
    code, _, said = command("mappings", "add", *row, *options, "--yes")
    (written,) = json.loads(command("mappings", "list", "--json")[1])

    assert code == 0
    assert written["group_id"] == (group if is_pinned else None)
    assert told in said
    assert ("does not pin group ml" in said) == bool(told)
