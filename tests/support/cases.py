"""One user in one target for decision tests: decisions, profiles, records, apps."""

from datetime import UTC, datetime, timedelta

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Space, Workload
from hub.runtime.decisions.record import Access, Record, State
from shared.conventions import Ownership, SystemRole
from shared.model import Because, Grant, Target, User, UserId

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ADA = User(UserId("a3d46882"), "ada")
OLD, NEW = (f"arn:aws:iam::222222222222:role/studio-hub/{name}" for name in ("Old", "New"))
SUSPENDED_ROLE = SystemRole.SUSPENDED.arn(LAB.account, LAB.region)

NEW_GRANT, OLD_GRANT = Grant(10, "ml-leads", NEW, 30), Grant(20, "ml-scientists", OLD, 30)
# Both rows apply, so what runs with the old role may stay.
BECAUSE = Because(NEW_GRANT, (OLD_GRANT,))
PROMOTED = DesiredProfile(ADA, LAB, "ada", NEW, BECAUSE)
# Only the new row applies, so nothing may run with the old role.
DEMOTED = DesiredProfile(ADA, LAB, "ada", NEW, Because(NEW_GRANT))
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
