"""Transient errors: nobody keeps access because of one, and none is reported."""

import pytest
from stories import Play

from simulator.faults import Fault
from simulator.setup import LEDGER
from simulator.studio import Place

T = "222222222222/eu-west-1/d-one"
SUSPENDED = "Suspended-eu-west-1"
COMPANY = f"""
version: 1
directory:
  groups: [scientists]
  users: [ada]
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings:
  - {{target: {T}, group: scientists, role: Scientist}}
"""
JOIN = "join: {user: ada, group: scientists}"
LEAVE = "leave: {user: ada, group: scientists}"
REVOKE = ("sso-admin", "DeleteApplicationAssignment")
ASSIGN = ("sso-admin", "CreateApplicationAssignment")
SUSPEND = ("sagemaker", "UpdateUserProfile")


def fault(call: tuple[str, str], error: str, times: int = 1) -> str:
    service, operation = call
    return f"fault: {{service: {service}, operation: {operation}, error: {error}, times: {times}}}"


@pytest.mark.parametrize("call", [REVOKE, SUSPEND, ("sagemaker", "DescribeUserProfile")])
@pytest.mark.parametrize(
    "error",
    [
        "InvalidSignatureException",
        "RequestExpired",
        "ExpiredTokenException",
        "UnrecognizedClientException",
        "ThrottlingException",
    ],
)
def test_a_wrong_clock_leaves_nobody_their_access(
    play: Play, call: tuple[str, str], error: str
) -> None:
    """Revoked and suspended within two minutes; a transient error is not reported."""
    end = play(JOIN, fault(call, error), LEAVE, "wait: {minutes: 2}", company=COMPANY)

    assert end.roles() == {"2 ada": SUSPENDED}
    assert end.assigned() == set()
    assert "refused" not in {kind for kind, _ in end.problems()}


@pytest.mark.parametrize("call", [REVOKE, SUSPEND, ("sagemaker", "DescribeUserProfile")])
def test_a_revocation_is_retried_within_the_minute(play: Play, call: tuple[str, str]) -> None:
    """However long an error lasts: the next attempt comes at most a minute after it is over."""
    end = play(
        JOIN,
        fault(call, "InvalidSignatureException", 30),
        LEAVE,
        "wait: {minutes: 40}",
        company=COMPANY,
    )

    assert end.roles() == {"2 ada": SUSPENDED}
    assert end.assigned() == set()


def test_a_role_that_cannot_be_assumed_now_closes_no_target(play: Play) -> None:
    """Only a denial of the account itself does; a bad signature is the hub's own error."""
    end = play(
        fault(("sts", "AssumeRole"), "SignatureDoesNotMatch"),
        JOIN,
        "wait: {minutes: 2}",
        company=COMPANY,
    )

    assert end.roles() == {"2 ada": "Scientist"}
    assert "unreachable" not in {kind for kind, _ in end.problems()}


@pytest.mark.parametrize("times", [1, 4, 12])
def test_access_after_leaving_and_returning_is_confirmed(play: Play, times: int) -> None:
    """The user returns during the leave: only a confirmed assignment counts as granted."""
    end = play(
        JOIN,
        LEAVE,
        fault(ASSIGN, "ConflictException", times),
        JOIN,
        "wait: {minutes: 20}",
        company=COMPANY,
    )

    assert end.roles() == {"2 ada": "Scientist"}
    assert end.assigned() == {"2 ada"}


@pytest.mark.parametrize("times", [1, 4, 12])
def test_access_after_joining_and_leaving_is_confirmed(play: Play, times: int) -> None:
    """The other way round: only a confirmed deletion counts as revoked."""
    end = play(
        JOIN,
        fault(REVOKE, "ConflictException", times),
        LEAVE,
        "wait: {minutes: 20}",
        company=COMPANY,
    )

    assert end.roles() == {"2 ada": SUSPENDED}
    assert end.assigned() == set()


def test_an_endless_conflict_is_read_back(play: Play) -> None:
    """Where each attempt meets another change, the present state is read after some minutes."""
    end = play(JOIN, LEAVE, company=COMPANY)
    arn = end.aws.services.studio.place(Place(*T.split("/"))).application_arn
    ada = end.aws.services.identity_store.find_user("ada")
    assert arn
    assert ada
    started = end.aws.clock.now()
    end.aws.services.application_access.assign(arn, "USER", ada.user_id)
    end.aws.gateway.faults.append(Fault(*ASSIGN, "ConflictException", every=1))
    group = end.aws.services.identity_store.find_group("scientists")
    assert group
    end.aws.services.identity_store.add_membership(ada.user_id, group.group_id)
    end.aws.sweep()
    end.aws.wait(600)

    states = [row["state"] for row in end.aws.rows(LEDGER) if "state" in row]
    assert states == ["active"]
    assert end.aws.gateway.calls["sso-admin.DescribeApplicationAssignment"] == 1
    assert end.aws.clock.now() >= started + 180
