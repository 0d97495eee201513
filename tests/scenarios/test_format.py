"""Each word of a scenario does what its page says, and the JSON tells of each step."""

import json
from datetime import datetime

import pytest
from stories import FIXTURES, End, Play

from cli.simulation.operator import RehearsedOperator
from shared.ownership import MANAGED_BY
from simulator.scenario_file import parse
from simulator.story import Story
from simulator.world import embedded_aws

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
    """Return somebody's profile in the account that begins so."""
    (found,) = (
        each
        for each in end.json["profiles"]
        if each["user"] == user and each["account"].startswith(account)
    )
    return dict(found)


def test_an_expectation_that_holds_says_nothing(play: Play) -> None:
    """Of a person in a target, of holds, of problems; also of whom nobody knows any more."""
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
def test_an_expectation_that_does_not_hold_is_told(play: Play, expected: str, told: str) -> None:
    """With its step, with what was expected and what is so."""
    with pytest.raises(AssertionError) as failed:
        play(SWEEP, f"expect: {{{expected}}}", company=COMPANY)

    assert "step 2: " in str(failed.value)
    assert told in str(failed.value)


def test_each_step_tells_what_came_of_it(play: Play) -> None:
    """Its word, what it says, the changes and the problems of it alone; all together are all."""
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
    assert renamed["says"] == "ada is called zed from now on"
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
    """Its time is so long ago as the step says, while the change is made now."""
    text = f"{COMPANY}steps: [{{join: {{user: ada, group: h, {how}}}}}]"
    scenario = parse(text, name="story", folder=FIXTURES)
    # Without functions the event stays in the queue.
    with embedded_aws() as world:
        Story(scenario, world, RehearsedOperator(world)).play()
        url = world.queues["events"].url
        (message,) = world.lambdas.sqs.receive_message(QueueUrl=url)["Messages"]
        age = (
            world.clock.now()
            - datetime.fromisoformat(json.loads(message["Body"])["time"]).timestamp()
        )

    assert seconds <= age < seconds + 5


def test_a_fault_carries_what_it_says(play: Play) -> None:
    """A directory that cannot be decrypted is not one that does not know a person."""
    step = "fault: {service: identitystore, operation: DescribeUser, every: 1, "
    step += "error: ResourceNotFoundException, resource_type: USER"
    gone = play(SWEEP, step + "}", "join: {user: ada, group: h}", company=COMPANY)
    locked = play(
        SWEEP, step + ", reason: KMS_DISABLED}", "join: {user: ada, group: h}", company=COMPANY
    )

    assert profile(gone)["assigned"] is False
    assert profile(locked)["assigned"] is True


def test_hands_delete_a_profile_and_the_sweep_makes_it_again(play: Play) -> None:
    """What runs in it goes with it."""
    app = f"start_app: {{user: ada, target: {T}, space: private}}"
    deleted = play(SWEEP, app, f"by_hand: {{delete: ada, target: {T}}}", company=COMPANY)
    assert [each["account"] for each in deleted.json["profiles"] if each["user"] == "ada"] == [
        "333333333333"
    ]

    again = play(SWEEP, app, f"by_hand: {{delete: ada, target: {T}}}", SWEEP, company=COMPANY)
    assert (profile(again)["managed"], profile(again)["spaces"]) == (True, [])


@pytest.mark.parametrize("act", ["untag", "recreate"])
def test_hands_take_the_marks_off_and_the_hub_leaves_it_alone(play: Play, act: str) -> None:
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
    tags = dict(end.world.services.studio.snapshot()[0].profiles[0].tags)
    assert MANAGED_BY not in tags


def test_hands_change_a_role_and_the_hourly_round_changes_it_back(play: Play) -> None:
    """The role is the one that was named until then."""
    steps = (SWEEP, "wait: {hours: 1}", f"by_hand: {{change_role: ada, target: {T}, role: X}}")
    changed = play(*steps, company=COMPANY)
    back = play(*steps, "sweep: {hourly: true}", company=COMPANY)

    assert str(profile(changed)["execution_role_arn"]).endswith("/X")
    assert str(profile(back)["execution_role_arn"]).endswith("/G")


def test_an_act_on_no_profile_is_a_refused_act(play: Play) -> None:
    """The story goes on, and its end tells of it."""
    end = play(f"by_hand: {{delete: ada, target: {T}}}", company=COMPANY)

    assert [kind for kind, _ in end.problems()] == ["refused-act"]
    assert [each["kind"] for each in end.json["steps"][0]["problems"]] == ["refused-act"]


def test_the_round_of_the_hour_does_not_look_at_everybody(play: Play) -> None:
    """Who was disabled without an event is found by the round of the day alone."""
    quiet = "disable_user: {user: ada, via: none}"
    hourly = play(SWEEP, quiet, "sweep: {hourly: true}", company=COMPANY)
    daily = play(SWEEP, quiet, SWEEP, company=COMPANY)

    assert profile(hourly)["assigned"] is True
    assert profile(daily)["assigned"] is False


def test_holds_are_decided_target_by_target(play: Play) -> None:
    """An approval of one target lets nobody go elsewhere; a rejected hold is open no more."""
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
    """Nobody has it before, and a later change of group gives it."""
    join = "join: {user: ada, group: h}"
    without = play(SWEEP, join, company=COMPANY)
    there = play(SWEEP, f"create_role: {{target: {T}, role: H}}", join, company=COMPANY)

    assert str(profile(without)["execution_role_arn"]).endswith("/G")
    assert str(profile(there)["execution_role_arn"]).endswith("/H")
