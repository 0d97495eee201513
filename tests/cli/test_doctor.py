"""`doctor`: the checks of targets, made by the hub itself, for an operator without rights there."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from operators import PLACE, Command, Company, company

from simulator.faults import Fault

OTHER = "222222222222/eu-west-1/d-other"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Company]:
    """Deploy a hub that works while the operator waits."""
    with company(monkeypatch, tmp_path) as deployed:
        monkeypatch.setattr(time, "sleep", deployed.aws.wait)
        yield deployed


def test_a_target_as_it_is_shipped_has_nothing_to_do(hub: Company, command: Command) -> None:
    """Every check is shown with what it found."""
    code, out, err = command("doctor", "--target", PLACE)

    assert hub.aws.dead_letters() == 0
    assert (code, "0 failed, 0 unknown" in err) == (0, True)
    for each in ("reader-role", "default-role", "role Scientist", "quota", "stack-version"):
        assert each in out


def test_what_failed_comes_first_with_its_remedy(hub: Company, command: Command) -> None:
    """And the exit code says that there is something to do."""
    hub.aws.services.studio.missing_roles.add("arn:aws:iam::222222222222:role/studio-hub/Lead")
    code, out, _ = command("doctor", "--target", PLACE)
    again, told, _ = command("doctor", "--target", PLACE, "--json")
    (target,) = json.loads(told)["targets"]

    lines = out.splitlines()
    assert (code, again) == (2, 2)
    assert [*lines[2].split()] == ["failed", "role", "Lead", "it", "does", "not", "exist"]
    assert "make the roles" in lines[3]
    assert target["target"] == PLACE
    assert [each["id"] for each in target["checks"] if each["result"] == "failed"] == ["role Lead"]


def test_the_roles_of_a_pattern_row_are_checked(hub: Company, command: Command) -> None:
    """Each that it gives a group which there is; one that does not exist is not given."""
    hub.aws.services.studio.missing_roles.add("arn:aws:iam::222222222222:role/studio-hub/Ml-b")
    hub.play("map", group="ml-*", target=PLACE, role="Ml-*", priority=5)
    hub.play("create_group", group="ml-a", users=["ada"])
    hub.play("create_group", group="ml-b", users=["bob"])
    code, out, _ = command("doctor", "--target", PLACE, "--json")
    (target,) = json.loads(out)["targets"]
    results = {each["id"]: each["result"] for each in target["checks"]}

    assert code == 2
    assert (results["role Ml-a"], results["role Ml-b"]) == ("ok", "failed")
    assert (hub.roles()["ada"], hub.roles()["bob"]) == ("ada Ml-a", "bob Scientist")


def test_it_is_readable_at_80_columns(
    hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long remedy is wrapped, not cut."""
    hub.aws.services.studio.missing_roles.add("arn:aws:iam::222222222222:role/studio-hub/Lead")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = command("doctor", "--target", PLACE)

    assert max(map(len, re.sub(r"\x1b\[\d*m", "", out).splitlines())) <= 80
    assert "spoke stack" in " ".join(out.split())


def test_without_a_target_all_are_checked(hub: Company, command: Command) -> None:
    """Those that a sweep has seen in rows, also one whose domain does not exist."""
    hub.play("map", group="leads", target=OTHER, role="Lead")
    hub.aws.sweep()
    hub.aws.run()
    code, out, err = command("doctor")

    assert code == 2
    assert f"{PLACE}: checked" in out
    assert f"{OTHER}: checked" in out
    assert "there is no such domain" in out
    assert "2 of 2 targets checked" in err


def test_last_results_are_shown_with_their_age(hub: Company, command: Command) -> None:
    """Nothing is queued, and a target that was never checked is something to do."""
    never, nothing, _ = command("doctor", "--target", OTHER, "--no-wait")
    command("doctor", "--target", PLACE)
    hub.aws.wait(2 * 3600)
    calls = hub.aws.gateway.calls.copy()
    code, out, _ = command("doctor", "--target", PLACE, "--no-wait")

    assert (never, nothing) == (2, f"{OTHER}: never checked\n\n")
    assert (code, "2 h 0 min ago" in out) == (0, True)
    assert hub.aws.gateway.calls == calls


def test_results_that_stay_away_are_an_error(hub: Company, command: Command) -> None:
    """It names the targets, and what to do."""
    hub.aws.gateway.faults.append(
        Fault("sagemaker", "DescribeDomain", "ThrottlingException", every=1)
    )
    code, _, err = command("doctor", "--target", PLACE, "--timeout", "20")

    assert code == 1
    assert f"no results after 20 s of {PLACE}" in err
    assert "--no-wait" in err


def test_a_paused_hub_checks_nothing(hub: Company, command: Command) -> None:
    """The last results can be shown, of the same target."""
    command("pause", "--reason", "a test")
    code, _, err = command("doctor", "--target", PLACE)
    every = command("doctor")

    assert (code, every[0]) == (3, 3)
    assert f"The last results:  studio-hub doctor --target {PLACE} --no-wait\n" in err
    assert "The last results:  studio-hub doctor --no-wait\n" in every[2]
    assert "assumed-role/Operator/" in err
    assert command("doctor", "--target", PLACE, "--no-wait")[0] == 0
    assert hub.aws.dead_letters() == 0


def test_an_impossible_target_is_an_error(hub: Company, command: Command) -> None:
    """It says what a target looks like."""
    code, _, err = command("doctor", "--target", "nowhere")

    assert hub.aws.dead_letters() == 0
    assert (code, "is not a target" in err) == (1, True)
