"""The names that hub and spoke agree on, so that neither needs them as settings."""

import re
from hashlib import sha256
from typing import Any

# IAM paths: the roles that the hub may pass to Studio, and the product's own roles.
ROLE_PATH = "/studio-hub/"
SYSTEM_PATH = "/studio-hub-system/"
# Source: IAM quotas, characters in a role name; and IAM's pattern of role names.
LONGEST_ROLE_NAME = 64
_NOT_IN_ROLE_NAMES = re.compile(r"[^A-Za-z0-9_+=,.@-]+")
# Room for a hyphen and eight hex digits.
_READABLE_ROLE_NAME = 55
# After ten years nobody remembers to end a `keep`: protect the user instead.
MOST_DAYS_KEPT = 3650


def partition(region: str) -> str:
    """Return the AWS partition of a Region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def execution_role_name(group: str) -> str:
    """Return the name of a group's execution role by convention.

    It is the group's own name where IAM allows that. Otherwise its illegal characters become
    hyphens, and a digest of the group's name follows: two groups never share a role by accident.
    """
    if len(group) <= LONGEST_ROLE_NAME and not _NOT_IN_ROLE_NAMES.search(group):
        return group
    readable = _NOT_IN_ROLE_NAMES.sub("-", group)[:_READABLE_ROLE_NAME]
    digest = sha256(group.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}"


def execution_role_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of the group-level execution role `name` in a spoke."""
    return f"arn:{partition(region)}:iam::{account}:role{ROLE_PATH}{name}"


def access_role_name(region: str) -> str:
    """Return the name of the role that `reconcile` uses to change a spoke, for one Region."""
    return f"StudioHubSpoke-{region}"


def reader_role_name(region: str) -> str:
    """Return the name of the role that `scan` uses to read a spoke, for one Region."""
    return f"StudioHubSpokeReader-{region}"


def suspended_role_name(region: str) -> str:
    """Return the name of the spoke's role without any permission, for one Region."""
    return f"Suspended-{region}"


def system_role_arn(account: str, region: str, name: str) -> str:
    """Return the ARN of one of the product's own roles."""
    return f"arn:{partition(region)}:iam::{account}:role{SYSTEM_PATH}{name}"


def access_role_arn(account: str, region: str) -> str:
    """Return the ARN of the role that `reconcile` uses to change a spoke."""
    return system_role_arn(account, region, access_role_name(region))


def reader_role_arn(account: str, region: str) -> str:
    """Return the ARN of the role that `scan` uses to read a spoke."""
    return system_role_arn(account, region, reader_role_name(region))


def suspended_role_arn(account: str, region: str) -> str:
    """Return the ARN of the spoke's role without any permission."""
    return system_role_arn(account, region, suspended_role_name(region))


def assigner_role_arn(account: str, hub_region: str) -> str:
    """Return the ARN of the role that assigns users to applications, in Identity Center's account.

    `reconcile` assumes it if that account is not the hub's.
    """
    return system_role_arn(account, hub_region, f"StudioHubAssigner-{hub_region}")


def assignment_reader_role_arn(account: str, hub_region: str) -> str:
    """Return the ARN of the role that lists assignments, in Identity Center's account.

    `scan` assumes it if that account is not the hub's.
    """
    return system_role_arn(account, hub_region, f"StudioHubAssignmentReader-{hub_region}")


def hub_role_names(hub_region: str) -> tuple[str, str]:
    """Return the names of the two hub roles that a spoke trusts: of `reconcile` and of `scan`."""
    return f"StudioHub-Reconcile-{hub_region}", f"StudioHub-Scan-{hub_region}"


def source_identity(hub_account: str, hub_role_name: str) -> str:
    """Return the SourceIdentity of a hub function's sessions in other accounts.

    It names the function's role and the hub's account. A session serves many requests, so it names
    none of them. It consists of the hub's own settings alone. Both arguments may be CloudFormation
    tokens.

    Source: the STS API reference, AssumeRole: 2 to 64 letters, digits and `_+=,.@-`.
    """
    return f"{hub_role_name}@{hub_account}"


def external_id(hub_account: str, spoke_account: str) -> str:
    """Return the ExternalId of the pair: a guard against a misconfigured spoke, not a secret."""
    return f"studio-hub/{hub_account}/{spoke_account}"


def trust_policy(
    *,
    aws: str,
    hub_account: str,
    hub_role_name: str,
    account: str,
    organization_id: str,
) -> dict[str, Any]:
    """Return the trust policy of a role of `account` that one function of the hub assumes.

    `aws` is the partition. Every argument may be a CloudFormation token. The principal is the
    account with the function's role ARN as a condition, because IAM turns a role ARN in a principal
    into an id that a re-created role does not have.

    A session may carry the function's SourceIdentity and no other. That right has a statement of
    its own, because sts:ExternalId is a condition key of AssumeRole alone. Without the first
    statement it grants nothing.
    """
    principal = {"AWS": f"arn:{aws}:iam::{hub_account}:root"}
    function = {
        "aws:PrincipalArn": f"arn:{aws}:iam::{hub_account}:role{SYSTEM_PATH}{hub_role_name}"
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "HubFunction",
                "Effect": "Allow",
                "Principal": principal,
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {
                        "aws:PrincipalOrgID": organization_id,
                        "sts:ExternalId": external_id(hub_account, account),
                    },
                    "ArnEquals": function,
                },
            },
            {
                "Sid": "HubFunctionNamesItself",
                "Effect": "Allow",
                "Principal": principal,
                "Action": "sts:SetSourceIdentity",
                "Condition": {
                    "StringEquals": {
                        "aws:PrincipalOrgID": organization_id,
                        "sts:SourceIdentity": source_identity(hub_account, hub_role_name),
                    },
                    "ArnEquals": function,
                },
            },
        ],
    }
