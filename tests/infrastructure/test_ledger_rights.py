"""Rights and code agree: the roles allow what the adapters call on the ledger.

The embedded AWS checks no rights, so nothing else would notice before a real account does.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.removal_limits import DynamoLimits
from hub.runtime.adapters.scan_states import DynamoKnownTargets, DynamoScanStates
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.holds import Hold
from hub.runtime.decisions.hub_state import AccessRefusal, OpenProblem, UnmanagedProfile
from hub.runtime.decisions.listing import ScanState, Seen
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from hub.runtime.decisions.record import MemberChanges, Record, State
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Disruption,
    DisruptionKind,
    HeldDisruption,
    LimitState,
)
from shared.model import GroupId, Target, UserId
from shared.requests import ScanRequest, Subject
from shared.storage import LEDGER_KEY

Resources = dict[str, dict[str, Any]]

ADA, GRACE = UserId("user-ada"), UserId("user-grace")
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
DOCTORS, NURSES = GroupId("group-doctors"), GroupId("group-nurses")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RECORD = Record(user_id=ADA, target=LAB, state=State.ACTIVE, user_name="ada", profile_name="ada")
HELD = HeldDisruption(
    Disruption(ADA, "ada", "ada", DisruptionKind.REMOVAL, "left the group"), LIMIT, NOW
)
SCAN = ScanRequest(Subject.GROUP, DOCTORS, NOW, "event", NOW, part=1)
PROBLEM = OpenProblem(str(LAB), "unreachable", str(LAB))
CREATED = ProfileEvent(
    ProfileEventType.CREATED, NOW, ADA, "ada", LAB, "ada", "role", "", "", "", "event"
)
LEADING = "dynamodb:LeadingKeys"


@dataclass(frozen=True, slots=True)
class Asked:
    """One right that a call needs: the action, on the table or an index, with these keys."""

    action: str
    index: str = ""
    keys: tuple[str, ...] = ()


class Ledger:
    """The adapters of the ledger over a client that records its calls, and finds nothing."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        client = boto3.client(
            "dynamodb",
            region_name="eu-west-1",
            aws_access_key_id="nobody",
            aws_secret_access_key="nothing",  # noqa: S106 (boto3 asks for some words)
        )
        # An answer of this hook replaces the service's; botocore's stubs accept none.
        note: Any = self._note
        client.meta.events.register("before-call.dynamodb", note)
        self.records = DynamoLedger(client, "ledger")
        self.group_snapshots = DynamoGroupSnapshots(client, "ledger")
        self.unmanaged_profiles = DynamoUnmanagedProfiles(client, "ledger")
        self.hub_state = DynamoHubState(client, "ledger")
        self.limits = DynamoLimits(client, "ledger")
        self.scans = DynamoScanStates(client, "ledger")
        self.known_targets = DynamoKnownTargets(client, "ledger")

    def _note(self, model: Any, params: Any, **_: object) -> tuple[object, dict[str, Any]]:  # noqa: ANN401 (botocore's own)
        self.asked += asked(model.name, json.loads(params["body"]))
        return SimpleNamespace(status_code=200), {"Items": [], "ResponseMetadata": {}}


def asked(operation: str, body: Mapping[str, Any]) -> Iterator[Asked]:
    """Yield the rights that a call needs.

    Source: the DynamoDB developer guide: a transaction asks for the rights of the writes in it.
    """
    pk = LEDGER_KEY[0]
    if operation == "TransactWriteItems":
        for write in body["TransactItems"]:
            for kind, inner in write.items():
                yield from asked(f"{kind}Item", inner)
    elif operation == "BatchWriteItem":
        writes = [write for table in body["RequestItems"].values() for write in table]
        inner = [next(iter(write.values())) for write in writes]
        keys = {str(write.get("Item", write.get("Key"))[pk]["S"]) for write in inner}
        yield Asked(operation, keys=tuple(sorted(keys)))
    elif operation == "Query":
        values = body["ExpressionAttributeValues"]
        first = body["KeyConditionExpression"].split()[2]
        yield Asked(operation, body.get("IndexName", ""), (values[first]["S"],))
    elif operation == "Scan":
        yield Asked(operation, body.get("IndexName", ""))
    else:
        yield Asked(operation, keys=(body.get("Item", body.get("Key"))[pk]["S"],))


