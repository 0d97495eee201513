"""The recipes in docs/recipes: templates that deploy, patterns that match, a policy that suffices.

Sources: the EventBridge user guide on input transformation (a placeholder without quotes becomes a
JSON value); the Service Authorization Reference of Amazon DynamoDB; the IAM user guide on
ForAllValues.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from botocore import handlers
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from linting import lint_findings
from moto.events.models import EventPattern, EventsBackend
from operators import Company

from hub.runtime.decisions.profile_events import ProfileEventType
from shared.model import UserId
from simulator.setup import BUS, LEDGER

Command = Callable[..., tuple[int, str, str]]

RECIPES = Path(__file__).parents[2] / "docs" / "recipes"
TEMPLATES = ("chat", "tickets")
POLICY = json.loads((RECIPES / "approver-policy.json").read_text(encoding="utf-8"))["Statement"]


def template(name: str) -> Any:  # noqa: ANN401 (a CloudFormation template)
    """Return a recipe's template with its short functions spelt out."""
    # cfn-lint takes long to import, and most workers need it for nothing.
    from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]  # noqa: PLC0415

    return json.loads(json.dumps(cfn_yaml.load(str(RECIPES / f"{name}.yaml"))))


def pattern(name: str, types: str) -> dict[str, Any]:
    """Return the rule's event pattern of a recipe, with a value of its parameter DetailTypes."""
    found = template(name)["Resources"]["Rule"]["Properties"]["EventPattern"]
    assert found["detail-type"] == {"Ref": "DetailTypes"}
    return {**found, "detail-type": types.split(",")}


def default_types(name: str) -> str:
    return str(template(name)["Parameters"]["DetailTypes"]["Default"])


def rendered(name: str, event: Mapping[str, Any]) -> list[Any]:
    """Return each body that a recipe sends for an event."""
    target = template(name)["Resources"]["Rule"]["Properties"]["Targets"][0]["InputTransformer"]
    values = {key: _at(event, path) for key, path in target["InputPathsMap"].items()}
    written = target["InputTemplate"]
    choices = written["Fn::If"][1:] if isinstance(written, dict) else [written]
    return [
        json.loads(re.sub(r"<(\w+)>", lambda found: json.dumps(values[found[1]]), choice))
        for choice in choices
    ]


def _at(event: Any, path: str) -> Any:  # noqa: ANN401 (JSON)
    for key in path.removeprefix("$.").split("."):
        event = event[key]
    return event


@pytest.mark.parametrize("name", TEMPLATES)
def test_cloudformation_would_accept_each_template(name: str) -> None:
    """cfn-lint finds nothing."""
    assert lint_findings((RECIPES / f"{name}.yaml").read_text(encoding="utf-8")) == ()


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_event_type_of_a_template_exists(name: str) -> None:
    """A rule waits for no event that the hub never publishes."""
    assert {*default_types(name).split(",")} <= {each.value for each in ProfileEventType}


