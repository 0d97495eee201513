"""`make bench`: prints a table on the standard error and the same data as JSON on stdout."""

import json
import platform
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from cli.benchmark import measures
from cli.benchmark.comparison import compare

_TALK = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run every benchmark; exit 1 if the sweep exceeds the limits of the design."""
    found: dict[str, Any] = {"python": platform.python_version()}
    for name, measure in {
        "changes": measures.single_changes,
        "comparison": compare,
        "burst": measures.burst,
        "sweep": measures.sweeps,
    }.items():
        _TALK.print(f"==> {name}")
        found[name] = measure()
    _TALK.print(_table(found))
    for wrong in found["comparison"]["blog_post"]["wrong"]:
        _TALK.print(f"  blog post, wrong in the end: {wrong}")
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    missed = _missed(found)
    for text in missed:
        _TALK.print(f"too much: {text}", style="red")
    sys.exit(1 if missed else 0)


def _table(found: dict[str, Any]) -> Table:
    table = Table("what", "AWS calls", "writes", "CPU ms", "seconds", box=None, pad_edge=False)
    sweep, comparison = found["sweep"], found["comparison"]
    rows = {
        **{name.replace("_", " "): cost for name, cost in found["changes"].items()},
        f"burst of {found['burst']['joins']} joins": found["burst"],
        "sweep, nothing to do": sweep["nothing_to_do"],
        f"sweep, {sweep['drifts']['count']} differences": sweep["differences"],
        f"the story, hub ({len(comparison['hub']['wrong'])} wrong)": comparison["hub"],
        f"the story, blog post ({len(comparison['blog_post']['wrong'])} wrong)": comparison[
            "blog_post"
        ],
    }
    for name, cost in rows.items():
        table.add_row(name, *(str(cost[key]) for key in ("calls", "writes", "cpu_ms", "seconds")))
    return table


def _missed(found: dict[str, Any]) -> list[str]:
    """Return the limits that a sweep without drift exceeds."""
    idle = found["sweep"]["nothing_to_do"]
    limits = {"writes": 0, "ratio": 1.2, "seconds": 120, "memory_mb": 256}
    return [
        f"{key} {idle[key]}, at most {most}" for key, most in limits.items() if idle[key] > most
    ]


main()
