"""What must be so after something happened: named checks of the served Studio and the ledger."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from e2e.cloud import HUB, Cloud

from shared.conventions import execution_role_arn
from shared.model import Target
from shared.ownership import tags


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that must be so, in words and as a check of the world."""

    name: str
    holds: Callable[[Cloud], bool]


def role_arn(target: Target, role: str) -> str:
    """Return the ARN of a group's role in a target's account; an ARN is itself."""
    return role if ":" in role else execution_role_arn(target.account, target.region, role)


def has_role(user: str, target: Target, role: str) -> Expectation:
    """Expect a person's own profile, in service and with a role, by name or ARN."""

    def holds(cloud: Cloud) -> bool:
        found = cloud.profile(target, user)
        person = cloud.services.identity_store.find_user(user)
        return bool(
            found
            and person
            and (found.status, found.role) == ("InService", role_arn(target, role))
            and dict(found.tags) == tags(HUB, person.user_id)
        )

    return Expectation(f"{user} has a profile in {target} with the role {role}", holds)


def has_roles(user: str, roles: Mapping[Target, str]) -> tuple[Expectation, ...]:
    """Expect a person's own profile in each target, with its role."""
    return tuple(has_role(user, target, role) for target, role in roles.items())


def has_no_profile(user: str, target: Target) -> Expectation:
    """Expect that nothing is left of a person's profile."""
    return Expectation(
        f"{user} has no profile in {target}", lambda cloud: cloud.profile(target, user) is None
    )


def remembers(target: Target, name: str) -> Expectation:
    """Expect a profile of other hands in the ledger."""
    return Expectation(
        f"the ledger remembers {name} of {target}", lambda cloud: _is_known(cloud, target, name)
    )


def forgets(target: Target, name: str) -> Expectation:
    """Expect a profile of other hands no more in the ledger."""
    return Expectation(
        f"the ledger forgets {name} of {target}", lambda cloud: not _is_known(cloud, target, name)
    )


def asks_for_group(name: str) -> Expectation:
    """Expect that a function asked the directory for a group by its name."""

    def holds(cloud: Cloud) -> bool:
        return any(
            heard.call.operation == "GetGroupId" and name in json.dumps(heard.call.request)
            for heard in tuple(cloud.calls)
        )

    return Expectation(f"the directory was asked for {name}", holds)


def role_does(role: str, action: str, resource: str) -> Expectation:
    """Expect that a role, by its name, does something with a resource, by a part of its name."""

    def holds(cloud: Cloud) -> bool:
        lines = cloud.aws.journal.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
        keys = {
            entry["key"]
            for entry in entries
            if "session" in entry and f"/{role}/" in entry["session"]
        }
        return any(
            entry.get("action") == action and resource in entry["resource"] and entry["key"] in keys
            for entry in entries
        )

    return Expectation(f"{role} does {action} with {resource}", holds)


def everything_is_due(event_id: str) -> Expectation:
    """Expect that an event called for a look at everything."""

    def holds(cloud: Cloud) -> bool:
        found = cloud.aws.client("dynamodb", HUB).query(
            TableName=cloud.hub["LedgerTable"],
            KeyConditionExpression="pk = :hub",
            ExpressionAttributeValues={":hub": {"S": "hub"}},
        )
        return any(item.get("by", {}).get("S") == event_id for item in found["Items"])

    return Expectation(f"everything is to be looked at, by event {event_id}", holds)


def would_do_something(user: str, target: Target) -> Expectation:
    """Expect that the hub reports what it would do for a person in a target."""
    told = re.compile(f'"kind":"would-.*{user}.*{re.escape(str(target))}')
    return Expectation(
        f"the hub would do something for {user} in {target}",
        lambda cloud: told.search(cloud.log()) is not None,
    )


def nothing_was_written() -> Expectation:
    """Expect no write to Studio or to assignments since the cloud's mark."""

    def holds(cloud: Cloud) -> bool:
        since = tuple(cloud.calls)[cloud.mark :]
        return all(
            heard.call.operation.startswith(("Describe", "Get", "List"))
            for heard in since
            if heard.call.service != "identitystore"
        )

    return Expectation("nothing was written to Studio", holds)


def _is_known(cloud: Cloud, target: Target, name: str) -> bool:
    found = cloud.aws.client("dynamodb", HUB).query(
        TableName=cloud.hub["LedgerTable"],
        KeyConditionExpression="pk = :target",
        ExpressionAttributeValues={":target": {"S": f"target#{target}"}},
    )
    return any(item["sk"]["S"].endswith(f"#{name}") for item in found["Items"])
