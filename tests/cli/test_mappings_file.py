"""The mappings table as a reviewed file: export, plan and apply, as an operator runs them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import boto3
import pytest
from operators import LIMIT, PLACE, Company
from planned_company import silent

from cli.mapping_rows import read_rows
from cli.mappings.apply import Application
from cli.mappings.observe import Sources
from cli.mappings.parse import read
from cli.mappings.plan import Plan, make_plan
from cli.mappings.schema import SCHEMA_FILE
from simulator.embedded_aws import HUB_REGION
from simulator.setup import LEDGER, MAPPINGS

Command = Callable[..., tuple[int, str, str]]

# Few enough that one target needs several transactions.
MOST = 4
FRESH = "333333333333/eu-west-1/d-new"


class Killed(BaseException):
    """The process is gone: no handler of ours catches it."""


@dataclass
class KillingClient:
    """A DynamoDB client whose process is killed before or after one of its transactions."""

    client: Any
    dies_at: int
    when: str
    writes: int = 0

    def transact_write_items(self, *, TransactItems: object) -> None:  # noqa: N803 (the API's words)
        """Write, and die on the way."""
        self.writes += 1
        if self.writes == self.dies_at and self.when == "before":
            raise Killed
        self.client.transact_write_items(TransactItems=TransactItems)
        if self.writes == self.dies_at:
            raise Killed


@pytest.fixture
def file(command: Command, hub: Company, tmp_path: Path) -> Path:
    """Export the company's table into a file."""
    path = tmp_path / "mappings.yaml"
    path.write_text(command("mappings", "export")[1], encoding="utf-8")
    return path


def change(file: Path, *replaced: tuple[str, str]) -> None:
    """Edit a file as a person does."""
    text = file.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def plan(command: Command, file: Path) -> dict[str, object]:
    """Return the plan of a file."""
    return dict(json.loads(command("mappings", "plan", str(file), "--json")[1]))


def digest(command: Command, file: Path) -> str:
    """Return the digest of a file's plan."""
    return str(plan(command, file)["digest"])


def rows(hub: Company) -> list[dict[str, object]]:
    """Return the rows of the table, sorted."""
    return sorted(hub.aws.rows(MAPPINGS), key=lambda row: (row["group"], row["target"]))


def test_an_exported_table_is_a_file_with_nothing_to_do(command: Command, file: Path) -> None:
    """`plan` exits 0, and `apply` writes nothing, whatever the digest is."""
    assert f"$schema={SCHEMA_FILE}" in file.read_text(encoding="utf-8").splitlines()[0]
    assert command("mappings", "plan", str(file))[0] == 0
    code, _, err = command("mappings", "apply", str(file), "--digest", "00000000")
    assert (code, "Nothing to do" in err) == (0, True)


def test_the_plan_names_rows_and_people(command: Command, hub: Company, file: Path) -> None:
    """Who gains, who changes the role, who loses and would be held; the last line is the next."""
    change(file, ("role: Scientist", "role: Analyst"))
    file.write_text(
        file.read_text(encoding="utf-8") + f"- {{group: scientists, target: {FRESH}}}\n",
        encoding="utf-8",
    )
    code, out, err = command("mappings", "plan", str(file))
    found = plan(command, file)

    assert code == 2
    assert max(map(len, out.splitlines())) <= 80
    assert out.startswith("Rows    1 new, 1 changed, 0 removed; 3 afterwards\n")
    assert "People  4 gain, 3 change role, 0 lose" in out
    assert "~ ada  Scientist -> Analyst, because of scientists" in out
    assert "+ ada  gets Analyst, because of scientists" in out
    assert err.splitlines()[-1].endswith(
        f"studio-hub mappings apply {file} --digest {found['digest']}"
    )


