"""With its short cuts the embedded AWS answers exactly as moto does without them."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.model import Shape
from botocore.parsers import JSONParser
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from simulated import DOMAIN, OWNER, SPOKE, STORE, Services, SimMaker, begin

from shared.storage import LEDGER_BY_TARGET
from simulator.clients import shared_models
from simulator.clock import virtual_time
from simulator.faults import Fault
from simulator.gateway import watching
from simulator.in_process import in_process
from simulator.known_answers import KnownAnswers
from simulator.known_shapes import validate
from simulator.moto_backend import EmbeddedServices, moto_backend
from simulator.partitions import partitioned
from simulator.setup import LEDGER, make_queue, make_tables
from simulator.shortcuts import quick_moto
from simulator.unsigned import unsigned

_VALUES = st.recursive(
    st.sampled_from(["text", "", 1, True, None, b"raw"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["S", "L", "M"]), inner, max_size=2)
    ),
    max_leaves=3,
)
_ATTRIBUTES = st.dictionaries(
    st.sampled_from(["S", "N", "BOOL", "L", "M", "SS", "X"]), _VALUES, min_size=1, max_size=1
)
_PARAMETERS = st.fixed_dictionaries({"TableName": st.just("t"), "Item": st.just({})}) | (
    st.fixed_dictionaries(
        {"TableName": st.sampled_from(["t", "t", "t", "", 7])},
        optional={"Item": st.fixed_dictionaries({"a": _ATTRIBUTES}), "Unknown": st.just("x")},
    )
)
# The parts that are new in every answer; when moto last saw a role; and the second spelling of an
# error's text, which AWS does not send.
_OF_ITS_OWN = {
    *("ResponseMetadata", "MessageId", "ReceiptHandle", "SequenceNumber"),
    *(
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "AssumedRoleId",
        "RoleId",
        "RoleLastUsed",
        "message",
    ),
}


@pytest.mark.parametrize("story", ["tables", "queues"])
def test_answers_are_those_of_moto_itself(story: str, aws_environment: None) -> None:
    """What is read, written, refused and rolled back is the same with every short cut and none."""
    tell = {"tables": _tables, "queues": _queues}[story]

    answers = []
    for quick in (False, True):
        with ExitStack() as sim:
            sim.enter_context(virtual_time())
            if quick:
                sim.enter_context(quick_moto())
            sim.enter_context(mock_aws())
            if quick:
                sim.enter_context(shared_models())
                sim.enter_context(unsigned())
                sim.enter_context(partitioned())
                services = EmbeddedServices.build()
                sessions = sim.enter_context(moto_backend(services))
                gateway = sim.enter_context(watching(sessions))
                sim.enter_context(in_process(services, sessions, gateway))
            answers.append([_plain(answer) for answer in tell()])

    assert answers[0] == answers[1]
    assert len(answers[0]) > 10


@pytest.mark.parametrize("story", ["studio", "roles"])
def test_its_own_services_answer_the_same_in_the_process(make_sim: SimMaker, story: str) -> None:
    """Answers, times and errors are the same, and botocore builds no request of these."""
    tell = {"studio": _studio, "roles": _roles}[story]
    answers, built = [], []
    for quick in (False, True):
        with make_sim() as sim, ExitStack() as more, pytest.MonkeyPatch.context() as patch:
            if quick:
                gateway = more.enter_context(watching(sim.sessions))
                more.enter_context(in_process(sim.services, sim.sessions, gateway))
            studio, directory, iam = (_acting(sim, *of) for of in _CLIENTS)
            _begin(sim)
            built.append(_note_requests(patch))
            answers.append([_plain(answer) for answer in tell(sim, studio, directory, iam)])

    assert answers[0] == answers[1]
    assert len(answers[0]) > 5
    assert (len(built[0]) >= len(answers[0]), built[1]) == (True, [])


@pytest.mark.parametrize(
    "event", ["provide-client-params", "before-parameter-build", "before-call", "after-call"]
)
def test_a_client_in_the_process_calls_its_handlers(make_sim: SimMaker, event: str) -> None:
    """A handler that is registered, even after a first call, hears of each call that follows."""
    heard: list[str] = []
    with make_sim() as sim, ExitStack() as more:
        gateway = more.enter_context(watching(sim.sessions))
        more.enter_context(in_process(sim.services, sim.sessions, gateway))
        directory: Any = sim.botocore_session.create_client("identitystore", "eu-west-1")
        directory.list_users(IdentityStoreId=STORE)

        directory.meta.events.register(event, lambda model, **_: heard.append(model.name))
        directory.list_users(IdentityStoreId=STORE)
        with pytest.raises(directory.exceptions.ResourceNotFoundException):
            directory.describe_user(
                IdentityStoreId=STORE, UserId="00000000-0000-0000-0000-000000000000"
            )

    assert heard == ["ListUsers", "DescribeUser"]


@pytest.mark.parametrize("event", ["before-parameter-build", "before-call"])
def test_a_handler_hears_once_of_a_call_that_is_tried_again(make_sim: SimMaker, event: str) -> None:
    """Calls of the handler get their own answers; the throttled one gets botocore's retry."""
    heard: list[str] = []
    with make_sim() as sim, ExitStack() as more:
        gateway = more.enter_context(watching(sim.sessions))
        more.enter_context(in_process(sim.services, sim.sessions, gateway))
        studio = _acting(sim, "sagemaker", SPOKE)
        directory = _acting(sim, "identitystore", OWNER)
        gateway.faults.append(Fault("identitystore", "ListUsers", "ThrottlingException"))

        def note(model: Any, **_: object) -> None:  # noqa: ANN401 (botocore's own)
            heard.append(model.name)
            studio.list_domains()

        directory.meta.events.register(event, note)
        with pytest.raises(ClientError, match="ThrottlingException"):
            directory.list_users(IdentityStoreId=STORE)
        directory.list_users(IdentityStoreId=STORE)

    assert heard == ["ListUsers"] * 2
    assert gateway.calls == {"sagemaker.ListDomains": 2, "identitystore.ListUsers": 2}


