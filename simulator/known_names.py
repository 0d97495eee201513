"""The names that a story uses: each must be known where it stands, and none is given twice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from simulator.located import LocatedYaml, Mistake
from simulator.located import Path as Place
from simulator.operator_steps import Keep, Protect
from simulator.scenario import Frame
from simulator.steps import (
    CreateGroup,
    CreateUser,
    DeleteGroup,
    DeleteUser,
    DisableUser,
    EnableUser,
    Join,
    Leave,
    RenameGroup,
    RenameUser,
    RestartApp,
    StartApp,
    Step,
)

_USER: Final = ("user", "users")
_GROUP: Final = ("group", "groups")
# For each step its fields that hold names, and of what: those that it uses, ends and begins.
_Fields = Mapping[type, tuple[tuple[str, str], ...]]
_USES: Final[_Fields] = {
    Join: (_USER, _GROUP),
    Leave: (_USER, _GROUP),
    **dict.fromkeys((StartApp, RestartApp), (_USER, ("target", "targets"))),
    **dict.fromkeys((Keep, Protect), (_USER,)),
    CreateUser: (("groups", "groups"),),
    CreateGroup: (("users", "users"),),
    **dict.fromkeys((DisableUser, EnableUser, RenameUser, DeleteUser), (_USER,)),
    **dict.fromkeys((RenameGroup, DeleteGroup), (_GROUP,)),
}
_ENDS: Final[_Fields] = {
    **dict.fromkeys((RenameUser, DeleteUser), (_USER,)),
    **dict.fromkeys((RenameGroup, DeleteGroup), (_GROUP,)),
}
_BEGINS: Final[_Fields] = {
    CreateUser: (("name", "users"),),
    RenameUser: (("to", "users"),),
    CreateGroup: (_GROUP,),
    RenameGroup: (("to", "groups"),),
}


def unknown_names(
    document: LocatedYaml, frame: Frame, steps: Sequence[tuple[str, Step]]
) -> Iterator[Mistake]:
    """Yield every name that nothing has where it stands, or that something has already."""
    known = _Known(document, frame)
    for number, user in enumerate(frame.directory.users):
        yield from known.uses("groups", user.groups, ("directory", "users", number, "groups"))
    for number, (word, step) in enumerate(steps):
        path = ("steps", number, word)
        for field, kind in _USES.get(type(step), ()):
            yield from known.uses(kind, getattr(step, field), (*path, field))
        for field, kind in _ENDS.get(type(step), ()):
            known.ends(kind, getattr(step, field))
        for field, kind in _BEGINS.get(type(step), ()):
            yield from known.begins(kind, getattr(step, field), (*path, field))


class _Known:
    """The names that there are, as far as the story was read."""

    def __init__(self, document: LocatedYaml, frame: Frame) -> None:
        self._document = document
        self._names = {
            "groups": {group.name.casefold() for group in frame.directory.groups},
            "users": {user.name.casefold() for user in frame.directory.users},
            "targets": {str(spoke.target) for spoke in frame.targets},
        }

    def uses(self, kind: str, value: str | Sequence[str], path: Place) -> Iterator[Mistake]:
        """Yield a mistake for each name of a field that is not known."""
        known = self._names[kind]
        for place, name in _each(value, path):
            if name.casefold() not in known:
                there = ", ".join(sorted(known)) or "none"
                yield self._document.mistake(
                    place, f"{name!r} is not known here; there are: {there}"
                )

    def ends(self, kind: str, name: str) -> None:
        """Forget a name."""
        self._names[kind].discard(name.casefold())

    def begins(self, kind: str, name: str, path: Place) -> Iterator[Mistake]:
        """Learn a name; yield a mistake where something has it already."""
        if name.casefold() in self._names[kind]:
            yield self._document.mistake(path, f"{name!r} exists already")
        self._names[kind].add(name.casefold())


def _each(value: str | Sequence[str], path: Place) -> Iterator[tuple[Place, str]]:
    """Yield each name that a field holds, and where it stands."""
    if isinstance(value, str):
        yield path, value
    else:
        yield from (((*path, number), name) for number, name in enumerate(value))
