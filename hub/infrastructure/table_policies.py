"""The functions' rights on the two tables: rows are read whole, the ledger by its families.

Sources: the Service Authorization Reference of Amazon DynamoDB; the DynamoDB developer guide on
fine-grained access control and on IAM with transactions: a transaction asks for the rights of the
writes in it and for none of its own, a batch of writes for one right of its own.
"""

from enum import StrEnum

from aws_cdk import aws_iam as iam

from hub.infrastructure.tables import Tables


class Family(StrEnum):
    """Items of the ledger that belong together, by the form of their partition key."""

    PEOPLE = "user#*"  # what the hub made for whom
    GROUPS = "group#*"  # membership as last seen
    TARGETS = "target#*"  # unmanaged profiles
    HUB = "hub"  # ids of group names, the pause, the state of the whole hub
    LIMITS = "limit#*"  # slots of the removal limit, and disruptions that wait for approval
    SCANS = "scan#*"  # how far long listings got
    HOLDS = "hold#*"  # the users that a hold's digest stood for


def read_mappings(tables: Tables) -> iam.PolicyStatement:
    """Return the right to read all rows: only a complete read shows that a row is absent."""
    return iam.PolicyStatement(
        sid="ReadTheMappings",
        actions=["dynamodb:Scan"],
        resources=[tables.mappings.table_arn],
    )


def use_ledger(
    sid: str, tables: Tables, actions: list[str], *families: Family
) -> iam.PolicyStatement:
    """Return the right to items of some families of the ledger; to all of it if none is named.

    A scan names no key, so no family limits it.
    """
    limit = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [str(each) for each in families]}}
    return iam.PolicyStatement(
        sid=sid,
        actions=actions,
        resources=[tables.ledger.table_arn],
        conditions=limit if families else None,
    )


def keep_open_problems(tables: Tables) -> iam.PolicyStatement:
    """Return the right to add and remove open problems: each function those that it checked."""
    return use_ledger("KeepOpenProblems", tables, ["dynamodb:UpdateItem"], Family.HUB)


def query_index(sid: str, tables: Tables, index: str) -> iam.PolicyStatement:
    """Return the right to query one index of the ledger, but not the table."""
    return iam.PolicyStatement(
        sid=sid,
        actions=["dynamodb:Query"],
        resources=[f"{tables.ledger.table_arn}/index/{index}"],
    )
