"""`--json`: what a command did or would do, for programs."""

import json
from collections.abc import Callable
from typing import Any

from operators import PLACE, Company

Command = Callable[..., tuple[int, str, str]]


def result(command: Command, *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = command(*arguments, "--json")
    plain: dict[str, Any] = json.loads(out)
    return code, plain


def test_keep_and_protect_tell_the_state_and_whether_they_changed_it(
    hub: Company, command: Command
) -> None:
    """The state is that after the command; without --yes nothing is ended."""
    ada = hub.user_id("ada")

    code, kept = result(command, "keep", "ada", "--days", "3")
    assert (code, kept["user_id"], kept["changed"]) == (0, ada, True)
    code, same = result(command, "keep", "ada", "--days", "0")
    assert (code, same) == (2, kept | {"changed": False})
    ended = {"user_id": ada, "kept_until": None, "changed": True}
    assert result(command, "keep", "ada", "--days", "0", "--yes") == (0, ended)
    protected = {"whom": ada, "protected": True, "changed": True}
    assert result(command, "protect", "ada") == (0, protected)
    assert result(command, "protect", "ada", "--off") == (2, protected | {"changed": False})
    off = {"whom": ada, "protected": False, "changed": True}
    assert result(command, "protect", "ada", "--off", "--yes") == (0, off)
    assert result(command, "protect", "ada", "--off") == (0, off | {"changed": False})


def test_a_pause_is_told_the_same_way_by_every_command(hub: Company, command: Command) -> None:
    """A second pause exits 0: the hub is paused, by whoever was first."""
    assert hub.roles()

    code, first = result(command, "pause", "--reason", "an audit")
    assert (code, first["changed"], first["paused"]["reason"]) == (0, True, "an audit")
    assert result(command, "pause", "--reason", "more") == (0, first | {"changed": False})
    assert result(command, "resume") == (2, {"paused": first["paused"], "resumed": False})
    assert result(command, "sweep") == (3, {"queued": False, "paused": first["paused"]})
    assert command("status", "--json")[1].count('"reason": "an audit"') == 1
    code, over = result(command, "resume", "--yes")
    assert (code, over["resumed"], over["paused"]) == (0, True, None)
    assert result(command, "resume", "--yes") == (0, {"paused": None, "resumed": False})
    assert result(command, "sweep", "--target", PLACE) == (0, {"queued": True, "in_seconds": 0})


def test_a_changed_row_is_told_with_its_numbers(hub: Company, command: Command) -> None:
    """The row before and after, and whether it was written."""
    assert hub.roles()
    row = "--group", "leads", "--target", PLACE

    code, plain = result(command, "mappings", "set", *row, "--priority", "7")
    assert (code, plain["written"]) == (2, False)
    assert (plain["before"]["priority"], plain["after"]["priority"]) == (10, 7)
    code, plain = result(command, "mappings", "remove", *row, "--yes")
    assert (code, plain["written"], plain["after"]) == (0, True, None)
    assert [each["group"] for each in json.loads(command("mappings", "export", "--json")[1])] == [
        "scientists"
    ]
