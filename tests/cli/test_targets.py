"""`studio-hub targets`: the Studio domains that the hub knows, and the end of one."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from operators import PLACE, SPOKE, Company

from cli.forgetting import forgotten, open_records
from shared.model import Target
from simulator.faults import Fault

Command = Callable[..., tuple[int, str, str]]


def test_targets_are_listed_with_rows_and_people(hub: Company, command: Command) -> None:
    """Everybody who has, waits for or loses a profile counts; the account lets the hub in."""
    hub.leave("ada")
    code, out, _ = command("targets", "list", "--json")
    (target,) = json.loads(out)

    assert code == 0
    assert (target["target"], target["account"]) == (PLACE, SPOKE)
    assert (target["rows"], target["people"], target["unmanaged"]) == (2, 4, 2)
    assert target["reachable"]
    assert datetime.fromisoformat(target["checked_at"]) <= datetime.now(UTC)


def test_a_target_is_a_line_of_80_columns(hub: Company, command: Command) -> None:
    """The command says where to look next, and that the hub is paused."""
    assert hub.roles()
    command("pause")
    _, out, err = command("targets", "list")

    assert PLACE in out
    assert " ago\n" in out
    assert [line for line in out.splitlines() if len(line) > 80] == []
    assert "studio-hub status" in err
    assert "the hub is paused since" in err


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch, hub: Company) -> Company:
    """Return a hub that works while the operator waits, and whose only target has no rows."""
    monkeypatch.setattr(time, "sleep", hub.aws.wait)
    for group in ("scientists", "leads"):
        hub.aws.delete_mapping(group, PLACE)
    hub.aws.run()
    return hub


def refuse_the_hub(hub: Company) -> None:
    """Have the account refuse the hub for good, as a closed one does."""
    hub.aws.gateway.faults.append(Fault("sts", "AssumeRole", "AccessDenied", every=1))
    # Sessions end within a quarter of an hour.
    hub.aws.wait(1200)
    hub.play("sweep")


def test_a_target_whose_account_is_gone_is_forgotten(working: Company, command: Command) -> None:
    """Each user's record is closed, with history; nothing else of the target is left."""
    refuse_the_hub(working)
    before = working.ledger()
    asked, out, _ = command("targets", "forget", PLACE)
    dry = working.record("ada")["state"]
    code, _, said = command("targets", "forget", PLACE, "--yes", "--reason", "account closed")

    left = {row["pk"] for row in working.ledger() if PLACE in f"{row['pk']}{row['sk']}"}
    assert (asked, code) == (2, 0)
    assert [line.split()[0] for line in out.splitlines()[1:]] == ["ada", "bob", "cyd", "eve"]
    assert dry != "removed"
    assert "4 records closed" in said
    assert {f"limit#{PLACE}", "hub"} <= {row["pk"] for row in before}
    # The digests of its holds end by themselves, after 30 days.
    assert {key.partition("#")[0] for key in left} <= {"user", "hold"}
    assert (working.record("ada")["state"], working.record("ada")["reason"]) == (
        "removed",
        "the target was forgotten",
    )
    entries = json.loads(command("history", "--target", PLACE, "--json")[1])
    assert entries[-1]["what"] == "Profile Removed"
    (audit,) = (each for each in entries if each["what"] == "forget target")
    assert (audit["reason"], audit["outcome"]) == ("account closed", "done: 4 records closed")
    assert json.loads(command("targets", "list", "--json")[1]) == []


def test_a_sweep_leaves_a_forgotten_target_alone(working: Company, command: Command) -> None:
    """Nothing brings it back: it has no row and no record that is open."""
    refuse_the_hub(working)
    command("targets", "forget", PLACE, "--yes")
    after = [row for row in working.ledger() if PLACE in f"{row['pk']}{row['sk']}"]
    working.play("sweep")

    assert [row for row in working.ledger() if PLACE in f"{row['pk']}{row['sk']}"] == after


def test_a_target_that_answers_is_not_forgotten(working: Company, command: Command) -> None:
    """Not while the hub has profiles there."""
    before = working.record("ada")
    code, out, err = command("targets", "forget", PLACE, "--yes")

    assert (code, out) == (3, "")
    assert "the account answers, and the hub has records of 4 users" in err
    assert working.record("ada") == before


def test_a_target_with_rows_is_not_forgotten(hub: Company, command: Command) -> None:
    """Whose rows they are is named; nothing is queued. Nor while the hub is paused."""
    before = hub.record("ada")
    code, _, err = command("targets", "forget", PLACE, "--yes")

    assert code == 3
    assert f"mapping rows name {PLACE}, of the groups leads, scientists" in err
    for group in ("scientists", "leads"):
        hub.aws.delete_mapping(group, PLACE)
    command("pause", "--reason", "an audit")
    code, _, err = command("targets", "forget", PLACE, "--yes")
    assert (code, "an audit" in err) == (3, True)
    assert hub.record("ada") == before


def test_no_result_of_the_check_forgets_nothing(
    working: Company, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Earlier results do not count: they may be of a time when the account was there."""
    command("doctor", "--target", PLACE)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    before = working.record("ada")
    code, _, err = command("targets", "forget", PLACE, "--yes", "--timeout", "4")

    assert code == 1
    assert "no result after 4 s" in err
    assert working.record("ada") == before


def test_an_interrupted_forget_is_finished_by_the_same_command(
    working: Company, command: Command
) -> None:
    """The target is known until the last item is deleted."""
    refuse_the_hub(working)
    hub_client, target = working.operator.hub_client, Target.parse(PLACE)
    for each in open_records(hub_client, target)[:2]:
        hub_client.ledger.write(forgotten(each, datetime.now(UTC), "before"))
    code, _, said = command("targets", "forget", PLACE, "--yes")

    assert code == 0
    assert "2 records closed" in said
    assert json.loads(command("targets", "list", "--json")[1]) == []
