"""What the functions tell those who watch them: each alarm has something to go off by."""

from collections import Counter
from pathlib import Path

import pytest
from stories import COMPANY, Play, measured

from simulator.world import World


def failed_reads(world: World) -> set[str]:
    """Return why records of a batch failed."""
    return {
        entry["reason"].partition(":")[0]
        for entry in world.lambdas.log
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
    """Each time: AWS counts no error for a batch that fails in parts, not even for all of it."""
    fault = f"fault: {{service: {service}, operation: {operation}, error: AccessDenied, times: 1}}"
    end = play(fault, step, "wait: {minutes: 30}")

    assert measured(end.world, metric) == [1]
    assert failed_reads(end.world) == {"RefusedError('AccessDenied"}
    assert end.json["dead_letters"] == 0


def test_a_body_that_nobody_can_read_is_counted_too(play: Play) -> None:
    """Each of its deliveries tells, sooner than the dead letter."""
    world = play("wait: {minutes: 1}").world
    world.lambdas.sqs.send_message(QueueUrl=world.queues["events"].url, MessageBody="{")
    world.wait(300)

    assert measured(world, "MessagesFailed") == [1] * 3
    world.wait(2 * 3600)
    assert measured(world, "MessagesFailed") == [1] * 40
    assert world.dead_letters() == 1
    assert failed_reads(world) == set()


def test_only_a_look_that_saw_all_tells_of_the_sweep(play: Play) -> None:
    """Neither the round that queues the others, nor a look that was refused."""
    all_of_it = play("sweep: {}").world
    refused = play(
        "fault: {service: identitystore, operation: ListGroupMemberships, error: AccessDenied, "
        "times: 2}",
        # A role is asked twice, with a SourceIdentity and without.
        "fault: {service: sts, operation: AssumeRole, account: '222222222222', "
        "error: AccessDenied, times: 4}",
        "sweep: {}",
    ).world

    # Two groups, two targets, who may sign in to each, the people and the groups of the directory.
    assert len(measured(all_of_it, "SweepAge")) == 8
    # Without both groups, and one target in both respects.
    assert len(measured(refused, "SweepAge")) == 4


def test_a_sweep_with_nothing_to_look_at_is_done(play: Play) -> None:
    """A hub that has no mappings yet is swept all the same."""
    company = COMPANY.partition("mappings:")[0] + "mappings: []\n"
    world = play("sweep: {}", company=company).world

    assert len(measured(world, "SweepAge")) == 3


def denied(service: str, operation: str, times: int) -> str:
    """Return the step after which calls are denied so often."""
    return (
        f"fault: {{service: {service}, operation: {operation}, error: AccessDeniedException, "
        f"times: {times}}}"
    )


@pytest.mark.parametrize("operation", ["ListGroupMemberships", "ListUsers", "ListGroups"])
def test_a_directory_that_refuses_the_hub_is_told_twice(play: Play, operation: str) -> None:
    """By the look, and by the one that follows it: also by looks that come once a day."""
    world = play(denied("identitystore", operation, 99), "sweep: {}", "wait: {minutes: 30}").world
    looks = 2 if operation == "ListGroupMemberships" else 1

    assert measured(world, "ReadsRefused") == [1] * 2 * looks
    assert measured(world, "TargetsUnreachable") == []


def test_what_heals_is_told_once_and_looked_at_again_soon(play: Play) -> None:
    """Nobody waits an hour for a read that was refused once."""
    end = play(
        "join: {user: bob, group: scientists, via: none}",
        denied("identitystore", "ListGroupMemberships", 2),
        "sweep: {}",
        "wait: {minutes: 6}",
    )

    assert measured(end.world, "ReadsRefused") == [1] * 2
    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


def test_names_of_groups_that_cannot_be_read_are_told(play: Play) -> None:
    """Where the hub never knew a group, no look at it is refused: only its name is."""
    world = play(denied("identitystore", "GetGroupId", 99), "sweep: {}").world

    assert measured(world, "ReadsRefused") == [1]


@pytest.mark.parametrize(
    ("service", "operation"), [("identitystore", "DescribeUser"), ("dynamodb", "Scan")]
)
def test_a_look_at_a_person_that_is_refused_is_told(
    play: Play, service: str, operation: str
) -> None:
    """Whoever joins finds it before the next round does."""
    world = play(
        denied(service, operation, 999),
        "join: {user: bob, group: scientists}",
        "wait: {minutes: 7}",
    ).world

    assert len(measured(world, "ReadsRefused")) > 2


@pytest.mark.parametrize("operation", ["ListGroupMemberships", "GetGroupId", "DescribeUser"])
def test_throttling_refuses_nothing(play: Play, operation: str) -> None:
    """It heals by waiting, and pages by itself where it does not."""
    world = play(
        "fault: {service: identitystore, error: ThrottlingException, "
        f"operation: {operation}, times: 40}}",
        "join: {user: bob, group: scientists}",
        "sweep: {}",
        "wait: {minutes: 30}",
    ).world

    assert measured(world, "ReadsRefused") == []


@pytest.mark.parametrize(
    ("service", "operation"), [("sts", "AssumeRole"), ("sagemaker", "ListUserProfiles")]
)
def test_a_target_that_refuses_the_hub_is_told_once_a_round(
    play: Play, service: str, operation: str
) -> None:
    """Whatever else is looked at in it, and not by what an event led to."""
    fault = (
        f"fault: {{service: {service}, operation: {operation}, account: '222222222222', "
        "error: AccessDenied, times: 99}"
    )
    world = play(fault, "join: {user: bob, group: scientists}", "sweep: {}", "sweep: {}").world

    assert measured(world, "TargetsUnreachable") == [1, 1]
    assert measured(world, "ReadsRefused") == []


def test_a_target_that_no_row_names_may_be_closed(play: Play) -> None:
    """Who takes its rows away has said so; it pages no more, and with nobody left it is over."""
    closed = "444444444444/eu-west-1/d-three"
    company = COMPANY + f"  - {{target: {closed}, group: scientists}}\n"
    end = play(
        "sweep: {}", f"unmap: {{group: scientists, target: {closed}}}", "sweep: {}", company=company
    )

    assert measured(end.world, "TargetsUnreachable") == [1]
    assert ("unreachable", closed) in end.told("PROBLEM")
    assert end.problems() == []


def test_whoever_waits_is_counted_once_a_round(play: Play) -> None:
    """By the look at their target: as many as `holds list` shows, each once."""
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
    assert sorted(measured(end.world, "HoldsWaiting")) == [1, 2]
    assert sorted(measured(again.world, "HoldsWaiting")) == [1, 1, 2, 2]


def test_what_an_event_has_looked_at_is_not_counted_twice(play: Play, tmp_path: Path) -> None:
    """The sum of an hour is the number of people, whatever else was looked at in it."""
    event = tmp_path / "native.json"
    event.write_text(
        '{"id": "e-1", "detail-type": "User Updated", "source": "aws.identitystore", '
        '"region": "eu-west-1", "time": "2026-01-05T09:00:00Z", "resources": [], "detail": {}}'
    )
    company = COMPANY.replace(
        "domain: d-one}", "domain: d-one, profiles: [{name: bob, user: bob, role: ManualAction}]}"
    )
    join = "join: {user: bob, group: scientists}"
    world = play(join, f"event: {{file: {event}}}", "sweep: {}", company=company).world

    assert measured(world, "HoldsWaiting") == [1]
