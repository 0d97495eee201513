"""Random lifecycles of users over two domains with a strict removal limit, with an oracle.

The oracle is written independently of the code under test, as in `membership_oracle`.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from invariant_checker import InvariantChecker, Pair
from story_generator import GROUPS, ONE, PATTERNS, PEOPLE, TWO, LifecycleStep

from cli.simulation.operator import SimulatedOperator
from shared.conventions import USER_ID, tags
from shared.model import Target
from simulator.delivery import Delivery
from simulator.directory_operations import DirectoryOperations
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.errors import OperationRefusedError
from simulator.faults import Fault
from simulator.setup import LEDGER, assume, client, make_role
from simulator.studio import Place

LIMIT = 2
# In days. All rows of a target have the same value, so the row that applied last does not matter.
RETENTION = {ONE: 0, TWO: 2}
ROWS: dict[tuple[str, Target], tuple[str, int]] = {
    ("ants", ONE): ("Ant", 20),
    ("bees", ONE): ("Bee", 10),
    ("ants", TWO): ("AntTwo", 5),
}
# Users who cannot get a profile: unmanaged profiles take p7's name in one domain, p6's in the
# other.
TAKEN = {(ONE, "p7"), (TWO, "p6")}


@dataclass
class Lifecycles:
    """An embedded AWS with users, and the checker of the hub's writes.

    A row of a group grants the same where a pattern row stands for it, also by another name of the
    group. `are_patterns` begins with pattern rows alone.
    """

    aws: EmbeddedAws
    are_patterns: bool = False
    rows: dict[tuple[str, Target], tuple[str, int]] = field(default_factory=lambda: dict(ROWS))
    checker: InvariantChecker = field(init=False)
    people: list[str] = field(init=False)
    stripped: set[Pair] = field(default_factory=set, init=False)
    # Apps that still ran with a role that nothing grants, an hour after all events had arrived.
    stale: list[str] = field(default_factory=list, init=False)
    # The key of each row in the table, and the id that it pins.
    _written: dict[tuple[str, Target], dict[str, str]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Create it: six of eight users are in a group, and two profiles are unmanaged."""
        store = self.aws.services.identity_store
        self._operations = DirectoryOperations(store, HUB_ACCOUNT, self.aws.clock.now)
        self._delivery = Delivery(self.aws.deliver)
        self._groups = {name: store.add_group(name).group_id for name in GROUPS}
        self.people = [store.add_user(f"p{number}").user_id for number in range(PEOPLE)]
        for number, user in enumerate(self.people[:6]):
            store.add_membership(user, self._groups[GROUPS[number % 2]])
        for target in (ONE, TWO):
            self.aws.add_spoke(target)
            make_role(target.account, target.region, "Administrator", {})
        for group, target in self.rows:
            text = PATTERNS[group] if self.are_patterns else group
            self._written[group, target] = {"group": text}
            self._map(group, target)
        self.aws.skip_row_changes()
        self._by_hand(ONE, "p7", None)
        self._by_hand(TWO, "p6", tags("999999999999", self.people[6]))
        self._operator = SimulatedOperator(self.aws)
        self.checker = InvariantChecker(self.aws, self.desired, RETENTION, LIMIT, self.kept)

    def do(self, step: LifecycleStep) -> None:
        """Perform one step, and deliver what is due."""
        match step.kind:
            case "minutes" | "hours" | "days":
                self._delivery.arrive()
                self.aws.wait(
                    step.number * {"minutes": 60, "hours": 600, "days": 43_200}[step.kind]
                )
            case "sweep":
                self.sweep()
            case "approve":
                self.approve()
            case "lab" | "shared" | "kernel" | "restart":
                self._work(step)
            case "new_role" | "missing_role" | "make_role" | "pattern" | "own_row":
                self._by_operator(step)
            case "strip":
                self._strip(step)
            case "throttle":
                self._throttle(step.number)
            case _:
                self._in_directory(step)
        self.aws.run()

    def sweep(self) -> None:
        """Sweep, advance the time by an hour, and check that no removal is held without a cause."""
        self.aws.sweep()
        self.aws.wait(3600)
        for row in self.aws.rows(LEDGER):
            if str(row["sk"]).startswith("held#") and row.get("kind") == "removal":
                target = Target.parse(row["pk"].removeprefix("limit#"))
                pair = target, row["sk"].removeprefix("held#")
                if pair in self.desired() and pair not in self.stripped:
                    self.checker.broken.append(f"law 11: the removal of {pair} is held")

    def approve(self) -> None:
        """Approve everything that is held, and tell the checker whose removals were approved."""
        held = [row for row in self.aws.rows(LEDGER) if str(row["sk"]).startswith("held#")]
        for row in held:
            target = Target.parse(row["pk"].removeprefix("limit#"))
            self.checker.approved.add((target, row["sk"].removeprefix("held#")))
        self._operator.approve()
        self.aws.run()

    def settle(self) -> None:
        """End all faults, make missing roles, stop apps and approve, until all is in sync."""
        self.aws.gateway.faults.clear()
        self.aws.services.studio.missing_roles.clear()
        self._delivery.arrive()
        self.sweep()
        self.sweep()
        self.stale = self._stale_apps()
        self._go_home()
        self.sweep()
        for _ in range(3):
            self.approve()
            self.aws.wait(3600)
            self.aws.wait(3 * 86_400)
            self.sweep()

    def desired(self) -> dict[Pair, str]:
        """Return the roles that the directory and the rows grant, for users who can be served."""
        store = self.aws.services.identity_store
        return {
            (target, user_id): roles[0]
            for number, user_id in enumerate(self.people)
            for target in (ONE, TWO)
            if (roles := self._rows_of(user_id, target))
            and store.users[user_id].status != "DISABLED"
            and (target, f"p{number}") not in TAKEN
        }

    def kept(self, pair: Pair) -> list[str]:
        """Return the roles that a user may get again while that of the winning row is missing."""
        target, user_id = pair
        winner, *others = self._rows_of(user_id, target) or [""]
        return others if _arn(target, winner) in self.aws.services.studio.missing_roles else []

    def _rows_of(self, user_id: str, target: Target) -> list[str]:
        """Return the roles of the user's rows, the winning one first."""
        store = self.aws.services.identity_store
        groups = {membership.group_id for membership in store.groups_of(user_id)}
        rows = sorted(
            (priority, group, role)
            for (group, place), (role, priority) in self.rows.items()
            if place == target and self._groups[group] in groups
        )
        return [role for _, _, role in rows]

    def roles(self) -> dict[Pair, str]:
        """Return the role of each managed profile, except for leavers who own a shared space.

        Those stay suspended and are never deleted automatically.
        """
        return {
            (Target.parse("/".join(domain.place)), marks[USER_ID]): role
            for domain in self.aws.services.studio.snapshot()
            for profile in domain.profiles
            if (marks := dict(profile.tags)) == tags(HUB_ACCOUNT, marks.get(USER_ID, ""))
            for role in [(profile.role or "").rpartition("/")[2]]
            if not (
                role.startswith("Suspended-")
                and any(space.type == "Shared" for space in profile.spaces)
            )
        }

    def written(self) -> tuple[Counter[str], str]:
        """Return what the hub wrote so far, and the ledger's current rows."""
        changes = Counter(change.operation for change in self.aws.gateway.changes)
        return changes, repr(sorted(map(repr, self.aws.rows(LEDGER))))

    def _in_directory(self, step: LifecycleStep) -> None:
        name = f"p{step.user}"
        group = self.aws.services.identity_store.group(self._groups[step.group]).name
        match step.kind:
            case "join":
                sent = self._operations.join(name, group, step.via)
            case "leave":
                sent = self._operations.leave(name, group, step.via)
            case "rename_group":
                new = f"{step.group}.{step.number}"
                sent = self._operations.rename_group(group, new, step.via) if new != group else ()
            case "leave_all":
                sent = tuple(
                    event
                    for number in range(PEOPLE)
                    for event in self._operations.leave(f"p{number}", group, "scim")
                )[-1:]
            case "disable" | "enable":
                status: Literal["DISABLED", "ENABLED"] = (
                    "DISABLED" if step.kind == "disable" else "ENABLED"
                )
                sent = self._operations.set_status(name, status, step.via)
            case _:
                sent = ()
        self._delivery.send(sent)

    def _work(self, step: LifecycleStep) -> None:
        place = _place(step.target)
        studio, name = self.aws.services.studio, f"p{step.user}"
        forms = {"lab": ("JupyterLab", "private"), "shared": ("JupyterLab", "shared")}
        try:
            if step.kind == "restart":
                studio.restart_app(place, name)
            else:
                studio.start_app(place, name, *forms.get(step.kind, ("KernelGateway", None)))
        except OperationRefusedError:
            pass  # The user has no profile, or no stopped app.

    def _stale_apps(self) -> list[str]:
        """Return the apps whose role no row of their user names; held users are left out."""
        held = {(row["pk"], row["sk"]) for row in self.aws.rows(LEDGER)}
        found = []
        for domain in self.aws.services.studio.snapshot():
            target = Target.parse("/".join(domain.place))
            for profile in domain.profiles:
                user = dict(profile.tags).get(USER_ID, "")
                excused = (target, user) in self.stripped or (
                    (f"limit#{target}", f"held#{user}") in held
                )
                if user not in self.people[:6] or excused:
                    continue
                allowed = {*self._rows_of(user, target), f"Suspended-{target.region}"}
                private = {space.name for space in profile.spaces if space.type == "Private"}
                found += [
                    f"{profile.name}: {app.type} with {app.role}"
                    for app in profile.apps
                    if app.status == "InService" and (not app.space or app.space in private)
                    if (app.role or "").rpartition("/")[2] not in allowed
                ]
        return found

    def _go_home(self) -> None:
        """Stop every running app: a pending role change may wait for that."""
        for domain in self.aws.services.studio.snapshot():
            target = Target.parse("/".join(domain.place))
            for app in (app for profile in domain.profiles for app in profile.apps):
                if app.status == "InService":
                    home = {"SpaceName": app.space} if app.space else {"UserProfileName": app.owner}
                    self._administrator(target).delete_app(
                        DomainId=target.domain_id, AppType=app.type, AppName=app.name, **home
                    )
        self.aws.wait(300)

    def _strip(self, step: LifecycleStep) -> None:
        """Remove the hub's tags from a profile, as an administrator: it is unmanaged then."""
        user = self.people[step.user]
        target = step.target
        for domain in self.aws.services.studio.snapshot():
            for profile in domain.profiles:
                ours = dict(profile.tags) == tags(HUB_ACCOUNT, user)
                if domain.place.domain_id == target.domain_id and ours:
                    arn = (
                        f"arn:aws:sagemaker:{target.region}:{target.account}:user-profile/"
                        f"{target.domain_id}/{profile.name}"
                    )
                    self._administrator(target).delete_tags(
                        ResourceArn=arn, TagKeys=list(tags("", ""))
                    )
                    self.stripped.add((target, user))

    def _administrator(self, target: Target) -> Any:  # noqa: ANN401 (a SageMaker client)
        role = f"arn:aws:iam::{target.account}:role/studio-hub-system/Administrator"
        return client("sagemaker", target.region, assume(role, target.region))

    def _throttle(self, times: int) -> None:
        for service, operation in (
            ("sagemaker", "UpdateUserProfile"),
            ("sagemaker", "DeleteApp"),
            ("sagemaker", "ListSpaces"),
            ("sagemaker", "DeleteUserProfile"),
            ("sso-admin", "DeleteApplicationAssignment"),
            ("sso-admin", "CreateApplicationAssignment"),
        ):
            fault = Fault(service, operation, "ThrottlingException", times=times)
            self.aws.gateway.faults.append(fault)

    def _by_operator(self, step: LifecycleStep) -> None:
        match step.kind:
            case "new_role":
                self.rows["ants", ONE] = (f"Ant{step.number}", 20)
                self._map("ants", ONE)
            case "missing_role":
                self._miss(step)
            case "make_role":
                self.aws.services.studio.missing_roles.clear()
            case _ if (step.group, step.target) in self.rows:
                self._replace(step)
            case _:
                pass

    def _miss(self, step: LifecycleStep) -> None:
        """Have a row call for a role that does not exist before the step `make_role`."""
        group, target = step.group, step.target
        if (group, target) in self.rows:
            role, (_, priority) = f"Missing{step.number}", self.rows[group, target]
            self.aws.services.studio.missing_roles.add(_arn(target, role))
            self.rows[group, target] = (role, priority)
            self._map(group, target)

    def _replace(self, step: LifecycleStep) -> None:
        """Write a pattern row for a group's row, or the reverse; the old one goes after that."""
        key = step.group, step.target
        old = self._written[key]
        if step.kind == "pattern":
            self._written[key] = {"group": PATTERNS[step.group]}
        else:
            group = self.aws.services.identity_store.group(self._groups[step.group])
            self._written[key] = {"group": group.name, "group_id": group.group_id}
        self._map(*key)
        if self._written[key]["group"] != old["group"]:
            self.aws.delete_mapping(old["group"], str(step.target))

    def _map(self, group: str, target: Target) -> None:
        role, priority = self.rows[group, target]
        self.aws.put_mapping(
            {
                **self._written[group, target],
                "target": str(target),
                "execution_role_arn": _arn(target, role),
                "priority": priority,
                "retention_days": RETENTION[target],
            }
        )

    def _by_hand(self, target: Target, name: str, marks: dict[str, str] | None) -> None:
        self.aws.services.studio.make_profile_by_hand(
            _place(target),
            name=name,
            user_name=name,
            role=f"arn:aws:iam::{target.account}:role/studio-hub/ByHand",
            tags=marks,
        )


def _arn(target: Target, role: str) -> str:
    return f"arn:aws:iam::{target.account}:role/studio-hub/{role}"


def _place(target: Target) -> Place:
    return Place(target.account, target.region, target.domain_id)
