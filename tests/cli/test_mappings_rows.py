"""`mappings add`, `set` and `remove`: one row, with what becomes of people, dry until --yes."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from operators import PLACE, Company

from cli.audit import new_entry
from cli.mappings.apply import Application
from cli.mappings.difference import RowChange
from hub.runtime.decisions.audit import OperatorAction
from simulator.embedded_aws import HUB_REGION
from simulator.setup import LEDGER, MAPPINGS

Command = Callable[..., tuple[int, str, str]]
SCIENTISTS = ("--group", "scientists", "--target", PLACE)


def row(hub: Company, group: str) -> Mapping[str, Any]:
    """Return the row of a group."""
    (found,) = (each for each in hub.aws.rows(MAPPINGS) if each["group"] == group)
    return found


def test_add_refuses_a_row_that_is_there(command: Command, hub: Company) -> None:
    """Both rows are shown, and nothing is written; `set` is what changes a row."""
    before = row(hub, "scientists")
    code, out, err = command("mappings", "add", *SCIENTISTS, "--priority", "3", "--yes")

    assert code == 1
    assert "Scientist" in out
    assert " 3 " in out
    assert " 100 " in out
    assert "Change it:  studio-hub mappings set" in err
    assert row(hub, "scientists") == before


def test_add_shows_who_gains(command: Command, hub: Company) -> None:
    """Before it is written; with --yes the hub does exactly that."""
    hub.aws.services.identity_store.add_membership(
        hub.user_id("dan"),
        hub.aws.services.identity_store.find_group("others").group_id,  # type: ignore[union-attr]
    )
    new = ("--group", "others", "--target", "444444444444/eu-west-1/d-new")
    code, out, err = command("mappings", "add", *new)

    assert code == 2
    assert "1 gain, 0 change role, 0 lose" in out
    assert "+ dan  gets others, because of others" in out
    assert "repeat the command with --yes" in err
    assert command("mappings", "add", *new, "--yes")[0] == 0
    assert row(hub, "others")["target"] == new[3]


def test_set_changes_what_is_given_and_keeps_the_rest(command: Command, hub: Company) -> None:
    """Old and new are shown; --unset gives a default again; the same again is nothing to do."""
    before = row(hub, "scientists")
    dry = command("mappings", "set", *SCIENTISTS, "--priority", "7", "--note", "why")
    unchanged = row(hub, "scientists")
    done = command("mappings", "set", *SCIENTISTS, "--priority", "7", "--note", "why", "--yes")
    after = row(hub, "scientists")
    again = command("mappings", "set", *SCIENTISTS, "--priority", "7")
    unset = command("mappings", "set", *SCIENTISTS, "--unset", "note", "--yes")

    assert (dry[0], done[0], again[0], unset[0]) == (2, 0, 0, 0)
    assert 'priority 100 -> 7, note "" -> why' in dry[1]
    assert "It concerns nobody." in dry[1]
    assert unchanged == before
    assert after == {**before, "priority": 7, "note": "why"}
    assert "Nothing to do" in again[2]
    assert row(hub, "scientists") == {**before, "priority": 7}
    assert command("mappings", "set", *SCIENTISTS, "--unset", "colour")[0] == 1


def test_set_shows_whose_role_changes(command: Command, hub: Company) -> None:
    """Each person with the old and the new role."""
    role = "arn:aws:iam::222222222222:role/studio-hub/Analyst"
    _, out, _ = command("mappings", "set", *SCIENTISTS, "--role-arn", role)

    assert "~ ada  Scientist -> Analyst, because of scientists" in out


def test_set_pins_the_group_that_has_the_name_now(command: Command, hub: Company) -> None:
    """Only if it is told to: that is how a group that was created anew is confirmed."""
    group = hub.aws.services.identity_store.find_group("scientists")
    command("mappings", "set", *SCIENTISTS, "--priority", "7", "--yes")
    unpinned = row(hub, "scientists").get("group_id")
    code, _, _ = command("mappings", "set", *SCIENTISTS, "--pin", "--yes")

    assert code == 0
    assert group is not None
    assert (unpinned, row(hub, "scientists")["group_id"]) == (None, group.group_id)


def test_remove_shows_whom_it_concerns(command: Command, hub: Company) -> None:
    """Who loses what, and what the hub would hold."""
    code, out, _ = command("mappings", "remove", *SCIENTISTS)

    assert code == 2
    assert "of them held" in out
    assert "! ada  loses Scientist: no mapping grants it; kept suspended 7 days; held:" in out
    assert row(hub, "scientists")


def test_a_row_that_changed_meanwhile_is_not_written_over(hub: Company) -> None:
    """Neither changed nor removed nor added: whoever wrote it has not been seen.

    What was not done is not in the audit trail.
    """
    client = boto3.client("dynamodb", region_name=HUB_REGION)
    application = Application(client, MAPPINGS, LEDGER)
    seen = row(hub, "scientists")
    hub.aws.put_mapping({**seen, "priority": 3})
    entry = new_entry("arn:aws:iam::111111111111:user/kim", OperatorAction.SET_MAPPING)
    table, ledger = hub.aws.rows(MAPPINGS), hub.ledger()
    changes = (
        RowChange(seen, {**seen, "priority": 9}),
        RowChange(seen, None),
        RowChange(None, seen),
    )

    assert [application.write(change, entry) for change in changes] == [False, False, False]
    assert hub.aws.rows(MAPPINGS) == table
    assert hub.ledger() == ledger


def test_nothing_is_written_without_the_audit_trail(
    command: Command, hub: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the ledger is not known the change is shown, and refused with --yes."""
    monkeypatch.delenv("STUDIO_HUB_LEDGER_TABLE")
    change = "mappings", "set", *SCIENTISTS, "--priority", "7"
    dry, shown, _ = command(*change)
    code, _, err = command(*change, "--yes")

    assert (dry, code) == (2, 1)
    assert "priority 100 -> 7" in shown
    assert "give --ledger, or STUDIO_HUB_LEDGER_TABLE" in " ".join(err.split())
    assert "priority" not in row(hub, "scientists")


def test_the_audit_trail_says_what_the_row_was_and_is(command: Command, hub: Company) -> None:
    """Of a removed row too: its attributes are nowhere else afterwards. With the reason."""
    set_ = "mappings", "set", *SCIENTISTS, "--priority", "7", "--reason", "a reorganisation"
    command(*set_, "--yes")
    command("mappings", "remove", *SCIENTISTS, "--yes")
    shown = command("history", "--target", PLACE)[1]

    assert hub.roles()
    assert f"    scientists -> {PLACE}: priority 100 -> 7; because: a reorganisation" in shown
    removed = next(line for line in shown.splitlines() if "priority 7" in line)
    assert removed.startswith(f"    scientists -> {PLACE}: execution_role_arn Scientist")
    assert "retention_days 7" in removed
