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
Refuse = Callable[..., None]
HOME, ABROAD = "eu-west-1", "us-east-1"
STORE = "d-1234567890"
CONFIRM = f"it was re-created; to confirm that, give --identity-store {STORE}"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give an account and a Region in the profile, and no names."""
    for name in ("LEDGER_TABLE", "DELAYED_QUEUE_URL", "MAPPINGS_TABLE", "IDENTITY_STORE_ID"):
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


def test_check_reads_groups_in_the_stacks_own_store(
    command: Command, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only if the table is the stack's too; an older stack without the output is no mistake.

    The variable names another table as the option does, and the help says so.
    """
    make_tables(boto3.client("dynamodb"))
    item = {"group": {"S": "nobody"}, "target": {"S": "222222222222/eu-west-1/d-one"}}
    boto3.client("dynamodb").put_item(TableName=MAPPINGS, Item=item)

    deploy(HOME, MappingsTable=MAPPINGS)
    older = command("mappings", "check")
    deploy(HOME, MappingsTable=MAPPINGS, IdentityStoreId="d-1234567890")
    found = command("mappings", "check")
    named = command("mappings", "check", "--table", MAPPINGS)

    monkeypatch.setenv("STUDIO_HUB_MAPPINGS_TABLE", MAPPINGS)
    by_variable = command("mappings", "check")
    explained = " ".join(command("mappings", "check", "--help")[1].split())

    assert (older[0], found[0], named[0], by_variable[0]) == (0, 2, 0, 0)
    assert "unknown-group: group nobody" in found[1]
    assert all("give --identity-store" in said for _, _, said in (older, named, by_variable))
    assert "default, unless --table or its variable is given: the stack's output" in explained


@pytest.mark.parametrize(
    ("known", "options", "variable", "is_pinned", "told"),
    [
        ("", (), "", True, ""),
        ("nobody", (), "", False, "by its id: the directory does not know it"),
        ("nobody", (), STORE, False, "by its id: the directory does not know it"),
        ("unreadable", (), "", False, "by its id: the directory refuses to show it"),
        ("re-created", (), "", False, CONFIRM),
        ("re-created", (), STORE, False, CONFIRM),
        ("re-created", ("--identity-store", STORE), "", True, ""),
        ("re-created", ("--identity-store", ""), "", False, CONFIRM),
        ("", ("--table", MAPPINGS, "--ledger", LEDGER), "", False, "the identity store is not"),
        ("", ("--group", "m*"), "", False, ""),
    ],
    ids=[
        "there",
        "missing",
        "missing, variable",
        "unreadable",
        "re-created",
        "re-created, variable",
        "re-created, option",
        "re-created, empty option",
        "another table",
        "pattern",
    ],
)
def test_add_pins_a_group_by_the_stacks_own_store(  # noqa: PLR0913 (what is there, and what is given)
    command: Command,
    deploy: Deploy,
    refuse: Refuse,
    monkeypatch: pytest.MonkeyPatch,
    known: str,
    options: tuple[str, ...],
    variable: str,
    told: str,
    *,
    is_pinned: bool,
) -> None:
    """As a plan does: what it cannot pin for certain is written by the name, with a note.

    The option confirms a group that was re-created. Its variable does not: it may stand for ever.
    """
    make_tables(boto3.client("dynamodb"))
    deploy(HOME, MappingsTable=MAPPINGS, LedgerTable=LEDGER, IdentityStoreId=STORE)
    if variable:
        monkeypatch.setenv("STUDIO_HUB_IDENTITY_STORE_ID", variable)
    directory = boto3.client("identitystore")
    if known != "nobody":
        group = directory.create_group(IdentityStoreId=STORE, DisplayName="ml")["GroupId"]
    if known == "unreadable":
        refuse("GetGroupId")
    if known == "re-created":
        earlier = GroupId("93e47872-9051-70c8-1b7a-0f2d5c9e4a10")
        DynamoHubState(boto3.client("dynamodb"), LEDGER).remember_group("ml", earlier)
    row = "--group", "ml", "--target", "222222222222/eu-west-1/d-one"
    dry, _, _ = command("mappings", "add", *row, *options)
    code, _, said = command("mappings", "add", *row, *options, "--yes")
    (written,) = json.loads(command("mappings", "list", "--json")[1])

    assert (dry, code) == (2, 0)
    assert written["group_id"] == (group if is_pinned else None)
    assert told in said
    assert ("does not pin" in said) == bool(told)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--target", "foo"), "write <12-digit account>/<region>/<domain id>"),
        (("--group", ""), "group: '' is not a text"),
        (("--group", "", "--identity-store", STORE), "group: '' is not a text"),
        (("--group", "x" * 1025, "--identity-store", STORE), "at most 1024"),
        ((), "there is already a row"),
    ],
    ids=["target", "group", "group in a store", "overlong group in a store", "there"],
)
def test_add_finds_mistakes_of_the_row_before_it_asks_for_the_group(
    command: Command, deploy: Deploy, options: tuple[str, ...], told: str
) -> None:
    """The mistake stands alone: the note on the group would come first, and hide it."""
    make_tables(boto3.client("dynamodb"))
    deploy(HOME, MappingsTable=MAPPINGS, LedgerTable=LEDGER, IdentityStoreId=STORE)
    row = "--group", "ml", "--target", "222222222222/eu-west-1/d-one"
    command("mappings", "add", *row, "--yes")
    code, out, said = command("mappings", "add", *row, *options)

    assert code == 1
    assert told in " ".join(f"{out} {said}".split())
    assert "does not pin" not in said
    assert "there is no group" not in said


@pytest.mark.parametrize(
    ("options", "variable", "remedy"),
    [
        (("--identity-store", STORE), "", "Leave --pin out, or correct --identity-store."),
        (("--identity-store", ""), "", "Leave --pin out, or give --identity-store."),
        ((), STORE, "Leave --pin out, or give --identity-store."),
        ((), "", "Leave --pin out, or give --identity-store."),
    ],
    ids=["option", "empty option", "variable", "stack"],
)
@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (False, f"error: there is no group 'ml' in the identity store {STORE}"),
        (True, "that needs the permission identitystore:GetGroupId"),
    ],
    ids=["missing", "unreadable"],
)
def test_a_pin_that_fails_says_what_helps(  # noqa: PLR0913 (what is there, and what is given)
    command: Command,
    deploy: Deploy,
    refuse: Refuse,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    variable: str,
    remedy: str,
    told: str,
    *,
    refused: bool,
) -> None:
    """To leave out what nobody gave would not help. The row stays as it is."""
    make_tables(boto3.client("dynamodb"))
    deploy(HOME, MappingsTable=MAPPINGS, LedgerTable=LEDGER, IdentityStoreId=STORE)
    row = "--group", "ml", "--target", "222222222222/eu-west-1/d-one"
    command("mappings", "add", *row, "--yes")
    if variable:
        monkeypatch.setenv("STUDIO_HUB_IDENTITY_STORE_ID", variable)
    if refused:
        refuse("GetGroupId")
    code, _, said = command("mappings", "set", *row, *options, "--pin", "--yes")

    assert code == 1
    assert told in " ".join(said.split())
    assert remedy in said
    assert json.loads(command("mappings", "list", "--json")[1])[0]["group_id"] is None
