"""`make trace`: lists our files and functions that one join and one leave run through."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType

from cli.simulation.deployment import deployed_hub
from shared.model import Target
from simulator.delivery import Delivery
from simulator.directory_operations import DirectoryOperations, Sent
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws

_ROOT = Path(__file__).parents[2]
_FOLDERS = ("hub/", "shared/")
_TARGET = Target.parse("222222222222/eu-west-1/d-research0001")
_GROUP, _USER, _EARLIER = "ml-scientists", "ada@example.com", "bob"
# Seconds. The profile is in service, the leaver is suspended, and rechecks are done by then.
_SETTLED = 300
# Seconds. A suspended user is reconciled again for an hour: open sessions may start apps.
_FORGOTTEN = 2 * 60 * 60


@dataclass(slots=True)
class Trace:
    """The recorded calls: files, functions, and the edges from one file to another."""

    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    edges: set[tuple[str, str]] = field(default_factory=set)
    _known: dict[CodeType, str] = field(default_factory=dict)

    def calls(self, frame: FrameType, event: str, _: object) -> None:
        """Record a call, as `sys.setprofile` reports it."""
        if event != "call" or not (path := self._path(frame.f_code)):
            return
        name = frame.f_code.co_qualname
        # A comprehension, a lambda and a class body belong to the function around them.
        if "<" in name.rpartition(".")[2]:
            return
        self.files.add(path)
        self.functions.add((path, name))
        caller = frame.f_back
        while caller is not None and not (before := self._path(caller.f_code)):
            caller = caller.f_back
        if caller is not None and before != path:
            self.edges.add((before, path))

    def _path(self, code: CodeType) -> str:
        """Return the project file that contains some code; empty for all other code."""
        if code not in self._known:
            path = code.co_filename.removeprefix(f"{_ROOT}/")
            self._known[code] = path if path.startswith(_FOLDERS) else ""
        return self._known[code]


@contextmanager
def _recording(trace: Trace) -> Iterator[None]:
    sys.setprofile(trace.calls)
    try:
        yield
    finally:
        sys.setprofile(None)


def trace_join_and_leave() -> tuple[Trace, Trace]:
    """Return what a join, and then the leave of the same user, run through, in one target.

    Each begins with the event, in warm execution environments, and ends when nothing is left to do.
    """
    with deployed_hub() as aws:
        directory = DirectoryOperations(aws.services.identity_store, HUB_ACCOUNT, aws.clock.now)
        aws.services.identity_store.add_group(_GROUP)
        for user in (_USER, _EARLIER):
            aws.services.identity_store.add_user(user)
        aws.add_spoke(_TARGET)
        aws.put_mapping({"group": _GROUP, "target": str(_TARGET)})
        aws.skip_row_changes()
        # What an execution environment does once is not part of any join.
        _run(aws, lambda: directory.join(_EARLIER, _GROUP, "console"))
        _run(aws, lambda: directory.leave(_EARLIER, _GROUP, "console"))
        aws.wait(_FORGOTTEN)
        joins = _traced(aws, lambda: directory.join(_USER, _GROUP, "console"))
        leaves = _traced(aws, lambda: directory.leave(_USER, _GROUP, "console"))
    return joins, leaves


def _traced(aws: EmbeddedAws, change: Callable[[], Sent]) -> Trace:
    found = Trace()
    with _recording(found):
        _run(aws, change)
    return found


def _run(aws: EmbeddedAws, change: Callable[[], Sent]) -> None:
    Delivery(aws.deliver).send(change())
    aws.run()
    aws.wait(_SETTLED)


def main() -> None:
    """Print how many files, functions and edges a join and a leave run through, and the files."""
    for name, found in zip(("join", "leave"), trace_join_and_leave(), strict=True):
        counts = f"{len(found.files)} files, {len(found.functions)} functions"
        sys.stdout.write(f"{name}: {counts}, {len(found.edges)} edges from file to file\n")
        for path in sorted(found.files):
            names = sorted(function for file, function in found.functions if file == path)
            sys.stdout.write(f"    {path}  {len(names)}\n")


if __name__ == "__main__":
    main()
