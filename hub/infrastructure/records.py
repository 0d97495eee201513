"""The two tables: what the company wants (mappings), and what the hub made of it (ledger)."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from shared.wire import LEDGER_BY_TARGET, LEDGER_BY_TARGET_KEY, LEDGER_KEY, MAPPINGS_KEY


class Records(Construct):
    """The tables `mappings` and `ledger`; both survive their stack."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.mappings = _table(self, "Mappings", MAPPINGS_KEY)
        # History expires; what holds today's truth has no such attribute.
        self.ledger = _table(self, "Ledger", LEDGER_KEY, time_to_live_attribute="expires")
        partition_key, sort_key = (_string(name) for name in LEDGER_BY_TARGET_KEY)
        self.ledger.add_global_secondary_index(
            index_name=LEDGER_BY_TARGET, partition_key=partition_key, sort_key=sort_key
        )


def _table(
    scope: Construct,
    construct_id: str,
    key: tuple[str, str],
    *,
    time_to_live_attribute: str | None = None,
) -> dynamodb.Table:
    partition_key, sort_key = (_string(name) for name in key)
    return dynamodb.Table(
        scope,
        construct_id,
        partition_key=partition_key,
        sort_key=sort_key,
        time_to_live_attribute=time_to_live_attribute,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        removal_policy=RemovalPolicy.RETAIN,
        deletion_protection=True,
    )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
