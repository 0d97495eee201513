"""`explain`: why a user has what they have, what the next reconcile does, and no write at all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from operators import PLACE, SPOKE, Company

from simulator.faults import Call

Command = Callable[..., tuple[int, str, str]]
NOBODY = "a3d46882-6071-7063-2f5e-91b4c7d80e21"
_READS = ("Describe", "Get", "List", "Query", "Scan", "AssumeRole")


def explained(command: Command, *words: str) -> tuple[int, dict[str, Any]]:
    code, text, _ = command("explain", *words, "--json")
    return code, json.loads(text)


def test_it_says_what_a_user_has_and_why(hub: Company, command: Command) -> None:
    """State, role and dates in every target, each row with its answer, and protection."""
    hub.play("join", user="ada", group="leads")
    command("protect", "ada")
    code, out, _ = command("explain", "ada")
    _, shown = explained(command, hub.user_id("ada"))
    (place,) = shown["targets"]

    assert code == 0
    assert "> yes     leads (10) Lead: the user is in the group" in out
    assert "Protected" in out
    assert (shown["user"], shown["user_id"]) == ("ada", hub.user_id("ada"))
    assert shown["protected"]
    assert (place["target"], place["state"], place["access"]) == (PLACE, "active", "assigned")
    assert place["role_arn"].endswith("/Lead")
    assert [(row["group"], row["applies"], row["wins"]) for row in place["rows"]] == [
        ("leads", "yes", True),
        ("scientists", "yes", False),
    ]
    assert place["next"]["in_sync"]


def test_it_says_what_a_removal_waits_for(hub: Company, command: Command) -> None:
    """The digest of the hold for a held user; the date of deletion for a suspended one."""
    hub.leave("ada", "bob", "cyd")
    (hold,) = (each for each in hub.operator.holds() if each["approvable"])
    code, held, what_next = command("explain", "cyd")
    _, shown = explained(command, "cyd")
    settled, suspended, _ = command("explain", "ada")

    assert (code, settled) == (2, 0)
    assert f"studio-hub holds approve {hold['digest']}" in held
    assert f"studio-hub holds show {hold['digest']}" in what_next
    assert shown["targets"][0]["hold"]["digest"] == hold["digest"]
    assert "suspended since" in suspended
    assert "deletion 2026-01-12" in suspended


def test_the_last_line_is_what_helps(hub: Company, command: Command) -> None:
    """The remedy of what is in the way; a sweep where something is to do; else why not."""
    _, blocked, remedy = command("explain", "eve")
    hub.play("leave", user="ada", group="scientists", via="none")
    _, _, sweep = command("explain", "ada")
    _, _, rows = command("explain", "dan")

    assert "studio-hub adopt" in blocked
    assert "Follow the remedy" in remedy
    assert f"studio-hub sweep --user {hub.user_id('ada')}" in sweep
    assert f"studio-hub explain {hub.user_id('dan')} --target TARGET" in rows


def test_it_foretells_the_next_reconcile(hub: Company, command: Command) -> None:
    """Without a right in the spoke by the ledger, and says so; then that is what happens."""
    hub.play("leave", user="ada", group="scientists", via="none")
    code, out, _ = command("explain", "ada")
    _, by_ledger = explained(command, "ada")
    _, observed = explained(command, "ada", "--spoke-profile", "spoke")
    command("sweep", "--user", "ada")
    hub.aws.run()

    assert code == 2
    assert "revoke access of ada" in out
    assert f"By the ledger alone, not by Studio, in account {SPOKE}" in out
    for shown, read in ((by_ledger, False), (observed, True)):
        (place,) = shown["targets"]
        assert [each["action"] for each in place["next"]["actions"]] == ["Revoke", "Suspend"]
        assert place["read_in_studio"] is read
    assert hub.roles()["ada"] == "ada Suspended-eu-west-1"


def test_it_reads_studio_also_where_all_seems_right(hub: Company, command: Command) -> None:
    """With --observe a profile that was deleted by hand is made again."""
    hub.play("by_hand", delete="ada", target=PLACE)
    quick, _ = explained(command, "ada", "--spoke-profile", "spoke")
    code, shown = explained(command, "ada", "--spoke-profile", "spoke", "--observe")

    assert (quick, code) == (0, 2)
    assert shown["targets"][0]["next"]["actions"][0]["action"] == "Create"


def test_somebody_the_hub_never_heard_of_is_explained(hub: Company, command: Command) -> None:
    """By name or id, in no mapped group, and with --target the rows that do not apply."""
    hub.play("create_user", name="fay", groups=["others"])
    codes = [command("explain", who)[0] for who in ("FAY", hub.user_id("fay"))]
    _, out, _ = command("explain", "fay", "--target", PLACE)
    _, shown = explained(command, "fay")

    assert codes == [0, 0]
    assert "leads, scientists: the user is not in the group" in out
    assert (shown["groups"], shown["targets"], shown["other_targets"]) == ([], [], [PLACE])


def test_a_pause_and_report_mode_are_said(
    hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They keep the hub from doing what is foretold; who paused it, since when and why."""
    command("pause", "--reason", "an audit")
    hub.leave("ada")
    monkeypatch.setenv("STUDIO_HUB_MODE", "report")
    code, out, what_next = command("explain", "ada")
    _, shown = explained(command, "ada")

    assert code == 2
    assert "The hub is paused since 20" in out
    assert "assumed-role/Operator/" in out
    assert ": an audit\n" in out
    assert shown["paused"]["reason"] == "an audit"
    assert "assumed-role/Operator/" in shown["paused"]["by"]
    assert shown["paused"]["since"].startswith("20")
    assert "Report mode" in out
    assert "studio-hub resume" in what_next


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("adda",),
            "nor the ledger knows a user called 'adda'; the nearest names: ",
        ),
        (("zzzzzz",), "none is alike"),
        ((NOBODY,), f"neither the directory nor the ledger knows a user {NOBODY}"),
        (("ada", "--target", "there"), "'there' is not a target"),
    ],
)
def test_an_unknown_user_or_target_is_an_error(
    hub: Company, command: Command, arguments: tuple[str, ...], told: str
) -> None:
    """The error names what is alike."""
    before = hub.ledger()
    code, _, err = command("explain", *arguments)

    assert code == 1
    assert told in " ".join(err.split())
    assert "adda" not in arguments or "ada" in err.rpartition("nearest")[2]
    assert hub.ledger() == before


