import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from moto import mock_aws
from typer.main import get_command

from cli.commands.demo import DEMO
from cli.main import app
from shared.errors import RefusedError, RetryableError, SettingsError
from simulator.setup import LEDGER, make_tables

TARGET = "222222222222/eu-west-1/d-research0001"
TABLE = "studio-hub-mappings"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make an empty mappings table and a directory, for an operator with credentials."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    monkeypatch.setenv("STUDIO_HUB_MAPPINGS_TABLE", TABLE)
    monkeypatch.setenv("STUDIO_HUB_LEDGER_TABLE", LEDGER)
    monkeypatch.setenv("STUDIO_HUB_REMOVAL_COUNT", "5")
    monkeypatch.setenv("STUDIO_HUB_REMOVAL_PERCENT", "10")
    with mock_aws():
        make_tables(boto3.client("dynamodb"))
        yield


def test_the_demo_tells_its_story(command: Command) -> None:
    """`demo` ends with 0, shows each kind of change, and says what to try next on stderr."""
    code, out, err = command("demo")

    assert code == 0
    assert all(mark in out for mark in (" + ", " ~ ", " - ", " ! ", " · "))
    assert "unmanaged; left unchanged" in out
    assert "studio-hub simulate" in err


def test_json_is_all_that_stdout_holds(command: Command) -> None:
    """`--json` gives the same end for the demo and for its file, with the promised keys."""
    _, demo, _ = command("demo", "--json")
    code, out, _ = command("simulate", str(DEMO), "--json")

    assert code == 0
    assert json.loads(out) == json.loads(demo)
    assert json.loads(out).keys() == {
        "profiles",
        "holds",
        "problems",
        "resolved_problems",
        "dead_letters",
        "changes",
        "api_calls",
        "steps",
    }
    assert json.loads(out)["profiles"][0].keys() == {
        "account",
        "region",
        "domain",
        "name",
        "user",
        "execution_role_arn",
        "status",
        "managed",
        "assigned",
        "apps",
        "spaces",
    }


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("steps:\n  - jion: {}", 3, "allowed are approve, by_hand, create_group"),
        ("steps:\n  - approve: {digest: 7f3a9c21}", 3, "digest"),
        ("steps:\n  - keep: {user: ada, days: 2}", 3, "'ada' is not known here"),
        ("directory: {users: [ada]}\nsteps:\n  - keep: {user: ada}", 4, "is missing"),
        ("directory: {users: [ada]}\nsteps:\n  - keep: {user: ada, days: -1}", 4, "equal to 0"),
        ("steps:\n  - protect: {user: ada}", 3, "'ada' is not known here"),
        ("steps:\n  - pause: {reason: x}", 3, "reason"),
        ("directory: {users: [ada]}\nsteps:\n  - restart_app: {user: ada}", 4, "is missing"),
        ("settings: {removal_limit: {count: -1}}", 2, "equal to 0"),
        ("steps:\n  - wait: {}\n  - join: {user: ada}", 4, "is missing"),
        ("steps:\n  - wait: {minuets: 3}", 3, "allowed are days, hours, minutes, seconds"),
        ("steps:\n  - wait: {minutes: -1}", 3, "greater than or equal to 0"),
        ("steps:\n  - join:\n      user: ada\n      group: b", 4, "'ada' is not known here"),
        ("steps:\n  - event: {file: nowhere.json}", 3, "cannot be read"),
        ("steps:\n  - wait: {}\n    join: {}", 3, "is one word"),
        ("directory:\n  groups: [a, a]", 3, "stands here twice"),
        ("targets:\n  - {account: '12', region: eu-west-1, domain: d-x}", 3, "match pattern"),
        ("settings: {mode: try}", 2, "'apply' or 'report'"),
        ("steps: [", 3, "is not YAML"),
        ("steps: []\nsteps: []", 3, "stands here twice"),
        ("mappings:\n  - {group: a, target: t, role: r, execution_role_arn: x}", 3, "give role or"),
        (
            "targets: [{account: 012345670123, region: eu-north-1, domain: d-x}]",
            2,
            'write it in quotes: "012345670123"',
        ),
        (
            "targets: [{account: 222222222222, region: eu-north-1, domain: d-x}]",
            2,
            'write it in quotes: "222222222222"',
        ),
        (
            "steps:\n  - fault: {service: sts, operation: AssumeRole, error: E, account: 0222}",
            3,
            'write it in quotes: "0222"',
        ),
        ("mappings: [{group: g, target: t, priority: 010}]", 2, "which YAML reads as 8: write 8"),
        (
            "steps:\n  - fault: {service: sagemaker, operation: CreateUserProfil, error: E}",
            3,
            "sagemaker has no operation 'CreateUserProfil'; there is CreateUserProfile",
        ),
        (
            "steps:\n  - fault: {service: sts, operation: AssumeRole, error: E, reason: R}",
            3,
            "errors of sts carry no reason",
        ),
        ("steps:\n  - expect: {user: ada, role: R}", 3, "give a user and a target"),
        ("steps:\n  - expect: {user: ada, holds: 0}", 3, "'ada' is not known here"),
        ("steps:\n  - expect: {}", 3, "at least one of role, state, profile, holds and problems"),
        ("steps:\n  - expect: {holds: some}", 3, "must be a whole number, not 'some'"),
        ("steps:\n  - approve: {target: nowhere}", 3, "'nowhere' is not known here"),
        ("steps:\n  - by_hand: {target: t}", 3, "give one of delete, untag, recreate"),
        ("steps:\n  - sweep: {hourly: often}", 3, "must be true or false, not 'often'"),
        ("directory: {groups: [g]}\nsteps:\n  - join: {user: a, group: g, late: 2}", 4, "mapping"),
        ("directory: 3", 2, "must be a mapping of keys to values, not 3"),
        ("steps: {sweep: {}}", 2, "must be a list, not a mapping"),
        ("steps: [sweep]", 2, "is one word with what belongs to it"),
    ],
)
def test_a_mistake_names_its_line(
    command: Command, tmp_path: Path, text: str, line: int, told: str
) -> None:
    """A scenario that cannot be played exits 1, names the line and what is allowed there."""
    file = tmp_path / "story.yaml"
    file.write_text(f"version: 1\n{text}\n")

    code, out, err = command("simulate", str(file))

    assert code == 1
    assert out == ""
    assert f"story.yaml: line {line}: " in err
    assert told in err


