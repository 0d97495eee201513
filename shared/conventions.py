"""What hub and spoke agree on, so that neither needs it as a setting: roles, trust, our tags."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

# IAM paths: the roles that the hub may pass to Studio, and the product's own roles.
ROLE_PATH = "/studio-hub/"
SYSTEM_PATH = "/studio-hub-system/"
# Tags of a profile: the hub's account, and the user's id. They are set at creation and never
# afterwards.
MANAGED_BY = "studio-hub:managed-by"
USER_ID = "studio-hub:user-id"
# The version of this product, and the tag that tells it of a spoke's stack.
VERSION = "0.1.0"
VERSION_TAG = "studio-hub:version"
# The policy of a spoke's access role that lets it pass roles outside ROLE_PATH.
ADDITIONAL_ROLES_POLICY = "AdditionalRoles"
# After ten years nobody remembers to end a `keep`: protect the user instead.
MOST_DAYS_KEPT = 3650


def partition(region: str) -> str:
    """Return the AWS partition of a Region."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def iam_role_arn(account: str, region: str, name: str, path: str = ROLE_PATH) -> str:
    """Return the ARN of a role; without a path, of a group-level execution role in a spoke."""
    return f"arn:{partition(region)}:iam::{account}:role{path}{name}"


class SystemRole(StrEnum):
    """The product's own roles. Each has the Region in its name, since IAM knows no Regions."""

    # In a spoke: `reconcile` changes it, `scan` reads it, and who is suspended may do nothing.
    ACCESS = "StudioHubSpoke"
    READER = "StudioHubSpokeReader"
    SUSPENDED = "Suspended"
    # In Identity Center's account, where that is not the hub's: `reconcile` assigns users to
    # applications, `scan` lists who is assigned.
    ASSIGNER = "StudioHubAssigner"
    ASSIGNMENT_READER = "StudioHubAssignmentReader"
    # In the hub's account: of the two functions that assume the roles above.
    RECONCILE = "StudioHub-Reconcile"
    SCAN = "StudioHub-Scan"

    def name_in(self, region: str) -> str:
        """Return the role's name for a Region, which may be a CloudFormation token."""
        return f"{self}-{region}"

    def arn(self, account: str, region: str) -> str:
        """Return the ARN of the role for a Region in an account."""
        return iam_role_arn(account, region, f"{self}-{region}", SYSTEM_PATH)


class Ownership(StrEnum):
    """The owner of a profile. The hub writes only to profiles that are OURS."""

    OURS = "ours"
    OTHER_PERSON = "ours, but of another user"
    UNMANAGED = "not ours"
    UNREADABLE = "of unreadable tags, so not ours"


def tags(hub_account: str, user_id: str) -> dict[str, str]:
    """Return the tags that mark a profile as this hub's and this user's."""
    return {MANAGED_BY: hub_account, USER_ID: user_id}


def owner(found: Mapping[str, str], hub_account: str) -> str | None:
    """Return the user id in the tags of this hub's profile; None for other profiles."""
    return found.get(USER_ID) if found.get(MANAGED_BY) == hub_account else None


def ownership(found: Mapping[str, str] | None, hub_account: str, user_id: str) -> Ownership:
    """Return the ownership of a profile with the tags `found`; None if they could not be read."""
    if found is None:
        return Ownership.UNREADABLE
    if tags(hub_account, user_id).items() <= found.items():
        return Ownership.OURS
    is_ours = owner(found, hub_account) is not None
    return Ownership.OTHER_PERSON if is_ours else Ownership.UNMANAGED


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
