"""The IAM rights that a call needs: the action, the resource and the context of each.

Source: the Service Authorization Reference of Amazon SageMaker AI, AWS Identity Store and IAM
Identity Center, and IAM's user guide on passing roles.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from e2e.observed_calls import ObservedCall

from simulator.server import ServedCall

Context = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class IamRequest:
    """One right that a role needs; `session_policy` narrows the session that needs it."""

    role: str
    action: str
    resource: str
    context: Context = field(default_factory=dict)
    session_policy: str | None = None

    @property
    def key(self) -> str:
        """Return a text that is unique to this request."""
        parts = (self.role, self.action, self.resource, self.context, self.session_policy)
        return json.dumps(parts, sort_keys=True)

    def __str__(self) -> str:
        context = ", ".join(f"{key}={value}" for key, value in sorted(self.context.items()))
        return f"{self.role.split('/')[-1]}: {self.action} on {self.resource} ({context})"


def asked_by(
    observed: ObservedCall, role: str, session_policy: str | None = None, *, store_owner: str
) -> Iterator[IamRequest]:
    """Yield every right that a call to Studio, to the directory or to assignments needs.

    `store_owner` is the account that Identity Center belongs to.
    """
    match observed.call.service:
        case "sagemaker":
            asked = _of_studio(observed)
        case "identitystore":
            asked = _of_directory(observed, store_owner)
        case _:
            asked = _of_assignments(observed)
    for action, resource, context in asked:
        yield IamRequest(role, action, resource, context, session_policy)


_Asked = tuple[str, str, Context]
# The condition key of each setting of a profile, at any depth in the settings.
_KEYS_OF_SETTINGS = {
    "SecurityGroups": "sagemaker:VpcSecurityGroupIds",
    "LifecycleConfigArn": "sagemaker:StudioLifecycleConfigArns",
    "LifecycleConfigArns": "sagemaker:StudioLifecycleConfigArns",
    "SageMakerImageArn": "sagemaker:ImageArns",
    "SageMakerImageVersionArn": "sagemaker:ImageVersionArns",
    "InstanceType": "sagemaker:InstanceTypes",
    "S3KmsKeyId": "sagemaker:DomainSharingOutputKmsKeyArn",
}
# Listing has no resource-level permission.
_LISTINGS = ("ListApps", "ListDomains", "ListSpaces", "ListUserProfiles")
# The objects that each action reads besides the store itself.
_OBJECTS = {
    "DescribeGroup": ("group",),
    "DescribeUser": ("user",),
    "GetGroupId": ("group",),
    "GetUserId": ("user",),
    "ListGroupMemberships": ("group", "membership"),
    "ListGroupMembershipsForMember": ("membership", "user"),
    "ListGroups": ("group",),
    "ListUsers": ("user",),
}


def _of_studio(observed: ObservedCall) -> Iterator[_Asked]:
    call = observed.call
    request = call.request
    action = f"sagemaker:{call.operation}"
    if call.operation in _LISTINGS:
        yield action, "*", {}
        return
    arn = request.get("ResourceArn") or _studio_arn(call)
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
    asked = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    context: dict[str, str | list[str]] = {
        **asked,
        **{f"aws:ResourceTag/{key}": value for key, value in observed.tags.items()},
        **observed.keys,
        **dict(_settings(request.get("UserSettings"))),
    }
    if tags:
        context["aws:TagKeys"] = sorted(tags)
    yield action, arn, context
    if tags and call.operation.startswith("Create"):
        tagging = {**asked, "aws:TagKeys": sorted(tags), "sagemaker:TaggingAction": call.operation}
        yield "sagemaker:AddTags", arn, tagging
    role = (request.get("UserSettings") or {}).get("ExecutionRole")
    if role:
        yield "iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"}


def _settings(found: object) -> Iterator[tuple[str, str | list[str]]]:
    """Yield the condition keys of a profile's settings, with their values."""
    if isinstance(found, Mapping):
        for name, value in found.items():
            if name in _KEYS_OF_SETTINGS:
                yield _KEYS_OF_SETTINGS[name], value
            else:
                yield from _settings(value)


def _studio_arn(call: ServedCall) -> str:
    request = call.request
    domain = request["DomainId"]
    owner = request.get("SpaceName") or request.get("UserProfileName")
    match call.operation.removeprefix("Create").removeprefix("Delete").removeprefix("Describe"):
        case "App":
            # An app's ARN has the type in lower case.
            kind = f"app/{domain}/{owner}/{request['AppType'].lower()}/{request['AppName']}"
        case "Space":
            kind = f"space/{domain}/{owner}"
        case "Domain":
            kind = f"domain/{domain}"
        case _:
            kind = f"user-profile/{domain}/{owner}"
    return f"arn:aws:sagemaker:{call.region}:{call.account}:{kind}"


def _of_directory(observed: ObservedCall, owner: str) -> Iterator[_Asked]:
    call = observed.call
    action = f"identitystore:{call.operation}"
    store = call.request["IdentityStoreId"]
    yield action, f"arn:aws:identitystore::{owner}:identitystore/{store}", {}
    ids = {
        "group": call.request.get("GroupId"),
        "user": call.request.get("UserId") or (call.request.get("MemberId") or {}).get("UserId"),
    }
    for kind in _OBJECTS[call.operation]:
        yield action, f"arn:aws:identitystore:::{kind}/{ids.get(kind) or '*'}", {}


def _of_assignments(observed: ObservedCall) -> Iterator[_Asked]:
    request: Mapping[str, Any] = observed.call.request
    arn = request.get("ApplicationArn") or (request.get("Filter") or {}).get("ApplicationArn")
    yield f"sso:{observed.call.operation}", arn or request.get("InstanceArn") or "*", observed.keys
