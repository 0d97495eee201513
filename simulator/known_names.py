"""Checks the names in a scenario: each must exist where it is used, and none is created twice."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, get_args

from shared.model import Target
from simulator.expect_step import Expect
from simulator.hand_steps import CreateRole, ManualAction, ManualOperation
from simulator.operator_steps import Approve, Keep, Protect, Reject
from simulator.scenario import Frame
from simulator.scenario_schema import Row
from simulator.steps import (
    STEPS,
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
from yaml_files.yaml_positions import LocatedYaml, Mistake
from yaml_files.yaml_positions import Path as Place

# A company has more names than anybody reads.
_MOST_NAMES: Final = 50
_USER: Final = ("user", "users")
_GROUP: Final = ("group", "groups")
# Maps each step to its fields that hold names, with the kind of each name.
_Fields = Mapping[type, tuple[tuple[str, str], ...]]
_USES: Final[_Fields] = {
    Join: (_USER, _GROUP),
    Leave: (_USER, _GROUP),
    **dict.fromkeys((StartApp, RestartApp), (_USER, ("target", "targets"))),
    **dict.fromkeys((Keep, Protect), (_USER,)),
    **dict.fromkeys((Approve, Reject), (("target", "places"),)),
    ManualAction: (
        *((operation, "users") for operation in get_args(ManualOperation)),
        ("target", "targets"),
    ),
    CreateRole: (("target", "targets"),),
    Expect: (("user", "people"), ("target", "places")),
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
    document: LocatedYaml,
    frame: Frame,
    steps: Sequence[tuple[int, tuple[str, Step]]],
    lost: Collection[str] = (),
) -> Iterator[Mistake]:
    """Yield every name that does not exist where it is used, or that exists already.

    `lost` are the kinds of names that may be defined in unreadable parts; they are not checked.
    """
    known = _Known(document, frame, steps, lost)
    for number, user in enumerate(frame.directory.users):
        yield from known.uses("groups", user.groups, ("directory", "users", number, "groups"))
    for number, (word, step) in steps:
        path = ("steps", number, word)
        for field, kind in _USES.get(type(step), ()):
            yield from known.uses(kind, getattr(step, field), (*path, field))
        for field, kind in _ENDS.get(type(step), ()):
            known.ends(kind, getattr(step, field))
        for field, kind in _BEGINS.get(type(step), ()):
            yield from known.begins(kind, getattr(step, field), (*path, field))


def started_by(written: object) -> Iterator[str]:
    """Yield the kinds of names that a step creates, by its word, even if the rest is invalid."""
    for word in written if isinstance(written, dict) else ():
        for _, kind in _BEGINS.get(STEPS.get(word, type(None)), ()):
            yield kind


class _Known:
    """The names that exist at the current point of the scenario."""

    def __init__(
        self,
        document: LocatedYaml,
        frame: Frame,
        steps: Sequence[tuple[int, tuple[str, Step]]],
        lost: Collection[str],
    ) -> None:
        self._document = document
        self._lost = {*lost, *("people" for kind in lost if kind == "users")}
        targets = {str(spoke.target) for spoke in frame.targets}
        rows = [*frame.mappings, *(step for _, (_, step) in steps if isinstance(step, Row))]
        users = {user.name.casefold() for user in frame.directory.users}
        self._names = {
            "groups": {group.name.casefold() for group in frame.directory.groups},
            "users": users,
            # Includes users who were deleted or renamed before.
            "people": set(users),
            "targets": targets,
            # Includes targets that rows name and that have no spoke.
            "places": targets | {row.target for row in rows if _is_target(row.target)},
        }
        if "targets" in self._lost or "mappings" in self._lost:
            self._lost.add("places")

    def uses(self, kind: str, value: str | Sequence[str] | None, path: Place) -> Iterator[Mistake]:
        """Yield a mistake for each name in a field that is not known."""
        known = self._names[kind]
        if kind in self._lost:
            return
        for place, name in _each(value, path):
            if name.casefold() not in known:
                there = ", ".join(sorted(known)[:_MOST_NAMES]) or "none"
                if len(known) > _MOST_NAMES:
                    there += f", and {len(known) - _MOST_NAMES} more"
                yield self._document.mistake(
                    place, f"{name!r} is not known here; there are: {there}"
                )

    def ends(self, kind: str, name: str) -> None:
        """Remove a name."""
        self._names[kind].discard(name.casefold())

    def begins(self, kind: str, name: str, path: Place) -> Iterator[Mistake]:
        """Add a name; yield a mistake if it exists already."""
        if name.casefold() in self._names[kind]:
            yield self._document.mistake(path, f"{name!r} exists already")
        self._names[kind].add(name.casefold())
        if kind == "users":
            self._names["people"].add(name.casefold())


def _is_target(text: str) -> bool:
    try:
        Target.parse(text)
    except ValueError:
        return False
    return True


def _each(value: str | Sequence[str] | None, path: Place) -> Iterator[tuple[Place, str]]:
    """Yield each name that a field holds, and its place."""
    if value is None:
        return
    if isinstance(value, str):
        yield path, value
    else:
        yield from (((*path, number), name) for number, name in enumerate(value))
