"""How an explanation reads: one screen for one user, and documented fields."""

import re
from dataclasses import replace
from pathlib import Path
from textwrap import wrap
from typing import Any

from builders import (
    ACTIVE,
    ADA,
    BECAUSE,
    DAY,
    DEMOTED,
    LAB,
    NEW,
    NOON,
    OLD,
    REMOVAL,
    SUSPENDED_ROLE,
    row,
)

from cli.explain.facts import Explained
from cli.explain.plain import plain
from cli.explain.text import lines
from hub.runtime.decisions.actions import Action, ChangeRole, Revoke, Skip, SkipKind, Suspend
from hub.runtime.decisions.decision import Decision, RowAnswer, RowReason
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.record import MemberChanges, Obstacle, Record, State, as_recorded
from hub.runtime.problems.users import HAS_UNMANAGED_PROFILE, NAME_TAKEN
from hub.runtime.reconcile.explain import Explanation, TargetExplanation
from hub.runtime.reconcile.observe import UserSnapshot
from shared.conventions import Ownership
from shared.model import DirectorySnapshot, MappingTable, Target

PAGE = Path(__file__).parents[2] / "docs" / "explain.md"
TARGETS = [Target.parse(f"{str(n) * 12}/eu-west-1/d-research000{n}") for n in range(1, 6)]
ANSWERS = (
    RowAnswer("ml-leads", RowReason.MEMBER, row("ml-leads", 10)),
    RowAnswer("ml-scientists", RowReason.MEMBER, row("ml-scientists", 20)),
    *(RowAnswer(f"team-{n}", RowReason.NOT_A_MEMBER, row(f"team-{n}")) for n in range(30)),
)


def at(
    target: Target,
    decision: Decision,
    *actions: Action,
    record: Record | None = ACTIVE,
    **more: Any,  # noqa: ANN401 (any field)
) -> TargetExplanation:
    return TargetExplanation(
        target=target,
        record=record,
        answers=ANSWERS,
        decision=decision,
        actions=actions,
        **more,
    )


def explained(*found: TargetExplanation, state: HubState | None = None) -> Explained:
    user = UserSnapshot(
        DirectorySnapshot(ADA, frozenset(), {}),
        MappingTable(()),
        {},
        complete=True,
        memberships=frozenset(),
        changes=MemberChanges(),
    )
    return Explained(Explanation(user, found), state or HubState(), "apply", NOON)


BUSY = (
    at(
        TARGETS[0],
        DEMOTED,
        ChangeRole(ADA, LAB, "ada", OLD, NEW, BECAUSE),
        not_observed="none of your credentials is of this account: give --spoke-profile",
    ),
    at(
        TARGETS[1],
        REMOVAL,
        Revoke(ADA, LAB, "ada", "left"),
        Suspend(ADA, LAB, "ada", SUSPENDED_ROLE, "left"),
        deletion=NOON + 30 * DAY,
        not_observed="none of your credentials is of this account: give --spoke-profile",
    ),
    at(
        TARGETS[2],
        REMOVAL,
        skips=(Skip(SkipKind.HELD, ADA, LAB, "ada", "left; held", "studio-hub holds approve X"),),
    ),
    at(TARGETS[3], DEMOTED, record=None),
    at(TARGETS[4], REMOVAL, record=replace(ACTIVE, state=State.SUSPENDED)),
)


def test_five_targets_fit_on_one_screen() -> None:
    """At 80 columns, whatever is to be done, with thirty rows that do not apply in each."""
    shown = [part for line in lines(explained(*BUSY), None) for part in wrap(line, 80) or [""]]

    assert len(shown) <= 45
    assert all(str(target) in "\n".join(shown) for target in TARGETS)


def test_every_field_is_documented() -> None:
    """Each field of the JSON stands on the page."""
    documented = set(re.findall(r"`([a-z_]+)`", PAGE.read_text(encoding="utf-8")))

    found = plain(explained(*BUSY, at(LAB, DEMOTED, record=BLOCKED)))

    assert _fields(found) <= documented


def test_what_waits_is_not_in_sync() -> None:
    """Neither an action nor a skip, but a disabled row, which grants nothing new."""
    disabled = Skip(SkipKind.DISABLED, ADA, LAB, "ada", "only a disabled mapping calls for it")

    assert [each.is_in_sync for each in BUSY] == [False, False, False, True, True]
    assert at(LAB, DEMOTED, skips=(disabled,)).is_in_sync


BLOCKED = replace(
    ACTIVE,
    state=State.HELD,
    role_arn="",
    efs_uid="",
    in_the_way="adas-own",
    obstacle=Obstacle(HAS_UNMANAGED_PROFILE.name, "not ours"),
)


def test_a_profile_is_as_the_ledger_has_it() -> None:
    """With its role; the one that is in the way, and whose it is; none where none was made."""
    made, blocking = as_recorded(ACTIVE), as_recorded(BLOCKED)
    taken = as_recorded(replace(BLOCKED, obstacle=Obstacle(NAME_TAKEN.name, "taken")))

    assert made is not None
    assert (made.name, made.role_arn, made.status) == ("ada", OLD, ProfileStatus.IN_SERVICE)
    assert blocking is not None
    assert (blocking.name, blocking.ownership) == ("adas-own", Ownership.UNMANAGED)
    assert taken is not None
    assert taken.ownership is Ownership.OTHER_PERSON
    assert as_recorded(None) is None
    assert as_recorded(replace(ACTIVE, state=State.REMOVED)) is None


def _fields(value: object) -> set[str]:
    match value:
        case dict():
            return {*value, *(name for each in value.values() for name in _fields(each))}
        case list():
            return {name for each in value for name in _fields(each)}
        case _:
            return set()
