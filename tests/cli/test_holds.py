"""`holds`: pending approvals, each of which counts for exactly one set of users."""

import json
from collections.abc import Callable

import pytest
from operators import PLACE, Company

from cli import hold_decisions as decide
from cli.held_items import holds
from cli.hub_client import now
from shared.model import UserId

Command = Callable[..., tuple[int, str, str]]


def leave(hub: Company, *users: str) -> str:
    """Let more users leave than may in an hour, and return the digest of the hold."""
    hub.leave(*users)
    return digest(hub)


def digest(hub: Company) -> str:
    """Return the digest of the one open hold."""
    (found,) = (hold["digest"] for hold in hub.operator.holds() if hold["approvable"])
    return str(found)


def changes(hub: Company) -> int:
    return len(hub.aws.gateway.changes)


def test_a_hold_is_listed_shown_and_approved(hub: Company, command: Command) -> None:
    """The list names the digest, the digest shows the users, and an approval removes them."""
    name = leave(hub, "ada", "bob", "cyd")
    _, listed, what_next = command("holds", "list")
    _, shown, _ = command("holds", "show", name)
    before = changes(hub)
    code, _, said = command("holds", "approve", name)
    hub.aws.run()

    assert name in listed
    assert f"studio-hub holds show {name}" in what_next
    assert "cyd" in shown
    assert "no mapping grants it" in shown
    assert code == 0
    assert "Approved for 72 hours" in said
    assert changes(hub) > before
    assert hub.roles()["cyd"] == "cyd Suspended-eu-west-1"
    assert [each for each in hub.operator.holds() if each["approvable"]] == []


def test_showing_changes_nothing_in_studio(hub: Company, command: Command) -> None:
    """Listing and showing change no profile and no access."""
    name = leave(hub, "ada", "bob", "cyd")
    before = changes(hub), hub.roles()
    codes = [command("holds", "list")[0], command("holds", "show", name)[0]]
    hub.aws.run()

    assert codes == [0, 0]
    assert (changes(hub), hub.roles()) == before


def test_json_is_the_same_data(hub: Company, command: Command) -> None:
    """Every hold with its users; a user in no such hold has no digest, and a remedy."""
    name = leave(hub, "ada", "bob", "cyd")
    _, out, _ = command("holds", "list", "--json")
    _, one, _ = command("holds", "show", name, "--json")
    held, stuck = json.loads(out)

    assert held == json.loads(one)
    assert held["digest"] == name
    assert held["approvable"]
    assert [(each["user"], each["kind"]) for each in held["people"]] == [("cyd", "removal")]
    assert held["people"][0]["user_id"] == hub.user_id("cyd")
    assert (stuck["digest"], stuck["cause"], stuck["approvable"]) == (
        None,
        "has-unmanaged-profile",
        False,
    )
    assert "studio-hub adopt" in stuck["remedy"]


def test_who_left_a_hold_is_named_and_nobody_is_removed(hub: Company, command: Command) -> None:
    """An approval of another set of users is refused with the difference."""
    old = leave(hub, "ada", "bob", "cyd")
    hub.play("join", user="cyd", group="scientists")
    before = changes(hub)
    code, out, err = command("holds", "approve", old)
    hub.aws.run()

    assert code == 3
    assert "- cyd" in out
    assert "Refused" in err
    assert changes(hub) == before


def test_who_joined_a_hold_is_named(hub: Company, command: Command) -> None:
    """The old digest stands for its own users: the new one has to be reviewed."""
    old = leave(hub, "ada", "bob", "cyd")
    command(
        "adopt",
        "eve",
        "--target",
        "222222222222/eu-west-1/d-one",
        "--spoke-profile",
        "spoke",
        "--yes",
    )
    hub.aws.run()
    new = leave(hub, "eve")
    code, out, err = command("holds", "approve", old)
    as_json = json.loads(command("holds", "approve", old, "--json")[1])

    assert code == 3
    assert "+ eve  joined the hold" in out
    assert f"studio-hub holds show {new}" in err
    assert as_json["now"] == new
    assert (as_json["joined"], as_json["left"]) == (["eve"], [])
    assert hub.roles()["cyd"] == "cyd Scientist"


