"""Reads from the functions' logs which problems the hub reported, and which are resolved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Json = dict[str, Any]

_FACTS = ("kind", "subject", "reason", "remedy", "user_id", "target")
_Key = tuple[str, str]
_OF_MESSAGES = {
    "crash": "none needed: the message comes again; a crash without a fault in the story is a "
    "mistake of the hub",
    "unreadable": "see who writes into the hub's queues; the message ends in the dead letters",
}


@dataclass(slots=True)
class Reported:
    """The open problems, by kind and subject, and the resolved ones."""

    _open: dict[_Key, Json] = field(default_factory=dict)
    _over: dict[_Key, Json] = field(default_factory=dict)
    # The order of the latest reports, as growing numbers.
    _latest: dict[_Key, int] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    def read(self, log: Iterable[Mapping[str, Any]]) -> tuple[list[Json], list[Json]]:
        """Read more lines; return the problems that they opened, and those that they resolved.

        A problem that is reported again stays open, with its latest text.
        """
        opened: dict[_Key, Json] = {}
        closed: dict[_Key, Json] = {}
        for entry in log:
            problem = _problem(entry)
            if problem is not None:
                key, facts = problem
                if key not in self._open or key in opened:
                    opened[key] = facts
                self._open[key] = facts
                self._latest[key] = next(self._numbers)
            for key in self._ended(entry):
                closed[key] = self._over[key] = self._open.pop(key)
        return [*opened.values()], [*closed.values()]

    def problems(self) -> list[Json]:
        """Return the open problems, the latest of each subject, ordered by their first reports."""
        latest: dict[str, _Key] = {}
        for key in self._open:
            other = latest.setdefault(key[1], key)
            latest[key[1]] = max(key, other, key=self._latest.__getitem__)
        return [self._open[key] for key in latest.values()]

    def resolved(self) -> list[Json]:
        """Return the resolved problems, each kind of each subject once."""
        return [facts for key, facts in self._over.items() if key not in self._open]

    def _ended(self, entry: Mapping[str, Any]) -> list[_Key]:
        """Return what a line resolves: one kind of a subject, or all kinds if it names none."""
        if entry.get("message") != "RESOLVED":
            return []
        kind, subject = entry.get("kind") or "", entry.get("subject")
        return [key for key in self._open if key[1] == subject and kind in ("", key[0])]


def _problem(entry: Mapping[str, Any]) -> tuple[_Key, Json] | None:
    match entry.get("message"):
        case "PROBLEM":
            facts = {name: entry[name] for name in _FACTS if entry.get(name)}
            return (facts["kind"], facts["subject"]), facts
        case "CRASH" | "UNREADABLE" as message:
            kind, reason = message.lower(), str(entry.get("error") or entry.get("reason"))
            # Each reason is a separate problem, though all concern messages.
            return (kind, f"a message: {reason}"), {
                "kind": kind,
                "subject": "a message",
                "reason": reason,
                "remedy": _OF_MESSAGES[kind],
            }
        case _:
            return None
