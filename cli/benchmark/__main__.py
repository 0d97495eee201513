"""`make bench`: prints a table on the standard error and the same data as JSON on stdout."""

import json
import platform
import sys
from typing import Any

from rich.console import Console

from cli.benchmark import measures
from cli.benchmark.comparison import compare
from cli.benchmark.costs import table_of
from cli.benchmark.reports import report

_TALK = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run every benchmark; exit 1 if the sweep exceeds the limits of the design."""
    found: dict[str, Any] = {"python": platform.python_version()}
    for name, measure in {
        "changes": measures.single_changes,
        "comparison": compare,
        "burst": measures.burst,
        "sweep": measures.sweeps,
        "report": report,
    }.items():
        _TALK.print(f"==> {name}")
        found[name] = measure()
    _TALK.print(table_of(found))
    for name, written in found["report"]["formats"].items():
        _TALK.print(f"  report as {name}: {written['seconds']} s, {written['megabytes']} MB")
    _TALK.print(f"  report, memory: {found['report']['memory_mb']} MB")
    for wrong in found["comparison"]["blog_post"]["wrong"]:
        _TALK.print(f"  blog post, wrong in the end: {wrong}")
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    missed = _missed(found)
    for text in missed:
        _TALK.print(f"too much: {text}", style="red")
    sys.exit(1 if missed else 0)


def _missed(found: dict[str, Any]) -> list[str]:
    """Return the limits that a sweep without drift exceeds."""
    idle = found["sweep"]["nothing_to_do"]
    limits = {"writes": 0, "ratio": 1.2, "seconds": 120, "memory_mb": 256}
    return [
        f"{key} {idle[key]}, at most {most}" for key, most in limits.items() if idle[key] > most
    ]


main()
