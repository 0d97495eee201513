"""What every command is held to: the audit trail of what it changes, and a pause that it names."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
import typer
from operators import PLACE, Company
from typer.main import get_command

from cli.main import app
from simulator.embedded_aws import HUB_REGION
from simulator.setup import MAPPINGS

Command = Callable[..., tuple[int, str, str]]
Arguments = Callable[[Company, Command, Path], Sequence[str]]
TYPO = PLACE.replace("d-one", "d-onne")
NEW = "444444444444/eu-west-1/d-new"
SCIENTISTS = "--group", "scientists", "--target", PLACE


def words(*given: str) -> Arguments:
    """Return the arguments of a command for which nothing has to be there."""
    return lambda *_: given


def digest(hub: Company, command: Command, folder: Path) -> Sequence[str]:
    """Have removals held; return the digest of their hold."""
    del command, folder
    hub.leave("ada", "bob", "cyd")
    (found,) = (str(hold["digest"]) for hold in hub.operator.holds() if hold["approvable"])
    return (found,)


def file(hub: Company, command: Command, folder: Path) -> Sequence[str]:
    """Write a mappings file that changes a row."""
    del hub
    path = folder / "mappings.yaml"
    text = command("mappings", "export")[1]
    path.write_text(text.replace("priority: 10", "priority: 3"), encoding="utf-8")
    return (str(path),)


def plan(hub: Company, command: Command, folder: Path) -> Sequence[str]:
    """Write such a file and plan it; return the file and the digest."""
    (path,) = file(hub, command, folder)
    shown = command("mappings", "plan", path)[2]
    return path, "--digest", shown.split()[-1]


def gone(hub: Company, command: Command, folder: Path) -> Sequence[str]:
    """Have the hub know a target that has neither rows nor people any more."""
    del command, folder
    hub.aws.put_mapping({"group": "others", "target": NEW})
    hub.play("sweep")
    hub.aws.delete_mapping("others", NEW)
    hub.aws.run()
    return NEW, "--yes"


def paused(hub: Company, command: Command, folder: Path) -> Sequence[str]:
    del hub, folder
    command("pause")
    return ("--yes",)


WRITERS: Final[Mapping[str, Arguments]] = {
    "mappings add": words("--group", "others", "--target", PLACE, "--yes"),
    "mappings set": words(*SCIENTISTS, "--priority", "7", "--yes"),
    "mappings remove": words(*SCIENTISTS, "--yes"),
    "mappings apply": plan,
    "holds approve": digest,
    "holds reject": digest,
    "targets forget": gone,
    "adopt": words("eve", "--target", PLACE, "--spoke-profile", "spoke", "--yes"),
    "keep": words("ada", "--days", "3"),
    "protect": words("ada"),
    "sweep": words(),
    "pause": words(),
    "resume": paused,
}
READERS: Final[Mapping[str, Arguments]] = {
    "mappings list": words(),
    "mappings check": words(),
    "mappings export": words(),
    "mappings schema": words(),
    "mappings plan": file,
    "holds list": words(),
    "holds show": digest,
    "doctor": words("--no-wait"),
    "explain": words("ada"),
    "targets list": words(),
    "status": words(),
    "history": words(),
    "report": words("--json"),
}
# What they change is in a target, and in the history of that.
PLACES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("mappings add", "mappings set", "mappings remove", "mappings apply"), PLACE),
    **dict.fromkeys(("holds approve", "holds reject", "adopt"), PLACE),
    "targets forget": NEW,
}
# What stands before the target in a command that takes one.
OF_A_TARGET: Final[Mapping[str, Sequence[str]]] = {
    "history": ["--target"],
    "report": ["--json", "--target"],
    "explain": ["ada", "--target"],
    "doctor": ["--target"],
    "sweep": ["--target"],
    "targets forget": [],
    "adopt": ["eve", "--spoke-profile", "spoke", "--target"],
}
# A new row may name a new target; a row that is changed has to be there.
OF_A_ROW: Final = frozenset({"mappings add", "mappings set", "mappings remove"})
# They have an embedded AWS of their own.
SIMULATORS: Final = frozenset({"demo", "simulate"})


def commands_of(of: typer.Typer, *before: str) -> Iterator[str]:
    """Yield the words of every command."""
    for command in of.registered_commands:
        yield " ".join([*before, str(command.name)])
    for group in of.registered_groups:
        assert group.typer_instance
        yield from commands_of(group.typer_instance, *before, str(group.name))


def parsed(of: Any, *before: str) -> Iterator[tuple[Sequence[str], Any]]:  # noqa: ANN401 (click's)
    """Yield the words of every command, with its parameters as click has them."""
    for name, command in getattr(of, "commands", {}).items():
        yield from parsed(command, *before, name)
    if not hasattr(of, "commands"):
        yield before, of


def takes_target(command: Any) -> bool:  # noqa: ANN401 (click's)
    """Return whether a command has an option or an argument that names a target."""
    return any(
        "--target" in each.opts or getattr(each, "metavar", None) == "TARGET"
        for each in command.params
    )


def entries(hub: Company) -> list[Mapping[str, Any]]:
    """Return every entry of the audit trail."""
    return [row for row in hub.ledger() if row["pk"].startswith("audit#")]


def test_every_command_is_known_to_write_or_to_read() -> None:
    """A new one has to be put into one of the lists, and is then held to it."""
    known = [*WRITERS, *READERS, *SIMULATORS]

    assert sorted(commands_of(app)) == sorted(known)


@pytest.mark.parametrize("name", WRITERS)
def test_what_changes_something_leaves_one_entry_with_the_callers_arn(
    hub: Company, command: Command, tmp_path: Path, name: str
) -> None:
    """Only when it is done: without --yes none. `history` shows who it was, and by the target."""
    arguments = WRITERS[name](hub, command, tmp_path)
    before = entries(hub)
    if "--yes" in arguments:
        assert command(*name.split(), *arguments[:-1])[0] == 2
        assert entries(hub) == before
    code, _, _ = command(*name.split(), *arguments)
    (entry,) = (each for each in entries(hub) if each not in before)
    caller = boto3.client("sts", region_name=HUB_REGION).get_caller_identity()["Arn"]

    assert code == 0
    assert entry["by"] == caller
    assert entry.get("targets", []) == ([PLACES[name]] if name in PLACES else [])
    assert f"{entry['what']} by {caller}" in command("history")[1]


@pytest.mark.parametrize("mistyped", [TYPO, "d-on", ""], ids=["unknown", "malformed", "empty"])
@pytest.mark.parametrize("name", OF_A_TARGET)
def test_a_target_that_does_not_exist_is_an_error(
    hub: Company, command: Command, monkeypatch: pytest.MonkeyPatch, name: str, mistyped: str
) -> None:
    """The nearest that exists is named: somebody may have mistyped it."""
    monkeypatch.setattr(time, "sleep", hub.aws.wait)
    before = entries(hub)
    code, _, err = command(*name.split(), *OF_A_TARGET[name], mistyped)

    assert code == 1
    assert f"the nearest that it knows: {PLACE}" in " ".join(err.split())
    assert entries(hub) == before


def test_every_command_that_takes_a_target_is_given_a_wrong_one() -> None:
    """A new one has to be put into the list; rows are found by group and target together."""
    names = {
        " ".join(names) for names, command in parsed(get_command(app)) if takes_target(command)
    }

    assert names == {*OF_A_TARGET, *OF_A_ROW}


@pytest.mark.parametrize(
    ("words", "exits", "told"),
    [
        (("history", "--target", NEW), 0, "Nothing happened in that time"),
        (("report", "--json", "--target", NEW), 0, "Wrote 0 rows"),
        (("protect", f"{NEW}/ada"), 0, "is protected"),
        (("doctor", "--target", NEW), 2, "1 of 1 target checked"),
        (("explain", "ada", "--target", NEW), 0, "In sync"),
        (("sweep", "--target", NEW), 0, "Queued"),
        (("targets", "forget", NEW), 3, f"mapping rows name {NEW}"),
        (("adopt", "eve", "--target", NEW, "--spoke-profile", "spoke"), 1, "give --spoke-profile"),
    ],
    ids=lambda of: of[0] if isinstance(of, tuple) else "",
)
@pytest.mark.parametrize("group", ["others", "other-*"], ids=["group", "pattern"])
def test_a_target_is_known_as_soon_as_a_row_names_it(
    hub: Company,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    group: str,
    exits: int,
    told: str,
) -> None:
    """The hub has not scanned it yet, and no command has written the row."""
    monkeypatch.setattr(time, "sleep", hub.aws.wait)
    hub.aws.put_mapping({"group": group, "target": NEW})
    code, _, err = command(*words)

    assert code == exits
    assert told in err


@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "--target"),
        ("report", "--json", "--target"),
        ("history", "--target"),
        ("protect",),
    ],
    ids=lambda of: of[0],
)
def test_a_target_is_found_by_who_may_not_read_the_rows(
    hub: Company, command: Command, refuse: Callable[..., None], words: tuple[str, ...]
) -> None:
    """The nearest of those that the hub has scanned is named, and that it does not know all."""
    refuse("Scan", TableName=MAPPINGS)
    end = "/ada" if words == ("protect",) else ""
    known = command(*words, f"{PLACE}{end}")
    unknown = command(*words, f"{TYPO}{end}")

    assert hub.roles()
    assert (known[0], unknown[0]) == (0, 1)
    assert f"the nearest that it knows: {PLACE}" in " ".join(unknown[2].split())
    assert "note: targets that only mapping rows name are unknown: Acc" in unknown[2]
    assert "AWS says" not in unknown[2]
    assert "note" not in known[2]


def test_a_new_row_is_in_the_history_of_its_target(hub: Company, command: Command) -> None:
    """As soon as it is written, and after it is removed: the hub may never have scanned it."""
    row = "--group", "others", "--target", NEW, "--yes"
    command("mappings", "add", *row)
    added = command("history", "--target", NEW)
    command("mappings", "remove", *row)
    removed = command("history", "--target", NEW)

    assert [added[0], removed[0]] == [0, 0]
    assert "All 1 since" in added[2]
    assert "All 2 since" in removed[2]


def test_a_row_that_does_not_exist_is_an_error(hub: Company, command: Command) -> None:
    """The nearest rows are named, as the command takes them; nobody is protected by a mistake."""
    row = ("--group", "scientist", "--target", TYPO)
    changed = command("mappings", "set", *row, "--priority", "3", "--yes")
    removed = command("mappings", "remove", *row, "--yes")
    protected = command("protect", f"{TYPO}/ada")

    assert [changed[0], removed[0], protected[0]] == [1, 1, 1]
    for _, _, err in (changed, removed):
        assert f"a near one:  --group scientists --target {PLACE}" in err
    assert f"the nearest that it knows: {PLACE}" in " ".join(protected[2].split())
    assert entries(hub) == []


@pytest.mark.parametrize("name", [name for name in READERS if name != "mappings schema"])
def test_what_reads_says_that_the_hub_is_paused(
    hub: Company, command: Command, tmp_path: Path, name: str
) -> None:
    """By whom and why: what it shows or foretells may not happen before somebody resumes."""
    arguments = READERS[name](hub, command, tmp_path)
    command("pause", "--reason", "an audit")
    _, out, err = command(*name.split(), *arguments)
    caller = boto3.client("sts", region_name=HUB_REGION).get_caller_identity()["Arn"]

    said = " ".join(f"{out} {err}".split())
    assert "paused since" in said
    assert f"by {caller}: an audit" in said


@pytest.mark.parametrize("name", READERS)
def test_what_only_reads_leaves_no_entry(
    hub: Company, command: Command, tmp_path: Path, name: str
) -> None:
    """The trail holds what operators did, not what they saw."""
    arguments = READERS[name](hub, command, tmp_path)
    code, _, _ = command(*name.split(), *arguments)

    assert code in (0, 2)
    assert entries(hub) == []