def test_an_application_is_in_the_audit_trail(command: Command, hub: Company, file: Path) -> None:
    """Who applied which plan, where, and what became of it; also of one that was refused."""
    change(file, ("role: Scientist", "role: Analyst"))
    digest = plan(command, file)["digest"]
    command("mappings", "apply", str(file), "--digest", "00000000")
    command("mappings", "apply", str(file), "--digest", digest, "--reason", "a new role")
    entries = json.loads(command("history", "--target", PLACE, "--json")[1])

    # Both are of one virtual time.
    applied = (each for each in entries if each["what"] == "apply mappings")
    found = sorted(applied, key=lambda each: str(each["subject"]))
    assert [(each["subject"], each["outcome"]) for each in found] == [
        ("plan 00000000", "refused"),
        (f"plan {digest}", "done"),
    ]
    assert found[1]["reason"] == "a new role"
    assert found[1]["targets"] == [PLACE]
    assert f"plan {digest}; in {PLACE}; because: a new role" in command("history")[1]
    assert "assumed-role/Operator/" in found[1]["by"]
    assert hub.roles()


def test_a_removed_row_shows_what_the_limit_would_hold(
    command: Command, hub: Company, file: Path
) -> None:
    """With more leavers than the limit of two they are all held; law 12: so does the hub."""
    before = hub.roles()
    change(file, ("groups: [leads, scientists]", "group: leads"))
    change(file, ("  scientists: {role: Scientist}\n", ""))
    _, out, _ = command("mappings", "plan", str(file))
    applied = command("mappings", "apply", str(file), "--digest", digest(command, file))
    hub.aws.run()

    assert "of them held" in out
    assert "  ! bob  loses Scientist: no mapping grants it; kept suspended 7 days; held:" in out
    assert applied[0] == 0
    assert hub.roles() == before


def test_apply_refuses_what_has_changed_since(command: Command, hub: Company, file: Path) -> None:
    """Rows that others wrote, or people who joined: exit 3 with the plan as it is now."""
    change(file, ("role: Lead", "role: Boss"))
    agreed = digest(command, file)
    hub.aws.put_mapping({"group": "others", "target": PLACE, "priority": 3})
    table = rows(hub)
    code, out, err = command("mappings", "apply", str(file), "--digest", agreed)

    assert code == 3
    assert f"Refused: {agreed} stood for another plan" in err
    assert f"- others -> {PLACE}" in out
    assert rows(hub) == table

    hub.aws.delete_mapping("others", PLACE)
    hub.play("join", user="dan", group="leads")
    assert command("mappings", "apply", str(file), "--digest", agreed)[0] in {0, 3}


def test_a_refusal_names_what_changed_since_the_plan(
    command: Command, hub: Company, file: Path
) -> None:
    """With the plan of the digest: each row and each person that is new, other, or gone."""
    change(file, ("role: Lead", "role: Boss"))
    hub.play("join", user="ada", group="leads")
    seen = file.with_name("plan.json")
    seen.write_text(command("mappings", "plan", str(file), "--json")[1], encoding="utf-8")
    agreed = json.loads(seen.read_text(encoding="utf-8"))["digest"]
    hub.aws.put_mapping({"group": "others", "target": PLACE, "priority": 3})
    hub.play("leave", user="ada", group="leads")
    hub.play("join", user="bob", group="leads")
    words = "mappings", "apply", str(file), "--digest", agreed, "--plan", str(seen)
    code, _, err = command(*words)
    told = json.loads(command(*words, "--json")[1])["changed_since_plan"]

    assert code == 3
    lines = [line.strip() for line in err.splitlines() if line.startswith("  ")]
    assert lines == told
    assert [line.split(":")[0] for line in told] == [
        f"+ row of others in {PLACE}",
        f"- ada in {PLACE}",
        f"+ bob in {PLACE}",
    ]
    assert "earlier: role change, Lead -> Boss, because of leads" in told[1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"digest": "12345678"}', "is no plan: write it by"),
        ("[", "is no plan: write it by"),
        (
            '{"digest": "12345678", "rows": [], "people": [], "names": {}}',
            "has the digest 12345678, not 00000000",
        ),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_plan_that_is_none_is_an_error(
    command: Command, hub: Company, file: Path, text: str | None, told: str
) -> None:
    """Before anything is read or written."""
    seen = file.with_name("plan.json")
    if text is not None:
        seen.write_text(text, encoding="utf-8")
    before = hub.ledger()
    code, _, err = command(
        "mappings", "apply", str(file), "--digest", "00000000", "--plan", str(seen)
    )

    assert code == 1
    assert told in " ".join(err.split())
    assert hub.ledger() == before


