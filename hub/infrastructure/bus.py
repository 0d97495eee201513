"""The hub's event bus for profile events; only the hub may write to it."""

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared.storage import BUS_SOURCE

_NAME = "studio-hub"


class HubBus(Construct):
    """The hub's event bus; a rule on it can turn an event into a ticket, a mail or a report.

    It has no policy of its own. Only identities of the hub's account that have the right to put
    events reach it, and `reconcile` may put events with the hub's source only.

    Attributes:
        name: by which rules and `reconcile` find it.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self._bus = events.CfnEventBus(
            self,
            "Resource",
            name=_NAME,
            description="What Studio Hub did: profiles made, changed, suspended, removed, held",
        )
        self.name = self._bus.ref

    def publishing(self, sid: str) -> iam.PolicyStatement:
        """Return the right to publish the hub's events on the bus.

        Sources: the Service Authorization Reference: events:source has many values, one an event;
        the EventBridge user guide, sending events with some sources alone. Without the second
        condition, a request without any value would pass as one with only allowed values.
        """
        return iam.PolicyStatement(
            sid=sid,
            actions=["events:PutEvents"],
            resources=[self._bus.attr_arn],
            conditions={
                "ForAllValues:StringEquals": {"events:source": BUS_SOURCE},
                "Null": {"events:source": "false"},
            },
        )
