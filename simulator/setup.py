"""Creates what the hub stack creates in the cloud: roles, queues with dead letters, tables."""

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import boto3
from moto.iam.models import iam_backends

from shared.conventions import SYSTEM_PATH, partition
from shared.storage import (
    LEDGER_BY_MEMBERSHIP,
    LEDGER_BY_MEMBERSHIP_KEY,
    LEDGER_BY_MONTH,
    LEDGER_BY_MONTH_KEY,
    LEDGER_BY_TARGET,
    LEDGER_BY_TARGET_KEY,
    LEDGER_KEY,
    MAPPINGS_KEY,
)
from simulator.polling import Queue

_Index = tuple[str, tuple[str, str]]
_LEDGER_INDICES: tuple[_Index, ...] = (
    (LEDGER_BY_TARGET, LEDGER_BY_TARGET_KEY),
    (LEDGER_BY_MEMBERSHIP, LEDGER_BY_MEMBERSHIP_KEY),
    (LEDGER_BY_MONTH, LEDGER_BY_MONTH_KEY),
)
MAPPINGS, LEDGER, BUS = "studio-hub-mappings", "studio-hub-ledger", "studio-hub"
# For each queue, as in the hub stack: the visibility time-out in seconds, and the maximum number of
# deliveries before a message is a dead letter.
QUEUES = {"events": (108, 40), "delayed": (108, 40), "reconcile": (720, 5), "scan": (1800, 5)}


_NO_TAGS: Mapping[str, str] = MappingProxyType({})


def make_role(
    account: str,
    region: str,
    name: str,
    trust: Mapping[str, Any],
    tags: Mapping[str, str] = _NO_TAGS,
) -> None:
    """Create one of the product's own roles in an account."""
    iam_backends[account][partition(region)].create_role(
        role_name=name,
        assume_role_policy_document=json.dumps(trust),
        path=SYSTEM_PATH,
        permissions_boundary=None,
        description="",
        tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        max_session_duration="3600",
    )


def assume(role_arn: str, region: str) -> dict[str, str]:
    """Return credentials of a role; the set-up is trusted to assume any role."""
    keys = _sts(region).assume_role(RoleArn=role_arn, RoleSessionName="setup")["Credentials"]
    return {name: str(value) for name, value in keys.items()}


def client(service: str, region: str, keys: Mapping[str, str]) -> Any:  # noqa: ANN401 (boto3 makes clients of any kind)
    """Return a client with the credentials `keys`."""
    make: Any = _session().client
    return make(
        service,
        region_name=region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def make_tables(dynamodb: Any) -> None:  # noqa: ANN401 (a DynamoDB client)
    """Create the two tables of the hub."""
    _make_table(dynamodb, MAPPINGS, MAPPINGS_KEY, stream=True)
    _make_table(dynamodb, LEDGER, LEDGER_KEY, *_LEDGER_INDICES)


def _make_table(
    dynamodb: Any,  # noqa: ANN401 (a DynamoDB client)
    name: str,
    key: tuple[str, str],
    *indices: _Index,
    stream: bool = False,
) -> None:
    attributes = sorted({*key, *(name for _, of_index in indices for name in of_index)})
    more: dict[str, Any] = {}
    if indices:
        more["GlobalSecondaryIndexes"] = [
            {
                "IndexName": name,
                "KeySchema": _schema(of_index),
                "Projection": {"ProjectionType": "ALL"},
            }
            for name, of_index in indices
        ]
    if stream:
        images = "NEW_AND_OLD_IMAGES"
        more["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": images}
    dynamodb.create_table(
        TableName=name,
        KeySchema=_schema(key),
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
        ],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def _schema(key: tuple[str, str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(key, ("HASH", "RANGE"), strict=True)
    ]


def make_queue(sqs: Any, name: str, *, fifo: bool = False) -> tuple[Queue, Queue]:  # noqa: ANN401 (an SQS client)
    """Return a new queue of the hub, by its name in `QUEUES`, and its dead-letter queue."""
    visibility, deliveries = QUEUES[name]
    suffix, kind = (".fifo", {"FifoQueue": "true"}) if fifo else ("", {})
    dead = _make_queue(sqs, f"studio-hub-{name}-dead-letters{suffix}", kind, fifo=fifo)
    policy = {"deadLetterTargetArn": dead.arn, "maxReceiveCount": deliveries}
    alive = _make_queue(
        sqs,
        f"studio-hub-{name}{suffix}",
        kind | {"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": str(visibility)},
        fifo=fifo,
    )
    return alive, dead


def _make_queue(sqs: Any, name: str, attributes: dict[str, str], *, fifo: bool) -> Queue:  # noqa: ANN401 (an SQS client)
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return Queue(name, url, found["Attributes"]["QueueArn"], fifo)


@cache
def _sts(region: str) -> Any:  # noqa: ANN401 (a boto3 client)
    return _session().client("sts", region_name=region)


@cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="setup", aws_secret_access_key="setup")  # noqa: S106 (moto asks for some words)