def test_every_mistake_is_reported_at_once(command: Command, tmp_path: Path) -> None:
    """Nobody has to run a file once for each mistake."""
    file = tmp_path / "story.yaml"
    file.write_text(
        "version: 2\n"
        "settings: {mode: try}\n"
        "directory: {groups: [g, g], users: [{name: ada, groups: [h]}, {status: ON}]}\n"
        "targets: [{account: 0222, region: eu-west-1, domain: d-x}]\n"
        "mappings: [{target: t}]\n"
        "steps:\n"
        "  - jion: {}\n"
        "  - wait: {minutes: x}\n"
        "  - leave: {}\n"
        "  - event: {file: nowhere.json}\n"
        "  - join: {user: ada, group: i}\n"
        "targets: []\n"
    )

    _, _, err = command("simulate", str(file))
    lines = [int(text.split(":")[0]) for text in err.split("line ")[1:]]

    assert lines == [1, 2, 3, 3, 3, 3, 5, 7, 8, 9, 9, 10, 11, 12]


def test_one_mistake_is_reported_once(command: Command, tmp_path: Path) -> None:
    """An unreadable entry causes no mistake in other entries that may refer to it."""
    file = tmp_path / "story.yaml"
    file.write_text(
        "version: 1\n"
        "directory: {groups: [{name: g, id: x}], users: [{name: ada, groups: [g]}]}\n"
        "targets: [{account: 0222, region: eu-west-1, domain: d-x}]\n"
        "steps:\n"
        "  - create_user: {name: bob, status: ON}\n"
        "  - join: {user: bob, group: g}\n"
        "  - start_app: {user: bob, target: 000000000222/eu-west-1/d-x}\n"
    )

    _, _, err = command("simulate", str(file))

    assert [int(text.split(":")[0]) for text in err.split("line ")[1:]] == [2, 3, 5]


