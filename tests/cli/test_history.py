"""`studio-hub history`: what happened, and who did it, in one order."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from operators import PLACE, Company

from cli.arguments import age_of, parse_since
from hub.runtime.decisions.audit import OperatorAction
from shared.model import Target
from shared.storage import LEDGER_BY_MONTH
from simulator.faults import Fault

Command = Callable[..., tuple[int, str, str]]
OPERATOR = "assumed-role/Operator/"


def listed(command: Command, *options: str) -> list[dict[str, Any]]:
    code, out, _ = command("history", "--json", *options)
    assert code == 0
    found: list[dict[str, Any]] = json.loads(out)
    return found


def whats(found: list[dict[str, Any]]) -> list[str]:
    return [each["what"] for each in found]


def test_events_and_actions_are_one_history(hub: Company, command: Command) -> None:
    """The newest is the last; each action names the caller, the reason and the users."""
    command("keep", "ada", "--days", "3", "--reason", "on leave")
    hub.leave("bob")
    command("protect", f"{PLACE}/cyd")
    found = listed(command)

    assert [each["at"] for each in found] == sorted(each["at"] for each in found)
    assert "Profile Created" in whats(found)
    assert whats(found)[-3:] == ["keep", "Profile Suspended", "protect"]
    keep = found[-3]
    assert OPERATOR in keep["by"]
    assert (keep["kind"], keep["reason"]) == ("operator", "on leave")
    assert keep["users"] == [hub.user_id("ada")]
    assert (found[-1]["targets"], found[-1]["subject"]) == ([PLACE], "profile cyd")
    assert found[-2]["by"] is None


def test_a_history_is_of_one_user_or_target_or_time(hub: Company, command: Command) -> None:
    """What an approval approved is in the history of each of its users."""
    hub.leave("ada", "bob", "cyd")
    waits = json.loads(command("holds", "list", "--json")[1])
    (digest,) = (each["digest"] for each in waits if each["digest"])
    command("holds", "approve", digest, "--reason", "a reorganisation")
    hub.aws.run()
    command("pause", "--reason", "an audit")

    cyd = listed(command, "--user", "cyd")
    assert whats(cyd)[-1] == "Profile Suspended"
    assert "approve" in whats(cyd)
    assert "approve" not in whats(listed(command, "--user", "ada"))
    assert "pause" not in whats(listed(command, "--target", PLACE))
    assert {"approve", "Profile Created"} <= {*whats(listed(command, "--target", PLACE))}
    assert whats(listed(command, "--limit", "1")) == ["pause"]
    assert listed(command, "--since", "2001-01-01", "--user", "cyd") == cyd


def test_a_history_is_readable(hub: Company, command: Command) -> None:
    """A line says when, what and who; the next one whom, where and why; a pause is named."""
    command("pause", "--reason", "an audit")
    code, out, err = command("history")

    assert code == 0
    assert "pause by arn:aws:sts::" in out
    assert "    because: an audit" in out
    assert f"    create ada with Scientist, because scientists; in {PLACE}" in out
    assert "the hub is paused since" in err


def test_an_action_names_its_users(hub: Company, command: Command) -> None:
    """As the ledger does; by the id who has no record. JSON has the ids."""
    dan = hub.user_id("dan")
    command("protect", "ada")
    command("protect", dan)
    _, out, _ = command("history")

    assert "\n    ada\n" in out
    assert f"\n    {dan}\n" in out
    ids = [each["users"] for each in listed(command) if each["what"] == "protect"]
    assert sorted(ids) == sorted([[hub.user_id("ada")], [dan]])


def test_an_action_in_several_targets_is_in_the_history_of_each(
    hub: Company, command: Command
) -> None:
    """A line names the first three; JSON has them all."""
    places = [PLACE, *(f"444444444444/eu-west-1/d-{name}" for name in ("two", "three", "four"))]
    with hub.operator.hub_client.audited(
        OperatorAction.APPLY, targets=map(Target.parse, places), subject="plan 7f3a9c21"
    ):
        pass
    found = listed(command, "--target", PLACE)[-1]
    _, out, _ = command("history")

    assert (found["subject"], found["targets"]) == ("plan 7f3a9c21", sorted(places))
    assert f"plan 7f3a9c21; in {', '.join(sorted(places)[:3])} and 1 more\n" in out


def test_what_the_bus_refused_is_found_by_its_remedy(hub: Company, command: Command) -> None:
    """The problem names the command that shows the events which were not published."""
    hub.aws.gateway.faults.append(Fault("events", "PutEvents", "InternalFailure", every=1))
    hub.leave("ada")
    told = [
        entry
        for entry in hub.aws.lambdas.log
        if (entry.get("message"), entry.get("kind")) == ("PROBLEM", "event-not-published")
    ]

    assert told
    assert "studio-hub history;" in told[-1]["remedy"]
    assert "Profile Suspended" in whats(listed(command, "--user", "ada"))


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--since", "yesterday", "write an age (30m, 12h, 2d, 3w)"),
        ("--target", PLACE.replace("d-one", "d-onne"), f"the nearest that it knows: {PLACE}"),
        ("--user", "aada", "similar names: ada"),
    ],
)
def test_a_wrong_option_says_what_is_right(
    hub: Company, command: Command, option: str, value: str, told: str
) -> None:
    """The error names the nearest known name."""
    assert hub.roles()
    code, out, err = command("history", option, value)

    assert (code, out) == (1, "")
    assert told in " ".join(err.split())


def test_an_unknown_target_is_refused_before_any_event_is_read(
    hub: Company, command: Command, refuse: Callable[..., None]
) -> None:
    """There may be the events of 400 days."""
    assert hub.roles()
    refuse("Query", IndexName=LEDGER_BY_MONTH)
    known = command("history", "--target", PLACE)
    unknown = command("history", "--target", PLACE.replace("d-one", "d-onne"))

    assert "AWS says: AccessDeniedException" in known[2]
    assert f"the nearest that it knows: {PLACE}" in " ".join(unknown[2].split())


def test_a_forgotten_target_has_its_history(hub: Company, command: Command) -> None:
    """Also of a time in which nothing happened there: who forgot it is in the audit trail."""
    new = "444444444444/eu-west-1/d-new"
    hub.aws.put_mapping({"group": "others", "target": new})
    hub.play("sweep")
    hub.aws.delete_mapping("others", new)
    hub.aws.run()
    forgotten, _, _ = command("targets", "forget", new, "--yes")
    hub.aws.wait(7200)
    recent = command("history", "--target", new, "--since", "1h", "--json")

    assert forgotten == 0
    assert (recent[0], json.loads(recent[1])) == (0, [])
    assert "forget target" in whats(listed(command, "--target", new))


def test_a_time_is_an_age_or_a_date() -> None:
    """A date without an offset is UTC."""
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)

    assert parse_since("2d", now) == now - timedelta(days=2)
    assert parse_since("90m", now) == now - timedelta(minutes=90)
    assert parse_since("2026-11-26", now) == datetime(2026, 11, 26, tzinfo=UTC)
    assert parse_since("2026-11-26T02:00+02:00", now) == datetime(2026, 11, 26, tzinfo=UTC)
    assert [age_of(each) for each in (5, 300, 7200, 200_000)] == [
        "5 s",
        "5 min",
        "2 h 0 min",
        "2 d 7 h",
    ]
