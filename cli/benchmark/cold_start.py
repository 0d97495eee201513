"""Measures the import of each function's module beside that of boto3, which all of them need."""

import compileall
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any, Final

_ROOT: Final = Path(__file__).parents[2]
_BOTO3: Final = "boto3"
_HANDLERS: Final = tuple(
    f"hub.runtime.functions.{name}" for name in ("intake", "reconcile", "scan", "mapping_stream")
)
# Of boto3's CPU time, in every function.
LIMIT: Final = 1.3
# A busy machine gets more rounds before it counts as slow.
_MOST: Final = 40
_MEASURE: Final = """
import gc, sys, time
before = time.process_time()
__import__(sys.argv[1])
print(time.process_time() - before)
assert gc.isenabled()
"""


def cold_starts(fewest: int = 12, limit: float = LIMIT) -> dict[str, Any]:
    """Return the least CPU time of each import, in milliseconds, and its ratio to boto3's.

    Each import has a process of its own. A round measures all of them, and a busy machine slows all
    of a round. So the ratio is the median of the ratios of at least `fewest` rounds.
    """
    # As `make setup` leaves it: boto3 is compiled beforehand, and so must ours be.
    for package in ("hub", "shared"):
        compileall.compile_dir(_ROOT / package, quiet=1)
    modules = (_BOTO3, *_HANDLERS)
    rounds: list[dict[str, float]] = []
    ratios: dict[str, float] = {}
    while len(rounds) < _MOST:
        rounds.append({module: _cpu_seconds(module) for module in modules})
        ratios = {
            module: round(median(each[module] / each[_BOTO3] for each in rounds), 3)
            for module in modules
        }
        if len(rounds) >= fewest and max(ratios.values()) <= limit:
            break
    return {
        "cpu_ms": {module: round(1000 * min(r[module] for r in rounds)) for module in modules},
        "ratios": ratios,
        "ratio": max(ratios.values()),
    }


def cold_start_text(found: dict[str, Any]) -> str:
    """Return one line of what was measured."""
    shown = (
        f"{module.rpartition('.')[2]} {milliseconds} ms ({found['ratios'][module]:.2f})"
        for module, milliseconds in found["cpu_ms"].items()
    )
    return f"imports, CPU: {', '.join(shown)}"


def _cpu_seconds(module: str) -> float:
    finished = subprocess.run(  # noqa: S603 (our own interpreter, our own words)
        [sys.executable, "-c", _MEASURE, module],
        cwd=_ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(finished.stdout)
