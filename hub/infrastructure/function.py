"""A function of the hub with its role and its log; the role has only the rights it needs."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.function_platform import Platform
from hub.infrastructure.nag_suppressions import acknowledge_runtime, acknowledge_wildcards
from shared.conventions import SYSTEM_PATH

_STREAM_BATCH = 10
# Rows behind a failing record wait for it. An hour of failures loses none; after that the sweep has
# found their changes.
_STREAM_LONGEST = Duration.minutes(90)


class HubFunction(Construct):
    """One Lambda function.

    Attributes:
        function: the function itself.
        role: its role, with a fixed name, because the spokes trust it by that name.
        log_group: where it writes.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: str,
        role_name: str,
        platform: Platform,
        timeout: Duration,
        environment: Mapping[str, str],
        needs: Sequence[iam.PolicyStatement],
    ) -> None:
        """Create the function `hub.runtime.functions.<service>.handler`."""
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Log",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.RETAIN,
            encryption_key=platform.key,
        )
        own_log = iam.PolicyStatement(
            sid="WriteItsOwnLog",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[self.log_group.log_group_arn],
        )
        # It has no resource-level permission. Source: Service Authorization Reference, AWS X-Ray.
        tracing = iam.PolicyStatement(
            sid="TraceItsWay",
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources=["*"],
        )
        rights = [*needs, own_log, tracing, *platform.needs()]
        self.role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            path=SYSTEM_PATH,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            inline_policies={"Needs": iam.PolicyDocument(statements=rights)},
        )
        acknowledge_wildcards(self.role, [each for each in rights if each is not own_log])
        self.function = lambda_.Function(
            self,
            "Function",
            handler=f"hub.runtime.functions.{service}.handler",
            code=platform.package.code,
            runtime=lambda_.Runtime(platform.package.runtime, lambda_.RuntimeFamily.PYTHON),
            architecture=(
                lambda_.Architecture.ARM_64
                if platform.package.architecture == "arm64"
                else lambda_.Architecture.X86_64
            ),
            timeout=timeout,
            # Memory buys processor time: imports are most of a cold start.
            memory_size=512,
            # The CDK would add rights for what it is wired to; `needs` holds all of them.
            role=self.role.without_policy_updates(),
            log_group=self.log_group,
            tracing=lambda_.Tracing.ACTIVE,
            # Waiting requests pass through `delayed` for more than an hour, and a long listing
            # continues by message, on purpose. Lambda would stop that after 16 passes. See
            # docs/decisions/recursive-loop-allowed.md.
            recursive_loop=lambda_.RecursiveLoop.ALLOW,
            environment=dict(environment),
            environment_encryption=platform.key,
        )

        acknowledge_runtime(self.function)
        # The role holds its policies itself, so it is complete before the function exists. The
        # CDK's own ordering would repeat that (cfn-lint W3005).
        resource = self.function.node.default_child
        if isinstance(resource, lambda_.CfnFunction):
            platform.harden(resource)
            resource.add_deletion_override("DependsOn")

    def reads(
        self, construct_id: str, queue: sqs.Queue, *, batch_size: int, max_concurrency: int
    ) -> None:
        """Make the function read a queue; a message that fails is delivered again alone."""
        lambda_.EventSourceMapping(
            self,
            construct_id,
            target=self.function,
            event_source_arn=queue.queue_arn,
            batch_size=batch_size,
            max_concurrency=max_concurrency,
            report_batch_item_failures=True,
        )

    def reads_requests(self, queue: sqs.Queue, *, max_concurrency: int) -> None:
        """Make the function read one request at a time."""
        self.reads("ReadsRequests", queue, batch_size=1, max_concurrency=max_concurrency)

    def reads_stream(self, construct_id: str, stream_arn: str, *, failed: sqs.Queue) -> None:
        """Make the function read a table's stream; a failing record blocks it only for some time.

        Source: Lambda's developer guide on DynamoDB: records of a shard come in order, so one that
        fails holds up those behind it until it is given up.
        """
        lambda_.EventSourceMapping(
            self,
            construct_id,
            target=self.function,
            event_source_arn=stream_arn,
            batch_size=_STREAM_BATCH,
            # Rows that were written before Lambda began to read count too. Connecting takes
            # minutes, and the first rows are often written right after the deployment.
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            max_record_age=_STREAM_LONGEST,
            on_failure=event_sources.SqsDlq(failed),
        )


def receiving(sid: str, *queues: sqs.Queue) -> iam.PolicyStatement:
    """Return the statement that Lambda's poller needs to read queues in a function's name.

    Source: Lambda's developer guide, execution role permissions for SQS.
    """
    return iam.PolicyStatement(
        sid=sid,
        actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
        resources=[queue.queue_arn for queue in queues],
    )


def redelivering(sid: str, queue: sqs.Queue) -> iam.PolicyStatement:
    """Return the statement for redelivering a message before its queue's time-out."""
    return iam.PolicyStatement(
        sid=sid, actions=["sqs:ChangeMessageVisibility"], resources=[queue.queue_arn]
    )


def sending(sid: str, *queues: sqs.Queue) -> iam.PolicyStatement:
    """Return the statement for sending to queues."""
    return iam.PolicyStatement(
        sid=sid, actions=["sqs:SendMessage"], resources=[queue.queue_arn for queue in queues]
    )
