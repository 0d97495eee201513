"""Every right that a run needed, by role: of served calls, of MiniStack, and of Lambda."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from e2e.accounts import HUB, MANAGEMENT, ORGANIZATION
from e2e.cloud import Cloud
from e2e.iam_requests import IamRequest, asked_by
from e2e.roles import Roles

from shared.conventions import source_identity

# MiniStack adds this key to every DynamoDB call. IAM has it for reads only, and no policy uses it.
_NOT_OURS = "dynamodb:Select"
# What Lambda calls with a function's role, by the kind of source that it polls. Source: Lambda's
# developer guide, execution roles.
_POLLS = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
}


def rights_asked_for(cloud: Cloud, roles: Roles) -> tuple[IamRequest, ...]:
    """Return each right that a deployed role needed, once."""
    sessions: dict[str, tuple[str, str | None]] = {}
    asked: list[IamRequest] = []
    for line in cloud.aws.journal.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "session" in entry:
            role = roles.of_session(entry["session"])
            if role:
                sessions[entry["key"]] = role, (entry["limits"] or {}).get("Policy") or None
        elif "trusts" in entry:
            asked += _entering(entry, roles)
        elif entry["key"] in sessions and not entry["action"].startswith("sts:"):
            role, policy = sessions[entry["key"]]
            context = {k: v for k, v in entry["context"].items() if k != _NOT_OURS}
            resource = roles.with_path(entry["resource"])
            asked.append(IamRequest(role, entry["action"], resource, context, policy))
    for observed in cloud.calls:
        if observed.call.access_key in sessions:
            role, policy = sessions[observed.call.access_key]
            asked += asked_by(observed, role, policy, store_owner=MANAGEMENT)
    asked += [*_by_lambda(cloud), *_by_rules(cloud)]
    return tuple({request.key: request for request in asked}.values())


def _entering(entry: Mapping[str, Any], roles: Roles) -> Iterator[IamRequest]:
    role = roles.of_session(entry["principal"])
    if role:
        yield assume(role, entry["trusts"], entry["context"].get("sts:externalid"))
        # MiniStack does not check a SourceIdentity, so the second right of each AssumeRole is added
        # here.
        yield name_itself(role, entry["trusts"])


def assume(role: str, other: str, external_id: str | None) -> IamRequest:
    """Return the right to assume another role, in the same organization."""
    context = _between(role) | {"sts:RoleSessionName": role.rpartition("/")[2]}
    if external_id:
        context["sts:ExternalId"] = external_id
    return IamRequest(role, "sts:AssumeRole", other, context)


def name_itself(role: str, other: str, identity: str | None = None) -> IamRequest:
    """Return the right to a session of another role that carries the hub role's own identity.

    With `identity`, the session carries that identity instead.
    """
    name = role.rpartition("/")[2]
    context = {"sts:SourceIdentity": identity or source_identity(role.split(":")[4], name)}
    return IamRequest(role, "sts:SetSourceIdentity", other, _between(role) | context)


def _between(role: str) -> dict[str, str | list[str]]:
    return {
        "aws:PrincipalArn": role,
        "aws:PrincipalOrgID": ORGANIZATION,
        "aws:ResourceOrgID": ORGANIZATION,
    }


def put_events(role: str, bus: str, *sources: str) -> IamRequest:
    """Return the right to put events on a bus; without sources, those of the directory."""
    context: dict[str, str | list[str]] = {
        "aws:PrincipalArn": role,
        "aws:PrincipalOrgID": ORGANIZATION,
        "events:source": [*sources] or ["aws.sso-directory"],
    }
    return IamRequest(role, "events:PutEvents", bus, context)


def _by_rules(cloud: Cloud) -> Iterator[IamRequest]:
    """Yield the forwarder's rights for EventBridge; MiniStack forwards to no other account.

    The bus must allow it, too.
    """
    events = cloud.aws.client("events", MANAGEMENT)
    for rule in events.list_rules()["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            yield put_events(target["RoleArn"], target["Arn"])


def _by_lambda(cloud: Cloud) -> Iterator[IamRequest]:
    """Yield the rights that Lambda needs with the functions' roles; MiniStack checks none."""
    client = cloud.aws.client("lambda", HUB)
    functions = {each["FunctionArn"]: each for each in client.list_functions()["Functions"]}
    for function in functions.values():
        group = function["LoggingConfig"]["LogGroup"]
        stream = f"arn:aws:logs:{cloud.aws.region}:{HUB}:log-group:{group}:log-stream:e2e"
        yield IamRequest(function["Role"], "logs:CreateLogStream", stream)
        yield IamRequest(function["Role"], "logs:PutLogEvents", stream)
        if function.get("TracingConfig", {}).get("Mode") == "Active":
            yield IamRequest(function["Role"], "xray:PutTraceSegments", "*")
            yield IamRequest(function["Role"], "xray:PutTelemetryRecords", "*")
    for source in client.list_event_source_mappings()["EventSourceMappings"]:
        role, arn = functions[source["FunctionArn"]]["Role"], source["EventSourceArn"]
        for action in _POLLS[arn.split(":")[2]]:
            yield IamRequest(role, action, "*" if action.endswith("ListStreams") else arn)
        if arn.endswith(".fifo"):
            # A function that cannot requeue shortens the message's visibility time-out. No run here
            # takes SQS away; tests/scenarios/test_passing_trouble.py does.
            yield IamRequest(role, "sqs:ChangeMessageVisibility", arn)
        failed = source.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if failed:
            yield IamRequest(role, "sqs:SendMessage", failed)
