"""The page `mappings-in-git.md` says what works: its file, its commands and its policies."""

import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.model import OperationModel
from operators import PLACE, Company

from cli.mappings.parse import parse
from simulator.setup import LEDGER, MAPPINGS

Command = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "mappings-in-git.md").read_text(encoding="utf-8")
# Source: the STS API reference, GetCallerIdentity: no permission is required.
FOR_EVERYBODY = ("sts:GetCallerIdentity",)


def blocks(language: str, marked: str = "") -> list[str]:
    """Return the code blocks of a language, those after a comment if `marked`."""
    mark = rf"<!-- {marked} -->\n" if marked else ""
    return re.findall(rf"{mark}```{language}\n(.*?)```", PAGE, re.DOTALL)


@contextmanager
def calls_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Record which rights the calls of all clients need that are made meanwhile.

    Of a write to the ledger, with its key.
    """
    seen: set[str] = set()
    make: Any = boto3.Session.client

    def record(params: Mapping[str, Any], model: OperationModel, **_: object) -> None:
        service, operation = model.service_model.service_name, model.name
        parts = [
            (f"{kind}Item", of)
            for each in params.get("TransactItems", ())
            for kind, of in each.items()
        ]
        seen.update(f"{service}:{each}{_key(of)}" for each, of in parts or [(operation, params)])

    def client(session: boto3.Session, name: str, **how: object) -> object:
        made = make(session, name, **how)
        made.meta.events.register("provide-client-params", record)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(boto3.Session, "client", client)
        yield seen


def _key(params: Mapping[str, Any]) -> str:
    """Return the partition that a call names in the ledger, after a space."""
    is_ledger = params.get("TableName") == LEDGER
    key = (params.get("Item") or params.get("Key") or {}) if is_ledger else {}
    return f" {key['pk']['S']}" if key else ""


def run(command: Command, script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Run the lines of a shell block, `studio-hub` in this process; return its exit codes."""
    monkeypatch.chdir(folder)
    variables: dict[str, str] = {}
    codes = []
    for line in script.strip().splitlines():
        if given := re.fullmatch(r"(\w+)=\$\(jq -r \.(\w+) (\S+)\)", line):
            name, key, file = given.groups()
            variables[name] = json.loads(Path(file).read_text(encoding="utf-8"))[key]
            continue
        words, _, file = line.partition(" > ")
        for name, value in variables.items():
            words = words.replace(f'"${name}"', value)
        found, out, _ = command(*shlex.split(words)[1:])
        if file:
            Path(file).write_text(out, encoding="utf-8")
        codes.append(found)
    return codes


def statements(*names: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each action that the page's policies allow, with the keys of the ledger."""
    policies = [json.loads(text) for name in names for text in blocks("json", f"policy: {name}")]
    for policy in policies:
        for each in policy["Statement"]:
            keys = each.get("Condition", {}).get("ForAllValues:StringLike", {})
            for action in listed(each["Action"]):
                yield action, listed(keys.get("dynamodb:LeadingKeys", []))


def listed(of: str | list[str]) -> list[str]:
    """Return what a policy may write as one text or as a list."""
    return [of] if isinstance(of, str) else of


def allowed(*names: str) -> list[str]:
    """Return the actions that the page's policies allow."""
    return [action for action, _ in statements(*names)]


def refused(calls: Iterable[str], *names: str) -> list[str]:
    """Return the calls that the page's policies do not allow."""
    patterns = [
        f"{action} {key}" if key else action
        for action, keys in statements(*names)
        for key in keys or [""]
    ]
    return sorted(
        call
        for call in calls
        if call not in FOR_EVERYBODY and not any(fnmatchcase(call, one) for one in patterns)
    )


def test_the_file_of_the_page_is_valid() -> None:
    """It is read without a mistake, and stands for five rows."""
    (text,) = (block for block in blocks("yaml") if "mappings:\n- groups" in block)

    assert len(parse(text, "mappings.yaml")) == 5


def test_the_commands_of_the_page_work_with_the_rights_of_the_page(
    command: Command, hub: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the export to the applied change; each role's policy has what its commands call."""
    (first,), (second,) = blocks("sh", "run"), blocks("sh", "run: changed")
    with calls_of(monkeypatch) as planning:
        codes = run(command, first, tmp_path, monkeypatch)
        file = tmp_path / "mappings.yaml"
        text = file.read_text(encoding="utf-8")
        text = text.replace("priority: 10", "priority: 3")
        pattern = f"- {{group: 'none-*', target: {PLACE}, role: Lead}}"
        file.write_text(text.replace("mappings:", f"mappings:\n{pattern}"), encoding="utf-8")
        command("mappings", "plan", str(file))
    with calls_of(monkeypatch) as applying:
        changed = run(command, second, tmp_path, monkeypatch)

    assert (codes, changed) == ([0, 0, 0], [2, 0])
    assert [row["priority"] for row in hub.aws.rows(MAPPINGS) if row["group"] == "leads"] == [3]
    assert refused(planning, "plan") == []
    assert refused(applying, "plan", "apply") == []
    assert {"dynamodb:PutItem"} <= applying
    assert "identitystore:ListGroups" in planning


def test_the_policy_that_plans_only_reads() -> None:
    """And no action is a pattern."""
    reads = ("Describe", "Get", "List", "Query", "Scan")

    assert all(action.partition(":")[2].startswith(reads) for action in allowed("plan"))
    assert not any("*" in action for action in allowed("plan", "apply"))


def test_the_workflow_of_the_page_is_yaml_with_both_jobs() -> None:
    """The plan for pull requests, and the apply for the main branch in its environment."""
    (text,) = (block for block in blocks("yaml") if "jobs:" in block)
    jobs = yaml.safe_load(text)["jobs"]

    assert jobs.keys() == {"plan", "apply"}
    assert jobs["apply"]["environment"] == "studio-hub"
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert sum("mappings plan" in run_ for run_ in runs) == 1
    assert sum("mappings apply" in run_ for run_ in runs) == 1