def test_the_exit_code_says_whether_expectations_are_met(command: Command, tmp_path: Path) -> None:
    """0 if it is met, else 2 with what is not and where, as text and as JSON; the story goes on."""
    file = tmp_path / "story.yaml"
    story = (
        "version: 1\n"
        "directory: {groups: [g], users: [{name: ada, groups: [g]}]}\n"
        "targets: [{account: '222222222222', region: eu-west-1, domain: d-research0001}]\n"
        f"mappings: [{{group: g, target: {TARGET}, role: R}}]\n"
        "steps:\n"
        "  - sweep: {}\n"
        f"  - expect: {{user: ada, target: {TARGET}, role: ROLE, state: active}}\n"
        "  - wait: {minutes: 1}\n"
    )
    file.write_text(story.replace("ROLE", "R"))
    assert command("simulate", str(file))[0] == 0
    file.write_text(story.replace("ROLE", "S"))

    code, _, err = command("simulate", str(file))
    json_code, out, _ = command("simulate", str(file), "--json")

    assert (code, json_code) == (2, 2)
    assert f"step 2: expected the role S of ada in {TARGET}, who has the role R" in err
    steps = json.loads(out)["steps"]
    assert [step["step"] for step in steps] == ["sweep", "expect", "wait"]
    assert [len(step["unmet"]) for step in steps] == [0, 1, 0]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("simulate",),
        ("simulate", "/no/such/file.yaml"),
        ("mappings", "list", "--bogus"),
        ("mappings", "list"),
    ],
)
def test_a_wrong_command_line_is_an_error(
    command: Command, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """It exits 1, since 2 means that there is something to do, and names the help."""
    monkeypatch.delenv("STUDIO_HUB_MAPPINGS_TABLE", raising=False)

    code, out, err = command(*arguments)

    assert code == 1
    assert out == ""
    assert err


def test_nothing_is_written_without_yes(command: Command, table: None) -> None:
    """`add` and `remove` show what they would do and exit 2; with --yes they do it."""
    row = ("--group", "ml", "--target", TARGET)

    assert command("mappings", "add", *row, "--priority", "20")[0] == 2
    assert json.loads(command("mappings", "list", "--json")[1]) == []
    assert command("mappings", "add", *row, "--priority", "20", "--yes")[0] == 0
    assert json.loads(command("mappings", "list", "--json")[1])[0]["priority"] == 20
    assert command("mappings", "remove", *row)[0] == 2
    assert len(json.loads(command("mappings", "list", "--json")[1])) == 1
    assert command("mappings", "remove", *row, "--yes")[0] == 0
    assert json.loads(command("mappings", "list", "--json")[1]) == []
    assert command("mappings", "remove", *row, "--yes")[0] == 1


def test_a_bad_row_is_refused_before_it_is_written(command: Command, table: None) -> None:
    """`add` reports every mistake of a row and writes nothing."""
    code, out, err = command(
        "mappings", "add", "--group", "ml", "--target", "here", "--retention-days", "-1", "--yes"
    )

    assert code == 1
    assert "'here' is not a target" in out
    assert "-1 is not between 0" in out
    assert "Nothing was written" in err
    assert json.loads(command("mappings", "list", "--json")[1]) == []


def test_check_finds_what_others_wrote(command: Command, table: None) -> None:
    """`check` exits 2 and reports every mistake of rows that were written by other tools."""
    clean = command("mappings", "check")
    item = {"group": {"S": "ml"}, "target": {"S": TARGET}, "priority": {"S": "high"}}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=item)

    code, out, _ = command("mappings", "check")

    assert clean[0] == 0
    assert code == 2
    assert "priority: 'high' is not a whole number" in out
    assert "bad row: ml" in command("mappings", "list")[1]
    (found,) = json.loads(command("mappings", "check", "--json")[1])
    assert (found["kind"], found["group"]) == ("bad-row", "ml")