def test_a_changed_disruption_is_not_approved(hub: Company) -> None:
    """Another operator decides between reading and writing: the approval then applies to nobody."""
    leave(hub, "ada", "bob", "cyd")
    hub_client = hub.operator.hub_client
    (hold,) = holds(hub_client, now())
    hub_client.limits.release(hold.target, hold.users)
    refused = decide.approve(hub_client, hold)

    assert refused is not None
    assert refused.left == ("cyd",)
    assert hub_client.limits.state(hold.target).held == {}


def test_an_approval_that_applied_to_some_is_not_undone(hub: Company) -> None:
    """Who was approved before the set had changed is removed; the rest stay held."""
    leave(hub, "ada", "bob", "cyd")
    hub.play("join", user="dan", group="others")
    hub_client = hub.operator.hub_client
    (hold,) = holds(hub_client, now())
    (first,) = hold.disruptions
    second = first._replace(
        disruption=first.disruption._replace(user_id=UserId(hub.user_id("dan")))
    )
    hub_client.limits.hold(hold.target, [second._replace(cause="another")])
    refused = decide.approve(hub_client, hold._replace(disruptions=(first, second)))
    hub.aws.run()

    assert refused is not None
    assert refused.decided == ("cyd",)
    assert hub.roles()["cyd"] == "cyd Suspended-eu-west-1"
    assert [each["cause"] for each in hub.operator.holds() if each["digest"]] == ["another"]


def test_an_unknown_digest_is_an_error_that_lists_the_open_ones(
    hub: Company, command: Command
) -> None:
    """For every command that takes one."""
    name = leave(hub, "ada", "bob", "cyd")
    for word in ("show", "approve", "reject"):
        code, out, err = command("holds", word, "00000000")

        assert (code, out) == (1, "")
        assert f"'00000000'; open holds: {name}" in err


def test_a_rejected_user_keeps_everything_and_may_be_approved_later(
    hub: Company, command: Command
) -> None:
    """A rejected hold is no open one; `list --all` shows it, and its digest approves it."""
    name = leave(hub, "ada", "bob", "cyd")
    code, _, _ = command("holds", "reject", name)
    hub.play("sweep")
    kept = hub.roles()["cyd"]
    open_ = json.loads(command("holds", "list", "--json")[1])
    (rejected,) = (
        each
        for each in json.loads(command("holds", "list", "--all", "--json")[1])
        if each["cause"] == "rejected"
    )
    approved, _, _ = command("holds", "approve", rejected["digest"])
    hub.aws.run()

    assert (code, approved) == (0, 0)
    assert kept == "cyd Scientist"
    assert [each for each in open_ if each["approvable"]] == []
    assert hub.roles()["cyd"] == "cyd Suspended-eu-west-1"


def test_a_second_approval_finds_nothing_left(hub: Company, command: Command) -> None:
    """It is refused and names who is not held any more; nothing is done."""
    name = leave(hub, "ada", "bob", "cyd")
    command("holds", "approve", name)
    at_once = command("holds", "approve", name)
    hub.aws.run()
    before = changes(hub)
    later = command("holds", "approve", name)
    hub.aws.run()

    assert (at_once[0], later[0]) == (3, 3)
    assert "cyd  already approved or rejected" in at_once[1]
    assert f"Refused: {name} is approved already in {PLACE}" in at_once[2]
    assert "are not held for this any more" in later[2]
    assert changes(hub) == before


@pytest.mark.parametrize("again", ["approve", "reject"])
def test_a_rejected_digest_is_reported_as_rejected(
    hub: Company, command: Command, again: str
) -> None:
    """The same users have another digest since: `list --all` has it."""
    name = leave(hub, "ada", "bob", "cyd")
    command("holds", "reject", name)
    code, _, said = command("holds", again, name)

    assert code == 3
    assert f"Refused: {name} was rejected" in said
    assert "studio-hub holds list --all" in said


def test_an_empty_list_of_approvals_is_reported(hub: Company, command: Command) -> None:
    """What cannot be approved has its remedy in the last line."""
    code, out, err = command("holds", "list")

    assert code == 0
    assert "eve" in out
    assert "None of these can be approved" in err
    assert "studio-hub adopt" in err


@pytest.mark.parametrize("word", ["show", "approve", "reject"])
def test_a_digest_is_needed(hub: Company, command: Command, word: str) -> None:
    """Without one nothing is done, and the help is named."""
    code, _, err = command("holds", word)

    assert code == 1
    assert f"studio-hub holds {word} --help" in err
