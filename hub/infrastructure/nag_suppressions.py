"""Suppresses intended findings of cdk-nag's AwsSolutions pack, each with its reason.

A wildcard in a right of the hub without a reason here stops the synthesis.
"""

from collections.abc import Iterable

from aws_cdk import Acknowledgment, Aws, Validations
from aws_cdk import aws_iam as iam
from constructs import Construct

from hub.infrastructure.function_platform import INTERFACE_ACTIONS

_PACK = "AwsSolutions::AwsSolutions"
# Actions that have no resource-level permission.
_ON_EVERYTHING = {"dynamodb:ListStreams", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
# Lambda asks for them on every interface, subnet and address before it creates an interface.
# Source: the Lambda developer guide, execution roles for functions in a VPC.
_OF_INTERFACES = set(INTERFACE_ACTIONS)
# Prefixes of resources with a wildcard; the partition is written as the pack writes it.
_WILDCARDS = {
    **dict.fromkeys(
        (
            "arn:<AWS::Partition>:iam::*:role/studio-hub-system/StudioHubSpoke-*",
            "arn:<AWS::Partition>:iam::*:role/studio-hub-system/StudioHubSpokeReader-*",
        ),
        "an account is registered without a redeployment of the hub; the role's fixed name, its "
        "trust policy and the organization's id are the limit",
    ),
    "arn:<AWS::Partition>:identitystore:::": (
        "objects of a directory have no account and no store in their ARN; each action asks for "
        "the store's ARN too, and that is named"
    ),
    "arn:<AWS::Partition>:sso::*:application/": (
        "a domain's application has an id that nobody knows before; identity_instance and "
        "studio_accounts in the context name the instance and the accounts"
    ),
}


def acknowledge_wildcards(construct: Construct, statements: Iterable[iam.PolicyStatement]) -> None:
    """Acknowledge every wildcard in these rights of a role.

    Raises:
        ValueError: a wildcard for which no reason is known.
    """
    reasons: dict[str, list[str]] = {}
    for statement in statements:
        for each in statement.resources:
            resource = each.replace(Aws.PARTITION, "<AWS::Partition>")
            if "*" in resource:
                reasons.setdefault(resource, []).append(_reason(resource, statement.actions))
    for resource, found in sorted(reasons.items()):
        reason = "; ".join(dict.fromkeys(found))
        _acknowledge(construct, f"IAM5[Resource::{resource}]", reason)


def acknowledge_deployment(construct: Construct, statements: Iterable[iam.PolicyStatement]) -> None:
    """Acknowledge the wildcards in CloudFormation's rights: names begin with the stack's.

    A resource may be a lone `*`. Then the action has no resource-level permission, or a condition
    or an id that nobody knows beforehand limits it.
    """
    reason = (
        "CloudFormation names what it makes by the stack and an ending of its own; a test compares "
        "the actions with the resource types of the template"
    )
    found = {each for statement in statements for each in statement.resources if "*" in each}
    for resource in sorted(each.replace(Aws.PARTITION, "<AWS::Partition>") for each in found):
        _acknowledge(construct, f"IAM5[Resource::{resource}]", reason)


def acknowledge_end(construct: Construct) -> None:
    """Acknowledge that a dead-letter queue has no dead letters of its own."""
    _acknowledge(construct, "SQS3", "it holds what others could not deliver, and nobody reads it")


def acknowledge_runtime(construct: Construct) -> None:
    """Acknowledge that a function may have another runtime than the latest."""
    _acknowledge(
        construct, "L1", "the runtime is the company's choice (lambda_runtime), and tested with it"
    )


def _reason(resource: str, actions: Iterable[str]) -> str:
    if resource == "*" and set(actions) <= _ON_EVERYTHING:
        return "these actions have no resource-level permission; they trace, or name streams"
    if resource == "*" and set(actions) <= _OF_INTERFACES:
        return (
            "Lambda makes the interfaces in the subnets with these, on whatever id they get; "
            "a statement beside it denies them to the code"
        )
    for begins, reason in _WILDCARDS.items():
        if resource.startswith(begins):
            return reason
    raise ValueError(f"{', '.join(actions)} on {resource} has no reason in {__name__}")


def _acknowledge(construct: Construct, finding: str, reason: str) -> None:
    Validations.of(construct).acknowledge(Acknowledgment(id=f"{_PACK}-{finding}", reason=reason))
