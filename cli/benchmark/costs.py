"""Measures what a run on the embedded AWS costs: calls, writes, time, memory."""

import gc
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rich.table import Table

from simulator.embedded_aws import EmbeddedAws
from simulator.faults import Call

_MEGABYTE: Final = 1024 * 1024
_READS: Final = ("Describe", "Get", "List", "Query", "Scan", "AssumeRole")
_MESSAGES: Final = ("SendMessage", "SendMessageBatch", "PutEvents")
# The code that a file belongs to, by a part of its path.
_ROOT: Final = f"{Path(__file__).parents[2]}/"
_WHOSE: Final = {
    "/moto/": "aws",
    f"{_ROOT}simulator/": "aws",
    "/botocore/": "botocore",
    "/boto3/": "botocore",
    f"{_ROOT}hub/": "own",
    f"{_ROOT}shared/": "own",
    f"{_ROOT}cli/": "story",
}
# Seconds of CPU.
_EVERY: Final = 0.002
_HANDLERS = ", ".join(
    f"hub.runtime.functions.{name}" for name in ("intake", "reconcile", "scan", "mapping_stream")
)
_SERVICES = ("dynamodb", "events", "identitystore", "sagemaker", "sqs", "sso-admin", "sts")
# A child process inherits the parent's peak in its ru_maxrss, but not in its VmHWM.
_ITS_PEAK = f"""
import boto3, {_HANDLERS}
clients = [boto3.client(name, region_name="eu-west-1") for name in {_SERVICES}]
try:
    print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@dataclass(slots=True)
class Cost:
    """What a run cost; `growth` is the largest growth of the process, in bytes."""

    calls: Counter[str] = field(default_factory=Counter)
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    growth: int = 0

    def total(self) -> int:
        """Return the number of AWS calls, without messages to queues and to the bus."""
        return sum(n for name, n in self.calls.items() if not name.endswith(_MESSAGES))

    def writes(self) -> int:
        """Return the number of calls that write to Studio, assignments or tables."""
        return sum(
            count
            for name, count in self.calls.items()
            if not name.partition(".")[2].startswith(_READS) and not name.endswith(_MESSAGES)
        )

    def plain(self) -> dict[str, Any]:
        """Return the cost in its JSON form."""
        return {
            "calls": self.total(),
            "writes": self.writes(),
            "cpu_ms": round(1000 * self.cpu_seconds),
            "seconds": round(self.seconds, 1),
            "by_operation": dict(sorted(self.calls.items())),
        }


@contextmanager
def measured(aws: EmbeddedAws) -> Iterator[Cost]:
    """Measure what happens inside the block; times include the embedded AWS's own work."""
    cost, before = Cost(), Counter(aws.gateway.calls)
    # Python collects garbage in proportion to live objects, and a whole company is alive here. It
    # stays out of collections until the process ends, as everything that was imported does.
    gc.freeze()
    began, cpu, size = time.perf_counter(), time.process_time(), resident()

    def grow(_: Call) -> None:
        cost.growth = max(cost.growth, resident() - size)

    aws.gateway.before = grow
    yield cost
    aws.gateway.before = None
    cost.calls = Counter(aws.gateway.calls) - before
    cost.seconds, cost.cpu_seconds = time.perf_counter() - began, time.process_time() - cpu


@contextmanager
def sampled() -> Iterator[Counter[str]]:
    """Count, each two milliseconds of CPU, whose code runs: `own`, `botocore` or `aws`.

    The rest of Python counts for whoever called it. `aws` is the embedded AWS.
    """
    found: Counter[str] = Counter()

    def note(_: int, frame: FrameType | None) -> None:
        while frame is not None:
            path = frame.f_code.co_filename
            whose = next((name for part, name in _WHOSE.items() if part in path), None)
            if whose is not None:
                found[whose] += 1
                return
            frame = frame.f_back

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)
    try:
        yield found
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def resident() -> int:
    """Return the current memory of this process, in bytes."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        # Without /proc only the peak is known.
        return _peak(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def memory_of_handlers() -> int:
    """Return the memory of a process that only made all functions' clients, in bytes."""
    done = subprocess.run(  # noqa: S603 (our own interpreter, our own words)
        [sys.executable, "-c", _ITS_PEAK], check=True, capture_output=True, text=True
    )
    return _peak(int(done.stdout))


def megabytes(size: int) -> int:
    """Return bytes as whole megabytes."""
    return round(size / _MEGABYTE)


def _peak(ru_maxrss: int) -> int:
    # Source: getrusage(2) and proc(5): kilobytes on Linux, bytes on macOS.
    return ru_maxrss if sys.platform == "darwin" else 1024 * ru_maxrss


def table_of(found: dict[str, Any]) -> Table:
    """Return what was measured as a table, a row each."""
    heads = ("what", "AWS calls", "in a busy hub", "writes", "CPU ms", "seconds")
    table = Table(*heads, box=None, pad_edge=False)
    sweep, comparison, report = found["sweep"], found["comparison"], found["report"]
    rows = {
        **{name.replace("_", " "): cost for name, cost in found["changes"].items()},
        f"burst of {found['burst']['joins']} joins": found["burst"],
        "sweep, nothing to do": sweep["nothing_to_do"],
        f"sweep, {sweep['differences']['count']} differences": sweep["differences"],
        f"report of {report['rows']} rows": report,
        f"the story, hub ({len(comparison['hub']['wrong'])} wrong)": comparison["hub"],
        f"the story, blog post ({len(comparison['blog_post']['wrong'])} wrong)": comparison[
            "blog_post"
        ],
    }
    for name, cost in rows.items():
        keys = ("calls", "busy_calls", "writes", "cpu_ms", "seconds")
        table.add_row(name, *(str(cost.get(key, "")) for key in keys))
    return table
