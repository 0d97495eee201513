"""The rights to enter Studio accounts, and to assign users to their domains' applications.

Each function assumes a role of its own in a Studio account. If the hub's account owns Identity
Center, the hub's own roles may assign users. Otherwise the assigner role may, in the account that
owns it, and the assignment reader may list assignments for `scan`.

Source: the Service Authorization Reference of IAM Identity Center: assignments are rights on an
application, with the condition keys sso:ApplicationAccount and sso:PrimaryRegion, and nothing about
the principal that is assigned.
"""

from collections.abc import Callable

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from hub.infrastructure.context import Context
from shared.conventions import SYSTEM_PATH, SystemRole

# The second names the function in the session that the first begins.
_ASSUME = ["sts:AssumeRole", "sts:SetSourceIdentity"]
CHANGING = [
    "sso:CreateApplicationAssignment",
    "sso:DeleteApplicationAssignment",
    # After two conflicting changes: whether the result is the desired one.
    "sso:DescribeApplicationAssignment",
]
LISTING = ["sso:ListApplicationAssignments", "sso:GetApplicationAssignmentConfiguration"]


def enter_spokes(context: Context) -> iam.PolicyStatement:
    """Return the right to assume access roles, only in accounts of the organization.

    It covers any account: registering a spoke needs no redeployment of the hub. The spoke's trust
    policy decides, and the role's fixed name and path keep every other role out.
    """
    return _enter("AssumeSpokeRoles", context, SystemRole.ACCESS.name_in("*"))


def read_spokes(context: Context) -> iam.PolicyStatement:
    """Return the right to assume reader roles, only in accounts of the organization."""
    return _enter("ReadTheSpokes", context, SystemRole.READER.name_in("*"))


def _enter(sid: str, context: Context, role_name: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=_ASSUME,
        resources=[f"arn:{Aws.PARTITION}:iam::*:role{SYSTEM_PATH}{role_name}"],
        conditions={"StringEquals": {"aws:ResourceOrgID": context.organization_id}},
    )


def change_assignments(context: Context) -> iam.PolicyStatement:
    """Return the right to assign and revoke users, or to assume the role that has it."""
    return _own_or_assumed("ManageAssignments", context, CHANGING, SystemRole.ASSIGNER.arn)


def list_assignments(context: Context) -> iam.PolicyStatement:
    """Return the right to list assignments, or to assume the role that has only this right."""
    return _own_or_assumed("ListAssignments", context, LISTING, SystemRole.ASSIGNMENT_READER.arn)


def _own_or_assumed(
    sid: str, context: Context, actions: list[str], elsewhere: Callable[[str, str], str]
) -> iam.PolicyStatement:
    if context.identity_account == context.hub_account:
        return on_applications(sid, context, actions)
    return iam.PolicyStatement(
        sid=sid,
        actions=_ASSUME,
        resources=[elsewhere(context.identity_account, context.hub_region)],
    )


def on_applications(sid: str, context: Context, actions: list[str]) -> iam.PolicyStatement:
    """Return a right on the applications of the Identity Center that the hub serves.

    It covers all applications. A Studio account is registered without a redeployment of the hub,
    and nobody knows the id of its domain's application beforehand. The company can narrow it by the
    instance, which stands in the ARNs, or by its Studio accounts.
    """
    instance = f"{context.identity_instance}/" if context.identity_instance else ""
    # The first key is younger than the actions: where it is not sent, nothing is compared.
    conditions: dict[str, object] = {
        "StringEqualsIfExists": {"sso:PrimaryRegion": context.hub_region}
    }
    if context.studio_accounts:
        conditions["StringEquals"] = {"sso:ApplicationAccount": list(context.studio_accounts)}
    return iam.PolicyStatement(
        sid=sid,
        actions=actions,
        resources=[f"arn:{Aws.PARTITION}:sso::*:application/{instance}*"],
        conditions=conditions,
    )
