"""Law 12: what an explanation foretells is what the hub does, if nothing changes in between."""

import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import boto3
import pytest
from membership_oracle import TAKEN, USERS, MembershipStep, RandomCompany, story
from planned_company import operator

from cli.explain.reading import explainer
from cli.hub_client import HubClient
from cli.simulation.deployment import cold_start, deployed_hub
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.decisions.actions import Assign
from hub.runtime.decisions.record import Access
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.reconcile.explain import Explanation
from shared.errors import TargetUnreachableError
from shared.model import Target, UserId
from shared.requests import EVERY_TARGET, ReconcileRequest
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.setup import LEDGER, MAPPINGS, assume, client, make_role

SEEDS = range(max(6, int(os.environ.get("STORIES", "20")) // 4))
# So that the second of two disruptions is held.
LIMIT: Final = RemovalLimit(1, 0)
# What changes in the directory, and no event tells.
_UNHEARD = ("join", "leave", "disable", "enable", "hire", "fire", "rename")
_OPERATIONS: Final = {
    "Create": "CreateUserProfile",
    "Assign": "CreateApplicationAssignment",
    "ChangeRole": "UpdateUserProfile",
    "Resume": "UpdateUserProfile",
    "Revoke": "DeleteApplicationAssignment",
    "Suspend": "UpdateUserProfile",
    "StopApp": "DeleteApp",
    "DeleteSpace": "DeleteSpace",
    "Delete": "DeleteUserProfile",
    "Discard": "DeleteUserProfile",
}
Operations = dict[Target, list[str]]


@dataclass
class Operator:
    """An operator, who may read Studio in the spokes or not."""

    aws: EmbeddedAws
    reads_studio: bool

    def __post_init__(self) -> None:
        """Open the hub."""
        self.dynamodb = boto3.client("dynamodb", region_name=HUB_REGION)
        sqs = boto3.client("sqs", region_name=HUB_REGION)
        self.hub_client = HubClient.of(
            self.dynamodb, sqs, LEDGER, self.aws.queues["delayed"].url, str
        )
        self._clients: dict[Target, Any] = {}

    def explain(self, user: str) -> Explanation:
        """Return the explanation of a user."""
        state = self.hub_client.state()
        store = self.aws.services.identity_store.store_id
        directory = IdentityCenter(boto3.client("identitystore", region_name=HUB_REGION), store)
        studio = SageMakerStudio(self._sagemaker, HUB_ACCOUNT)
        tables = (self.dynamodb, MAPPINGS, LEDGER)
        explains = explainer(self.hub_client, state, directory, studio, tables, LIMIT)
        return explains.explain(UserId(user), state, observe_all=self.reads_studio)

    def reconcile(self, user: str) -> Operations:
        """Have a user reconciled, and return what the hub did in each target, in its order."""
        before, now = len(self.aws.gateway.changes), datetime.now(UTC)
        request = ReconcileRequest(UserId(user), now, str(now), now, force_observe=EVERY_TARGET)
        self.hub_client.delayed_queue.enqueue_after(request, 0)
        self.aws.wait(120)
        done: Operations = {}
        for change in self.aws.gateway.changes[before:]:
            done.setdefault(Target.parse(change.target), []).append(change.operation)
        return done

    def _sagemaker(self, target: Target) -> Any:  # noqa: ANN401 (a boto3 client)
        if not self.reads_studio or target.account == "444444444444":
            raise TargetUnreachableError("not the operator's account")
        if target not in self._clients:
            make_role(target.account, target.region, "Reader", {})
            role = f"arn:aws:iam::{target.account}:role/studio-hub-system/Reader"
            self._clients[target] = client("sagemaker", target.region, assume(role, target.region))
        return self._clients[target]


def foretold(found: Explanation) -> Operations:
    """Return the operations that an explanation foretells, the deletion included if it is due.

    An assignment that the ledger has already is granted without a write.
    """
    now = datetime.now(UTC)
    expected = {}
    for each in found.targets:
        is_assigned = each.record is not None and each.record.access is Access.ASSIGNED
        operations = [
            _OPERATIONS[type(action).__name__]
            for action in each.actions
            if not (is_assigned and isinstance(action, Assign))
        ]
        is_over = each.deletion is not None and each.deletion <= now
        if operations and is_over and operations[-1] == "UpdateUserProfile":
            operations.append("DeleteUserProfile")
        if operations:
            expected[each.target] = operations
    return expected


def told_company(aws: EmbeddedAws, seed: int) -> RandomCompany:
    """Return a company after a story, all of which the hub has seen."""
    company = RandomCompany(aws, are_patterns=seed % 2 == 1)
    company.sweep()
    for step in story(seed):
        if step.kind == "restart":
            cold_start()
        else:
            company.do(step)
    for user in range(len(USERS)):
        company.do(MembershipStep("join", user, "ants"))
    company.settle()
    company.sweep()
    return company


def surprise(company: RandomCompany, dice: random.Random) -> None:
    """Change memberships and users, without an event; half of the users leave the ants."""
    for user in range(len(USERS)):
        if dice.random() < 0.5:
            company.do(MembershipStep("leave", user, "ants", "none"))
    for _ in range(4):
        user, group = dice.randrange(4), dice.choice(("ants", "bees", "cats"))
        company.do(MembershipStep(dice.choice(_UNHEARD), user, group, "none", dice.randint(1, 30)))


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_foretold_is_what_happens(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each user, by operation, target and order; also after changes by hand in Studio."""
    with deployed_hub(limit=LIMIT) as aws:
        operator(monkeypatch, aws)
        dice, company, reader = random.Random(seed), told_company(aws, seed), Operator(aws, True)  # noqa: FBT003, S311 (a story that can be repeated)
        surprise(company, dice)
        company.spoil(dice.randint(1, 30))
        for user in dice.sample(company.people, len(company.people)):
            expected = foretold(reader.explain(user))
            done = reader.reconcile(user)

            assert (seed, done) == (seed, expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ledger_alone_foretells_it_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a right in any spoke, unless a profile that the hub never saw has the name."""
    with deployed_hub(limit=LIMIT) as aws:
        operator(monkeypatch, aws)
        dice, company, reader = random.Random(seed), told_company(aws, seed), Operator(aws, False)  # noqa: FBT003, S311 (a story that can be repeated)
        surprise(company, dice)
        unseen = {(target, company.people[USERS.index(name)]) for target, name in TAKEN}
        for user in dice.sample(company.people, len(company.people)):
            expected = foretold(reader.explain(user))
            done = reader.reconcile(user)

            assert (seed, done) == (
                seed,
                {target: does for target, does in expected.items() if (target, user) not in unseen},
            )