def test_rows_are_listed_though_the_ledger_is_not_readable(
    command: Command, table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read only to say whether the hub is paused; that is then unknown."""
    monkeypatch.setenv("STUDIO_HUB_LEDGER_TABLE", "another")

    code, out, err = command("mappings", "list", "--json")

    assert (code, out) == (0, "[]\n")
    assert "note: whether the hub is paused is unknown" in err


def put(**attributes: str) -> None:
    """Write a row of the target without the command."""
    item = {"target": {"S": TARGET}} | {name: {"S": value} for name, value in attributes.items()}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=item)


def test_check_finds_conflicts_between_rows(command: Command, table: None) -> None:
    """`check` exits 2 for rows that parse and do not agree, as text and as JSON."""
    put(group="Data-Eng")
    put(group="data-eng")

    code, out, err = command("mappings", "check")
    found = json.loads(command("mappings", "check", "--json")[1])

    assert code == 2
    assert "0 of 2 rows do not parse, 2 other problems" in err
    assert "give --identity-store" in err
    assert {"same-group-twice", "same-role"} == {problem["kind"] for problem in found}
    assert all(problem["reason"] in out and problem["remedy"] in out for problem in found)


def test_check_finds_groups_that_the_directory_does_not_have(command: Command, table: None) -> None:
    """By name and by id, in the given store or in that of the hub's stack."""
    store, gone = "d-1234567890", "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"
    made = boto3.client("identitystore").create_group(IdentityStoreId=store, DisplayName="ml")
    put(group="ml")
    command("mappings", "add", "--group", "leads", "--target", TARGET, "--priority", "5", "--yes")
    asked = ("mappings", "check", "--identity-store", store, "--json")

    kinds = [(each["kind"], each["subject"]) for each in json.loads(command(*asked)[1])]
    assert kinds == [("unknown-group", "group leads")]
    put(group="pinned", group_id=gone, execution_role_arn="arn:aws:iam::222222222222:role/x")
    put(group="ml", group_id=made["GroupId"])
    reasons = [each["reason"] for each in json.loads(command(*asked)[1])]
    assert any(f"pins it by the id {gone}" in reason for reason in reasons)
    assert not any(made["GroupId"] in reason for reason in reasons)


def test_hidden_characters_of_a_row_are_shown(command: Command, table: None) -> None:
    """A row may contain control sequences of a terminal; its note shows them escaped."""
    put(group="ml\x1b[2J ", note="for \u202eada")
    put(group="[red]bad", priority="high")

    _, out, _ = command("mappings", "list")
    (_, good) = json.loads(command("mappings", "list", "--json")[1])

    assert r"ml\x1b[2J\x20" in out
    assert r"for \u202eada" in out
    assert "[red]bad" in out
    assert (good["group"], good["note"]) == ("ml\x1b[2J ", "for \u202eada")


def test_a_name_that_fits_no_row_is_refused_with_a_remedy(command: Command, table: None) -> None:
    """The directory allows names that are no key of the table: the remedy pins the group."""
    name = "\U0001f600" * 600

    code, out, err = command("mappings", "add", "--group", name, "--target", TARGET, "--yes")

    assert code == 1
    assert "has 2400 bytes, and the table takes at most 2048" in out
    assert "give the row the group_id" in out
    assert "Nothing was written" in err


def test_the_directory_pins_the_group(command: Command, table: None) -> None:
    """With the identity store given, the row has the group's id."""
    store = "d-1234567890"
    made = boto3.client("identitystore").create_group(IdentityStoreId=store, DisplayName="ml")

    code, _, _ = command(
        "mappings", "add", "--group", "ml", "--target", TARGET, "--identity-store", store, "--yes"
    )

    assert code == 0
    listed = json.loads(command("mappings", "list", "--json")[1])
    assert listed[0]["group_id"] == made["GroupId"]


def test_a_missing_group_is_named(command: Command, table: None) -> None:
    """With the store that was read and the remedy; nothing is written."""
    store = "d-1234567890"
    boto3.client("identitystore").create_group(IdentityStoreId=store, DisplayName="ml")

    code, out, err = command(
        "mappings", "add", "--group", "mll", "--target", TARGET, "--identity-store", store, "--yes"
    )

    assert (code, out) == (1, "")
    assert f"error: there is no group 'mll' in the identity store {store}" in err
    assert "leave --identity-store out" in err
    assert json.loads(command("mappings", "list", "--json")[1]) == []


@pytest.mark.parametrize(("path", "noted"), [("", True), ("studio-hub/", False)])
def test_a_role_that_the_hub_may_not_pass_in_the_spoke_is_noted(
    command: Command, table: None, path: str, *, noted: bool
) -> None:
    """With the parameter that allows it: the row alone would leave users without a profile."""
    role = f"arn:aws:iam::222222222222:role/{path}Own"

    code, _, err = command(
        "mappings", "add", "--group", "ml", "--target", TARGET, "--role-arn", role
    )

    assert code == 2
    assert ("AdditionalPassableRoleArns" in err) is noted


def test_the_last_row_of_a_target_is_noted(command: Command, table: None) -> None:
    """The removals that it causes need an approval; those of any other row do not."""
    for group in ("ml", "leads"):
        command("mappings", "add", "--group", group, "--target", TARGET, "--yes")

    _, _, one_of_two = command("mappings", "remove", "--group", "ml", "--target", TARGET, "--yes")
    _, _, last = command("mappings", "remove", "--group", "leads", "--target", TARGET)

    assert "the last row" not in one_of_two
    assert f"the last row of {TARGET}" in last
    assert "studio-hub holds list" in last


def test_an_aws_error_is_reported_as_text(command: Command, table: None) -> None:
    """An AWS error is one line with a remedy, not a stack trace."""
    code, _, err = command("mappings", "list", "--table", "no-such-table")

    assert code == 1
    assert err.startswith("error: AWS says: ")
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("raised", "text"),
    [
        (RefusedError("AccessDenied", "GetItem: no"), "error: AWS says: AccessDenied: GetItem: no"),
        (RetryableError("Throttling: slower"), "error: Throttling: slower\nThis may pass"),
        (SettingsError("no ledger is named"), "error: no ledger is named\n"),
        (NoCredentialsError(), "error: Unable to locate credentials\nCheck the credentials"),
    ],
)
def test_only_what_aws_refused_is_said_to_be_from_aws(
    command: Command, raised: Exception, text: str
) -> None:
    """Whoever reads an error knows whether to look at the hub or at the account."""

    def fail() -> None:
        raise raised

    app.command("fail")(fail)
    try:
        code, _, err = command("fail")
    finally:
        app.registered_commands.pop()

    assert code == 1
    assert err.startswith(text)


def commands(of: Any, *names: str) -> Iterator[tuple[str, ...]]:  # noqa: ANN401 (a click command)
    yield names
    for name, command in sorted(getattr(of, "commands", {}).items()):
        yield from commands(command, *names, name)


@pytest.mark.parametrize("names", [*commands(get_command(app))], ids=" ".join)
def test_every_help_page_is_readable_at_80_columns(
    command: Command, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    """No line is longer, and no command's summary is cut off."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = command(*names, "--help")

    assert code == 0
    lines = [line for line in out.splitlines() if not line.startswith("Usage: ")]
    assert [line for line in lines if len(line) > 80 or line.endswith("...")] == []
