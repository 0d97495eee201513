"""Each step of a scenario does what its page says, and the JSON reports each step."""

import json
from datetime import datetime

import pytest
from stories import FIXTURES, End, Play

from cli.simulation.operator import SimulatedOperator
from shared.conventions import MANAGED_BY
from simulator.embedded_aws import embedded_aws
from simulator.scenario_file import parse
from simulator.story import Story

T = "222222222222/eu-west-1/d-one"
OTHER = "333333333333/us-east-1/d-two"
COMPANY = f"""
version: 1
settings: {{removal_limit: {{count: 1, percent: 0}}}}
directory:
  groups: [g, h]
  users: [{{name: ada, groups: [g]}}, {{name: bob, groups: [g]}}, {{name: cyd, groups: [g]}}]
targets:
  - {{account: "222222222222", region: eu-west-1, domain: d-one, missing_roles: [H]}}
  - {{account: "333333333333", region: us-east-1, domain: d-two}}
mappings:
  - {{group: g, target: {T}, role: G, priority: 20, retention_days: 7}}
  - {{group: h, target: {T}, role: H, priority: 10, retention_days: 7}}
  - {{group: g, target: {OTHER}, role: G, retention_days: 7}}
"""
SWEEP = "sweep: {}"


def profile(end: End, user: str = "ada", account: str = "2") -> dict[str, object]:
    """Return a user's profile in the account whose id begins so."""
    (found,) = (
        each
        for each in end.json["profiles"]
        if each["user"] == user and each["account"].startswith(account)
    )
    return dict(found)


def test_an_expectation_that_holds_reports_nothing(play: Play) -> None:
    """About a user in a target, holds and problems; also about users who are gone."""
    end = play(
        f"expect: {{user: ada, target: {T}, profile: none, state: none}}",
        SWEEP,
        f"expect: {{user: ada, target: {T}, role: G, state: active}}",
        "expect: {holds: 0, problems: []}",
        "leave: {user: ada, group: g}",
        f"expect: {{user: ada, target: {T}, role: Suspended-eu-west-1, state: suspended}}",
        "delete_user: {user: bob}",
        f"expect: {{user: bob, target: {T}, role: G, state: held}}",
        "expect: {holds: 2, problems: [held]}",
        f"expect: {{user: bob, target: {T}, holds: 1}}",
        f"expect: {{user: cyd, target: {T}, holds: 0, problems: []}}",
        company=COMPANY,
    )

    assert [each["unmet"] for each in end.json["steps"]] == [[]] * 11


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (f"user: ada, target: {T}, role: H", f"the role H of ada in {T}, who has the role G"),
        (f"user: ada, target: {T}, profile: none", f"no profile of ada in {T}, who has ada with"),
        (
            f"user: ada, target: {T}, state: held",
            f"state held of ada in {T}, whose state is active",
        ),
        ("holds: 3", "expected 3 holds, and there are 0"),
        ("problems: [renamed]", "expected the problems to be renamed, and they are none"),
        ("user: ada, problems: [renamed]", "the problems of ada to be renamed"),
    ],
)
def test_an_expectation_that_does_not_hold_is_reported(
    play: Play, expected: str, told: str
) -> None:
    """With its step, with the expected and the actual state."""
    with pytest.raises(AssertionError) as failed:
        play(SWEEP, f"expect: {{{expected}}}", company=COMPANY)

    assert "step 2: " in str(failed.value)
    assert told in str(failed.value)


def test_each_step_reports_its_outcome(play: Play) -> None:
    """Its name, its text, its changes and its problems; the sum of all steps is the whole."""
    end = play(
        SWEEP,
        "rename_user: {user: ada, to: zed}",
        "leave: {user: bob, group: g}",
        "shuffle: {}",
        "leave: {user: cyd, group: g}",
        company=COMPANY,
    )
    sweep, renamed, left, held_back, last = end.json["steps"]

    assert [step["step"] for step in end.json["steps"]][:2] == ["sweep", "rename_user"]
    assert renamed["says"] == "ada is renamed to zed"
    assert {each["operation"] for each in sweep["changes"]} == {
        "CreateUserProfile",
        "CreateApplicationAssignment",
    }
    assert (renamed["changes"], {each["kind"] for each in renamed["problems"]}) == ([], {"renamed"})
    assert {each["name"] for each in left["changes"]} == {"bob"}
    assert held_back["changes"] == []
    assert {each["kind"] for each in last["problems"]} == {"held"}
    together = [change for step in end.json["steps"] for change in step["changes"]]
    assert together == end.json["changes"]


@pytest.mark.parametrize(
    ("how", "seconds"),
    [("late: {hours: 2}", 7200), ("via: native, late: {minutes: 3}", 180), ("via: api", 0)],
)
def test_an_event_may_be_old(how: str, seconds: int) -> None:
    """Its time is as long ago as the step says, while the change is made now."""
    text = f"{COMPANY}steps: [{{join: {{user: ada, group: h, {how}}}}}]"
    scenario = parse(text, name="story", folder=FIXTURES)
    # Without functions the event stays in the queue.
    with embedded_aws() as aws:
        Story(scenario, aws, SimulatedOperator(aws)).play()
        url = aws.queues["events"].url
        (message,) = aws.lambdas.sqs.receive_message(QueueUrl=url)["Messages"]
        age = (
            aws.clock.now()
            - datetime.fromisoformat(json.loads(message["Body"])["time"]).timestamp()
        )

    assert seconds <= age < seconds + 5


