"""What goes wrong in one place is requeued or reported, and stops nothing else."""

import pytest
from stories import COMPANY, Play, join_quietly, leave_quietly, membership_event

from simulator.embedded_aws import EmbeddedAws
from simulator.faults import Call, Fault
from simulator.setup import LEDGER

TARGET = "222222222222/eu-west-1/d-one"


def created(aws: EmbeddedAws) -> int:
    """Return how many profiles the hub made."""
    return [change.operation for change in aws.gateway.changes].count("CreateUserProfile")


@pytest.mark.parametrize(("times", "minutes"), [(3, 1), (12, 5)])
def test_throttling_delays_one_account_only(play: Play, times: int, minutes: int) -> None:
    """Throttled three or twelve times: the other account is served at once, this one later."""
    fault = (
        "fault: {service: sagemaker, operation: CreateUserProfile, account: '222222222222', "
        f"error: ThrottlingException, times: {times}}}"
    )
    join = "join: {user: bob, group: scientists}"
    early = play(fault, join)
    late = play(fault, join, f"wait: {{minutes: {minutes}}}")

    assert early.roles() == {"3 bob": "Analyst"}
    assert late.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert late.json["dead_letters"] == 0
    assert late.problems() == []


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("identitystore", "DescribeUser"),
        ("identitystore", "ListGroupMembershipsForMember"),
        ("identitystore", "GetGroupId"),
        ("dynamodb", "Scan"),
        ("dynamodb", "Query"),
        ("dynamodb", "PutItem"),
        ("sts", "AssumeRole"),
        ("sagemaker", "DescribeUserProfile"),
        ("sagemaker", "CreateUserProfile"),
    ],
)
@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServerError"])
def test_every_transient_failure_is_overcome(
    play: Play, service: str, operation: str, error: str
) -> None:
    """Whatever call fails for a while, the join is complete in the end, with no dead letter."""
    end = play(
        f"fault: {{service: {service}, operation: {operation}, error: {error}, times: 7}}",
        "join: {user: bob, group: scientists}",
        "wait: {minutes: 20}",
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert end.json["dead_letters"] == 0


def test_an_account_without_a_spoke_is_reported_once(play: Play) -> None:
    """A mapping to an account without a spoke is one problem, and stops nobody."""
    company = COMPANY + "  - {target: 444444444444/eu-west-1/d-three, group: scientists}\n"
    end = play(
        "join: {user: bob, group: scientists}",
        "join: {user: ada@example.com, group: scientists}",
        company=company,
    )

    assert end.problems() == [("unreachable", "444444444444/eu-west-1/d-three")]
    assert len(end.roles()) == 4
    assert end.json["dead_letters"] == 0


def test_an_unknown_domain_is_reported(play: Play) -> None:
    """A mapping to a domain that the account does not have is one problem of that target."""
    company = COMPANY + "  - {target: 222222222222/eu-west-1/d-three, group: scientists}\n"
    end = play("join: {user: bob, group: scientists}", company=company)

    assert end.problems() == [("domain-unusable", "domain of 222222222222/eu-west-1/d-three")]
    assert len(end.roles()) == 2


def test_unmanaged_profiles_are_left_unchanged(play: Play) -> None:
    """An unmanaged profile is reported and never written to, on join and on leave."""
    company = COMPANY.replace(
        "domain: d-one}", "domain: d-one, profiles: [{name: bob, user: bob, role: ManualAction}]}"
    )
    end = play(
        "join: {user: bob, group: scientists}",
        "leave: {user: bob, group: scientists}",
        company=company,
    )

    assert end.roles() == {"2 bob": "ManualAction"}
    assert ("has-unmanaged-profile", f"bob in {TARGET}") in end.logged("PROBLEM")
    assert end.problems() == []
    assert "2" not in {write[0] for write in end.writes()}


def test_no_role_change_under_running_apps(play: Play) -> None:
    """A role that should change while an app runs stays, visibly."""
    end = play(
        "join: {user: bob, group: scientists}",
        f"start_app: {{user: bob, target: {TARGET}, type: JupyterLab, space: private}}",
        "join: {user: bob, group: leads}",
    )

    assert end.roles()["2 bob"] == "Scientist"
    assert end.problems() == [("apps-running", f"bob in {TARGET}")]


def test_an_unknown_row_removes_nobody(play: Play) -> None:
    """A row that does not parse keeps every user in its target."""
    for row in (
        "group: others, priority: soon",
        "group: others, execution_role_arn: 'arn:aws:iam::999999999999:role/studio-hub/X'",
    ):
        company = f"{COMPANY}  - {{target: {TARGET}, {row}}}\n"
        end = play(
            "join: {user: bob, group: scientists}",
            "leave: {user: bob, group: scientists}",
            company=company,
        )

        assert end.roles() == {"2 bob": "Scientist"}
        kinds = {kind for kind, _ in end.problems()}
        assert "undecided" in kinds
        assert "bad-row" in kinds


def test_a_misspelt_group_delays_no_removal(play: Play) -> None:
    """Rule 3: the directory never knew it, so nobody ever got anything through it."""
    end = play(
        "join: {user: bob, group: scientists}",
        "leave: {user: bob, group: scientists}",
        company=f"{COMPANY}  - {{target: {TARGET}, group: nobody-knows, role: X}}\n",
    )

    assert end.roles() == {}
    assert end.problems() == [("unknown-group", "group nobody-knows")]


def test_a_disabled_row_grants_nothing_new_and_ends_nothing(play: Play) -> None:
    """A user with a profile through a disabled row keeps it; who joins later gets none."""
    end = play(
        "join: {user: bob, group: scientists}",
        f"map: {{group: scientists, target: {TARGET}, role: Scientist, enabled: false, "
        "retention_days: 0}",
        "join: {user: bob, group: others}",
        "join: {user: ada@example.com, group: scientists}",
    )
    gone = play(
        "join: {user: bob, group: scientists}",
        f"map: {{group: scientists, target: {TARGET}, role: Scientist, enabled: false, "
        "retention_days: 0}",
        "leave: {user: bob, group: scientists}",
    )

    assert end.roles() == {
        "2 bob": "Scientist",
        "3 bob": "Analyst",
        "3 ada@example.com": "Analyst",
    }
    assert gone.json["profiles"] == []


def test_report_mode_writes_nothing(play: Play) -> None:
    """In report mode every change is reported, none is made, and the ledger has no record of it."""
    company = COMPANY.replace("version: 1\n", "version: 1\nsettings: {mode: report}\n")
    end = play("join: {user: bob, group: scientists}", "wait: {hours: 1}", company=company)

    assert end.json["profiles"] == []
    assert end.json["changes"] == []
    rows = (row["sk"].partition("#")[0] for row in end.aws.rows(LEDGER) if row["pk"] != "hub")
    assert sorted(rows) == ["dry-run", "member"]
    reported = [e for e in end.aws.lambdas.log if e.get("message") == "PROBLEM"]
    assert {e["kind"] for e in reported} == {"dry-run"}
    assert {e["subject"].split(" in ")[0] for e in reported} == {"Create for bob", "Assign for bob"}


UNREADABLE = (
    "fault: {service: sagemaker, operation: DescribeUserProfile, every: 1, "
    "error: InternalFailure, account: '222222222222'}"
)


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        (["leave: {user: bob, group: scientists}"], set()),
        (["leave: {user: bob, group: scientists, via: none}", "sweep: {}"], set()),
        (["unmap: {group: scientists, target: 222222222222/eu-west-1/d-one}"], {"333333333333"}),
        (["disable_user: {user: bob}"], set()),
        (
            [UNREADABLE, "sweep: {}"],
            {"222222222222", "333333333333"},
        ),
    ],
    ids=["left", "left in silence", "no row", "disabled", "unreadable"],
)
def test_a_dry_run_problem_is_closed_when_obsolete(
    play: Play, steps: list[str], left: set[str]
) -> None:
    """Law 11: even if a profile is no longer desired; unknown groups close nothing."""
    company = COMPANY.replace("version: 1\n", "version: 1\nsettings: {mode: report}\n")
    end = play("join: {user: bob, group: scientists}", *steps, company=company)

    would = {subject for kind, subject in end.problems() if kind == "dry-run"}
    assert {subject.split(" in ")[1].split("/")[0] for subject in would} == left
    told = [each for each in end.logged("RESOLVED") if each[0] == "dry-run"]
    assert len(told) == len(set(told)) == 2 * (2 - len(left))