def test_a_new_row_is_pinned(command: Command, hub: Company, file: Path) -> None:
    """By the id that the directory has; an unchanged row stays; the file is not written."""
    text = file.read_text(encoding="utf-8") + f"- {{group: others, target: {FRESH}}}\n"
    file.write_text(text, encoding="utf-8")
    code, _, _ = command("mappings", "apply", str(file), "--digest", digest(command, file))
    group = hub.aws.services.identity_store.find_group("others")
    ids = {row["group"]: row.get("group_id") for row in rows(hub)}

    assert code == 0
    assert group is not None
    assert ids == {"leads": None, "others": group.group_id, "scientists": None}
    assert file.read_text(encoding="utf-8") == text


def test_every_mistake_of_a_file_is_an_error_at_its_place(
    command: Command, hub: Company, tmp_path: Path
) -> None:
    """In the form that editors and CI understand; hidden characters are escapes."""
    path = tmp_path / "m.yaml"
    text = 'version: 1\nmappings:\n- {group: "a\\u200b*-*", target: x}\n'
    path.write_text(text, encoding="utf-8")
    code, out, err = command("mappings", "plan", str(path))

    assert (code, out) == (1, "")
    assert rf"{path}:3:11: mappings[1].group: 'a\u200b*-*' has more than one *" in err
    assert f"{path}:3:33: mappings[1].target: 'x' is not a target" in err
    assert "Traceback" not in err


def test_markdown_is_safe_and_small(command: Command, hub: Company, tmp_path: Path) -> None:
    """No name acts as Markdown, HTML or a mention; a comment has at most 65,536 characters."""
    hostile = "|`@admin`<img src=x>__[a](http://b)"
    entries = "".join(
        f"- {{group: '{hostile}{number}', target: {number:012}/eu-west-1/d-x}}\n"
        for number in range(1500)
    )
    path = tmp_path / "m.yaml"
    path.write_text(f"version: 1\nmappings:\n{entries}", encoding="utf-8")
    code, out, _ = command("mappings", "plan", str(path), "--markdown")

    assert code == 2
    assert len(out) <= 65_536
    assert "<details><summary>" in out
    assert out.count("<details>") == out.count("</details>")
    assert "more: `mappings plan FILE --json` has all" in out
    for harmful in ("@admin", "<img", "__[", "http:", "|`"):
        assert harmful not in out
    cells = [line for line in out.splitlines() if line.startswith("| ") and "<code>" in line]
    assert {line.count("|") for line in cells} <= {2, 3, 4}


def many(tmp_path: Path) -> Path:
    """Return a file with other rows, many of them in one target."""
    path = tmp_path / "many.yaml"
    place = "444444444444/eu-west-1/d-many"
    entries = [f"- {{group: g{n}, target: {place}}}" for n in range(9)]
    entries += [f"- {{group: g{n}, target: {n + 1:012}/eu-west-1/d-x}}" for n in range(2)]
    path.write_text("version: 1\nmappings:\n" + "\n".join(entries) + "\n", encoding="utf-8")
    return path