def test_a_fault_has_its_given_error(play: Play) -> None:
    """A directory that cannot be decrypted differs from one that does not know a user."""
    step = "fault: {service: identitystore, operation: DescribeUser, every: 1, "
    step += "error: ResourceNotFoundException, resource_type: USER"
    gone = play(SWEEP, step + "}", "join: {user: ada, group: h}", company=COMPANY)
    locked = play(
        SWEEP, step + ", reason: KMS_DISABLED}", "join: {user: ada, group: h}", company=COMPANY
    )

    assert profile(gone)["assigned"] is False
    assert profile(locked)["assigned"] is True


def test_a_profile_deleted_by_hand_is_recreated_by_the_sweep(play: Play) -> None:
    """The apps that run in it are deleted with it."""
    app = f"start_app: {{user: ada, target: {T}, space: private}}"
    deleted = play(SWEEP, app, f"by_hand: {{delete: ada, target: {T}}}", company=COMPANY)
    assert [each["account"] for each in deleted.json["profiles"] if each["user"] == "ada"] == [
        "333333333333"
    ]

    again = play(SWEEP, app, f"by_hand: {{delete: ada, target: {T}}}", SWEEP, company=COMPANY)
    assert (profile(again)["managed"], profile(again)["spaces"]) == (True, [])


@pytest.mark.parametrize("act", ["untag", "recreate"])
def test_a_profile_without_our_tags_is_left_unchanged(play: Play, act: str) -> None:
    """A profile without our tags is not ours, and nothing of it is changed any more."""
    end = play(
        SWEEP,
        f"by_hand: {{{act}: ada, target: {T}}}",
        "leave: {user: ada, group: g}",
        SWEEP,
        company=COMPANY,
    )

    found = profile(end)
    assert (found["managed"], str(found["execution_role_arn"]).rpartition("/")[2]) == (False, "G")
    tags = dict(end.aws.services.studio.snapshot()[0].profiles[0].tags)
    assert MANAGED_BY not in tags


def test_a_role_changed_by_hand_is_restored_by_the_hourly_sweep(play: Play) -> None:
    """Until then the profile has the role that was named by hand."""
    steps = (SWEEP, "wait: {hours: 1}", f"by_hand: {{change_role: ada, target: {T}, role: X}}")
    changed = play(*steps, company=COMPANY)
    back = play(*steps, "sweep: {hourly: true}", company=COMPANY)

    assert str(profile(changed)["execution_role_arn"]).endswith("/X")
    assert str(profile(back)["execution_role_arn"]).endswith("/G")


def test_an_operation_on_no_profile_is_refused(play: Play) -> None:
    """The story goes on, and its end reports it."""
    end = play(f"by_hand: {{delete: ada, target: {T}}}", company=COMPANY)

    assert [kind for kind, _ in end.problems()] == ["refused-act"]
    assert [each["kind"] for each in end.json["steps"][0]["problems"]] == ["refused-act"]


def test_the_hourly_sweep_does_not_reconcile_everybody(play: Play) -> None:
    """A user who was disabled without an event is found by the daily sweep alone."""
    quiet = "disable_user: {user: ada, via: none}"
    hourly = play(SWEEP, quiet, "sweep: {hourly: true}", company=COMPANY)
    daily = play(SWEEP, quiet, SWEEP, company=COMPANY)

    assert profile(hourly)["assigned"] is True
    assert profile(daily)["assigned"] is False


def test_holds_are_decided_target_by_target(play: Play) -> None:
    """An approval of one target removes nobody elsewhere; a rejected hold is no longer open."""
    leave = [f"leave: {{user: {user}, group: g}}" for user in ("ada", "bob", "cyd")]
    end = play(
        SWEEP,
        *leave,
        "expect: {holds: 2}",
        f"approve: {{target: {T}}}",
        f"expect: {{target: {T}, holds: 0}}",
        f"expect: {{target: {OTHER}, holds: 1}}",
        f"reject: {{target: {OTHER}}}",
        "expect: {holds: 0}",
        company=COMPANY,
    )

    assert str(profile(end, "cyd")["execution_role_arn"]).endswith("/Suspended-eu-west-1")
    assert str(profile(end, "cyd", "3")["execution_role_arn"]).endswith("/G")


def test_a_role_may_come_to_exist(play: Play) -> None:
    """Nobody has it before, and a later group change gives it."""
    join = "join: {user: ada, group: h}"
    without = play(SWEEP, join, company=COMPANY)
    there = play(SWEEP, f"create_role: {{target: {T}, role: H}}", join, company=COMPANY)

    assert str(profile(without)["execution_role_arn"]).endswith("/G")
    assert str(profile(there)["execution_role_arn"]).endswith("/H")