def test_equal_priorities_are_reported(play: Play) -> None:
    """Of rows with one priority the lower group name wins, with a warning."""
    company = COMPANY.replace("priority: 20", "priority: 10")
    end = play(
        "join: {user: bob, group: leads, via: none}",
        "join: {user: bob, group: scientists}",
        company=company,
    )

    assert end.roles()["2 bob"] == "Lead"
    assert [kind for kind, _ in end.problems()] == ["equal-priority"]


def test_pages_are_read_to_the_end(play: Play) -> None:
    """With one entry a page, the result is the same as with a hundred."""
    end = play(
        "join: {user: bob, group: others, via: none}",
        "join: {user: bob, group: scientists}",
        "join: {user: bob, group: leads}",
        "leave: {user: bob, group: leads}",
        page_limit=1,
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


def test_an_unreadable_event_is_a_dead_letter(play: Play) -> None:
    """A membership event without a user becomes a dead letter, with a log line."""
    end = play()
    event = {
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.sso-directory",
        "detail": {
            "eventSource": "sso-directory.amazonaws.com",
            "eventName": "AddMemberToGroup",
            "readOnly": False,
        },
    }
    assert end.aws.deliver(event)
    end.aws.run()
    end.aws.wait(2 * 3600)

    assert end.aws.dead_letters() == 1
    assert "UNREADABLE" in {entry.get("message") for entry in end.aws.lambdas.log}


def test_an_unreadable_directory_loses_no_event(play: Play) -> None:
    """While group names cannot be resolved, events count, and their users are reconciled later."""
    end = play(
        "fault: {service: identitystore, operation: GetGroupId, error: AccessDeniedException, "
        "times: 4}",
        "join: {user: bob, group: scientists}",
        "wait: {minutes: 10}",
    )

    assert "unreadable-group" in {kind for kind, _ in end.logged("PROBLEM")}
    assert end.problems() == []
    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


def test_a_deleted_group_keeps_its_members_profiles(play: Play) -> None:
    """When the group that granted a profile is gone, its members keep it, visibly."""
    end = play("join: {user: bob, group: scientists}")
    store = end.aws.services.identity_store
    group = store.find_group("scientists")
    assert group is not None
    before = end.roles()
    store.delete_group(group.group_id)
    end.aws.deliver(membership_event(end.aws, "bob", "leads"))
    end.aws.run()
    after = {
        profile.role for view in end.aws.services.studio.snapshot() for profile in view.profiles
    }

    assert {role.rpartition("/")[2] for role in after if role} == set(before.values())
    assert "PROBLEM" in {entry.get("message") for entry in end.aws.lambdas.log}


def test_more_targets_than_one_invocation_can_serve(play: Play) -> None:
    """Where every call takes seconds, a user in many targets gets them one after the other."""
    targets = [f"{200000000000 + number}/eu-west-1/d-one" for number in range(120)]
    spokes = "".join(
        f"  - {{account: '{target[:12]}', region: eu-west-1, domain: d-one}}\n"
        for target in targets
    )
    rows = "".join(f"  - {{group: many, target: {target}, role: R}}\n" for target in targets)
    company = (
        "version: 1\ndirectory: {groups: [many], users: [bob]}\n"
        f"targets:\n{spokes}mappings:\n{rows}"
    )
    # Every role was checked before.
    aws = play("sweep: {}", company=company).aws
    aws.gateway.before = lambda _: aws.clock.forward(1)
    join_quietly(aws, "bob", "many")
    aws.deliver(membership_event(aws, "bob", "many"))
    aws.run()
    at_first = created(aws)
    aws.wait(3600)

    assert 0 < at_first < len(targets)
    assert created(aws) == len(targets)
    assert aws.lambdas.longest < 120


def test_a_requeued_request_reads_the_mappings_anew(play: Play) -> None:
    """A row deleted while a creation waited stops that creation."""
    end = play(
        "fault: {service: sagemaker, operation: CreateUserProfile, account: '222222222222', "
        "error: ThrottlingException, times: 12}",
        "join: {user: bob, group: scientists}",
        "wait: {seconds: 15}",
        f"unmap: {{group: scientists, target: {TARGET}}}",
        "wait: {hours: 1}",
    )

    assert end.roles() == {"3 bob": "Analyst"}


def test_unreadable_tags_lose_nobody(play: Play) -> None:
    """A leaver whose profile hides its tags for a while is removed when they can be read again."""
    end = play(
        "join: {user: bob, group: scientists}",
        "fault: {service: sagemaker, operation: ListTags, error: AccessDeniedException, times: 4}",
        "leave: {user: bob, group: scientists}",
        "wait: {hours: 1}",
    )

    assert end.json["profiles"] == []


def test_a_refused_read_of_a_group_loses_nobody(play: Play) -> None:
    """A leaver whose group cannot be read for a while is removed afterwards."""
    end = play(
        "join: {user: bob, group: scientists}",
        "fault: {service: identitystore, operation: ListGroupMemberships, "
        "error: AccessDeniedException, times: 2}",
        "leave: {user: bob, group: scientists}",
        "wait: {hours: 1}",
    )

    assert end.json["profiles"] == []


def test_slow_changes_are_logged_too(play: Play) -> None:
    """A creation that a later reconcile finds done has its CHANGE line as any other."""
    end = play(
        "fault: {service: sagemaker, operation: DescribeUserProfile, account: '222222222222', "
        "error: ThrottlingException, every: 2}",
        "join: {user: bob, group: scientists}",
        "wait: {hours: 1}",
    )
    told = [entry for entry in end.aws.lambdas.log if entry.get("message") == "CHANGE"]

    assert [entry["action"] for entry in told].count("Create") == 2
    assert [entry["action"] for entry in told].count("Assign") == 2


def test_targets_that_do_not_answer_delay_no_other(play: Play) -> None:
    """Law 10: targets without an answer use up the time to observe; the others come first next."""
    rows = "".join(
        f"  - {{target: 222222222222/eu-west-1/d-silent{number}, group: scientists}}\n"
        for number in range(4)
    )
    domains = "".join(
        f'  - {{account: "222222222222", region: eu-west-1, domain: d-silent{number}}}\n'
        for number in range(4)
    )
    company = COMPANY.replace("mappings:", f"{domains}mappings:")
    joined = ("sweep: {}", "join: {user: bob, group: scientists}")
    aws = play(*joined, company=company + rows).aws
    leave_quietly(aws, "bob", "scientists")
    before = len(aws.gateway.changes)

    def hang(call: Call) -> None:
        if call.operation == "ListTags" and "222222222222" in call.accounts:
            aws.clock.forward(8)

    aws.gateway.before = hang
    fault = Fault("sagemaker", "ListTags", "InternalFailure", "222222222222", every=1)
    aws.gateway.faults.append(fault)
    aws.deliver(membership_event(aws, "bob", "scientists"))
    aws.run()
    at_first = len(aws.gateway.changes)
    aws.wait(60)

    changes = aws.gateway.changes[before:]
    changed = [c.account for c in changes if c.operation == "UpdateUserProfile"]
    assert at_first == before
    assert changed == ["333333333333"]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("group: others, priority: high", "bad-row"),
        ("group: otters, priority: 1.5", "bad-row"),
        ("group: otters", "unknown-group"),
    ],
)
def test_problems_of_rows_are_reported_by_any_event(play: Play, row: str, kind: str) -> None:
    """A row that grants nothing is reported, even if no other row concerns the user."""
    company = f"{COMPANY}  - {{target: 222222222222/eu-west-1/d-two, {row}}}\n"
    end = play("join: {user: bob, group: others}", company=company)

    assert [found for found, _ in end.problems()] == [kind]