@pytest.mark.parametrize("mode", ["preferred", "disabled"])
def test_each_call_has_the_endpoint_that_botocore_finds(
    aws_environment: None, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """The account in a table's ARN is part of it, and TLS, whatever the call before had."""
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", mode)
    arns = [f"arn:aws:dynamodb:eu-west-1:{account}:table/t" for account in (SPOKE, OWNER, SPOKE)]
    tables = ["t", *arns, "t"]

    asked = [
        *(("GetItem", {"TableName": table, "Key": {}}) for table in tables),
        *(("BatchGetItem", {"RequestItems": {table: {}}}) for table in tables),
        *(
            ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": table}}]})
            for table in tables
        ),
    ]
    found: list[list[str]] = []
    for manager in (nullcontext, shared_models):
        with manager():
            found.append([])
            for use_ssl in (True, False):
                client: Any = botocore.session.Session().create_client(
                    "dynamodb", "eu-west-1", use_ssl=use_ssl
                )
                resolver, model = client._ruleset_resolver, client.meta.service_model  # noqa: SLF001 (there is no other way in)
                found[-1] += [
                    resolver.construct_endpoint(model.operation_model(name), request, {}).url
                    for name, request in asked
                ]

    assert found[0] == found[1]
    assert len(set(found[0])) == (6 if mode == "preferred" else 2)


_CLIENTS = (("sagemaker", SPOKE), ("identitystore", OWNER), ("iam", SPOKE))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"UserName": None, "Name": None, "Emails": [], "Unknown": {"a": 1}},
        {"Emails": [{"Value": "a@example.com", "Primary": False}, None], "CreatedAt": 1.5},
        {"Addresses": [{"Formatted": "a", "Unknown": 1}], "Extensions": {"x": {"y": [1, None]}}},
    ],
)
def test_an_answer_is_read_as_botocore_reads_it(body: dict[str, Any]) -> None:
    """What has no value, or no place in the model, is left out."""
    model = botocore.session.get_session().get_service_model("identitystore")
    shape = model.operation_model("DescribeUser").output_shape
    parser: Any = JSONParser()
    assert shape is not None

    expected = parser._parse_shape(shape, body)  # noqa: SLF001 (there is no other way in)

    assert KnownAnswers(parser).read(shape, body) == expected


