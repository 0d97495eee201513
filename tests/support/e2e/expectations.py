"""Named checks of the served Studio and the ledger, for the state after a step."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from e2e.accounts import HUB, place
from e2e.cloud import Cloud

from shared.conventions import iam_role_arn, tags
from shared.model import Target
from simulator.studio.records import RUNNING


@dataclass(frozen=True, slots=True)
class Expectation:
    """An expected state, as a text and as a check of the cloud."""

    name: str
    holds: Callable[[Cloud], bool]


def role_arn(target: Target, role: str) -> str:
    """Return the ARN of a group's role in a target's account; an ARN stays unchanged."""
    return role if ":" in role else iam_role_arn(target.account, target.region, role)


def has_role(user: str, target: Target, role: str) -> Expectation:
    """Expect a user's own profile, InService and with a role, by name or ARN."""

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
    """Expect a user's own profile in each target, with its role."""
    return tuple(has_role(user, target, role) for target, role in roles.items())


def has_no_profile(user: str, target: Target) -> Expectation:
    """Expect that a user's profile is gone."""
    return Expectation(
        f"{user} has no profile in {target}", lambda cloud: cloud.profile(target, user) is None
    )


def has_nothing_left(user: str, target: Target) -> Expectation:
    """Expect that no space of a user exists, and that no app of theirs runs."""

    def holds(cloud: Cloud) -> bool:
        with cloud.lock:
            domain = cloud.services.studio.place(place(target))
            spaces = [each for each in domain.space_shelf if each.owner == user]
            own = {each.name for each in spaces}
            running = [
                each
                for each in domain.apps.values()
                if each.status in RUNNING and (each.profile == user or each.space in own)
            ]
        return not spaces and not running

    return Expectation(f"{user} has no app or space in {target}", holds)


def is_assigned(user: str, *targets: Target) -> tuple[Expectation, ...]:
    """Expect that a user may open the application of each target's domain."""
    return tuple(_assignment(user, target, expected=True) for target in targets)


def is_not_assigned(user: str, *targets: Target) -> tuple[Expectation, ...]:
    """Expect that a user may not open the application of any target's domain."""
    return tuple(_assignment(user, target, expected=False) for target in targets)


def is_held(user: str, target: Target) -> Expectation:
    """Expect that the removal of a user's profile awaits approval."""

    def holds(cloud: Cloud) -> bool:
        found = _items(cloud, f"limit#{target}")
        return any(each.get("user_name", {}).get("S") == user for each in found)

    return Expectation(f"{user} is held in {target}", holds)


def remembers(target: Target, name: str) -> Expectation:
    """Expect an unmanaged profile in the ledger."""
    return Expectation(
        f"the ledger remembers {name} of {target}", lambda cloud: _is_known(cloud, target, name)
    )


def forgets(target: Target, name: str) -> Expectation:
    """Expect that an unmanaged profile is not in the ledger any more."""
    return Expectation(
        f"the ledger forgets {name} of {target}", lambda cloud: not _is_known(cloud, target, name)
    )


def asks_for_group(name: str) -> Expectation:
    """Expect that a function looked up a group in the directory by its name."""

    def holds(cloud: Cloud) -> bool:
        return any(
            observed.call.operation == "GetGroupId" and name in json.dumps(observed.call.request)
            for observed in tuple(cloud.calls)
        )

    return Expectation(f"the directory was asked for {name}", holds)


def full_sweep_is_due(event_id: str) -> Expectation:
    """Expect that an event requested a full sweep."""

    def holds(cloud: Cloud) -> bool:
        return any(each.get("by", {}).get("S") == event_id for each in _items(cloud, "hub"))

    return Expectation(f"everything is to be looked at, by event {event_id}", holds)


def would_do_something(user: str, target: Target) -> Expectation:
    """Expect that the hub reports what it would do for a user in a target."""
    reported = re.compile(f'"kind":"dry-run".* for .*{user}.* in {re.escape(str(target))}')
    return Expectation(
        f"the hub would do something for {user} in {target}",
        lambda cloud: reported.search(cloud.log()) is not None,
    )


def nothing_was_written() -> Expectation:
    """Expect no write to Studio or to assignments since the cloud's mark."""

    def holds(cloud: Cloud) -> bool:
        since = tuple(cloud.calls)[cloud.mark :]
        return all(
            observed.call.operation.startswith(("Describe", "Get", "List"))
            for observed in since
            if observed.call.service != "identitystore"
        )

    return Expectation("nothing was written to Studio", holds)


def _is_known(cloud: Cloud, target: Target, name: str) -> bool:
    found = _items(cloud, f"target#{target}")
    return any(each["sk"]["S"].endswith(f"#{name}") for each in found)


def _items(cloud: Cloud, key: str) -> list[dict[str, Any]]:
    """Return the items of one partition of the ledger."""
    found = cloud.aws.client("dynamodb", HUB).query(
        TableName=cloud.hub["LedgerTable"],
        KeyConditionExpression="pk = :key",
        ExpressionAttributeValues={":key": {"S": key}},
    )
    items: list[dict[str, Any]] = found["Items"]
    return items


def _assignment(user: str, target: Target, *, expected: bool) -> Expectation:
    def holds(cloud: Cloud) -> bool:
        with cloud.lock:
            person = cloud.services.identity_store.find_user(user)
            assert person, f"no user {user}"
            access, arn = cloud.services.application_access, cloud.applications[target]
            return access.is_assigned(arn, "USER", person.user_id) is expected

    return Expectation(f"{user} is {'' if expected else 'not '}assigned in {target}", holds)