def test_a_long_wait_is_reported(play: Play) -> None:
    """A change that is throttled for ever stays pending, visibly."""
    end = play(
        "fault: {service: sagemaker, operation: CreateUserProfile, account: '222222222222', "
        "error: ThrottlingException, every: 1}",
        "join: {user: bob, group: scientists}",
        "wait: {minutes: 30}",
    )

    assert [kind for kind, _ in end.problems()] == ["waiting"]


def test_a_new_row_outlasts_a_throttled_directory(play: Play) -> None:
    """Longer than the stream would retry: no dead letter, and all members are served."""
    end = play(
        "join: {user: bob, group: others, via: none}",
        "fault: {service: identitystore, operation: GetGroupId, error: ThrottlingException, "
        "times: 40}",
        f"map: {{group: others, target: {TARGET}, role: Other}}",
        "wait: {minutes: 59}",
    )

    assert end.roles() == {"2 bob": "Other"}
    assert end.json["dead_letters"] == 0
    assert end.problems() == []


def test_a_misspelt_row_of_a_throttled_directory_is_reported(play: Play) -> None:
    """As soon as the directory answers."""
    end = play(
        "fault: {service: identitystore, operation: GetGroupId, error: ThrottlingException, "
        "times: 9}",
        f"map: {{group: nobodies, target: {TARGET}, role: Other}}",
        "wait: {minutes: 10}",
    )

    assert end.problems() == [("unknown-group", "group nobodies")]
