"""The two tables: what the company wants (mappings), and what the hub made of it (ledger)."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from shared.storage import (
    LEDGER_BY_MEMBERSHIP,
    LEDGER_BY_MEMBERSHIP_KEY,
    LEDGER_BY_MONTH,
    LEDGER_BY_MONTH_KEY,
    LEDGER_BY_TARGET,
    LEDGER_BY_TARGET_KEY,
    LEDGER_EXPIRES,
    LEDGER_KEY,
    MAPPINGS_KEY,
)


class Tables(Construct):
    """The tables `mappings` and `ledger`; both survive their stack.

    Attributes:
        mappings_stream_arn: the stream of row changes, with old and new images.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey | None) -> None:
        super().__init__(scope, construct_id)
        # A changed row concerns two groups: the one that it named before, and the one that it names
        # now.
        self.mappings = _table(
            self,
            "Mappings",
            MAPPINGS_KEY,
            key,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        )
        self.mappings_stream_arn = str(self.mappings.table_stream_arn)
        # History expires; current records have no such attribute.
        self.ledger = _table(self, "Ledger", LEDGER_KEY, key, time_to_live_attribute=LEDGER_EXPIRES)
        # A target's scan compares whole records, and the history shows whole events; for a
        # membership id only the keys are read.
        for name, index_key, projection in (
            (LEDGER_BY_TARGET, LEDGER_BY_TARGET_KEY, dynamodb.ProjectionType.ALL),
            (LEDGER_BY_MEMBERSHIP, LEDGER_BY_MEMBERSHIP_KEY, dynamodb.ProjectionType.KEYS_ONLY),
            (LEDGER_BY_MONTH, LEDGER_BY_MONTH_KEY, dynamodb.ProjectionType.ALL),
        ):
            partition_key, sort_key = (_string(attribute) for attribute in index_key)
            self.ledger.add_global_secondary_index(
                index_name=name,
                partition_key=partition_key,
                sort_key=sort_key,
                projection_type=projection,
            )


def _table(
    scope: Construct,
    construct_id: str,
    keys: tuple[str, str],
    encryption_key: kms.IKey | None,
    *,
    time_to_live_attribute: str | None = None,
    stream: dynamodb.StreamViewType | None = None,
) -> dynamodb.Table:
    partition_key, sort_key = (_string(name) for name in keys)
    return dynamodb.Table(
        scope,
        construct_id,
        partition_key=partition_key,
        sort_key=sort_key,
        time_to_live_attribute=time_to_live_attribute,
        stream=stream,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=(
            dynamodb.TableEncryption.CUSTOMER_MANAGED
            if encryption_key
            else dynamodb.TableEncryption.AWS_MANAGED
        ),
        encryption_key=encryption_key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        removal_policy=RemovalPolicy.RETAIN,
        deletion_protection=True,
    )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
