"""`keep`, `protect` and `pause`: the hub removes less."""

from collections.abc import Callable

import pytest
from operators import PLACE, Company

Command = Callable[..., tuple[int, str, str]]


def test_a_kept_user_loses_nothing_until_the_keep_ends(hub: Company, command: Command) -> None:
    """A keep applies at once; ending it needs --yes, and the next sweep goes on."""
    kept, _, said = command("keep", "ada", "--days", "2")
    hub.leave("ada")
    while_kept = hub.roles()["ada"]
    asked, _, _ = command("keep", "ada", "--days", "0")
    still = hub.operator.hub_client.state().kept
    ended, _, _ = command("keep", "ada", "--days", "0", "--yes")
    hub.play("sweep")

    assert (kept, asked, ended) == (0, 2, 0)
    assert "No profile of ada is removed until" in said
    assert f"studio-hub keep {hub.user_id('ada')} --days 0 --yes" in said
    assert while_kept == "ada Scientist"
    assert still
    assert hub.roles()["ada"] == "ada Suspended-eu-west-1"


def test_a_keep_expires(hub: Company, command: Command) -> None:
    """After its days the next sweep removes what is not desired."""
    command("keep", hub.user_id("ada"), "--days", "1")
    hub.leave("ada")
    hub.play("wait", days=1)
    hub.play("sweep")

    assert hub.roles()["ada"] == "ada Suspended-eu-west-1"


@pytest.mark.parametrize("whom", ["ada", f"{PLACE}/ADA"])
def test_a_protected_user_or_profile_loses_nothing(
    hub: Company, command: Command, whom: str
) -> None:
    """A user in every target, or one profile in any spelling; --off needs --yes."""
    started, _, said = command("protect", whom)
    hub.play("join", user="ada", group="leads")
    hub.leave("ada")
    hub.play("leave", user="ada", group="leads")
    safe = hub.roles()["ada"]
    asked, _, _ = command("protect", whom, "--off")
    ended, _, _ = command("protect", whom, "--off", "--yes")
    hub.play("sweep")

    assert (started, asked, ended) == (0, 2, 0)
    assert "--off --yes" in said
    assert safe == "ada Scientist"
    assert hub.roles()["ada"] == "ada Suspended-eu-west-1"


def test_what_is_over_already_is_no_error(hub: Company, command: Command) -> None:
    """For a user who is neither kept nor protected, nothing is done."""
    before = hub.ledger()
    codes = [
        command("keep", "ada", "--days", "0", "--yes")[0],
        command("protect", "ada", "--off", "--yes")[0],
    ]

    assert codes == [0, 0]
    assert hub.ledger() == before


def test_a_pause_stops_all_at_once_and_nothing_is_lost(hub: Company, command: Command) -> None:
    """Status shows the reason; resuming finds what happened meanwhile."""
    paused, _, said = command("pause", "--reason", "an audit")
    hub.leave("ada")
    while_paused = hub.roles()["ada"]
    _, why, _ = command("resume")
    command("resume", "--yes")
    hub.play("wait", minutes=20)

    assert paused == 0
    assert "studio-hub resume --yes" in said
    assert while_paused == "ada Scientist"
    assert "an audit" in why
    assert hub.roles()["ada"] == "ada Suspended-eu-west-1"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("keep", "nobody", "--days", "1"), "no user in the ledger is called 'nobody'"),
        (("keep", "ada"), "Missing option '--days'"),
        (("keep", "ada", "--days", "-1"), "greater than or equal to 0"),
        (("keep", "ada", "--days", "4000"), "less than or equal to 3650"),
        (("keep", "ada", "--days", "soon"), "a valid integer"),
        (("protect", f"{PLACE}/"), "no user in the ledger is called"),
        (("protect",), "Missing argument"),
    ],
)
def test_an_unknown_user_is_an_error(
    hub: Company, command: Command, arguments: tuple[str, ...], told: str
) -> None:
    """The error says what to give instead, and nothing is written."""
    before = hub.ledger()
    code, _, err = command(*arguments)

    assert code == 1
    assert told in " ".join(err.split())
    assert hub.ledger() == before


def test_a_name_that_the_ledger_knows_is_enough_for_a_sweep(hub: Company, command: Command) -> None:
    """A user who left without an event is reconciled by name."""
    hub.play("leave", user="ada", group="scientists", via="none")
    before = hub.roles()["ada"]
    code, _, _ = command("sweep", "--user", "ADA")
    hub.aws.run()

    assert code == 0
    assert (before, hub.roles()["ada"]) == ("ada Scientist", "ada Suspended-eu-west-1")
