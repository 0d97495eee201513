"""One embedded AWS: a hub account with its queues and tables, spokes, a directory, and time."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import uuid4

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from moto import mock_aws
from moto.events.models import EventPattern
from moto.iam.models import iam_backends

from shared.conventions import (
    ROLE_PATH,
    SYSTEM_PATH,
    VERSION,
    VERSION_TAG,
    SystemRole,
    iam_role_arn,
    partition,
    trust_policy,
)
from shared.directory_events.routes import event_patterns
from shared.messages import encode
from shared.model import Target
from shared.requests import DAILY, HOURLY, ScanRequest, Subject
from shared.storage import MAPPINGS_KEY
from simulator.clients import shared_models
from simulator.clock import START, VirtualClock, virtual_time
from simulator.fifo_memory import remembering
from simulator.gateway import Gateway, watching
from simulator.in_process import in_process
from simulator.isolation import without_shell
from simulator.lambda_service import LambdaService
from simulator.moto_backend import EmbeddedServices, moto_backend
from simulator.partitions import partitioned
from simulator.polling import Queue
from simulator.quirks import Quirks
from simulator.setup import (
    BUS,
    MAPPINGS,
    assume,
    client,
    make_queue,
    make_role,
    make_tables,
)
from simulator.shortcuts import quick_moto
from simulator.spoke_roles import let_pass, make_execution_role
from simulator.studio import Place
from simulator.unsigned import unsigned

HUB_ACCOUNT = "111111111111"
HUB_REGION = "eu-west-1"
ORGANIZATION = "o-a1b2c3d4e5"
IDENTITY_STORE = "d-1234567890"

_ROLE = re.compile(r"arn:[a-z-]+:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
_SETUP_ROLE = "simulator-setup"
_serialize, _deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize


@dataclass(slots=True)
class EmbeddedAws:
    """A running embedded AWS, made by `embedded_aws`."""

    clock: VirtualClock
    services: EmbeddedServices
    gateway: Gateway
    lambdas: LambdaService
    dynamodb: Any
    queues: dict[str, Queue] = field(default_factory=dict)
    graveyards: list[Queue] = field(default_factory=list)

    def add_spoke(
        self, target: Target, *, sso_application: bool = True, missing_roles: Iterable[str] = ()
    ) -> None:
        """Add a domain as the spoke stack does; `missing_roles` under /studio-hub/ do not exist."""
        self.services.studio.missing_roles |= {
            iam_role_arn(target.account, target.region, name) for name in missing_roles
        }
        aws = partition(target.region)
        known = {role.name for role in iam_backends[target.account][aws].get_roles()}
        for role, trusted in (
            (SystemRole.ACCESS, SystemRole.RECONCILE),
            (SystemRole.READER, SystemRole.SCAN),
        ):
            name = role.name_in(target.region)
            if name not in known:
                document = trust_policy(
                    aws=aws,
                    hub_account=HUB_ACCOUNT,
                    hub_role_name=trusted.name_in(HUB_REGION),
                    account=target.account,
                    organization_id=ORGANIZATION,
                )
                make_role(target.account, target.region, name, document, {VERSION_TAG: VERSION})
        application = (
            self.services.application_access.add_application(target.account, target.domain_id)
            if sso_application
            else None
        )
        self.services.studio.add_domain(
            Place(target.account, target.region, target.domain_id),
            default_role=SystemRole.SUSPENDED.arn(target.account, target.region),
            application_arn=application,
        )

    def opens(self, application_arn: str, user_id: str) -> tuple[str, str]:
        """Return the domain that an application opens, as text, and the user's profile there."""
        for domain in self.services.studio.all_domains():
            if domain.application_arn == application_arn:
                profiles = dict(domain.by_sso_user.get(user_id, {}))
                user = self.services.identity_store.users.get(user_id)
                if user is not None:
                    # A profile of another user who had this name before a renaming is not the
                    # user's.
                    named = domain.by_sso_value.get(user.user_name, {})
                    profiles |= {k: each for k, each in named.items() if each.sso_user_id is None}
                name = next((profile.name for profile in profiles.values()), "")
                return "/".join(domain.place), name
        return "", ""

    def function_credentials(self, role_name: str) -> dict[str, str]:
        """Return the environment variables that give a function one of the hub's roles."""
        keys = _hub_keys(role_name)
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
            "AWS_REGION": HUB_REGION,
            "AWS_DEFAULT_REGION": HUB_REGION,
        }

    def put_mapping(self, row: Mapping[str, object]) -> None:
        """Write a row of the mappings table unchecked, valid or not.

        A role outside /studio-hub/ is made, and the spoke may pass it.
        """
        arn, target = (str(row.get(name, "")) for name in ("execution_role_arn", "target"))
        if _ROLE.fullmatch(arn) and ROLE_PATH not in arn:
            make_execution_role(arn)
            let_pass(arn, target.partition("/")[2].partition("/")[0])
        item = {
            name: _serialize(Decimal(str(value)) if isinstance(value, float) else value)
            for name, value in row.items()
        }
        self.dynamodb.put_item(TableName=MAPPINGS, Item=item)

    def delete_mapping(self, group: str, target: str) -> None:
        """Delete a row of the mappings table."""
        key = dict(zip(MAPPINGS_KEY, ({"S": group}, {"S": target}), strict=True))
        self.dynamodb.delete_item(TableName=MAPPINGS, Key=key)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return every row of a table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table)
        return [
            {name: _deserialize(value) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]

    def deliver(self, event: Any) -> bool:  # noqa: ANN401 (whatever came as JSON)
        """Put an event on the hub's bus; return whether one of its rules matched it."""
        if not any(pattern.matches_event(event) for pattern in _patterns()):
            return False
        self.lambdas.sqs.send_message(
            QueueUrl=self.queues["events"].url, MessageBody=json.dumps(event)
        )
        return True

    def skip_row_changes(self) -> None:
        """Skip the stream records of all row changes up to now."""
        for stream in self.lambdas.streams:
            stream.skip(HUB_ACCOUNT, HUB_REGION)

    def sweep(self, *, hourly_only: bool = False) -> None:
        """Start the hourly and daily sweeps, as the schedule does; `run` does the rest."""
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        for sweep in (HOURLY,) if hourly_only else (HOURLY, DAILY):
            request = ScanRequest(Subject.SWEEP, sweep, now, str(uuid4()), now)
            self.lambdas.sqs.send_message(
                QueueUrl=self.queues["delayed"].url, MessageBody=encode(request)
            )

    def run(self) -> None:
        """Deliver everything that is due now."""
        self.lambdas.drain()

    def wait(self, seconds: float) -> None:
        """Advance the time, and deliver everything that becomes due on the way."""
        end = self.clock.now() + seconds
        self.run()
        while (due := self.lambdas.next_due()) is not None and due <= end:
            self.clock.forward_to(due)
            self.run()
        self.clock.forward_to(end)
        self.run()

    def dead_letters(self) -> int:
        """Return the number of messages in the dead-letter queues."""
        return sum(
            int(
                self.lambdas.sqs.get_queue_attributes(
                    QueueUrl=queue.url, AttributeNames=["ApproximateNumberOfMessages"]
                )["Attributes"]["ApproximateNumberOfMessages"]
            )
            for queue in self.graveyards
        ) + sum(stream.dropped for stream in self.lambdas.streams)


@contextmanager
def embedded_aws(
    *,
    identity_store_id: str = IDENTITY_STORE,
    page_limit: int | None = None,
    quirks: Quirks | None = None,
    start: datetime = START,
    over_http: bool = False,
) -> Iterator[EmbeddedAws]:
    """Start an embedded AWS with an empty hub at a time (UTC); only one at once in a process.

    With `over_http`, clients build each request and parse each answer, as they do on AWS.
    """
    with (
        without_shell(),
        virtual_time(start) as clock,
        quick_moto(),
        mock_aws(),
        shared_models(),
        unsigned(),
        remembering(),
        partitioned(),
    ):
        services = EmbeddedServices.build(
            store_id=identity_store_id,
            owner_account=HUB_ACCOUNT,
            region=HUB_REGION,
            organization_id=ORGANIZATION,
            page_limit=page_limit,
            quirks=quirks,
        )
        with (
            moto_backend(services) as sessions,
            watching(sessions) as gateway,
            nullcontext() if over_http else in_process(services, sessions, gateway),
        ):
            keys = _hub_keys(_SETUP_ROLE)
            sqs = client("sqs", HUB_REGION, keys)
            lambdas = LambdaService(clock, sqs, HUB_ACCOUNT, HUB_REGION)
            aws = EmbeddedAws(
                clock, services, gateway, lambdas, client("dynamodb", HUB_REGION, keys)
            )
            gateway.opens = aws.opens
            make_tables(aws.dynamodb)
            client("events", HUB_REGION, keys).create_event_bus(Name=BUS)
            for name in ("events", "delayed", "reconcile", "scan"):
                fifo = name in {"reconcile", "scan"}
                aws.queues[name], dead = make_queue(sqs, name, fifo=fifo)
                aws.graveyards.append(dead)
            yield aws


def _hub_keys(role_name: str) -> dict[str, str]:
    make_role(HUB_ACCOUNT, HUB_REGION, role_name, {})
    return assume(iam_role_arn(HUB_ACCOUNT, HUB_REGION, role_name, SYSTEM_PATH), HUB_REGION)


@cache
def _patterns() -> list[EventPattern]:
    patterns = event_patterns(HUB_REGION).values()
    return [EventPattern.load(json.dumps(pattern)) for pattern in patterns]