def _acting(sim: Services, service: str, account: str) -> Any:  # noqa: ANN401 (a client)
    """Return a client of one of the hub's roles; it has no handler but botocore's."""
    name, path = f"StudioHub-{service}", "/studio-hub-system/"
    sim.client("iam", account).create_role(
        RoleName=name, Path=path, AssumeRolePolicyDocument=_trust(account)
    )
    arn = f"arn:aws:iam::{account}:role{path}{name}"
    session = sim.client("sts").assume_role(RoleArn=arn, RoleSessionName="acting")
    return sim.client_of(service, session["Credentials"])


def _trust(account: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _begin(sim: Services) -> None:
    begin(sim)
    iam = sim.client("iam", SPOKE)
    iam.create_role(RoleName="plain", AssumeRolePolicyDocument=_trust(SPOKE))
    iam.create_role(
        RoleName="StudioHubSpoke-eu-west-1",
        Path="/studio-hub-system/",
        AssumeRolePolicyDocument=_trust(SPOKE),
        Description="a <role>",
        MaxSessionDuration=7200,
        PermissionsBoundary=f"arn:aws:iam::{SPOKE}:policy/limits",
        Tags=[{"Key": "k", "Value": "a & b"}],
    )


def _note_requests(patch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the operation of each request that botocore builds from now on."""
    built: list[str] = []
    convert: Any = BaseClient._convert_to_request_dict  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way in)

    def note(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (botocore's own)
        built.append(kwargs["operation_model"].name)
        return convert(self, *args, **kwargs)

    patch.setattr(BaseClient, "_convert_to_request_dict", note)
    return built


def _studio(sim: Services, studio: Any, directory: Any, iam: Any) -> Iterator[Any]:  # noqa: ANN401 (clients)
    yield studio.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    yield studio.list_user_profiles(DomainIdEquals=DOMAIN)
    yield _tried(studio.describe_user_profile, DomainId=DOMAIN, UserProfileName="bob")
    yield _tried(studio.describe_user_profile, DomainId=DOMAIN, UserProfileName="-")
    yield studio.create_space(
        DomainId=DOMAIN,
        SpaceName="lab",
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Private"},
    )
    yield _tried(studio.delete_user_profile, DomainId=DOMAIN, UserProfileName="ada")
    yield directory.list_users(IdentityStoreId=STORE)
    ada = directory.list_users(IdentityStoreId=STORE)["Users"][0]["UserId"]
    yield directory.list_group_memberships_for_member(
        IdentityStoreId=STORE, MemberId={"UserId": ada}
    )


def _roles(sim: Services, studio: Any, directory: Any, iam: Any) -> Iterator[Any]:  # noqa: ANN401 (clients)
    sts: Any = sim.botocore_session.create_client("sts", "eu-west-1")
    arn = f"arn:aws:iam::{SPOKE}:role/plain"
    yield sts.assume_role(RoleArn=arn, RoleSessionName="long", DurationSeconds=900)
    session = sts.assume_role(
        RoleArn=arn, RoleSessionName="ada", SourceIdentity="ada", ExternalId="hub"
    )
    yield session
    chained = sim.client_of("sts", session["Credentials"])
    yield _tried(chained.assume_role, RoleArn=arn, RoleSessionName="again", DurationSeconds=7200)
    yield _tried(chained.assume_role, RoleArn=arn, RoleSessionName="again")
    yield _tried(chained.assume_role, RoleArn=f"{arn}-not", RoleSessionName="again")
    yield _tried(sts.assume_role, RoleArn=arn, RoleSessionName="a b")
    for name in ("plain", "StudioHubSpoke-eu-west-1", "StudioHubSpoke-nowhere", "Shipped"):
        yield _tried(iam.get_role, RoleName=name)
    yield iam.get_role(RoleName="plain")


@cache
def input_shape(service: str, operation: str) -> Shape:
    """Return the shape of an operation's parameters, as botocore reads it."""
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    return shape


def assert_checked_alike(params: dict[str, Any], shape: Shape) -> None:
    """Assert that the quick check says of parameters what botocore's own says."""
    expected = ParamValidator().validate(params, shape).generate_report()

    assert validate(ParamValidator(), params, shape).generate_report() == expected


@settings(deadline=None)
@given(params=_PARAMETERS)
def test_parameters_that_botocore_refuses_are_refused(params: dict[str, Any]) -> None:
    """The quick check says yes to nothing that botocore's own does not accept."""
    assert_checked_alike(params, input_shape("dynamodb", "PutItem"))


@settings(deadline=None)
@given(value=_VALUES)
def test_documents_are_checked_as_botocore_checks_them(value: object) -> None:
    """The quick check knows texts; all others are botocore's to check."""
    unique = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": value}}
    params = {"IdentityStoreId": STORE, "AlternateIdentifier": unique}

    assert_checked_alike(params, input_shape("identitystore", "GetGroupId"))


def _tables() -> Iterator[Any]:
    dynamodb = boto3.client("dynamodb", "eu-west-1")
    make_tables(dynamodb)
    for user in ("ada", "bob"):
        for target in ("one", "two"):
            item = _key(user, target) | {
                "target": {"S": target},
                "user_id": {"S": user},
                "because": {"L": [{"M": {"priority": {"N": "10"}, "role": {"NULL": True}}}]},
            }
            yield dynamodb.put_item(TableName=LEDGER, Item=item, ReturnValues="ALL_OLD")
    yield dynamodb.get_item(TableName=LEDGER, Key=_key("ada", "one"))
    yield dynamodb.get_item(TableName=LEDGER, Key=_key("ada", "three"))
    yield _transact(dynamodb, _update("ada", "one"), _update("bob", "nine"), _there("ada", "three"))
    yield dynamodb.scan(TableName=LEDGER)
    yield _transact(dynamodb, _update("ada", "one"), _update("ada", "two"), _put("cy", "one"))
    yield _query(dynamodb, "ada")
    yield _query(dynamodb, "cy")
    yield _query(dynamodb, "nobody")
    yield _query(dynamodb, "ada", Limit=1)
    yield _query(dynamodb, "ada", ScanIndexForward=False)
    yield dynamodb.scan(TableName=LEDGER, Limit=3)
    odd = {"raw": {"B": b"\x00\xff"}, "set": {"SS": ["a", "b"]}, "flag": {"BOOL": False}}
    nested = {"list": {"L": [{"B": b"x"}, {"M": {"n": {"N": "1.5"}}}]}}
    yield dynamodb.put_item(TableName=LEDGER, Item=_key("odd", "one") | odd | nested)
    yield _query(dynamodb, "odd")
    yield dynamodb.get_item(TableName=LEDGER, Key=_key("odd", "one"), ProjectionExpression="flag")
    conditions = "attribute_not_exists(pk)", "target = :t AND NOT target <> :t", "contains(pk, :t)"
    for condition in conditions:
        yield _tried(
            dynamodb.update_item,
            TableName=LEDGER,
            Key=_key("ada", "two"),
            UpdateExpression="SET seen = :t",
            ConditionExpression=condition,
            ExpressionAttributeValues={":t": {"S": "two"}},
            ReturnValues="ALL_NEW",
        )
    # The index of targets, after each kind of write: also a refused one, and one of its attribute.
    at: Any = {":t": {"S": "three"}}
    writes: tuple[Callable[[], Any], ...] = (
        lambda: None,
        lambda: dynamodb.put_item(TableName=LEDGER, Item=_key("eve", "three") | _at("three")),
        lambda: dynamodb.put_item(TableName=LEDGER, Item=_key("ada", "three") | _at("three")),
        lambda: dynamodb.update_item(
            TableName=LEDGER,
            Key=_key("bob", "two"),
            UpdateExpression="SET target = :t",
            ExpressionAttributeValues=at,
        ),
        lambda: _transact(dynamodb, _put("cy", "three"), _there("nobody", "one")),
        lambda: dynamodb.delete_item(TableName=LEDGER, Key=_key("eve", "three")),
    )
    for write in writes:
        write()
        for target in ("two", "three", "nowhere"):
            at[":t"] = {"S": target}
            yield dynamodb.query(
                TableName=LEDGER,
                IndexName=LEDGER_BY_TARGET,
                KeyConditionExpression="target = :t",
                ExpressionAttributeValues=at,
            )
        at[":t"] = {"S": "three"}
    yield _tried(dynamodb.get_item, TableName="no-such-table", Key=_key("ada", "one"))
    keys: Any = {LEDGER: {"Keys": [_key("ada", "one"), _key("nobody", "one")]}}
    yield dynamodb.batch_get_item(RequestItems=keys, ReturnConsumedCapacity="TOTAL")


def _queues() -> Iterator[Any]:
    sqs = boto3.client("sqs", "eu-west-1")
    for fifo in (False, True):
        queue, dead = make_queue(sqs, "scan" if fifo else "delayed", fifo=fifo)
        for number in range(4):
            more = {"MessageGroupId": f"{number % 2}", "MessageDeduplicationId": f"{number}"}
            yield sqs.send_message(
                QueueUrl=queue.url,
                MessageBody=f"text {number}",
                **(more if fifo else {"DelaySeconds": 5 * number}),
            )
        yield _counts(sqs, queue.url)
        received = sqs.receive_message(QueueUrl=queue.url, AttributeNames=["All"])
        yield received
        yield _counts(sqs, queue.url)
        handle = received["Messages"][0]["ReceiptHandle"]
        for each in (handle, handle, "unknown"):
            yield _tried(sqs.delete_message, QueueUrl=queue.url, ReceiptHandle=each)
        yield sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
        yield _counts(sqs, queue.url)
        for names in (["RedrivePolicy"], ["VisibilityTimeout", "QueueArn"], ["Policy"], ["None"]):
            yield _tried(sqs.get_queue_attributes, QueueUrl=queue.url, AttributeNames=names)
        yield _counts(sqs, dead.url)
        yield _tried(sqs.receive_message, QueueUrl=f"{queue.url}-gone")
        raw: Any = {"MessageAttributes": {"raw": {"DataType": "Binary", "BinaryValue": b"\x00"}}}
        if fifo:
            raw |= {"MessageGroupId": "raw", "MessageDeduplicationId": "raw"}
        yield sqs.send_message(QueueUrl=queue.url, MessageBody="raw", **raw)
        # What one receiver asks for, or changes, is no other's.
        for names in (["none"], ["raw"], ["All"]):
            received = sqs.receive_message(
                QueueUrl=queue.url,
                MessageAttributeNames=names,
                MaxNumberOfMessages=10,
                VisibilityTimeout=0,
            )
            yield copy.deepcopy(received)
            for message in received["Messages"]:
                message.setdefault("MessageAttributes", {}).clear()
    yield sqs.list_queues()


def _at(target: str) -> dict[str, Any]:
    return {"target": {"S": target}}


def _key(user: str, target: str) -> dict[str, Any]:
    return {"pk": {"S": f"user#{user}"}, "sk": {"S": f"target#{target}"}}


def _put(user: str, target: str) -> dict[str, Any]:
    return {"Put": {"TableName": LEDGER, "Item": _key(user, target)}}


def _update(user: str, target: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": LEDGER,
            "Key": _key(user, target),
            "UpdateExpression": "SET version = :new",
            "ExpressionAttributeValues": {":new": {"N": "7"}},
        }
    }


def _there(user: str, target: str) -> dict[str, Any]:
    condition = "attribute_exists(pk)"
    key = _key(user, target)
    return {"ConditionCheck": {"TableName": LEDGER, "Key": key, "ConditionExpression": condition}}


def _transact(dynamodb: Any, *items: dict[str, Any]) -> Any:  # noqa: ANN401 (a DynamoDB client)
    return _tried(dynamodb.transact_write_items, TransactItems=list(items))


def _query(dynamodb: Any, user: str, **more: Any) -> Any:  # noqa: ANN401 (a DynamoDB client)
    values = {":pk": {"S": f"user#{user}"}}
    return dynamodb.query(
        TableName=LEDGER,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=values,
        **more,
    )


def _counts(sqs: Any, url: str) -> Any:  # noqa: ANN401 (an SQS client)
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])


def _tried(call: Any, **request: Any) -> Any:  # noqa: ANN401 (any operation)
    try:
        return call(**request)
    except ClientError as error:
        return error.response | {"class": type(error).__name__}


def _plain(answer: Any) -> Any:  # noqa: ANN401 (any answer)
    if isinstance(answer, dict):
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status is not None:
            answer = answer | {"status": status}
        return {k: _plain(v) for k, v in answer.items() if k not in _OF_ITS_OWN}
    return [_plain(each) for each in answer] if isinstance(answer, list) else answer
