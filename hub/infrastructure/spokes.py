"""How the functions come into the accounts that Studio is in: by one role in each of them."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from hub.infrastructure.context import Context
from shared.conventions import SYSTEM_PATH, access_role_name


def enter_spokes(context: Context) -> iam.PolicyStatement:
    """Return the right to assume access roles, only in accounts of the organization.

    Any account: registering a spoke needs no redeployment of the hub. The spoke's trust policy
    decides, and the role's fixed name and path keep every other role out.
    """
    return iam.PolicyStatement(
        sid="EnterTheSpokes",
        actions=["sts:AssumeRole"],
        resources=[f"arn:{Aws.PARTITION}:iam::*:role{SYSTEM_PATH}{access_role_name('*')}"],
        conditions={"StringEquals": {"aws:ResourceOrgID": context.organization_id}},
    )
