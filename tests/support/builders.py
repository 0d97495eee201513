"""Builders of values for the tests of decisions: rows, records, snapshots, profiles, disruptions.

Ada is a user with the profile `ada` in the target LAB, which the row of ml-scientists granted.
Groups have names of one letter where only their order matters.
"""

from datetime import UTC, datetime, timedelta

from hub.runtime.decisions.decision import Decision, DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import desire
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Space, Workload
from hub.runtime.decisions.record import Access, EndedGrant, Record, State
from hub.runtime.decisions.removal_limit import Disruption, DisruptionKind
from shared.conventions import Ownership, SystemRole
from shared.model import (
    BadMapping,
    Because,
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

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA = User(UserId("a3d46882"), "ada")
OLD, NEW = (f"arn:aws:iam::222222222222:role/studio-hub/{name}" for name in ("Old", "New"))
SUSPENDED_ROLE = SystemRole.SUSPENDED.arn(LAB.account, LAB.region)

NEW_GRANT, OLD_GRANT = Grant(10, "ml-leads", NEW, 30), Grant(20, "ml-scientists", OLD, 30)
# Both rows apply, so what runs with the old role may stay.
BECAUSE = Because((NEW_GRANT, OLD_GRANT))
PROMOTED = DesiredProfile(ADA, LAB, "ada", NEW, BECAUSE)
# Only the new row applies, so nothing may run with the old role.
DEMOTED = DesiredProfile(ADA, LAB, "ada", NEW, Because((NEW_GRANT,)))
REMOVAL = Removal(ADA, LAB, "ada", "no mapping grants it", 30)
AT_ONCE = Removal(ADA, LAB, "ada", "no mapping grants it", 0)
UNDECIDED = Undecided(ADA, LAB, "cannot tell", "correct the row")

THERE = ObservedProfile(
    "ada",
    ProfileStatus.IN_SERVICE,
    OLD,
    Ownership.OURS,
    user_name="ada",
    efs_uid="200005",
    modified=NOON.isoformat(),
    workload=Workload(),
)
ACTIVE = Record(
    user_id=ADA.id,
    target=LAB,
    state=State.ACTIVE,
    user_name="ada",
    profile_name="ada",
    access=Access.ASSIGNED,
    role_arn=OLD,
    given_by="ml-scientists",
    because=(OLD_GRANT,),
    efs_uid="200005",
    modified=NOON.isoformat(),
    version=1,
)


def app(name: str = "default", status: str = "InService", **more: object) -> App:
    """Return an app, of a profile unless a space is given."""
    return App("JupyterLab", name, status, **more)  # type: ignore[arg-type]


def private(name: str = "ada-lab", status: str = "InService") -> Space:
    """Return a space that only its owner uses."""
    return Space(name, status, "Private")


def shared(name: str = "team", sharing: str = "Shared") -> Space:
    """Return a space that others use, or may use."""
    return Space(name, "InService", sharing)


def runs(*what: App | Space) -> Workload:
    """Return a workload of apps and spaces."""
    apps = tuple(each for each in what if isinstance(each, App))
    return Workload(apps, tuple(each for each in what if isinstance(each, Space)))


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
    return desire(of, MappingTable(rows, bad), {LAB: there} if there else {}, NOON)


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


def user(number: int) -> UserId:
    """Return the id of a user by number."""
    return UserId(f"u-{number:03d}")


def disruption(
    number: int, kind: DisruptionKind = DisruptionKind.REMOVAL, cause: str = ""
) -> Disruption:
    """Return the disruption of a user by number."""
    return Disruption(user(number), f"name-{number}", f"profile-{number}", kind, "left", cause)


def recorded_user(number: int) -> Record:
    """Return the record of a user who has a profile."""
    return Record(
        user_id=user(number),
        target=LAB,
        state=State.ACTIVE,
        user_name=f"name-{number}",
        profile_name=f"profile-{number}",
        role_arn="role/X",
    )
