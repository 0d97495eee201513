"""Rows, records and memberships with one-letter groups, for the tests of what is desired."""

from datetime import UTC, datetime

from hub.runtime.decisions.decision import Decision
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.record import EndedGrant, Record, State
from shared.model import (
    BadMapping,
    DirectorySnapshot,
    Grant,
    GroupId,
    GroupMapping,
    MappingTable,
    Target,
    Unresolved,
    User,
    UserId,
    UserStatus,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA = User(UserId("a3d46882"), "ada")


def row(group: str, priority: int = 100, target: Target = LAB, **more: object) -> GroupMapping:
    """Return a row of a group, with the group's role."""
    return GroupMapping(group, target, f"role/{group}", priority, **more)  # type: ignore[arg-type]


def grant(of: GroupMapping) -> Grant:
    """Return the grant of a row, as the ledger stores it."""
    return Grant(of.priority, of.group, of.role_arn, of.retention_days, f"id-{of.group}")


def record(
    *because: Grant,
    state: State = State.ACTIVE,
    ended: tuple[EndedGrant, ...] = (),
    user_status: UserStatus = UserStatus.ENABLED,
) -> Record:
    """Return Ada's record, granted by the first of the grants."""
    return Record(
        user_id=ADA.id,
        target=LAB,
        state=state,
        user_name="ada",
        profile_name="ada-as-recorded",
        user_status=user_status,
        role_arn=because[0].role_arn if because else "",
        given_by=because[0].group if because else "",
        because=because,
        ended=ended,
    )


def snapshot(*member_of: str, person: User = ADA, complete: bool = True) -> DirectorySnapshot:
    """Return Ada, or another user, in groups; the directory knows a, b and c.

    It has no group `lost`, and refuses to resolve `dark`.
    """
    known: dict[str, GroupId | Unresolved] = {
        name: GroupId(f"id-{name}") for name in ("a", "b", "c")
    }
    return DirectorySnapshot(
        person,
        frozenset(GroupId(f"id-{name}") for name in member_of),
        known | {"lost": Unresolved.UNKNOWN, "dark": Unresolved.UNREADABLE},
        complete=complete,
    )


def decisions(
    there: Record | None,
    *rows: GroupMapping,
    of: DirectorySnapshot,
    bad: tuple[BadMapping, ...] = (),
) -> tuple[Decision, ...]:
    """Return every decision that a table gives for the user."""
    return desire(of, MappingTable(rows, bad), {LAB: there} if there else {}, NOW)


def decision(
    there: Record | None,
    *rows: GroupMapping,
    of: DirectorySnapshot,
    bad: tuple[BadMapping, ...] = (),
) -> Decision:
    """Return the one decision."""
    (only,) = decisions(there, *rows, of=of, bad=bad)
    return only


def unparsed(group: str, target: Target | None = LAB) -> BadMapping:
    """Return a row that does not parse."""
    return BadMapping(group, str(target), target, ("priority: 'high' is not a whole number",))
