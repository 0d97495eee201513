"""The latency of a join: from the directory's change to a profile that is InService."""

import pytest
from membership_oracle import ONE, MembershipStep, RandomCompany
from stories import Play, measured

from cli.simulation.deployment import cold_start, deployed_hub
from simulator.embedded_aws import EmbeddedAws
from simulator.faults import Fault
from simulator.quirks import Durations
from simulator.setup import LEDGER


def slow_studio(aws: EmbeddedAws, seconds: float) -> None:
    """Let Studio take some seconds to create a profile."""
    aws.services.studio.durations = Durations(profile_create=seconds)


def test_a_join_is_measured_when_its_profile_is_in_service(play: Play) -> None:
    """Studio takes two seconds, and is polled after three; nothing else takes time here."""
    aws = play("join: {user: bob, group: scientists}", "sweep: {}").aws

    assert measured(aws, "ProvisioningLatency") == pytest.approx([3, 3], abs=0.01)


def test_a_join_that_takes_longer_is_measured_from_its_event() -> None:
    """The requeued request carries the time of the event, not its own."""
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        slow_studio(aws, 40)
        random_company.do(MembershipStep("join", 0, "ants"))
        aws.wait(300)
        (one, two) = measured(aws, "ProvisioningLatency")

        assert 40 <= one <= two <= 60


@pytest.mark.parametrize("times", [12, 30])
def test_a_join_that_was_throttled_is_measured_from_its_event(play: Play, times: int) -> None:
    """However often it was requeued."""
    fault = (
        "fault: {service: sagemaker, operation: CreateUserProfile, account: '222222222222', "
        f"error: ThrottlingException, times: {times}}}"
    )
    end = play(fault, "join: {user: bob, group: scientists}", "wait: {minutes: 60}")
    early, late = sorted(measured(end.aws, "ProvisioningLatency"))
    # Three attempts a call; ten seconds, doubling.
    waited = sum(min(10 * 2**n, 300) for n in range(times // 3))

    # The client itself makes three attempts, with pauses.
    assert early < 10
    assert waited <= late <= waited + 30


def test_any_observer_measures_a_join_from_its_request() -> None:
    """A sweep that comes before the request of the event makes no join look fast."""
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        slow_studio(aws, 200)
        random_company.do(MembershipStep("join", 0, "ants"))
        # The message that waits for the profile is lost.
        aws.lambdas.sqs.purge_queue(QueueUrl=aws.queues["delayed"].url)
        aws.wait(1800)
        random_company.sweep()

        assert [latency >= 1800 for latency in measured(aws, "ProvisioningLatency")] == [
            True,
            True,
        ]


def test_what_is_only_recorded_again_is_no_join() -> None:
    """A lost ledger is rebuilt by sweeps, or by the next event of a user; nobody joined."""
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        random_company.do(MembershipStep("join", 0, "ants"))
        random_company.do(MembershipStep("join", 0, "bees"))
        joins = measured(aws, "ProvisioningLatency")
        for row in aws.rows(LEDGER):
            key = {name: {"S": row[name]} for name in ("pk", "sk")}
            aws.dynamodb.delete_item(TableName=LEDGER, Key=key)
        cold_start()
        aws.gateway.faults.append(
            Fault("sso-admin", "CreateApplicationAssignment", "ThrottlingException", times=9)
        )
        random_company.do(MembershipStep("leave", 0, "bees"))
        aws.wait(600)
        random_company.sweep()

        assert measured(aws, "ProvisioningLatency") == joins
        assert "Ant" in random_company.roles_of(ONE)


def test_a_join_after_a_manual_action_is_no_slow_join(play: Play) -> None:
    """It is reported as a problem; the time until the manual action is not the hub's."""
    end = play(
        "fault: {service: sagemaker, operation: CreateUserProfile, account: '222222222222', "
        "error: ResourceLimitExceeded, times: 1}",
        "join: {user: bob, group: scientists}",
        "wait: {hours: 5}",
        "sweep: {}",
    )

    assert len(end.roles()) == 2
    assert max(measured(end.aws, "ProvisioningLatency")) < 60
