"""Drift that no event announced: the sweep finds it, counts it, and queues nothing twice."""

from pathlib import Path
from typing import Any, Literal

import pytest
from membership_oracle import ONE, TWO, MembershipStep, RandomCompany
from stories import COMPANY, Play

from cli.simulation.deployment import cold_start, deployed_hub
from simulator.embedded_aws import EmbeddedAws
from simulator.faults import Fault
from simulator.setup import LEDGER

TARGET = "222222222222/eu-west-1/d-one"


def missed_events(aws: EmbeddedAws) -> dict[str, int]:
    """Return the drift that the sweep found without an event, by kind."""
    found: dict[str, int] = {}
    for entry in aws.lambdas.log:
        if entry.get("message") == "DRIFT" and not entry["event_driven"]:
            found[entry["kind"]] = found.get(entry["kind"], 0) + entry["count"]
    return found


def log(aws: EmbeddedAws, message: str) -> list[dict[str, Any]]:
    return [entry for entry in aws.lambdas.log if entry.get("message") == message]


def test_who_joined_and_left_without_an_event_is_found_and_counted(play: Play) -> None:
    """A sync from Active Directory sends no event: only the hourly sweep finds it."""
    end = play(
        "join: {user: bob, group: scientists, via: none}",
        "join: {user: ada@example.com, group: leads, via: none}",
        "sweep: {}",
        "leave: {user: bob, group: scientists, via: none}",
        "sweep: {}",
    )

    assert end.roles() == {"2 ada@example.com": "Lead", "3 ada@example.com": "Reader"}
    found = missed_events(end.aws)
    assert (found["joined"], found["left"]) == (2, 1)


@pytest.mark.parametrize("via", ["scim", "api", "console", "native", "none"])
def test_users_who_are_disabled_renamed_or_deleted(play: Play, via: str) -> None:
    """By each route: removal, return, a report, removal; `none` is found by the daily sweep."""
    sweep = "sweep: {}" if via == "none" else "wait: {minutes: 5}"
    steps = [
        "join: {user: bob, group: scientists}",
        f"disable_user: {{user: bob, via: {via}}}",
        sweep,
        f"enable_user: {{user: bob, via: {via}}}",
        sweep,
        f"rename_user: {{user: bob, to: robert, via: {via}}}",
        sweep,
        f"delete_user: {{user: robert, via: {via}}}",
        sweep,
    ]

    assert play(*steps[:3]).roles() == {}
    back = play(*steps[:5])
    assert back.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    writes = back.writes()
    renamed = play(*steps[:7])
    assert renamed.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert ("renamed", f"robert in {TARGET}") in renamed.problems()
    assert renamed.writes() == writes
    assert play(*steps).roles() == {}


def test_a_recycled_user_name_inherits_nothing(play: Play) -> None:
    """The profile of the leaver blocks the name until it is gone; it is never handed on."""
    company = COMPANY.replace("retention_days: 0", "retention_days: 5")
    end = play(
        "join: {user: bob, group: scientists}",
        "delete_user: {user: bob, via: none}",
        "create_user: {name: bob, groups: [scientists], via: scim}",
        "sweep: {}",
        company=company,
    )
    made = [write for write in end.writes() if "Create" in write]

    assert made == ["2 CreateUserProfile", "3 CreateUserProfile"]
    assert "name-taken" in {entry["kind"] for entry in log(end.aws, "PROBLEM")}


