"""`make bench`: prints a table on the standard error and the same data as JSON on stdout."""

import json
import platform
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Final

from rich.console import Console

from cli.benchmark import changes, cold_start, measures
from cli.benchmark.comparison import compare
from cli.benchmark.costs import table_of
from cli.benchmark.mappings import plans
from cli.benchmark.reports import report

_TALK = Console(stderr=True, highlight=False, soft_wrap=True)
_MEASURES: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "cold_start": cold_start.cold_starts,
    "changes": changes.single_changes,
    "comparison": compare,
    "burst": measures.burst,
    "sweep": measures.sweeps,
    "report": report,
    "plan": plans,
}


def main() -> None:
    """Run every benchmark; exit 1 if anything exceeds its limit."""
    found: dict[str, Any] = {"python": platform.python_version()}
    for name, measure in _MEASURES.items():
        _TALK.print(f"==> {name}")
        found[name] = _alone(measure)
    _TALK.print(table_of(found))
    for name, written in found["report"]["formats"].items():
        _TALK.print(f"  report as {name}: {written['seconds']} s, {written['megabytes']} MB")
    _TALK.print(f"  report, memory: {found['report']['memory_mb']} MB")
    _TALK.print(_plan_text(found["plan"]))
    _TALK.print(cold_start.cold_start_text(found["cold_start"]))
    for wrong in found["comparison"]["blog_post"]["wrong"]:
        _TALK.print(f"  blog post, wrong in the end: {wrong}")
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    missed = _missed(found)
    for text in missed:
        _TALK.print(f"too much: {text}", style="red")
    sys.exit(1 if missed else 0)


def _alone(measure: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what is measured in a process of its own, where no other story left its memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measure).result()


def _missed(found: dict[str, Any]) -> list[str]:
    """Return the limits that a cold start, a change, a burst, an idle sweep or a plan exceeds."""
    limits: dict[str, tuple[dict[str, Any], dict[str, float]]] = {
        "cold start": (found["cold_start"], {"ratio": cold_start.LIMIT}),
        "sweep": (
            found["sweep"]["nothing_to_do"],
            {"writes": 0, "ratio": 1.05, "cpu_ms": 40_000, "memory_mb": 128},
        ),
        "plan": (found["plan"], {"seconds": 60, "memory_mb": 512}),
        "burst": (found["burst"], {"calls_per_join": 11.5, "own_share_of_cpu": 0.25}),
        **{
            name: (found["changes"][name], {"busy_calls": most})
            for name, most in changes.MOST.items()
        },
    }
    return [
        f"{name}: {key} {measured[key]}, at most {most}"
        for name, (measured, of) in limits.items()
        for key, most in of.items()
        if measured[key] > most
    ]


def _plan_text(plan: dict[str, Any]) -> str:
    return (
        f"plan of {plan['rows_changed']:,} rows ({plan['targets']} targets, {plan['groups']} "
        f"groups, {plan['people']:,} people): {plan['people_changed']:,} changes of people in "
        f"{plan['seconds']} seconds, {plan['memory_mb']} MB"
    )


if __name__ == "__main__":
    main()