@pytest.fixture
def published(hub: Company, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Record what the hub puts on its bus, in the form in which a rule sees it."""
    seen: list[Any] = []
    put_events = EventsBackend.put_events

    def note(backend: EventsBackend, events: list[dict[str, Any]]) -> object:
        seen.extend(
            {
                "id": str(len(seen)),
                "source": each["Source"],
                "detail-type": each["DetailType"],
                "detail": json.loads(each["Detail"]),
            }
            for each in events
            if each["EventBusName"] == BUS
        )
        return put_events(backend, events)

    monkeypatch.setattr(EventsBackend, "put_events", note)
    assert hub
    return seen


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_the_hub_publishes_reaches_the_rule(
    hub: Company, published: list[Any], name: str
) -> None:
    """The rule matches its types of what the hub publishes, no other, and sends the facts."""
    rule = EventPattern.load(json.dumps(pattern(name, default_types(name))))
    wanted = {*default_types(name).split(",")}

    hub.play("create_user", name="fay", groups=["scientists"])
    hub.leave("ada", "bob", "cyd")
    found = [event for event in published if rule.matches_event(event)]

    assert "Profile Held" in {event["detail-type"] for event in found}
    assert found == [event for event in published if event["detail-type"] in wanted]
    assert len(found) < len(published)
    for event in found:
        facts = event["detail-type"], event["detail"]["userName"], event["detail"]["target"]
        for body in rendered(name, event):
            assert all(json.dumps(fact) in json.dumps(body) for fact in facts)


class Asked(NamedTuple):
    """One call of the operator: the action, the resource's name, the keys and the attributes."""

    action: str
    resource: str
    keys: tuple[str, ...] = ()
    attributes: tuple[str, ...] | None = None


@pytest.fixture
def asked(hub: Company, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Record every call of the clients that commands make."""
    calls: list[Asked] = []

    def note(model: Any, params: Any, **_: object) -> None:  # noqa: ANN401 (botocore's own)
        calls.append(_call(model, params))

    more = [*handlers.BUILTIN_HANDLERS, ("before-call", note)]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", more)
    return calls


def _call(model: Any, params: Any) -> Asked:  # noqa: ANN401 (botocore's own)
    service = model.service_model.endpoint_prefix
    body = json.loads(params["body"]) if service in {"dynamodb", "sqs"} else {}
    return _asked(service, model.name, body)


def _asked(service: str, operation: str, body: Mapping[str, Any]) -> Asked:
    action = f"{service}:{operation}"
    match action:
        case "dynamodb:Scan":
            names = body.get("ExpressionAttributeNames", {})
            shown = "ProjectionExpression" in body
            return Asked(action, body["TableName"], (), (*names.values(),) if shown else None)
        case "dynamodb:Query":
            first = body["KeyConditionExpression"].split()[2]
            key = body["ExpressionAttributeValues"][first]["S"]
            return Asked(action, body["TableName"], (key,))
        case "dynamodb:TransactWriteItems":
            writes = [each for item in body["TransactItems"] for each in item.values()]
            keys = tuple(each.get("Item", each.get("Key"))["pk"]["S"] for each in writes)
            # Source: the DynamoDB developer guide: IAM asks for the rights of the writes.
            return Asked("dynamodb:PutItem", writes[0]["TableName"], keys)
        case _ if service == "dynamodb":
            return Asked(action, body["TableName"], (body.get("Item", body.get("Key"))["pk"]["S"],))
        case _:
            return Asked(action, str(body.get("QueueUrl", "")).rpartition("/")[2])


def allowing(call: Asked, hub: Company) -> list[str]:
    """Return the statements of the policy that allow a call."""
    return [each["Sid"] for each in POLICY if _allows(each, call, hub)]


def _allows(statement: Mapping[str, Any], call: Asked, hub: Company) -> bool:
    delayed = hub.aws.queues["delayed"].arn.rpartition(":")[2]
    names = {"table/LEDGER_TABLE": LEDGER, "DELAYED_QUEUE": delayed}
    resource = names.get(statement["Resource"].rpartition(":")[2])
    if statement["Action"] != call.action or resource != call.resource:
        return False
    condition = statement.get("Condition", {})
    for key, patterns in condition.get("ForAllValues:StringLike", {}).items():
        assert key == "dynamodb:LeadingKeys"
        if not all(any(fnmatchcase(each, one) for one in patterns) for each in call.keys):
            return False
    for key, attributes in condition.get("ForAllValues:StringEquals", {}).items():
        assert key == "dynamodb:Attributes"
        if call.attributes is None or not {*call.attributes} <= {*attributes}:
            return False
    return True


def digest(hub: Company) -> str:
    (found,) = (hold["digest"] for hold in hub.operator.holds() if hold["approvable"])
    return str(found)


@pytest.fixture
def approver(hub: Company, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Refuse every call that the policy does not allow, as IAM does; return what was refused.

    The hub's own functions have other credentials, and policies of their own.
    """
    refused: list[Asked] = []
    key = os.environ["AWS_ACCESS_KEY_ID"]

    def judge(model: Any, params: Any, request_signer: Any, **_: object) -> object:  # noqa: ANN401 (botocore's own)
        call = _call(model, params)
        if request_signer._credentials.access_key != key:  # noqa: SLF001 (there is no other way in)
            return None
        if call.action == "sts:GetCallerIdentity" or allowing(call, hub):
            return None
        refused.append(call)
        answer = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
        return AWSResponse("", 400, HTTPHeaders(), None), answer | {"ResponseMetadata": {}}

    more = [*handlers.BUILTIN_HANDLERS, ("before-call", judge)]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", more)
    return refused


def test_the_approver_sees_what_it_approves(
    hub: Company, command: Command, approver: list[Asked]
) -> None:
    """Its role runs `holds list`, `show` and `approve`, and is told of a pause.

    Only who is blocked stays unknown to it: no approval helps them.
    """
    hub.leave("ada", "bob", "cyd")
    wanted = digest(hub)
    hub.operator.hub_client.pause("an audit")
    listed, out, said = command("holds", "list")
    (scan,) = approver
    shown, people, paused = command("holds", "show", wanted)
    done, _, _ = command("holds", "approve", wanted)

    assert (listed, shown, done) == (0, 0, 0)
    assert wanted in out
    assert "note: blocked users are unknown: AccessDeniedException" in said
    assert "an audit" in said
    assert scan.action == "dynamodb:Scan"
    assert "cyd" in people
    assert "an audit" in paused
    assert approver == [scan]


def test_the_approver_may_approve_and_needs_every_right(
    hub: Company, command: Command, asked: list[Asked]
) -> None:
    """Each call of `holds approve` is allowed, also where the set has changed; no right is idle."""
    hub.play("create_user", name="fay", groups=["scientists"])
    hub.leave("ada", "bob", "cyd", "fay")
    old = digest(hub)
    command("holds", "show", old)
    hub.play("join", user="fay", group="scientists")
    asked.clear()

    refused, _, _ = command("holds", "approve", old)
    done, _, _ = command("holds", "approve", digest(hub))
    unknown, _, _ = command("holds", "approve", "00000000")

    assert (refused, done, unknown) == (3, 0, 1)
    # Source: the STS API: GetCallerIdentity needs no permission.
    rights = [call for call in asked if call.action != "sts:GetCallerIdentity"]
    assert [call for call in rights if not allowing(call, hub)] == []
    used = {sid for call in asked for sid in allowing(call, hub)}
    # The tables and queues are given by name here, so the stack is not asked for.
    assert used == {each["Sid"] for each in POLICY} - {"FindTheHub"}


def _others(hub: Company) -> Iterator[tuple[str, ...]]:
    """Yield commands that have something to do; others may have been at work before."""
    others, ada = hub.operator.hub_client, UserId(hub.user_id("ada"))
    yield ("sweep",)
    yield ("pause",)
    others.pause("an audit")
    yield ("resume", "--yes")
    others.resume()
    others.keep(ada, 3)
    yield "keep", ada, "--days", "0", "--yes"
    yield "protect", ada
    yield "report", "--format", "json"
    yield "mappings", "list"


def test_the_approver_may_do_nothing_else(
    hub: Company, command: Command, asked: list[Asked]
) -> None:
    """Every other command that changes or shows something makes a call that is refused."""
    for words in _others(hub):
        asked.clear()
        command(*words)

        rights = [call for call in asked if call.action != "sts:GetCallerIdentity"]
        assert [call for call in rights if not allowing(call, hub)], words


def test_a_placeholder_survives_any_value() -> None:
    """A user name with quotes, a backslash or a line end spoils no body."""
    hostile = '"\\\n<user>{}'
    detail = dict.fromkeys(
        ("userName", "target", "profileName", "executionRoleArn", "because", "reason"), hostile
    )
    event = {"id": "1", "detail-type": "Profile Held", "detail": detail}

    for name in TEMPLATES:
        for body in rendered(name, event):
            assert json.dumps(hostile) in json.dumps(body)
