"""A small random company whose table of mappings changes, and what became of everybody."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import boto3
import pytest

from cli.mapping_rows import read_rows
from cli.mappings.apply import Application, Applied
from cli.mappings.observe import Sources
from cli.mappings.plan import Plan, make_plan
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.decisions.removal_limit import RemovalLimit
from shared.conventions import USER_ID, tags
from shared.model import Target
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.setup import LEDGER, MAPPINGS

Row = dict[str, Any]
Roles = dict[tuple[Target, str], str]
LIMIT: Final = RemovalLimit(2, 0)
TARGETS: Final = tuple(
    Target.parse(text) for text in ("222222222222/eu-west-1/d-one", "333333333333/us-east-1/d-two")
)
GROUPS: Final = ("ants", "bees", "cats", "dogs")
UNKNOWN: Final = "nobody knows"
_USERS: Final = 9
_ROLES: Final = ("Ant", "Bee", "Cat")


def silent(items: Iterable[Any], what: str) -> Iterable[Any]:
    """Return the items, and show nothing."""
    return items


@dataclass
class PlannedCompany:
    """An embedded AWS with a random company in it that is in sync."""

    aws: EmbeddedAws
    seed: int
    patterns: tuple[str, ...] = ()
    people: list[str] = field(init=False)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Create groups, users, memberships and rows, and let the hub do what follows."""
        self._dice = dice = random.Random(self.seed)  # noqa: S311 (a company that can be made again)
        store = self.aws.services.identity_store
        self._ids = {name: store.add_group(name).group_id for name in GROUPS}
        self.people = [store.add_user(f"user-{number}").user_id for number in range(_USERS)]
        for user in self.people:
            for group in dice.sample(GROUPS, dice.choice((0, 1, 1, 2))):
                store.add_membership(user, self._ids[group])
        for target in TARGETS:
            self.aws.add_spoke(target)
        for row in self.rows():
            self.aws.put_mapping(row)
        self.settle()
        if dice.random() < 0.5:
            store.set_status(dice.choice(self.people), "DISABLED")
        self._operate()
        self.settle()

    def rows(self) -> list[Row]:
        """Return random rows; few of them do not parse, in a part or as a whole."""
        dice = self._dice
        keys = [
            (group, target) for group in (*GROUPS, UNKNOWN, *self.patterns) for target in TARGETS
        ]
        rows = [self._row(*key) for key in dice.sample(keys, dice.randint(1, 6))]
        if dice.random() < 0.2:
            rows[0]["priority"] = "high"
        if dice.random() < 0.1:
            rows.append({"group": dice.choice(GROUPS), "target": "nowhere"})
        return rows

    def plan(self, wanted: Iterable[Row]) -> Plan:
        """Return the plan to these rows, by the operator's reads."""
        sources = Sources.open(LEDGER, self.aws.services.identity_store.store_id, HUB_REGION)
        return make_plan(self.table(), wanted, sources, LIMIT, datetime.now(UTC), silent)

    def apply(self, plan: Plan) -> Applied:
        """Apply a plan."""
        client = boto3.client("dynamodb", region_name=HUB_REGION)
        return Application(client, MAPPINGS, LEDGER).apply(plan, plan.digest, datetime.now(UTC))

    def table(self) -> list[Row]:
        """Return the rows of the table."""
        return read_rows(MAPPINGS, HUB_REGION)

    def settle(self) -> None:
        """Deliver everything, sweep, and let the hub finish."""
        self.aws.run()
        self.aws.wait(600)
        self.aws.sweep()
        self.aws.wait(600)

    def roles(self) -> Roles:
        """Return the role of each managed profile that is not suspended, by target and user."""
        found = {}
        for domain in self.aws.services.studio.snapshot():
            for profile in domain.profiles:
                marks: Mapping[str, str] = dict(profile.tags)
                user = marks.get(USER_ID, "")
                if marks == tags(HUB_ACCOUNT, user) and "/Suspended-" not in (profile.role or ""):
                    found[Target.parse("/".join(domain.place)), user] = profile.role or ""
        return found

    def _row(self, group: str, target: Target) -> Row:
        dice = self._dice
        role = f"arn:aws:iam::{target.account}:role/studio-hub/{dice.choice(_ROLES)}"
        row: Row = {"group": group, "target": str(target), "priority": dice.choice((10, 20))}
        row |= {"execution_role_arn": role} if dice.random() < 0.7 else {}
        row |= {"enabled": False} if dice.random() < 0.15 else {}
        row |= {"group_id": self._ids[group]} if group in self._ids and dice.random() < 0.2 else {}
        return row | {"retention_days": dice.choice((0, 7))}

    def _operate(self) -> None:
        """Let an operator keep or protect somebody."""
        dynamodb = boto3.client("dynamodb", region_name=HUB_REGION)
        hub_state = DynamoHubState(dynamodb, LEDGER)
        if self._dice.random() < 0.3:
            hub_state.protect(self._dice.choice(self.people), protected=True)
        if self._dice.random() < 0.3:
            until = datetime(2036, 1, 1, tzinfo=UTC)
            hub_state.keep(self._dice.choice(self.people), until)  # type: ignore[arg-type]


def operator(monkeypatch: pytest.MonkeyPatch, aws: EmbeddedAws) -> None:
    """Give the environment the credentials of an operator in the hub's account."""
    for name, value in aws.function_credentials("Operator").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    boto3.setup_default_session()