def test_a_name_that_two_users_had_is_ambiguous(hub: Company, command: Command) -> None:
    """A recycled user name identifies nobody: the ids do."""
    first = hub.user_id("ada")
    hub.leave("ada")
    hub.play("delete_user", user="ada")
    hub.play("create_user", name="ada", groups=["scientists"])
    code, _, err = command("explain", "ada")

    assert code == 1
    assert first in err
    assert hub.user_id("ada") in err


def test_it_writes_nothing(hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a name that it resolves, nor an account that refuses it, nor a slot or a hold."""
    hub.play("create_group", group="dancers")
    hub.play("leave", user="ada", group="scientists", via="none")
    hub.aws.put_mapping({"group": "dancers", "target": PLACE})
    refused: list[str] = []

    def refuse(call: Call) -> None:
        if not call.operation.startswith(_READS):
            refused.append(call.operation)
            raise AssertionError(call.operation)

    for name, value in hub.aws.function_credentials("StudioHub-Operator").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(hub.aws.gateway, "before", refuse)
    calls = sum(hub.aws.gateway.calls.values())
    codes = [
        command("explain", who, "--observe", *more)[0]
        for who in ("ada", "bob", "cyd", "eve")
        for more in ((), ("--spoke-profile", "hubs-role"))
    ]

    assert codes == [2, 2, 0, 0, 0, 0, 2, 2]
    assert refused == []
    assert sum(hub.aws.gateway.calls.values()) > calls + 40
