"""The metrics and logs of the functions: each alarm has a signal to react to."""

from collections import Counter
from pathlib import Path

import pytest
from stories import COMPANY, Play, measured

from simulator.embedded_aws import EmbeddedAws


def failed_reads(aws: EmbeddedAws) -> set[str]:
    """Return why records of a batch failed."""
    return {
        entry["reason"].partition(":")[0]
        for entry in aws.lambdas.log
        if entry.get("message") == "FAILED"
    }


@pytest.mark.parametrize(
    ("service", "operation", "step", "metric"),
    [
        ("sqs", "SendMessage", "join: {user: bob, group: scientists}", "MessagesFailed"),
        (
            "dynamodb",
            "Query",
            "map: {group: others, target: 222222222222/eu-west-1/d-one, role: Any}",
            "RowChangesFailed",
        ),
    ],
)
def test_a_record_that_fails_is_counted_and_logged(
    play: Play, service: str, operation: str, step: str, metric: str
) -> None:
    """Each time: AWS counts no error for a partial batch response, even if every record failed."""
    fault = f"fault: {{service: {service}, operation: {operation}, error: AccessDenied, times: 1}}"
    end = play(fault, step, "wait: {minutes: 30}")

    assert measured(end.aws, metric) == [1]
    assert failed_reads(end.aws) == {f"RefusedError(code='AccessDenied', text='{operation}"}
    assert end.json["dead_letters"] == 0


def test_an_unreadable_body_is_counted_too(play: Play) -> None:
    """Each of its deliveries is counted, sooner than the dead letter."""
    aws = play("wait: {minutes: 1}").aws
    aws.lambdas.sqs.send_message(QueueUrl=aws.queues["events"].url, MessageBody="{")
    aws.wait(300)

    assert measured(aws, "MessagesFailed") == [1] * 3
    aws.wait(2 * 3600)
    assert measured(aws, "MessagesFailed") == [1] * 40
    assert aws.dead_letters() == 1
    assert failed_reads(aws) == set()


def test_only_a_complete_scan_reports_the_age_of_the_sweep(play: Play) -> None:
    """Neither the sweep that queues the scans, nor a scan that was refused."""
    all_of_it = play("sweep: {}").aws
    refused = play(
        "fault: {service: identitystore, operation: ListGroupMemberships, error: AccessDenied, "
        "times: 2}",
        # A role is assumed twice, with a SourceIdentity and without, whenever a scan asks for it.
        "fault: {service: sts, operation: AssumeRole, account: '222222222222', "
        "error: AccessDenied, times: 20}",
        "sweep: {}",
    ).aws

    # Two groups; two targets, each once for the hourly and once for the daily sweep; the users and
    # the groups of the directory.
    assert len(measured(all_of_it, "SweepAge")) == 8
    # Without both groups, and one target in both sweeps.
    assert len(measured(refused, "SweepAge")) == 4


def test_a_sweep_with_nothing_to_scan_is_done(play: Play) -> None:
    """The sweep of a hub without mappings counts as done, too."""
    company = COMPANY.partition("mappings:")[0] + "mappings: []\n"
    aws = play("sweep: {}", company=company).aws

    assert len(measured(aws, "SweepAge")) == 3


def denied(service: str, operation: str, times: int) -> str:
    """Return the step after which calls are denied so often."""
    return (
        f"fault: {{service: {service}, operation: {operation}, error: AccessDeniedException, "
        f"times: {times}}}"
    )


@pytest.mark.parametrize("operation", ["ListGroupMemberships", "ListUsers", "ListGroups"])
def test_a_directory_that_denies_the_hub_is_reported_twice(play: Play, operation: str) -> None:
    """By the scan and by the one that follows it; daily scans report it too."""
    aws = play(denied("identitystore", operation, 99), "sweep: {}", "wait: {minutes: 30}").aws
    looks = 2 if operation == "ListGroupMemberships" else 1

    assert measured(aws, "ReadsRefused") == [1] * 2 * looks
    assert measured(aws, "TargetsUnreachable") == []


def test_a_denial_that_ends_is_reported_once_and_scanned_again_soon(play: Play) -> None:
    """Nobody waits an hour for a read that was denied once."""
    end = play(
        "join: {user: bob, group: scientists, via: none}",
        denied("identitystore", "ListGroupMemberships", 2),
        "sweep: {}",
        "wait: {minutes: 6}",
    )

    assert measured(end.aws, "ReadsRefused") == [1] * 2
    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


