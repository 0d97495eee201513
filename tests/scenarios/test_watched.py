"""What the functions tell those who watch them: each alarm has something to go off by."""

import pytest
from stories import COMPANY, Play

from simulator.world import World


def measured(world: World, metric: str) -> list[float]:
    """Return what the functions told of one metric, in order."""
    told = (entry[metric] for entry in world.lambdas.log if "_aws" in entry and metric in entry)
    return [value for values in told for value in values]


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
    """Each of its five deliveries tells, sooner than the dead letter."""
    world = play("wait: {minutes: 1}").world
    world.lambdas.sqs.send_message(QueueUrl=world.queues["events"].url, MessageBody="{")
    world.wait(3600)

    assert measured(world, "MessagesFailed") == [1] * 5
    assert failed_reads(world) == set()


def test_only_a_look_that_saw_all_tells_of_the_sweep(play: Play) -> None:
    """Neither the round that queues the others, nor a look that was refused."""
    all_of_it = play("sweep: {}").world
    refused = play(
        "fault: {service: identitystore, operation: ListGroupMemberships, error: AccessDenied, "
        "times: 2}",
        "fault: {service: sts, operation: AssumeRole, account: '222222222222', "
        "error: AccessDenied, times: 2}",
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
