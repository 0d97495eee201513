"""What the functions may read of the directory: one identity store, by its ARN.

Source: the Service Authorization Reference of AWS Identity Store. Each action asks for the store
and for the objects that it reads; objects have no account in their ARN, so the store is the limit.
"""

from typing import Literal

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from hub.infrastructure.context import Context

Kind = Literal["group", "membership", "user"]


def read_directory(
    sid: str, context: Context, actions: list[str], *kinds: Kind
) -> iam.PolicyStatement:
    """Return the right to read objects of some kinds in the company's store."""
    return iam.PolicyStatement(
        sid=sid,
        actions=actions,
        resources=[
            *_stores(context),
            *(f"arn:{Aws.PARTITION}:identitystore:::{kind}/*" for kind in kinds),
        ],
    )


def _stores(context: Context) -> list[str]:
    # The store's ARN holds the account that owns Identity Center, which is one of these.
    return [
        f"arn:{Aws.PARTITION}:identitystore::{account}:identitystore/{context.identity_store_id}"
        for account in context.event_accounts
    ]