def test_group_names_that_cannot_be_resolved_are_reported(play: Play) -> None:
    """For a group that was never resolved no scan is denied: only its name is."""
    aws = play(denied("identitystore", "GetGroupId", 99), "sweep: {}").aws

    assert measured(aws, "ReadsRefused") == [1]


@pytest.mark.parametrize(
    ("service", "operation"), [("identitystore", "DescribeUser"), ("dynamodb", "Scan")]
)
def test_a_denied_reconcile_is_reported(play: Play, service: str, operation: str) -> None:
    """A joiner meets it before the next sweep does."""
    aws = play(
        denied(service, operation, 999),
        "join: {user: bob, group: scientists}",
        "wait: {minutes: 7}",
    ).aws

    assert len(measured(aws, "ReadsRefused")) > 2


@pytest.mark.parametrize("operation", ["ListGroupMemberships", "GetGroupId", "DescribeUser"])
def test_throttling_is_no_denial(play: Play, operation: str) -> None:
    """It resolves by itself, and raises its own alarm where it does not."""
    aws = play(
        "fault: {service: identitystore, error: ThrottlingException, "
        f"operation: {operation}, times: 40}}",
        "join: {user: bob, group: scientists}",
        "sweep: {}",
        "wait: {minutes: 30}",
    ).aws

    assert measured(aws, "ReadsRefused") == []


@pytest.mark.parametrize(
    ("service", "operation"), [("sts", "AssumeRole"), ("sagemaker", "ListUserProfiles")]
)
def test_a_target_that_denies_the_hub_is_reported_once_a_sweep(
    play: Play, service: str, operation: str
) -> None:
    """Whatever else is scanned in it, and not by a scan that an event caused."""
    fault = (
        f"fault: {{service: {service}, operation: {operation}, account: '222222222222', "
        "error: AccessDenied, times: 99}"
    )
    aws = play(fault, "join: {user: bob, group: scientists}", "sweep: {}", "sweep: {}").aws

    assert measured(aws, "TargetsUnreachable") == [1, 1]
    assert measured(aws, "ReadsRefused") == []


def test_a_target_that_no_row_names_may_be_closed(play: Play) -> None:
    """Its rows are deleted; it raises no alarm any more, and is over once it has no users."""
    closed = "444444444444/eu-west-1/d-three"
    company = COMPANY + f"  - {{target: {closed}, group: scientists}}\n"
    end = play(
        "sweep: {}", f"unmap: {{group: scientists, target: {closed}}}", "sweep: {}", company=company
    )

    assert measured(end.aws, "TargetsUnreachable") == [1]
    assert ("unreachable", closed) in end.logged("PROBLEM")
    assert end.problems() == []


def test_held_users_are_counted_once_a_sweep(play: Play) -> None:
    """By the scan of the target: as many as `holds list` shows, each once."""
    company = COMPANY.replace(
        "domain: d-one}", "domain: d-one, profiles: [{name: bob, user: bob, role: ManualAction}]}"
    ).replace("version: 1", "version: 1\nsettings: {removal_limit: {count: 0, percent: 0}}", 1)
    steps = [
        "join: {user: bob, group: scientists}",
        "join: {user: ada@example.com, group: scientists}",
        "leave: {user: ada@example.com, group: scientists}",
    ]
    end = play(*steps, "sweep: {}", company=company)
    waiting = [hold["target"] for hold in end.json["holds"] for _ in hold["people"]]
    again = play(*steps, "sweep: {}", "sweep: {}", company=company)

    # A taken name and a removal in the first, a removal in the second.
    assert sorted(Counter(waiting).values()) == [1, 2]
    assert sorted(measured(end.aws, "HoldsWaiting")) == [1, 2]
    assert sorted(measured(again.aws, "HoldsWaiting")) == [1, 1, 2, 2]


def test_users_scanned_because_of_an_event_are_not_counted_twice(
    play: Play, tmp_path: Path
) -> None:
    """The sum of an hour is the number of users, whatever other scans ran."""
    event = tmp_path / "native.json"
    event.write_text(
        '{"id": "e-1", "detail-type": "User Updated", "source": "aws.identitystore", '
        '"region": "eu-west-1", "time": "2026-01-05T09:00:00Z", "resources": [], "detail": {}}'
    )
    company = COMPANY.replace(
        "domain: d-one}", "domain: d-one, profiles: [{name: bob, user: bob, role: ManualAction}]}"
    )
    join = "join: {user: bob, group: scientists}"
    aws = play(join, f"event: {{file: {event}}}", "sweep: {}", company=company).aws

    assert measured(aws, "HoldsWaiting") == [1]
