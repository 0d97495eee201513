"""Where the directory is heard: the event rule, the events queue, and intake that reads hints."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from hub.infrastructure.context import Context
from hub.infrastructure.directory import read_groups
from hub.infrastructure.function import HubFunction, Package, reading, sending
from hub.infrastructure.queues import WorkQueue, dead_letter_queue
from hub.infrastructure.reconciler import Reconciler
from hub.infrastructure.records import Records
from shared.hints import event_pattern

INTAKE_TIMEOUT = Duration.seconds(60)
_BATCH = 10
# Each copy of intake resolves the mapped groups for itself, out of the same 20 calls a second.
_MAX_CONCURRENCY = 5


class Ingress(Construct):
    """From an event of the directory to a hint in users.fifo.

    Attributes:
        events: envelopes as EventBridge delivers them.
        undelivered: events that EventBridge could not put there.
        intake: the function.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        context: Context,
        package: Package,
        records: Records,
        reconciler: Reconciler,
    ) -> None:
        super().__init__(scope, construct_id)
        self.events = WorkQueue(self, "Events", reader_timeout=INTAKE_TIMEOUT)
        self.undelivered = dead_letter_queue(self, "Undelivered")
        self._hear(context)
        users, later = reconciler.users.queue, reconciler.later.queue
        self.intake = HubFunction(
            self,
            "Intake",
            service="intake",
            role_name=f"StudioHub-Intake-{context.hub_region}",
            package=package,
            timeout=INTAKE_TIMEOUT,
            environment={
                "STUDIO_HUB_IDENTITY_STORE_ID": context.identity_store_id,
                "STUDIO_HUB_MAPPINGS_TABLE": records.mappings.table_name,
                "STUDIO_HUB_USERS_QUEUE_URL": users.queue_url,
                # By it intake tells who comes back from waiting from an event.
                "STUDIO_HUB_LATER_QUEUE_ARN": later.queue_arn,
            },
            needs=[
                reading("ReadEventsAndWhoWaited", self.events.queue, later),
                sending("QueueWhomToLookAt", users),
                # An event of a group that no row names is dropped here.
                iam.PolicyStatement(
                    sid="ReadTheMappings",
                    actions=["dynamodb:Scan"],
                    resources=[records.mappings.table_arn],
                ),
                read_groups("FindTheMappedGroups", context, ["identitystore:GetGroupId"]),
            ],
        )
        for name, queue in (("ReadsEvents", self.events.queue), ("ReadsLater", later)):
            self.intake.reads(name, queue, batch_size=_BATCH, max_concurrency=_MAX_CONCURRENCY)

    def _hear(self, context: Context) -> None:
        rule = events.CfnRule(
            self,
            "Rule",
            description="Changes of group membership in IAM Identity Center",
            # The account stays that of the origin when an event is forwarded, so nobody else who
            # may write to this bus can speak for the directory.
            event_pattern={**event_pattern(), "account": list(context.event_accounts)},
            targets=[
                events.CfnRule.TargetProperty(
                    id="Events",
                    arn=self.events.queue.queue_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=self.undelivered.queue_arn
                    ),
                )
            ],
        )
        for queue in (self.events.queue, self.undelivered):
            queue.add_to_resource_policy(_only_from(rule, queue))


def _only_from(rule: events.CfnRule, queue: sqs.Queue) -> iam.PolicyStatement:
    """Return the right of one rule, and no other, to send."""
    return iam.PolicyStatement(
        sid="OnlyTheRuleSends",
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        actions=["sqs:SendMessage"],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
    )
