"""Law 11: an account may deny one of the hub's two roles there and allow the other."""

from typing import Any

from moto.iam.models import iam_backends
from stories import End, Play, join_quietly, leave_quietly, measured, membership_event

from cli.simulation.deployment import cold_start
from shared.conventions import SystemRole
from simulator.embedded_aws import EmbeddedAws
from simulator.result import result

ACCOUNT, REGION = "222222222222", "eu-west-1"
UNREACHABLE = ("unreachable", f"{ACCOUNT}/{REGION}/d-one")


class Roles:
    """The roles of one account, which can be denied."""

    def __init__(self) -> None:
        """Deny none yet."""
        self._iam = iam_backends[ACCOUNT]["aws"]
        self._gone: list[Any] = []

    def take(self, name: str) -> None:
        """Let the account deny whoever assumes a role."""
        self._gone.append(self._iam.get_role(name))
        self._iam.delete_role(name)
        cold_start()

    def give_back(self) -> None:
        """Let the account allow every role again."""
        for role in self._gone:
            trust = role.assume_role_policy_document
            self._iam.create_role(role.name, trust, role.path, None, "", [], None)


def sweep(aws: EmbeddedAws) -> tuple[float, int]:
    """Sweep, and return how often the account was counted and how often a role was requested."""
    before = len(measured(aws, "TargetsUnreachable")), aws.gateway.calls["sts.AssumeRole"]
    aws.sweep()
    aws.wait(3600)
    after = len(measured(aws, "TargetsUnreachable")), aws.gateway.calls["sts.AssumeRole"]
    return after[0] - before[0], after[1] - before[1]


def join(aws: EmbeddedAws, user: str, group: str) -> None:
    """Let a user join, with an event."""
    join_quietly(aws, user, group)
    aws.deliver(membership_event(aws, user, group))
    aws.wait(60)


def account_reports(end: End) -> list[str]:
    """Return what was reported about the account, in order."""
    return [
        entry["message"]
        for entry in end.aws.lambdas.log
        if (entry.get("kind"), entry.get("subject")) == UNREACHABLE
    ]


def test_a_denied_access_role_raises_the_alarm_until_it_is_back(play: Play) -> None:
    """Each sweep counts it, the problem stays open, and one user an hour tries again."""
    end = play("wait: {minutes: 1}")
    aws, roles = end.aws, Roles()
    roles.take(SystemRole.ACCESS.name_in(REGION))
    join(aws, "bob", "scientists")
    passes = [sweep(aws), sweep(aws)]
    join(aws, "ada@example.com", "scientists")
    passes += [sweep(aws), sweep(aws)]

    assert [counted for counted, _ in passes] == [1, 1, 1, 1]
    assert passes[1] == passes[3]
    assert set(account_reports(end)) == {"PROBLEM"}
    assert roles_of(aws) == {"3 ada@example.com", "3 bob"}

    roles.give_back()
    assert [sweep(aws)[0] for _ in range(2)] == [1, 0]
    assert account_reports(end)[-1] == "RESOLVED"
    assert roles_of(aws) == {"2 ada@example.com", "3 ada@example.com", "2 bob", "3 bob"}


def test_a_denied_reader_role_stops_nobody(play: Play) -> None:
    """Joins go on in an account whose profiles cannot be listed, and that is reported."""
    end = play("wait: {minutes: 1}")
    aws, roles = end.aws, Roles()
    roles.take(SystemRole.READER.name_in(REGION))
    assert sweep(aws)[0] == 1
    join(aws, "bob", "scientists")

    assert roles_of(aws) == {"2 bob", "3 bob"}
    assert sweep(aws)[0] == 1
    assert set(account_reports(end)) == {"PROBLEM"}

    roles.give_back()
    assert sweep(aws)[0] == 0
    assert account_reports(end)[-1] == "RESOLVED"


def test_an_account_that_is_back_is_used_at_once(play: Play) -> None:
    """Where both roles were denied, the sweep that can list its profiles serves every user."""
    end = play("wait: {minutes: 1}")
    aws, roles = end.aws, Roles()
    for name in (SystemRole.ACCESS.name_in(REGION), SystemRole.READER.name_in(REGION)):
        roles.take(name)
    join(aws, "bob", "scientists")
    counted = [sweep(aws)[0]]
    aws.wait(600)
    roles.give_back()
    counted.append(sweep(aws)[0])

    assert counted == [1, 0]
    assert roles_of(aws) == {"2 bob", "3 bob"}
    assert account_reports(end)[-1] == "RESOLVED"


def test_a_denial_that_nobody_meets_any_more_is_over(play: Play) -> None:
    """The waiting users have left, and nothing was made: the denial is not known to persist."""
    end = play("wait: {minutes: 1}")
    aws, roles = end.aws, Roles()
    roles.take(SystemRole.ACCESS.name_in(REGION))
    join(aws, "bob", "scientists")
    leave_quietly(aws, "bob", "scientists")

    assert [sweep(aws)[0] for _ in range(4)] == [1, 1, 0, 0]
    assert account_reports(end)[-1] == "RESOLVED"


def roles_of(aws: EmbeddedAws) -> set[str]:
    """Return who has a profile, by account's first digit and user."""
    return {f"{each['account'][0]} {each['user']}" for each in result(aws, (), [])["profiles"]}
