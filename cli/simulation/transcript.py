"""Prints a scenario: the steps, what the hub logged after each, and who has what and why."""

from collections import Counter
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.output import print_table, row, table
from cli.simulation.descriptions import describe
from shared.naming import role_name
from simulator.embedded_aws import EmbeddedAws
from simulator.setup import LEDGER
from simulator.steps import Step

_MARKS: Final = {
    **dict.fromkeys(("Create", "Assign"), ("+", "green")),
    **dict.fromkeys(("ChangeRole", "Resume"), ("~", "yellow")),
    **dict.fromkeys(
        ("Revoke", "Suspend", "StopApp", "DeleteSpace", "Delete", "Discard"), ("-", "red")
    ),
}


class Transcript:
    """Prints a scenario step by step, with what the hub logged after each step."""

    def __init__(self, out: Console, aws: EmbeddedAws) -> None:
        self._out = out
        self._aws = aws
        self._printed = 0
        self._number = 0

    def step(self, _name: str, step: Step) -> None:
        """Print one step and what the hub logged."""
        self._number += 1
        self._out.print(Text(f"{self._number:>2}  {describe(step)}", style="bold"))
        log = self._aws.lambdas.log
        lines = [line for entry in log[self._printed :] if (line := _line(entry))]
        self._printed = len(log)
        if not lines:
            self._out.print(Text("      · nothing to change", style="dim"))
        for line in dict.fromkeys(lines):
            self._out.print(Text(f"      {line[0]} {line[1]}", style=line[2]))


def print_end(out: Console, aws: EmbeddedAws, end_state: dict[str, Any]) -> None:
    """Print who has what and why, what was reported, and how many calls were made."""
    out.print()
    print_table(out, _profiles(aws, end_state["profiles"]))
    for problem in end_state["problems"]:
        out.print(Text(f"  ! {problem['subject']}: {problem['reason']}", style="yellow"))
        if problem.get("remedy"):
            out.print(f"      remedy: {problem['remedy']}")
    changes = Counter(change["operation"] for change in end_state["changes"])
    done = ", ".join(f"{count} {name}" for name, count in sorted(changes.items())) or "nothing"
    out.print(
        f"Changed: {done}.  AWS calls: {sum(end_state['api_calls'].values())}.  "
        f"Holds: {len(end_state['holds'])}.  Problems: {len(end_state['problems'])}.  "
        f"Dead letters: {end_state['dead_letters']}."
    )


def _line(entry: dict[str, Any]) -> tuple[str, str, str] | None:
    match entry.get("message"):
        case "CHANGE":
            mark, style = _MARKS[entry["action"]]
            return mark, f"{entry['target']}  {entry['what']}", style
        case "PROBLEM":
            return "!", f"{entry['subject']}: {entry['reason']}", "yellow"
        case "EVENT_IGNORED":
            return "·", f"ignored: {entry['reason']}", "dim"
        case "REQUEUED":
            return "…", f"requeued: {entry['reason']}", "dim"
        case "CRASH" | "UNREADABLE":
            return "!", str(entry.get("error") or entry.get("reason")), "red"
        case _:
            return None


def _profiles(aws: EmbeddedAws, profiles: list[dict[str, Any]]) -> Table:
    because = {
        (kept["target"], kept["profile_name"]): " over ".join(
            f"{grant['group']} ({grant['priority']})" for grant in kept.get("because", ())
        )
        for kept in aws.rows(LEDGER)
        if "state" in kept
    }
    found = table("Target", "Profile", "User", "Role", "Because", long=("Because",))
    for profile in profiles:
        target = f"{profile['account']}/{profile['region']}/{profile['domain']}"
        why = because.get((target, profile["name"]), "")
        row(
            found,
            target,
            profile["name"],
            profile["user"] or "",
            role_name(profile["execution_role_arn"] or ""),
            why if profile["managed"] else "unmanaged; left unchanged",
        )
    return found
