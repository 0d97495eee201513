"""By whose right people are let into the Identity Center applications of Studio domains.

The hub's own, where its account owns Identity Center; that of the assigner role, and for `scan` of
the assignment reader, in the account that does, elsewhere.

Source: the Service Authorization Reference of IAM Identity Center: assignments are rights on an
application, with the condition keys sso:ApplicationAccount and sso:PrimaryRegion, and nothing about
the principal that is assigned.
"""

from collections.abc import Callable

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from hub.infrastructure.context import Context
from hub.infrastructure.spokes import ASSUME
from shared.conventions import assigner_role_arn, assignment_reader_role_arn

CHANGING = [
    "sso:CreateApplicationAssignment",
    "sso:DeleteApplicationAssignment",
    # Whether what two changes that met came to is what is called for.
    "sso:DescribeApplicationAssignment",
]
LISTING = ["sso:ListApplicationAssignments", "sso:GetApplicationAssignmentConfiguration"]


def change_assignments(context: Context) -> iam.PolicyStatement:
    """Return the right to let people in and out, or to become who has it."""
    return _own("ManageAssignments", context, CHANGING, assigner_role_arn)


def list_assignments(context: Context) -> iam.PolicyStatement:
    """Return the right to see who is let in, or to become who has it and no other."""
    return _own("ListAssignments", context, LISTING, assignment_reader_role_arn)


def _own(
    sid: str, context: Context, actions: list[str], elsewhere: Callable[[str, str], str]
) -> iam.PolicyStatement:
    if context.identity_account == context.hub_account:
        return on_applications(sid, context, actions)
    return iam.PolicyStatement(
        sid=sid,
        actions=ASSUME,
        resources=[elsewhere(context.identity_account, context.hub_region)],
    )


def on_applications(sid: str, context: Context, actions: list[str]) -> iam.PolicyStatement:
    """Return a right on the applications of the Identity Center that the hub serves.

    On all of them, since an account that Studio is in is registered without a redeployment of the
    hub, and its domain's application has an id that nobody knows before; unless the company names
    the instance, which stands in the ARNs, or its Studio accounts.
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
