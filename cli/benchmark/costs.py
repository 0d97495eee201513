"""Measures what a run on the embedded AWS costs: calls, writes, time, memory."""

import gc
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.table import Table

from simulator.embedded_aws import EmbeddedAws
from simulator.faults import Call

_MEGABYTE: Final = 1024 * 1024
_READS: Final = ("Describe", "Get", "List", "Query", "Scan", "AssumeRole")
_QUEUES: Final = ("SendMessage", "SendMessageBatch")
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
        """Return the number of AWS calls, without those to queues."""
        return sum(n for name, n in self.calls.items() if not name.endswith(_QUEUES))

    def writes(self) -> int:
        """Return the number of calls that write to Studio, assignments or tables."""
        return sum(
            count
            for name, count in self.calls.items()
            if not name.partition(".")[2].startswith(_READS) and not name.endswith(_QUEUES)
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
    # Python collects garbage in proportion to live objects, and a whole company is alive here.
    gc.collect()
    gc.freeze()
    began, cpu, size = time.perf_counter(), time.process_time(), resident()

    def grow(_: Call) -> None:
        cost.growth = max(cost.growth, resident() - size)

    aws.gateway.before = grow
    yield cost
    aws.gateway.before = None
    cost.calls = Counter(aws.gateway.calls) - before
    cost.seconds, cost.cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    gc.unfreeze()


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
    table = Table("what", "AWS calls", "writes", "CPU ms", "seconds", box=None, pad_edge=False)
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
        table.add_row(name, *(str(cost[key]) for key in ("calls", "writes", "cpu_ms", "seconds")))
    return table
