"""The functions' rights to read the directory: one identity store, by its ARN.

Source: the Service Authorization Reference of AWS Identity Store. Each action asks for the store
and for the objects that it reads; objects have no account in their ARN, so the store is the limit.
"""

from typing import Literal

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from hub.infrastructure.context import Context

_SERVICES = ("identitystore", "sso")
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


def decrypt_directory(context: Context) -> list[iam.PolicyStatement]:
    """Return the right to use the company's key of the directory, through Identity Center alone.

    It is empty if there is no such key. The key's own policy must allow the role too.

    Source: the Service Authorization Reference: kms:Decrypt is a dependent action of nearly every
    action of Identity Store and Identity Center where the key is the customer's.
    """
    if context.identity_key_arn is None:
        return []
    services = [f"{service}.{context.hub_region}.amazonaws.com" for service in _SERVICES]
    return [
        iam.PolicyStatement(
            sid="DecryptTheDirectory",
            actions=["kms:Decrypt"],
            resources=[context.identity_key_arn],
            conditions={"StringEquals": {"kms:ViaService": services}},
        )
    ]
