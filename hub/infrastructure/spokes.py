"""The functions' access to Studio accounts: each assumes a role of its own there."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from hub.infrastructure.context import Context
from shared.conventions import SYSTEM_PATH, SystemRole

# The second names the function in the session that the first begins.
ASSUME = ["sts:AssumeRole", "sts:SetSourceIdentity"]


def enter_spokes(context: Context) -> iam.PolicyStatement:
    """Return the right to assume access roles, only in accounts of the organization.

    It covers any account: registering a spoke needs no redeployment of the hub. The spoke's trust
    policy decides, and the role's fixed name and path keep every other role out.
    """
    return _assume("AssumeSpokeRoles", context, SystemRole.ACCESS.name_in("*"))


def read_spokes(context: Context) -> iam.PolicyStatement:
    """Return the right to assume reader roles, only in accounts of the organization."""
    return _assume("ReadTheSpokes", context, SystemRole.READER.name_in("*"))


def _assume(sid: str, context: Context, role_name: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=ASSUME,
        resources=[f"arn:{Aws.PARTITION}:iam::*:role{SYSTEM_PATH}{role_name}"],
        conditions={"StringEquals": {"aws:ResourceOrgID": context.organization_id}},
    )
