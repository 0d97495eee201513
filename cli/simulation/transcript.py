"""Prints the steps of a scenario, each with the time and what the hub did about it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.simulation.descriptions import describe
from shared.visible import visible
from simulator.embedded_aws import EmbeddedAws
from simulator.steps import Step

# A longer step is shown as one line for each target.
MOST_LINES: Final = 10
# Actions on one profile that follow each other this fast stand in one line.
_AT_ONCE: Final = timedelta(minutes=1)
# The width of "+30d 00:05".
_MARGIN: Final = 10
_REQUEUED: Final = "requeued"
_BAD: Final = ("!", "red")
_PROBLEM: Final = ("!", "yellow")


class _Action(NamedTuple):
    mark: str
    style: str
    word: str


_ACTIONS: Final = {
    "Create": _Action("+", "green", "create"),
    "Assign": _Action("+", "green", "grant access"),
    "ChangeRole": _Action("~", "yellow", "change the role"),
    "Resume": _Action("~", "yellow", "resume"),
    "Revoke": _Action("-", "red", "revoke access"),
    "Suspend": _Action("-", "red", "suspend"),
    "StopApp": _Action("-", "red", "stop an app"),
    "DeleteSpace": _Action("-", "red", "delete a space"),
    "Delete": _Action("-", "red", "delete"),
    "Discard": _Action("-", "red", "discard"),
}


@dataclass(frozen=True, slots=True)
class _Line:
    """What the hub logged of one profile, or one problem, in one target; "" is no target."""

    at: datetime
    target: str
    mark: str
    style: str
    text: str
    counted: tuple[str, ...]
    profile: str = ""

    def takes(self, other: "_Line") -> bool:
        """Return whether the other line goes on with the same profile at once."""
        same = (self.target, self.profile) == (other.target, other.profile)
        return bool(self.profile) and same and other.at - self.at <= _AT_ONCE


class Transcript:
    """Prints a scenario step by step, with the time since its start in the margin.

    Unless it is verbose, a step takes ten lines, and one for each target beyond that.
    """

    def __init__(self, out: Console, aws: EmbeddedAws, *, verbose: bool = False) -> None:
        self._out = out
        self._aws = aws
        self._verbose = verbose
        self._printed = 0
        self._number = 0
        self._began = self._at = self._now()
        self._shown = ""

    def step(self, _name: str, step: Step) -> None:
        """Print one step and what the hub logged."""
        self._number += 1
        self._print(self._at, f"{self._number}", describe(step), "bold")
        if not self._rest():
            self._print(None, "·", "nothing to change", "dim")
        self._at = self._now()

    def close(self) -> None:
        """Print what the hub logged after the last step: events that were held back arrive then."""
        self._rest()

    def _rest(self) -> int:
        """Print the new lines of the log; return how many there were."""
        log = self._aws.lambdas.log
        lines = _merged(self._lines(log[self._printed :]))
        if not self._verbose:
            # A request that waits is of interest only where nothing else happened.
            lines = [line for line in lines if line.text != _REQUEUED] or lines
        self._printed = len(log)
        by_target: dict[str, list[_Line]] = {}
        for line in lines:
            by_target.setdefault(line.target, []).append(line)
        if self._verbose or len(lines) <= MOST_LINES:
            self._print_lines(by_target)
        else:
            self._print_summary(by_target)
        return len(lines)

    def _print_lines(self, by_target: Mapping[str, list[_Line]]) -> None:
        for target, lines in by_target.items():
            if target:
                self._print(None, "", target)
            for line in lines:
                self._print(line.at, line.mark, line.text, line.style)

    def _print_summary(self, by_target: Mapping[str, list[_Line]]) -> None:
        for number, (target, lines) in enumerate(by_target.items()):
            if number == MOST_LINES:
                more = len(by_target) - number
                self._print(None, "…", f"and {more} more targets: --verbose shows all", "dim")
                return
            counts = Counter(word for line in lines for word in line.counted)
            said = ", ".join(f"{word} {count:,}" for word, count in counts.items())
            self._print(lines[0].at, "·", f"{target}  {said}" if target else said)

    def _lines(self, log: Iterable[Mapping[str, Any]]) -> Iterator[_Line]:
        for entry in log:
            at = _logged_at(entry) or self._now()
            target = str(entry.get("target", ""))
            match entry.get("message"):
                case "CHANGE":
                    mark, style, word = _ACTIONS[entry["action"]]
                    text, profile = entry["what"], entry["profile_name"]
                    yield _Line(at, target, mark, style, text, (word,), profile)
                case "PROBLEM":
                    # The target stands above the line.
                    here = f" in {target}"
                    text = f"{entry['subject']}: {entry['reason']}".replace(here, "")
                    yield _Line(at, target, *_PROBLEM, text, ("problem",))
                case "EVENT_IGNORED":
                    text = f"ignored: {entry['reason']}"
                    yield _Line(at, target, "·", "dim", text, ("event ignored",))
                case "REQUEUED":
                    text = f"requeued: {entry['reason']}" if self._verbose else _REQUEUED
                    yield _Line(at, target, "…", "dim", text, (_REQUEUED,))
                case "CRASH" | "UNREADABLE" as message:
                    text = str(entry.get("error") or entry.get("reason"))
                    yield _Line(at, target, *_BAD, text, (message.lower(),))

    def _print(self, at: datetime | None, mark: str, text: str, style: str = "") -> None:
        """Print a line; the margin shows the time where it differs from the line above."""
        clock = elapsed(at - self._began) if at else ""
        margin = clock if clock != self._shown else ""
        self._shown = clock or self._shown
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column(min_width=_MARGIN, no_wrap=True)
        line.add_column(min_width=2, justify="right", no_wrap=True)
        line.add_column(overflow="fold")
        line.add_row(Text(margin, "cyan"), *(Text(visible(part), style) for part in (mark, text)))
        self._out.print(line)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._aws.clock.now(), UTC)


def elapsed(time: timedelta) -> str:
    """Return the time since the start: hours, minutes, seconds; from one day on, no seconds."""
    hours, seconds = divmod(int(time.total_seconds()) % 86400, 3600)
    minutes, seconds = divmod(seconds, 60)
    if time.days:
        return f"+{time.days}d {hours:02}:{minutes:02}"
    return f"+{hours:02}:{minutes:02}:{seconds:02}"


def _merged(lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines without repetitions; what follows at once on a profile joins its line."""
    found: list[_Line] = []
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if (line.target, line.text) in seen:
            continue
        seen.add((line.target, line.text))
        place = next((place for place, each in enumerate(found) if each.takes(line)), None)
        if place is None:
            found.append(line)
        else:
            first = found[place]
            text, counted = f"{first.text}; {line.counted[0]}", first.counted + line.counted
            found[place] = replace(first, text=text, counted=counted)
    return found


def _logged_at(entry: Mapping[str, Any]) -> datetime | None:
    """Return the time of a line of the log (UTC); None where Lambda wrote it."""
    written = entry.get("timestamp")
    return datetime.strptime(written, "%Y-%m-%d %H:%M:%S,%f%z") if written else None