def planned(hub: Company, path: Path) -> Plan:
    """Return the plan of a file, as the command makes it."""
    sources = Sources.open(LEDGER, hub.aws.services.identity_store.store_id, HUB_REGION)
    today = read_rows(MAPPINGS, HUB_REGION)
    return make_plan(today, read(path), sources, LIMIT, datetime.now(UTC), silent)


def interrupted(hub: Company, path: Path, dies_at: int, when: str) -> str:
    """Apply a file by a process that is killed on the way; return the agreed digest."""
    agreed = planned(hub, path)
    client: Any = KillingClient(boto3.client("dynamodb", region_name=HUB_REGION), dies_at, when)
    with pytest.raises(Killed):
        Application(client, MAPPINGS, LEDGER, MOST).apply(agreed, agreed.digest, datetime.now(UTC))
    return agreed.digest


@contextmanager
def restored(hub: Company) -> Iterator[None]:
    """Put the rows back afterwards."""
    before = rows(hub)
    yield
    for row in rows(hub):
        hub.aws.delete_mapping(str(row["group"]), str(row["target"]))
    for row in before:
        hub.aws.put_mapping(dict(row))
    hub.aws.skip_row_changes()


def test_an_interrupted_apply_is_finished_by_the_same_command(
    command: Command, hub: Company, tmp_path: Path
) -> None:
    """Killed before or after any write, with the hub at work meanwhile; no note of it stays."""
    path = many(tmp_path)
    for dies_at, when in product((1, 2, 3, 4), ("before", "after")):
        with restored(hub):
            agreed = interrupted(hub, path, dies_at, when)
            hub.aws.run()
            code, _, _ = command("mappings", "apply", str(path), "--digest", agreed)

            assert (dies_at, when, code) == (dies_at, when, 0)
            assert command("mappings", "plan", str(path))[0] == 0
            assert not [row for row in hub.ledger() if row["pk"].startswith("apply#")]


@pytest.mark.parametrize(
    "place", ["000000000001/eu-west-1/d-x", "444444444444/eu-west-1/d-many", FRESH]
)
def test_an_interrupted_apply_is_refused_after_another_change(
    command: Command, hub: Company, tmp_path: Path, place: str
) -> None:
    """Whether the changed row was written already, or is left to be written, or is none of ours."""
    path = many(tmp_path)
    for dies_at in (1, 2, 3):
        with restored(hub):
            agreed = interrupted(hub, path, dies_at, "after")
            hub.aws.put_mapping({"group": "g0", "target": place, "priority": 7})
            table = rows(hub)
            code, _, _ = command("mappings", "apply", str(path), "--digest", agreed)

            assert (dies_at, code) == (dies_at, 3)
            assert rows(hub) == table


def test_a_group_that_was_mapped_once_is_read_anew(
    command: Command, hub: Company, file: Path
) -> None:
    """The hub does not keep the snapshot of such a group, so the plan reads its members."""
    hub.play("join", user="dan", group="others")
    hub.aws.put_mapping({"group": "others", "target": PLACE, "priority": 50})
    hub.aws.run()
    hub.aws.delete_mapping("others", PLACE)
    hub.aws.run()
    text = file.read_text(encoding="utf-8") + f"- {{group: others, target: {FRESH}}}\n"
    file.write_text(text, encoding="utf-8")
    _, out, _ = command("mappings", "plan", str(file))

    assert "+ dan  gets others, because of others" in out


def test_slots_that_are_taken_count_in_the_plan(command: Command, hub: Company, file: Path) -> None:
    """Two leavers within the hour leave no slot of the limit of two for who loses a row.

    Nor does who never got a profile, because one made by hand is in the way, lose anything.
    """
    change(file, ("groups: [leads, scientists]", "group: leads"))
    change(file, ("  scientists: {role: Scientist}\n", ""))
    hub.leave("ada", "bob")
    found = plan(command, file)
    people: Any = found["people"]

    assert [(each["kind"], each["held"], len(each["users"])) for each in people] == [
        ("loss", "limit", 1)
    ]
