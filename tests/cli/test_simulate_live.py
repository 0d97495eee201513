"""`simulate --from-live`: a story that begins with the live hub, and writes nothing there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import handlers
from operators import PLACE, Company, company
from served_hub import served_hub

from cli.simulation.live_company import LiveCompany, LiveHub, read_company, read_tables
from cli.simulation.play import play
from simulator.setup import LEDGER, MAPPINGS

Command = Callable[..., tuple[int, str, str]]
Played = Callable[..., dict[str, Any]]


def read(hub: Company) -> LiveCompany:
    """Read the company as the command does."""
    live = LiveHub(MAPPINGS, LEDGER, hub.aws.services.identity_store.store_id)
    return read_company(live, read_tables(live))


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., LiveCompany]]:
    """Return a function that lets a company live, reads it, and ends it."""

    def lived(*leavers: str) -> LiveCompany:
        with company(monkeypatch, tmp_path) as hub:
            hub.leave(*leavers)
            return read(hub)

    yield lived
    boto3.setup_default_session()


@pytest.fixture
def played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Played:
    """Return a function that plays steps on a live company, and returns the result's JSON."""

    def result(of: LiveCompany, *steps: Mapping[str, object]) -> dict[str, Any]:
        file = tmp_path / "steps.yaml"
        settings = {"removal_limit": {"count": 2, "percent": 0}}
        file.write_text(json.dumps({"version": 1, "settings": settings, "steps": steps}))
        play(file if steps else None, as_json=True, company=of)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return result


def profile(result: Mapping[str, Any], user: str) -> dict[str, Any]:
    """Return the one managed profile of a user."""
    (found,) = (each for each in result["profiles"] if each["user"] == user and each["managed"])
    return dict(found)


def test_a_sweep_of_a_company_in_sync_changes_nothing(
    live: Callable[..., LiveCompany], played: Played
) -> None:
    """Everybody has what the ledger says, so that the hub finds no drift, and writes nothing."""
    result = played(live())

    assert result["changes"] == []
    assert profile(result, "ada")["execution_role_arn"].endswith("/Scientist")
    assert profile(result, "ada")["assigned"]
    assert {"eves-own", "dan"} <= {each["name"] for each in result["profiles"]}
    # No record is written, no profile described again, and every membership is the one known.
    needless = "TransactWriteItems", "BatchWriteItem", "DescribeUserProfile"
    assert [call for call in result["api_calls"] if call.endswith(needless)] == []


def test_holds_and_removals_go_on(live: Callable[..., LiveCompany], played: Played) -> None:
    """Who was suspended stays so until their day; who was held waits, and can be approved."""
    of = live("ada", "bob", "cyd")

    waiting = played(of)
    later = played(
        of, {"approve": {}}, {"wait": {"days": 8}}, {"sweep": {}}, {"wait": {"hours": 1}}
    )

    assert waiting["changes"] == []
    assert len([hold for hold in waiting["holds"] if hold["approvable"]]) == 1
    assert not profile(waiting, "ada")["assigned"]
    assert profile(waiting, "cyd")["assigned"]
    assert not {"ada", "bob", "cyd"} & {each["user"] for each in later["profiles"]}


def test_steps_name_live_users_groups_and_targets(
    live: Callable[..., LiveCompany], played: Played
) -> None:
    """A join by the directory's own ids changes the role that the mapping says."""
    joined = {"join": {"user": "ada", "group": "leads", "via": "scim"}}
    expected = {"expect": {"user": "ada", "target": PLACE, "role": "Lead", "state": "active"}}

    result = played(live(), joined, expected)

    assert [change["operation"] for change in result["changes"]] == ["UpdateUserProfile"]
    assert result["steps"][-1]["unmet"] == []


def test_the_groups_of_pattern_rows_are_there_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: Played
) -> None:
    """With their members, so that nobody loses or gains anything by the reading."""
    with company(monkeypatch, tmp_path) as hub:
        hub.play("map", group="ml-*", target=PLACE, role="Ml-*", priority=5)
        hub.play("create_group", group="ml-others", users=["ada"])
        of = read(hub)
    boto3.setup_default_session()

    result = played(of)

    assert result["changes"] == []
    assert not any(hold["approvable"] for hold in result["holds"])
    assert profile(result, "ada")["execution_role_arn"].endswith("/Ml-others")


def test_nothing_is_written_to_the_live_hub(hub: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call reads, and the tables are as they were."""
    calls: list[str] = []

    def note(model: Any, **_: object) -> None:  # noqa: ANN401 (botocore's own)
        calls.append(model.name)

    monkeypatch.setattr(
        handlers, "BUILTIN_HANDLERS", [*handlers.BUILTIN_HANDLERS, ("before-call", note)]
    )
    before = hub.ledger(), hub.aws.rows(MAPPINGS)
    boto3.setup_default_session()

    found = read(hub)

    assert (hub.ledger(), hub.aws.rows(MAPPINGS)) == before
    assert len(found.users) == 4
    reads = re.compile("Scan|Query|GetGroupId|Describe(User|Group)|ListGroupMemberships")
    assert [name for name in calls if not reads.fullmatch(name)] == []
    assert calls.count("DescribeUser") == 4


def test_a_file_gives_steps_alone(hub: Company, command: Command, tmp_path: Path) -> None:
    """What the live hub gives already is a mistake in the file, each with its line."""
    assert hub
    file = tmp_path / "story.yaml"
    file.write_text("version: 1\ntargets: []\nmappings: []\nsteps:\n  - delete_user: {user: zoe}\n")

    code, out, err = command("simulate", "--from-live", str(file))

    assert (code, out) == (1, "")
    assert [int(text.split(":")[0]) for text in err.split("line ")[1:]] == [2, 3, 5]
    assert "play the file without --from-live" in err
    assert "there are: ada, bob, cyd, eve" in err


def test_a_large_company_takes_yes(hub: Company, command: Command) -> None:
    """Above 500 users it says how many there are, and reads and plays none of them.

    It says who paused the live hub.
    """
    store = hub.aws.services.identity_store
    group = store.find_group("leads")
    assert group is not None
    for number in range(500):
        store.add_membership(store.add_user(f"user-{number}").user_id, group.group_id)
    command("pause", "--reason", "an audit")

    code, out, err = command("simulate", "--from-live")

    assert (code, out) == (2, "")
    assert "504 users" in err
    assert re.search(r"The hub is paused since 20.* by arn:aws:sts:.*: an audit\n", err)
    assert "Repeat with --yes" in err


def test_without_a_file_there_must_be_a_live_hub(command: Command) -> None:
    """`simulate` alone names both ways."""
    code, _, err = command("simulate")

    assert code == 1
    assert "give a FILE, or --from-live" in err


def test_the_command_plays_what_it_read(hub: Company) -> None:
    """In a process of its own it finds the hub by its stack, reads it, and plays a sweep."""
    before = hub.ledger()
    outputs = {
        "MappingsTable": MAPPINGS,
        "LedgerTable": LEDGER,
        "IdentityStoreId": hub.aws.services.identity_store.store_id,
    }
    keys = hub.aws.function_credentials("Reader")
    own = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_HUB_")}

    with served_hub(outputs) as url:
        done = subprocess.run(
            [sys.executable, "-c", "from cli.main import run; run()", "simulate", "--from-live"],
            env=own | keys | {"AWS_ENDPOINT_URL": url},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert "Live hub: 2 mapping rows, 4 records, 2 mapped groups, 4 users." in done.stderr
    assert "· nothing to change" in done.stdout
    assert re.search(r"ada +Scientist +active +assigned +scientists", done.stdout)
    assert hub.ledger() == before
