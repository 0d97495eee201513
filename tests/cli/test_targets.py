"""`studio-hub targets`: the Studio domains that the hub knows."""

import json
from collections.abc import Callable

from operators import PLACE, SPOKE, Company

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


def test_a_target_is_a_line_of_80_columns(hub: Company, command: Command) -> None:
    """The command says where to look next, and that the hub is paused."""
    assert hub.roles()
    command("pause")
    _, out, err = command("targets", "list")

    assert PLACE in out
    assert [line for line in out.splitlines() if len(line) > 80] == []
    assert "studio-hub status" in err
    assert "the hub is paused since" in err
