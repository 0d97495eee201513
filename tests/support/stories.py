"""Stories for tests: a company over two accounts, and the end state."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.embedded_aws import EmbeddedAws

FIXTURES = Path(__file__).parents[1] / "fixtures"

COMPANY = """
version: 1
directory:
  groups: [scientists, leads, others]
  users: [ada@example.com, bob, {name: off, status: DISABLED}]
targets:
  - {account: "222222222222", region: eu-west-1, domain: d-one}
  - {account: "333333333333", region: us-east-1, domain: d-two}
mappings:
  - {target: 222222222222/eu-west-1/d-one, group: scientists, role: Scientist, priority: 20,
     retention_days: 0}
  - {target: 222222222222/eu-west-1/d-one, group: leads, role: Lead, priority: 10,
     retention_days: 0}
  - {target: 333333333333/us-east-1/d-two, group: scientists, role: Analyst, priority: 5,
     retention_days: 0}
  - {target: 333333333333/us-east-1/d-two, group: leads, role: Reader, priority: 50,
     retention_days: 0}
"""


@dataclass(frozen=True)
class End:
    """The end of a story: its JSON, and the embedded AWS it was played in."""

    json: dict[str, Any]
    aws: EmbeddedAws

    def roles(self) -> dict[str, str]:
        """Return the role of each profile, by the account's first digit and the user."""
        return {
            f"{profile['account'][0]} {profile['user']}": profile["execution_role_arn"].rpartition(
                "/"
            )[2]
            for profile in self.json["profiles"]
        }

    def writes(self) -> list[str]:
        """Return the hub's writes to Studio, by the account's first digit."""
        return [
            f"{change['target'][0]} {change['operation']}"
            for change in self.json["changes"]
            if "Assignment" not in change["operation"]
        ]

    def assigned(self) -> set[str]:
        """Return the assigned users, by the account's first digit and the user."""
        return {
            f"{profile['account'][0]} {profile['user']}"
            for profile in self.json["profiles"]
            if profile["assigned"]
        }

    def logged(self, message: str) -> list[tuple[str, str]]:
        """Return the kind and the subject of each logged line with this message."""
        log = self.aws.lambdas.log
        return [(each["kind"], each["subject"]) for each in log if each.get("message") == message]

    def problems(self) -> list[tuple[str, str]]:
        """Return the kind and the subject of each problem."""
        return [(problem["kind"], problem["subject"]) for problem in self.json["problems"]]


Play = Callable[..., End]


def membership_event(aws: EmbeddedAws, user: str, group: str) -> dict[str, Any]:
    """Return the console's event of a join, without changing the directory."""
    user_id, group_id = _ids(aws, user, group)
    return {
        "version": "0",
        "id": "e1",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sso-directory",
        "detail": {
            "eventSource": "sso-directory.amazonaws.com",
            "eventName": "AddMemberToGroup",
            "eventID": f"{user}/{group}",
            "eventTime": "2026-01-05T09:00:00Z",
            "readOnly": False,
            "requestParameters": {"groupId": group_id, "member": {"memberId": user_id}},
        },
    }


def join_quietly(aws: EmbeddedAws, user: str, group: str) -> None:
    """Change the directory without an event."""
    aws.services.identity_store.add_membership(*_ids(aws, user, group))


def leave_quietly(aws: EmbeddedAws, user: str, group: str) -> None:
    """Change the directory without an event."""
    aws.services.identity_store.remove_membership(*_ids(aws, user, group))


def measured(aws: EmbeddedAws, metric: str) -> list[float]:
    """Return the values of one metric that the functions emitted, in order."""
    emitted = (entry[metric] for entry in aws.lambdas.log if "_aws" in entry and metric in entry)
    return [value for values in emitted for value in values]


def writes(aws: EmbeddedAws) -> dict[str, int]:
    """Return the number of the hub's writes, by operation."""
    reads = ("Describe", "Get", "List", "Query", "Scan", "Assume", "Send")
    return {
        name: count
        for name, count in aws.gateway.calls.items()
        if not name.partition(".")[2].startswith(reads)
    }


def _ids(aws: EmbeddedAws, user: str, group: str) -> tuple[str, str]:
    store = aws.services.identity_store
    person, found = store.find_user(user), store.find_group(group)
    assert person is not None
    assert found is not None
    return person.user_id, found.group_id