@pytest.mark.parametrize("via", ["console", "none"])
def test_a_deleted_group_removes_nobody(play: Play, via: str) -> None:
    """Rule 3: its members keep what it granted, and it is reported."""
    end = play(
        "join: {user: bob, group: scientists}",
        "sweep: {}",
        f"delete_group: {{group: scientists, via: {via}}}",
        "sweep: {}",
        "sweep: {}",
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert ("group-deleted", "group scientists") in end.problems()


@pytest.mark.parametrize("via", ["console", "api", "scim", "native", "none"])
def test_a_renamed_group_goes_on_and_a_new_one_of_its_name_grants_nothing(
    play: Play, via: str
) -> None:
    """Rule 3: a group is its id."""
    end = play(
        "join: {user: bob, group: scientists}",
        f"rename_group: {{group: scientists, to: researchers, via: {via}}}",
        "join: {user: ada@example.com, group: researchers}",
        f"create_group: {{group: scientists, users: [off], via: {via}}}",
        "enable_user: {user: off}",
        "sweep: {}",
    )

    assert end.roles() == {
        "2 bob": "Scientist",
        "3 bob": "Analyst",
        "2 ada@example.com": "Scientist",
        "3 ada@example.com": "Analyst",
    }
    kinds = {kind for kind, _ in end.problems()}
    told = {entry["kind"] for entry in log(end.aws, "PROBLEM")}
    assert "group-recreated" in kinds
    assert "group-renamed" in told


def test_a_group_that_scim_creates_filled_needs_no_other_event(play: Play) -> None:
    """Up to a hundred members come with it, and no PatchGroup follows."""
    company = COMPANY + f"  - {{target: {TARGET}, group: fresh, role: Fresh, priority: 1}}\n"
    end = play("create_group: {group: fresh, users: [bob], via: scim}", company=company)

    assert end.roles() == {"2 bob": "Fresh"}


def test_unmanaged_profiles_are_described_once(play: Play) -> None:
    """A profile that is not ours is reported when it is first seen, and then stored."""
    company = COMPANY.replace(
        "domain: d-one}", "domain: d-one, profiles: [{name: stray, user: bob, role: Any}]}"
    )
    end = play("sweep: {}", "sweep: {}", "sweep: {}", company=company)

    assert end.problems() == [("unmanaged-profile", f"stray in {TARGET}")]
    assert end.json["api_calls"]["sagemaker.DescribeUserProfile"] == 1


def test_a_lost_ledger_is_rebuilt_from_tags() -> None:
    """Every user has a record again, with the former access.

    A user who left meanwhile is only suspended.
    """
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        random_company.do(MembershipStep("join", 0, "ants"))
        random_company.do(MembershipStep("join", 2, "bees"))
        random_company.sweep()
        random_company.do(MembershipStep("leave", 2, "bees", "none"))
        before, roles = random_company.written()[0], random_company.roles()
        for row in aws.rows(LEDGER):
            key = {name: {"S": row[name]} for name in ("pk", "sk")}
            aws.dynamodb.delete_item(TableName=LEDGER, Key=key)
        cold_start()
        random_company.sweep()
        random_company.sweep()

        leaver = {key for key in roles if key[1] == random_company.people[2]}
        suspended = {
            key for key, role in random_company.roles().items() if role.startswith("Suspended-")
        }
        assert suspended == leaver
        assert {k: v for k, v in random_company.roles().items() if k not in leaver} == {
            k: v for k, v in roles.items() if k not in leaver
        }
        assert random_company.written()[0]["DeleteUserProfile"] == before["DeleteUserProfile"]
        rows = [row for row in aws.rows(LEDGER) if row.get("user_id") == random_company.people[0]]
        states = {row["target"]: row["state"] for row in rows if "state" in row}
        assert states[str(ONE)] == "active"
        assert missed_events(aws)["profile-unrecorded"] == 2


def test_another_identity_source_pauses_everything(play: Play, tmp_path: Path) -> None:
    """Rule 11: nothing is done until `resume`, whatever other events arrive."""
    event = tmp_path / "source.json"
    event.write_text(
        '{"detail-type": "AWS API Call via CloudTrail", "source": "aws.sso-directory", "detail": '
        '{"eventSource": "sso-directory.amazonaws.com", "eventName": "DisassociateDirectory", '
        '"eventID": "e-1", "eventTime": "2026-01-05T09:00:00Z", "readOnly": false}}'
    )
    end = play(
        "join: {user: bob, group: scientists}",
        f"event: {{file: {event}}}",
        "leave: {user: bob, group: scientists}",
        "join: {user: ada@example.com, group: leads, via: scim}",
        "sweep: {}",
        "wait: {hours: 2}",
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert ("paused", "the hub") in end.problems()


def test_an_unidentified_change_causes_one_full_sweep(play: Play, tmp_path: Path) -> None:
    """A native event that names nothing is one sweep, and ten of them are two."""
    event = tmp_path / "native.json"
    event.write_text(
        '{"id": "e-1", "detail-type": "User Updated", "source": "aws.identitystore", '
        '"region": "eu-west-1", "time": "2026-01-05T09:00:00Z", "resources": [], "detail": {}}'
    )
    end = play(
        "join: {user: bob, group: scientists, via: none}",
        *[f"event: {{file: {event}}}"] * 10,
        "wait: {hours: 1}",
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert end.json["api_calls"]["identitystore.ListUsers"] == 2


def test_a_new_account_gets_all_members_of_its_groups() -> None:
    """Registering an account is writing its rows: five hundred users, and no directory event."""
    people = 500
    with deployed_hub() as aws:
        random_company = RandomCompany(aws)
        store = aws.services.identity_store
        for number in range(people):
            user = store.add_user(f"person-{number}")
            store.add_membership(user.user_id, random_company.group_ids["cats"])
        aws.put_mapping(
            {
                "group": "cats",
                "target": str(ONE),
                "execution_role_arn": f"arn:aws:iam::{ONE.account}:role/studio-hub/Cat",
                "retention_days": 0,
            }
        )
        aws.run()
        aws.wait(600)
        made = [profile for profile in random_company.roles_of(ONE) if profile == "Cat"]

        assert len(made) == people
        assert aws.dead_letters() == 0
        assert random_company.roles_of(ONE).count("Cat") == len(
            set(store.users) - set(random_company.people)
        )


def test_a_row_that_does_not_parse_protects_its_target_until_it_is_corrected(play: Play) -> None:
    """Its correction starts a scan of the target: a leaver of meanwhile is removed then."""
    end = play(
        "join: {user: bob, group: scientists}",
        f"map: {{group: others, target: {TARGET}, priority: soon}}",
        "leave: {user: bob, group: scientists, via: none}",
        "sweep: {}",
        f"map: {{group: others, target: {TARGET}, priority: 7}}",
        "sweep: {}",
    )

    assert end.roles() == {}
    assert "bad-row" in {kind for kind, _ in end.logged("PROBLEM")}
    assert end.problems() == []


def test_an_empty_table_removes_nobody(play: Play) -> None:
    """By mistake or not, an operator has to approve the removals."""
    rows = [
        f"unmap: {{group: {group}, target: {target}}}"
        for target in (TARGET, "333333333333/us-east-1/d-two")
        for group in ("leads", "scientists")
    ]
    end = play("join: {user: bob, group: scientists}", *rows, "sweep: {}", "sweep: {}")

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert "held" in {kind for kind, _ in end.problems()}


@pytest.mark.parametrize("mode", ["apply", "report"])
def test_many_users_granted_by_a_row_are_no_missed_event(
    mode: Literal["apply", "report"],
) -> None:
    """Neither in report mode, which records nobody and finds them each hour, nor in any other."""
    with deployed_hub(mode=mode) as aws:
        random_company = RandomCompany(aws)
        random_company.sweep()
        aws.lambdas.log.clear()
        store = aws.services.identity_store
        for number in range(8):
            user = store.add_user(f"person-{number}")
            store.add_membership(user.user_id, random_company.group_ids["cats"])
        for target in (ONE, TWO):
            aws.put_mapping({"group": "cats", "target": str(target), "retention_days": 0})
        # They wait while the sweep runs.
        aws.gateway.faults.append(
            Fault("identitystore", "DescribeUser", "ThrottlingException", times=150)
        )
        aws.run()
        for _ in range(3):
            random_company.sweep()

        assert sum(entry["count"] for entry in log(aws, "DRIFT")) > 8
        assert missed_events(aws) == {}


@pytest.mark.parametrize("mode", ["apply", "report"])
def test_each_missed_event_counts_once(mode: Literal["apply", "report"]) -> None:
    """However many targets it concerns, however long it takes, however often it is found."""
    with deployed_hub(mode=mode) as aws:
        random_company = RandomCompany(aws)
        random_company.sweep()
        aws.lambdas.log.clear()
        aws.gateway.faults.append(
            Fault("identitystore", "DescribeUser", "ThrottlingException", times=20)
        )

        random_company.do(MembershipStep("join", 0, "ants", "none"))
        random_company.sweep()
        assert missed_events(aws) == {"joined": 1}
        random_company.sweep()
        random_company.do(MembershipStep("leave", 0, "ants", "none"))
        random_company.sweep()
        random_company.sweep()

        assert missed_events(aws) == {"joined": 1, "left": 1}


@pytest.mark.parametrize("via", ["console", "none"])
def test_a_renamed_user_is_not_counted_again_each_day(play: Play, via: str) -> None:
    """A profile keeps its first name: that is reported, and is no missed event."""
    end = play(
        "join: {user: bob, group: scientists}",
        f"rename_user: {{user: bob, to: robert, via: {via}}}",
        "sweep: {}",
        "sweep: {}",
    )

    assert ("renamed", f"robert in {TARGET}") in end.problems()
    assert missed_events(end.aws) == {}


def test_all_scans_of_a_sweep_share_one_reading_of_the_rows(play: Play) -> None:
    """The rows are read after the sweep was requested, and so were its scans."""
    aws = play("sweep: {}").aws
    before = aws.gateway.calls["dynamodb.Scan"]
    aws.sweep(hourly_only=True)
    aws.wait(60)

    assert aws.gateway.calls["dynamodb.Scan"] - before == 1
