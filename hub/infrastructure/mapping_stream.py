"""Receives changed rows: the stream of the mappings table, and `mapping_stream`, which reads it."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.function import HubFunction, sending
from hub.infrastructure.function_platform import Platform
from hub.infrastructure.identity_store_policies import decrypt_directory, read_directory
from hub.infrastructure.queues import dead_letter_queue
from hub.infrastructure.settings import directory_settings, queue_settings
from hub.infrastructure.table_policies import Family, use_ledger
from hub.infrastructure.tables import Tables

_TIMEOUT = Duration.seconds(60)


class MappingStream(Construct):
    """From a written row to scans of its group.

    Attributes:
        dead_letters: stream records that could not be processed; the sweep repairs the result.
        mapping_stream: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        context: Context,
        platform: Platform,
        tables: Tables,
        scan_queue: sqs.Queue,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = dead_letter_queue(self, "DeadLetters", key=platform.key)
        stream = tables.mappings_stream_arn
        self.mapping_stream = HubFunction(
            self,
            "MappingStream",
            service="mapping_stream",
            role_name=f"StudioHub-MappingStream-{context.hub_region}",
            platform=platform,
            timeout=_TIMEOUT,
            environment={
                **directory_settings(context, tables),
                **queue_settings(scan=scan_queue),
            },
            needs=[
                *_reading_stream(stream),
                # Lambda notes a record that failed too often here, in the function's name.
                sending("KeepWhatFailed", self.dead_letters),
                sending("QueueScanRequests", scan_queue),
                # The ids of group names that were seen, and the open problems.
                use_ledger(
                    "RememberGroupNames",
                    tables,
                    ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"],
                    Family.HUB,
                ),
                # Resolves names of groups that were never seen before.
                read_directory(
                    "FindTheMappedGroups", context, ["identitystore:GetGroupId"], "group"
                ),
                *decrypt_directory(context),
            ],
        )
        self.mapping_stream.reads_stream("ReadsStream", stream, failed=self.dead_letters)


def _reading_stream(stream_arn: str) -> list[iam.PolicyStatement]:
    """Return what Lambda's poller needs to read a stream in a function's name.

    Source: Lambda's developer guide, execution role permissions for DynamoDB streams.
    """
    return [
        iam.PolicyStatement(
            sid="ReadTheStream",
            actions=[
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ],
            resources=[stream_arn],
        ),
        # Lambda refuses to connect a stream to a role that lacks it. It has no resource-level
        # permission, and shows only the names of streams.
        iam.PolicyStatement(sid="FindTheStream", actions=["dynamodb:ListStreams"], resources=["*"]),
    ]
