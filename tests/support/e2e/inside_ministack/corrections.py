"""Corrects what MiniStack has otherwise than IAM; how it evaluates policies stays as it is.

MiniStack 1.5.33 lacks condition keys and asks for an action that IAM does not have. Sources: IAM's
user guide, global condition context keys; the DynamoDB developer guide, conditions for fine-grained
access control; the SQS developer guide, API permissions; the EventBridge user guide, conditions.

* `aws:ResourceOrgID` is the organization of the account in the resource's ARN;
* Organizations tells of that organization, whoever of its members asks;
* `aws:PrincipalOrgID` is that of the caller's account (MiniStack gives each account its own), and
  Organizations says so;
* `aws:PrincipalArn` is the role's ARN with its path, not that of the session;
* `dynamodb:LeadingKeys` are the partition keys that a request names;
* `events:source` are the sources of the events that a request puts on a bus;
* an event bus has the policy that its stack gives it (which is kept, and nobody is held to it);
* whoever may send, delete or put off a message may do so with a batch of them.
"""

import importlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

_ACCOUNT_IN_ARN = 4
_BY_ACTION = "e2e:LeadingKeysByAction"
_FIRST_VALUE = re.compile(r"=\s*(:\w+)")
_ITEM_ACTIONS = {
    "Put": "PutItem",
    "Delete": "DeleteItem",
    "Update": "UpdateItem",
    "ConditionCheck": "ConditionCheckItem",
}


_OF_A_BATCH = {
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}


def correct(organization: str, members: Collection[str]) -> None:
    """Correct MiniStack before it serves; `members` are the accounts of the organization."""
    _add_organization(organization, members)
    _correct_requests()
    _keep_bus_policies()


def _add_organization(organization: str, members: Collection[str]) -> None:
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    iam: Any = importlib.import_module("ministack.services.iam")

    def organization_of(account: str) -> str | None:
        return organization if account in members else None

    organizations: Any = importlib.import_module("ministack.services.organizations")
    ensure = organizations._ensure_org  # noqa: SLF001 (MiniStack offers no other way)

    def ensure_organization() -> None:
        ensure()
        organizations._orgs["self"]["Id"] = organization  # noqa: SLF001 (as above)

    organizations._ensure_org = ensure_organization  # noqa: SLF001 (as above)
    resolve = evaluator._resolve_condition_key  # noqa: SLF001 (MiniStack offers no other way)

    def resolve_condition_key(key: str, context: Any) -> Any:  # noqa: ANN401 (MiniStack's values)
        principal = context.principal_arn
        match key.lower():
            case "aws:resourceorgid":
                parts = context.resource_arn.split(":")
                return organization_of(parts[_ACCOUNT_IN_ARN]) if len(parts) > 1 else None
            case "aws:principalorgid":
                return organization_of(context.principal_account)
            case "aws:principalarn" if ":assumed-role/" in principal:
                account, name = context.principal_account, principal.split("/")[1]
                role = iam._roles.get_scoped(account, None, name)  # noqa: SLF001 (as above)
                return role["Arn"] if role else principal
        return resolve(key, context)

    evaluator._resolve_condition_key = resolve_condition_key  # noqa: SLF001 (as above)


def _correct_requests() -> None:
    actions: Any = importlib.import_module("ministack.core.iam_actions")
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    read, enforce = actions.dynamodb_service_context, evaluator.enforce
    tags = actions.request_tag_context

    def dynamodb_service_context(body: bytes) -> dict[str, Any]:
        # The items of a transaction are checked one by one, by action: so are their keys.
        keys: dict[str, list[str]] = {}
        for action, key in _leading_keys(json.loads(body or b"{}")):
            keys.setdefault(f"dynamodb:{action}", []).append(key)
        return {**read(body), _BY_ACTION: keys}

    def request_context(service: str, action: str, body: bytes, parameters: Any) -> Any:  # noqa: ANN401 (MiniStack's values)
        found = tags(service, action, body, parameters)
        if action != "events:PutEvents":
            return found
        transitions = json.loads(body or b"{}").get("Entries", ())
        return {**found, "events:source": sorted({str(each.get("Source")) for each in transitions})}

    def enforce_corrected(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (MiniStack's values)
        context = dict(service_context or {})
        by_action = context.pop(_BY_ACTION, {})
        keys = by_action.get(iam_action) or by_action.get("dynamodb:*")
        if keys:
            context["dynamodb:LeadingKeys"] = sorted(set(keys))
        action = _OF_A_BATCH.get(iam_action, iam_action)
        return enforce(access_key_id, action, service, region, resource_arn, context)

    actions.dynamodb_service_context = dynamodb_service_context
    actions.request_tag_context = request_context
    evaluator.enforce = enforce_corrected


def _keep_bus_policies() -> None:
    provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")
    events: Any = importlib.import_module("ministack.services.eventbridge")
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Events::EventBus"]  # noqa: SLF001 (no other way)
    create = handlers["create"]

    def create_with_policy(logical_id: str, properties: Any, stack: str) -> Any:  # noqa: ANN401 (MiniStack's values)
        name, attributes = create(logical_id, properties, stack)
        if properties.get("Policy"):
            events._event_bus_policies[name] = properties["Policy"]  # noqa: SLF001 (as above)
        return name, attributes

    handlers["create"] = create_with_policy


def _leading_keys(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each partition key that a request names, with the action; `*` for the request's own."""
    for item in request.get("TransactItems", ()):
        for kind, given in item.items():
            yield from _of_item(_ITEM_ACTIONS.get(kind, kind), given["TableName"], given)
    for table, writes in (request.get("RequestItems") or {}).items():
        for write in writes if isinstance(writes, list) else ():
            for given in write.values():
                yield from _of_item("*", table, given)
    if "KeyConditionExpression" in request:
        # The partition key can only be compared for equality; here it always stands first.
        name = _FIRST_VALUE.search(request["KeyConditionExpression"])
        values = request.get("ExpressionAttributeValues", {})
        if name and name[1] in values:
            yield "*", next(iter(values[name[1]].values()))
    elif "TableName" in request:
        yield from _of_item("*", request["TableName"], request)


def _of_item(action: str, table: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    dynamodb: Any = importlib.import_module("ministack.services.dynamodb")
    known = dynamodb._tables.get(table) or {}  # noqa: SLF001 (MiniStack offers no other way)
    names = [key["AttributeName"] for key in known.get("KeySchema", ()) if key["KeyType"] == "HASH"]
    item = given.get("Item") or given.get("Key") or {}
    for name in names:
        if name in item:
            yield action, next(iter(item[name].values()))
