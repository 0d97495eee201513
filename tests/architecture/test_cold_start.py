"""A cold start costs little more than the import of boto3, which every function needs."""

import compileall
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BOTO3 = "boto3"
HANDLERS = tuple(
    f"hub.runtime.functions.{name}" for name in ("intake", "reconcile", "scan", "mapping_stream")
)
LIMIT = 1.5
# Minima settle after a few runs; a busy machine gets more of them before it counts as slow.
FEWEST, MOST = 3, 30
_MEASURE = """
import gc, sys, time
before = time.process_time()
__import__(sys.argv[1])
print(time.process_time() - before)
assert gc.isenabled()
"""


def cpu_seconds(module: str) -> float:
    """Return the CPU time of one import in a process of its own."""
    finished = subprocess.run(  # noqa: S603 (our own interpreter, our own words)
        [sys.executable, "-c", _MEASURE, module],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(finished.stdout)


def test_a_handler_imports_little_beside_boto3() -> None:
    """At most 1.5 times boto3's CPU time: minima of interleaved runs, as many as it takes."""
    # As `make setup` leaves it: boto3 is compiled beforehand, and so must ours be.
    for package in ("hub", "shared"):
        compileall.compile_dir(ROOT / package, quiet=1)
    least = dict.fromkeys((BOTO3, *HANDLERS), float("inf"))
    for count in range(1, MOST + 1):
        least = {module: min(seconds, cpu_seconds(module)) for module, seconds in least.items()}
        if count >= FEWEST and max(least.values()) <= LIMIT * least[BOTO3]:
            break

    assert {module for module in HANDLERS if least[module] > LIMIT * least[BOTO3]} == set(), least