Call = Callable[[Ledger], object]
# What each function calls of its ports, with the widest arguments that it gives.
KNOWS_NAMES: tuple[Call, ...] = (
    lambda ledger: ledger.hub_state.state(NOW),
    lambda ledger: ledger.hub_state.remember_group("doctors", DOCTORS),
    lambda ledger: ledger.hub_state.change_problems(str(LAB), [PROBLEM], [PROBLEM]),
)
# The removal limit, for a disruption that takes a slot and for one that is held.
WEIGHS: tuple[Call, ...] = (
    lambda ledger: ledger.limits.state(LAB),
    lambda ledger: ledger.records.of_target(LAB),
    lambda ledger: ledger.limits.take({LAB: LimitState()}, [ADA], NOW),
    lambda ledger: ledger.limits.hold(LAB, [HELD]),
    lambda ledger: ledger.limits.remember(Hold(LAB, LIMIT, (HELD,))),
    lambda ledger: ledger.limits.release(LAB, [ADA]),
)
CALLS: dict[str, tuple[Call, ...]] = {
    "Ingress/Intake": (
        *KNOWS_NAMES,
        lambda ledger: ledger.records.knows(ADA),
        lambda ledger: ledger.group_snapshots.member("membership-1"),
        lambda ledger: ledger.hub_state.pause("the identity source changed"),
        lambda ledger: ledger.hub_state.reserve_full_sweep(NOW, "event"),
    ),
    "Reconciler/Reconcile": (
        *KNOWS_NAMES,
        *WEIGHS,
        lambda ledger: ledger.records.records(ADA),
        lambda ledger: ledger.records.write(RECORD),
        lambda ledger: ledger.records.write(
            RECORD, MemberChanges({DOCTORS: "membership-1"}, frozenset({NURSES})), CREATED
        ),
        lambda ledger: ledger.group_snapshots.snapshot(DOCTORS),
        lambda ledger: ledger.group_snapshots.membership(DOCTORS, ADA),
        lambda ledger: ledger.group_snapshots.set_membership(DOCTORS, ADA, "membership-1"),
        lambda ledger: ledger.group_snapshots.set_membership(DOCTORS, ADA, None),
        lambda ledger: ledger.records.dry_run(ADA),
        lambda ledger: ledger.records.save_dry_run(
            ADA, frozenset({"dry-run Create for ada in LAB"})
        ),
        lambda ledger: ledger.unmanaged_profiles.of_target(LAB),
        lambda ledger: ledger.hub_state.remember_refusal(LAB, AccessRefusal("no", NOW)),
        lambda ledger: ledger.hub_state.remember_refusal(LAB, None),
    ),
    "Scanner/Scan": (
        *KNOWS_NAMES,
        *WEIGHS,
        lambda ledger: list(ledger.records.everybody()),
        lambda ledger: ledger.records.write(RECORD),
        lambda ledger: ledger.group_snapshots.snapshot(DOCTORS),
        lambda ledger: ledger.group_snapshots.save(DOCTORS, {ADA: "membership-1"}, [GRACE]),
        lambda ledger: ledger.group_snapshots.note(DOCTORS, deleted=True),
        lambda ledger: ledger.known_targets.of_target(LAB),
        lambda ledger: ledger.scans.load(SCAN, NOW),
        lambda ledger: ledger.scans.save(SCAN, ScanState(1, "t", Seen().with_ids([ADA])), NOW),
        lambda ledger: ledger.unmanaged_profiles.of_target(LAB),
        lambda ledger: ledger.unmanaged_profiles.remember(
            LAB, UnmanagedProfile("yesterday", "", "by-hand")
        ),
        lambda ledger: ledger.unmanaged_profiles.forget(LAB, "by-hand"),
        lambda ledger: ledger.hub_state.remember_target(LAB, "does not answer"),
        lambda ledger: ledger.hub_state.remember_pattern_group(DOCTORS, "ml-doctors"),
        lambda ledger: ledger.hub_state.remember_listing(frozenset({"pattern"})),
        lambda ledger: ledger.hub_state.remember_refusal(LAB, None),
    ),
    "MappingStream/MappingStream": KNOWS_NAMES,
}


