"""A company in the embedded AWS, and an operator with their own credentials in its accounts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from saved_aws import restore, save

from cli.simulation.deployment import deployed_hub
from cli.simulation.operator import SimulatedOperator
from hub.runtime.decisions.removal_limit import RemovalLimit
from shared.conventions import SYSTEM_PATH, iam_role_arn
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.scenario import Frame, Scenario
from simulator.scenario_file import parse
from simulator.setup import LEDGER, MAPPINGS, assume, make_role
from simulator.steps import STEPS
from simulator.story import Story

SPOKE = "222222222222"
PLACE = f"{SPOKE}/eu-west-1/d-one"
# Two disruptions may begin in an hour.
LIMIT = RemovalLimit(2, 0)

COMPANY = f"""
version: 1
directory:
  groups: [scientists, leads, others]
  users:
    - {{name: ada, groups: [scientists]}}
    - {{name: bob, groups: [scientists]}}
    - {{name: cyd, groups: [scientists]}}
    - {{name: eve, groups: [scientists]}}
    - dan
targets:
  - account: "{SPOKE}"
    region: eu-west-1
    domain: d-one
    profiles: [{{name: eves-own, user: eve, role: Handmade}}, {{name: dan, user: dan}}]
mappings:
  - {{target: {PLACE}, group: scientists, role: Scientist, retention_days: 7}}
  - {{target: {PLACE}, group: leads, role: Lead, priority: 10, retention_days: 7}}
"""

Command = Callable[..., tuple[int, str, str]]


@dataclass(frozen=True)
class Company:
    """An embedded AWS with a hub in it."""

    aws: EmbeddedAws
    operator: SimulatedOperator

    def play(self, word: str, **what: object) -> None:
        """Play one more step, after the queues' deduplication window for earlier events.

        Each story numbers its events from the start, and queues remember an id for five minutes.
        """
        self.aws.wait(301)
        frame, step = Frame(version=1), STEPS[word].model_validate(what)
        scenario = Scenario(folder=Path(), frame=frame, steps=((word, step),))
        Story(scenario, self.aws, self.operator).play()

    def leave(self, *users: str) -> None:
        """Remove users from the group of scientists, one by one."""
        for user in users:
            self.play("leave", user=user, group="scientists")

    def user_id(self, name: str) -> str:
        """Return a user's id."""
        person = self.aws.services.identity_store.find_user(name)
        assert person is not None
        return person.user_id

    def roles(self) -> dict[str, str]:
        """Return the name and the role of each user's profile."""
        (domain,) = self.aws.services.studio.snapshot()
        return {
            str(each.sso_user): f"{each.name} {str(each.role).rpartition('/')[2]}"
            for each in domain.profiles
        }

    def record(self, name: str) -> Mapping[str, Any]:
        """Return the one record of a user."""
        mine = f"user#{self.user_id(name)}"
        (row,) = (r for r in self.ledger() if r["pk"] == mine and r["sk"].startswith("target#"))
        return row

    def ledger(self) -> list[Mapping[str, Any]]:
        """Return every row of the ledger, sorted."""
        return sorted(self.aws.rows(LEDGER), key=lambda row: (row["pk"], row["sk"]))


class _Beginning(NamedTuple):
    """A company after its first sweep: the state of its AWS, and who has which credentials."""

    state: bytes
    operator: Mapping[str, str]
    keys: Mapping[str, Mapping[str, str]]


@contextmanager
def company(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[Company]:
    """Deploy a hub that made its first sweep; the environment is that of its operator.

    The AWS profile `spoke` has the operator's credentials in the Studio account. `hubs-role` has
    the credentials of the hub's role there.
    """
    beginning = _beginning()
    with deployed_hub(limit=LIMIT) as aws:
        restore(aws, beginning.state)
        for name, value in beginning.operator.items():
            monkeypatch.setenv(name, value)
        _write_profiles(folder, beginning.keys, monkeypatch)
        monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
        monkeypatch.setenv("STUDIO_HUB_LEDGER_TABLE", LEDGER)
        monkeypatch.setenv("STUDIO_HUB_MAPPINGS_TABLE", MAPPINGS)
        monkeypatch.setenv("STUDIO_HUB_DELAYED_QUEUE_URL", aws.queues["delayed"].url)
        monkeypatch.setenv("STUDIO_HUB_MODE", "apply")
        monkeypatch.setenv("STUDIO_HUB_REMOVAL_COUNT", str(LIMIT.count))
        monkeypatch.setenv("STUDIO_HUB_REMOVAL_PERCENT", str(LIMIT.percent))
        store = aws.services.identity_store.store_id
        monkeypatch.setenv("STUDIO_HUB_IDENTITY_STORE_ID", store)
        boto3.setup_default_session()
        yield Company(aws, SimulatedOperator(aws))


@cache
def _beginning() -> _Beginning:
    """Play the beginning, which is the same for every test, once in a process."""
    scenario = parse(COMPANY, name="company", folder=Path())
    with deployed_hub(limit=LIMIT) as aws:
        built = Company(aws, SimulatedOperator(aws))
        Story(scenario, aws, built.operator).play()
        built.play("sweep")
        keys = {name: _keys(*of) for name, of in _WHO.items()}
        operator = aws.function_credentials("Operator")
        return _Beginning(save(aws), operator, keys)


_WHO = {
    "spoke": (SPOKE, "Administrator"),
    "hubs-role": (SPOKE, f"StudioHubSpoke-{HUB_REGION}"),
    "elsewhere": ("333333333333", "Administrator"),
    "hub": (HUB_ACCOUNT, "Administrator"),
}


def _keys(account: str, role: str) -> dict[str, str]:
    if not role.startswith("StudioHubSpoke"):
        make_role(account, HUB_REGION, role, {})
    return assume(iam_role_arn(account, HUB_REGION, role, SYSTEM_PATH), HUB_REGION)


def _write_profiles(
    folder: Path, keys: Mapping[str, Mapping[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(
        f"[{name}]\naws_access_key_id = {of['AccessKeyId']}\n"
        f"aws_secret_access_key = {of['SecretAccessKey']}\n"
        f"aws_session_token = {of['SessionToken']}\n"
        for name, of in keys.items()
    )
    (folder / "credentials").write_text(text, encoding="utf-8")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