def what_is_asked(*calls: Call) -> list[Asked]:
    ledger = Ledger()
    for call in calls:
        call(ledger)
    return ledger.asked


def statements(hub: Resources, path: str) -> list[dict[str, Any]]:
    """Return the statements of a function's role that are about the ledger."""
    (policy,) = hub[f"{path}/Role"]["Properties"]["Policies"]
    return [
        statement
        for statement in policy["PolicyDocument"]["Statement"]
        if str(statement["Resource"]).startswith("<Tables/Ledger.Arn>")
    ]


def allows(statement: Mapping[str, Any], right: Asked) -> bool:
    actions = statement["Action"]
    resource = "<Tables/Ledger.Arn>" + (f"/index/{right.index}" if right.index else "")
    limit = statement.get("Condition", {"ForAllValues:StringLike": {LEADING: ["*"]}})
    patterns = limit["ForAllValues:StringLike"][LEADING]
    return (
        f"dynamodb:{right.action}" in ([actions] if isinstance(actions, str) else actions)
        and statement["Resource"] == resource
        and all(any(fnmatchcase(key, pattern) for pattern in patterns) for key in right.keys)
    )


@pytest.mark.parametrize("path", CALLS)
def test_a_function_may_do_what_it_does(hub: Resources, path: str) -> None:
    """Each call to the ledger is allowed, by its action, its index and the keys that it names."""
    rights = statements(hub, path)
    everything = what_is_asked(*CALLS[path])

    assert everything
    assert [
        right for right in everything if not any(allows(statement, right) for statement in rights)
    ] == []


@pytest.mark.parametrize("path", CALLS)
def test_a_function_may_do_nothing_else(hub: Resources, path: str) -> None:
    """Each action of each statement, and each family of keys that it names, is used by a call."""
    everything = what_is_asked(*CALLS[path])
    unused = [
        (statement["Sid"], narrowed)
        for statement in statements(hub, path)
        for narrowed in one_by_one(statement)
        if not any(allows(narrowed, right) for right in everything)
    ]

    assert unused == []


def one_by_one(statement: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a statement for each action, and for each family of keys."""
    actions = statement["Action"]
    condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {LEADING: ["*"]})
    for action in [actions] if isinstance(actions, str) else actions:
        for pattern in condition[LEADING]:
            limit = {"ForAllValues:StringLike": {LEADING: [pattern]}}
            yield statement | {"Action": action, "Condition": limit}


@pytest.mark.parametrize(
    ("path", "call"),
    [
        ("MappingStream/MappingStream", lambda ledger: ledger.records.write(RECORD)),
        ("MappingStream/MappingStream", lambda ledger: ledger.records.records(ADA)),
        ("Ingress/Intake", lambda ledger: ledger.records.write(RECORD)),
        ("Ingress/Intake", lambda ledger: ledger.group_snapshots.snapshot(DOCTORS)),
        ("Ingress/Intake", lambda ledger: ledger.hub_state.resume()),
        ("Ingress/Intake", lambda ledger: ledger.limits.hold(LAB, [HELD])),
        ("Reconciler/Reconcile", lambda ledger: ledger.hub_state.keep(ADA, None)),
        ("Scanner/Scan", lambda ledger: ledger.hub_state.protect(ADA, protected=False)),
        ("Reconciler/Reconcile", lambda ledger: ledger.unmanaged_profiles.forget(LAB, "by-hand")),
        ("Reconciler/Reconcile", lambda ledger: ledger.hub_state.resume()),
        ("Scanner/Scan", lambda ledger: ledger.hub_state.resume()),
        (
            "Reconciler/Reconcile",
            lambda ledger: ledger.scans.save(SCAN, ScanState(1, "", Seen()), NOW),
        ),
    ],
)
def test_a_function_may_not_do_what_others_do(hub: Resources, path: str, call: Call) -> None:
    """No function writes another's items, and none ends a pause: that is the operator's right."""
    rights = statements(hub, path)

    assert [
        right
        for right in what_is_asked(call)
        if not any(allows(statement, right) for statement in rights)
    ]
