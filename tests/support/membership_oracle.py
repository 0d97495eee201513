"""Random stories over a small company, and the desired state that follows from them.

The oracle here is written independently of the code under test. For each user and target, the
lowest (priority, group) of the rows of the user's groups wins. A row means the group that had its
name when the company was created.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.conventions import USER_ID, tags
from shared.model import Target, UserId
from shared.naming import profile_name
from simulator.delivery import Delivery
from simulator.directory_operations import DirectoryOperations, Sent, Via
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.faults import Fault
from simulator.setup import LEDGER, MAPPINGS, assume, client, make_role
from simulator.studio import Place

USERS = ("ada@example.com", "bob", "eve.b@example.com")
GROUPS = ("ants", "bees", "cats", "unmapped")
# The pattern rows that stand for the rows of these groups, whatever is added to their names.
PATTERNS = {"ants": "an*", "bees": "b*", "cats": "ca*"}
VIA: tuple[Via, ...] = ("console", "api", "scim", "native", "none")
ONE = Target.parse("222222222222/eu-west-1/d-one")
TWO = Target.parse("333333333333/us-east-1/d-two")
NO_SPOKE = Target.parse("444444444444/eu-west-1/d-gone")
# (group, target) -> (role, priority). These rows stay, so that no target loses its last one.
ROWS: dict[tuple[str, Target], tuple[str, int]] = {
    ("ants", ONE): ("Ant", 20),
    ("bees", ONE): ("Bee", 10),
    ("ants", TWO): ("AntTwo", 5),
    ("bees", TWO): ("BeeTwo", 5),
    ("ants", NO_SPOKE): ("Nobody", 1),
}
# Users who cannot get a profile: one with their name is unmanaged, or belongs to another user.
TAKEN = {(ONE, "eve.b@example.com"), (TWO, "bob")}

_PASSING = {"waiting", "gave-up", "refused", "unreadable", "paused", "quota", "undecided"}
_KINDS = {
    "join": 6,
    "leave": 4,
    "disable": 1,
    "enable": 1,
    "hire": 1,
    "fire": 1,
    "rename": 1,
    "rename_group": 1,
    "refound": 1,
    "map": 1,
    "missing_role": 1,
    "unmap": 1,
    "by_hand": 1,
    "throttle": 1,
    "refuse": 1,
    "lose": 2,
    "duplicate": 1,
    "shuffle": 1,
    "restart": 1,
    "wait": 1,
    "sweep": 1,
}


@dataclass(frozen=True)
class MembershipStep:
    """One step of a story; the meaning of the fields depends on `kind`."""

    kind: str
    user: int = 0
    group: str = GROUPS[0]
    via: Via = "console"
    number: int = 1


def story(seed: int, longest: int = 10) -> list[MembershipStep]:
    """Return the story of a seed."""
    dice = random.Random(seed)  # noqa: S311 (a story that can be repeated)
    kinds = dice.choices(list(_KINDS), list(_KINDS.values()), k=dice.randint(2, longest))
    return [
        MembershipStep(
            kind, dice.randrange(4), dice.choice(GROUPS), dice.choice(VIA), dice.randint(1, 30)
        )
        for kind in kinds
    ]


def open_problems(log: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return what a log reports as PROBLEM and not as RESOLVED later, by kind and subject."""
    found: set[tuple[str, str]] = set()
    for entry in log:
        match entry.get("message"):
            case "PROBLEM":
                found.add((entry["kind"], entry["subject"]))
            case "RESOLVED":
                found.discard((entry["kind"], entry["subject"]))
    return found


@dataclass
class RandomCompany:
    """An embedded AWS with the company in it, and the current rows.

    With `are_patterns`, pattern rows stand for them in the table.
    """

    aws: EmbeddedAws
    are_patterns: bool = False
    rows: dict[tuple[str, Target], tuple[str, int]] = field(default_factory=lambda: dict(ROWS))
    operations: DirectoryOperations = field(init=False)
    delivery: Delivery = field(init=False)
    people: list[str] = field(init=False)
    not_ours: set[tuple[str, str]] = field(init=False)
    group_ids: dict[str, str] = field(init=False)
    _administered: set[Target] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Create the company; some of its profiles are unmanaged."""
        store = self.aws.services.identity_store
        self.operations = DirectoryOperations(store, HUB_ACCOUNT, self.aws.clock.now)
        self.delivery = Delivery(self.aws.deliver)
        self.group_ids = {name: store.add_group(name).group_id for name in GROUPS}
        self.people = [store.add_user(name).user_id for name in USERS]
        for target in (ONE, TWO):
            self.aws.add_spoke(target)
        for key in self.rows:
            self._write(key)
        self.aws.skip_row_changes()
        eve = UserId(self.people[2])
        taken = profile_name(USERS[2], eve)
        other_person = tags(HUB_ACCOUNT, "00000000-0000-4000-8000-00000000e1de")
        self._by_hand(ONE, "foreign", None, None)
        self._by_hand(TWO, "bob", "bob", tags("999999999999", self.people[1]))
        self._by_hand(ONE, taken, "eve.old", other_person)
        self.not_ours = {("d-one", "foreign"), ("d-one", taken), ("d-two", "bob")}

    def do(self, step: MembershipStep) -> None:
        """Perform one step, and deliver what is due."""
        match step.kind:
            case "lose":
                self.delivery.lose(1)
            case "duplicate":
                self.delivery.duplicate(1)
            case "shuffle":
                self.delivery.shuffle(step.number)
            case "wait":
                self.delivery.arrive()
                self.aws.wait(step.number * 10)
            case "sweep":
                self.sweep()
            case "throttle":
                self._fault("ThrottlingException", step.number)
            case "refuse":
                self._fault("InternalServerException", step.number)
            case "map" | "missing_role" | "unmap" | "by_hand":
                self._by_administrators(step)
            case _:
                self.delivery.send(self._in_directory(step))
        self.aws.run()

    def settle(self) -> None:
        """End all faults, make missing roles, deliver everything, and let an hour go by."""
        self.aws.services.studio.missing_roles.clear()
        self.delivery.arrive()
        self.aws.gateway.faults.clear()
        self.aws.wait(3600)

    def sweep(self) -> None:
        """Sweep, and advance the time by an hour, in which all requeued requests are handled."""
        self.aws.sweep()
        self.aws.wait(3600)

    def roles(self) -> dict[tuple[Target, str], str]:
        """Return the role of each managed profile, by target and user."""
        return {
            (Target.parse("/".join(domain.place)), marks[USER_ID]): (profile.role or "").rpartition(
                "/"
            )[2]
            for domain in self.aws.services.studio.snapshot()
            for profile in domain.profiles
            if (marks := dict(profile.tags)) == tags(HUB_ACCOUNT, marks.get(USER_ID, ""))
            and marks[USER_ID] in self.people
        }

    def roles_of(self, target: Target) -> list[str]:
        """Return the role of each profile in a target, managed or not."""
        return [
            (profile.role or "").rpartition("/")[2]
            for domain in self.aws.services.studio.snapshot()
            for profile in domain.profiles
            if domain.place.domain_id == target.domain_id
        ]

    def desired(self) -> dict[tuple[Target, str], str]:
        """Return the roles that the directory and the rows grant, for users who can be served."""
        store = self.aws.services.identity_store
        wanted = {}
        for user_id, user in store.users.items():
            groups = {membership.group_id for membership in store.groups_of(user_id)}
            for target in (ONE, TWO):
                rows = sorted(
                    (priority, group, role)
                    for (group, place), (role, priority) in self.rows.items()
                    if place == target and self.group_ids[group] in groups
                )
                first_name = USERS[self.people.index(user_id)] if user_id in self.people[:3] else ""
                if rows and user.status != "DISABLED" and (target, first_name) not in TAKEN:
                    wanted[target, user_id] = rows[0][2]
        return wanted

    def unmanaged(self) -> list[str]:
        """Return the state of every unmanaged profile, as texts."""
        return [
            repr(profile)
            for domain in self.aws.services.studio.snapshot()
            for profile in domain.profiles
            if (profile.place.domain_id, profile.name) in self.not_ours
        ]

    def written(self) -> tuple[Counter[str], str]:
        """Return what the hub wrote so far: its changes in Studio, and both tables."""
        tables = [sorted(map(repr, self.aws.rows(table))) for table in (LEDGER, MAPPINGS)]
        return Counter(change.operation for change in self.aws.gateway.changes), repr(tables)

    def open_problems(self) -> set[tuple[str, str]]:
        """Return what the hub reported and has not resolved, by kind and subject."""
        return open_problems(self.aws.lambdas.log)

    def stale_problems(self) -> set[tuple[str, str]]:
        """Return the open problems whose cause does not exist any more."""
        store = self.aws.services.identity_store
        rows = self.aws.rows(LEDGER)
        held = {f"removals in {row['pk'][6:]} ({row['cause']})" for row in rows if "cause" in row}
        names = {f"group {group}" for group, _ in self.rows}
        if self.are_patterns:
            # Such a row has the name that its group has now.
            names |= {f"group {store.group(id_).name}" for id_ in self.group_ids.values()}
        people = {row["user_name"] for row in rows if "state" in row}
        people |= {user.user_name for user in store.users.values()}
        exists = {"held": held} | dict.fromkeys(
            ("group-deleted", "group-renamed", "group-recreated"), names
        )
        stale = set()
        for kind, subject in self.open_problems():
            name, _, target = subject.partition(" in ")
            personal = target and kind not in {"held", "unmanaged-profile", "unreadable-tags"}
            # After `settle` nothing is pending, and only one account refuses the hub.
            over = kind in _PASSING or (kind == "unreachable" and subject != str(NO_SPOKE))
            over |= kind == "group-renamed" and store.find_group(subject[6:]) is not None
            if (
                over
                or subject not in exists.get(kind, {subject})
                or (personal and name not in people)
            ):
                stale.add((kind, subject))
        return stale

    def _in_directory(self, step: MembershipStep) -> Sent:  # noqa: C901, PLR0911 (one case a word)
        store = self.aws.services.identity_store
        here = [id_ for id_ in self.people if id_ in store.users]
        if not here and step.kind != "hire":
            return ()
        user = store.user(here[step.user % len(here)]).user_name if here else ""
        ours = store.group(self.group_ids[step.group]).name
        match step.kind:
            case "join":
                return self.operations.join(user, ours, step.via)
            case "leave":
                return self.operations.leave(user, ours, step.via)
            case "disable":
                return self.operations.set_status(user, "DISABLED", step.via)
            case "enable":
                return self.operations.set_status(user, "ENABLED", step.via)
            case "fire":
                return self.operations.delete_user(user, step.via)
            case "hire":
                name = f"new{len(self.people)}"
                sent = self.operations.create_user(name, None, [ours], step.via)
                found = store.find_user(name)
                assert found is not None
                self.people.append(found.user_id)
                return sent
            case "rename" if user not in USERS[1:]:
                # Whether a name is taken depends on when its user got it, so users with such names
                # keep them.
                return self.operations.rename_user(user, f"{user}.{step.number}", step.via)
            case "rename_group":
                return self.operations.rename_group(ours, f"{ours}.{step.number}", step.via)
            case "refound" if store.find_group(step.group) is None:
                return self.operations.create_group(step.group, None, [user], step.via)
            case _:
                return ()

    def _by_administrators(self, step: MembershipStep) -> None:
        key = (step.group, ONE)
        match step.kind:
            case "map" if step.group != "unmapped":
                self.rows[key] = (f"Role{step.number}", step.number)
                self._write(key)
            case "missing_role" if step.group != "unmapped":
                # It exists from `settle` on.
                role = f"Missing{step.number}"
                self.aws.services.studio.missing_roles.add(_arn(ONE, role))
                self.rows[key] = (role, step.number)
                self._write(key)
            case "unmap" if key not in ROWS and key in self.rows:
                del self.rows[key]
                self.aws.delete_mapping(self._text(step.group), str(ONE))
            case "by_hand":
                self.spoil(step.number)
            case _:
                pass

    def spoil(self, number: int) -> None:
        """Delete a managed profile or change its role, as an administrator of the spoke."""
        ours = sorted(self.roles())
        if not ours:
            return
        target, user_id = ours[number % len(ours)]
        name = next(
            profile.name
            for domain in self.aws.services.studio.snapshot()
            for profile in domain.profiles
            if domain.place.domain_id == target.domain_id
            and dict(profile.tags).get(USER_ID) == user_id
        )
        if target not in self._administered:
            make_role(target.account, target.region, "Administrator", {})
            self._administered.add(target)
        role = f"arn:aws:iam::{target.account}:role/studio-hub-system/Administrator"
        sagemaker = client("sagemaker", target.region, assume(role, target.region))
        profile = {"DomainId": target.domain_id, "UserProfileName": name}
        if number % 2:
            sagemaker.delete_user_profile(**profile)
        else:
            wrong = f"arn:aws:iam::{target.account}:role/studio-hub/Wrong"
            sagemaker.update_user_profile(**profile, UserSettings={"ExecutionRole": wrong})
        self.aws.wait(10)

    def _text(self, group: str) -> str:
        return PATTERNS[group] if self.are_patterns else group

    def _write(self, key: tuple[str, Target]) -> None:
        (group, target), (role, priority) = key, self.rows[key]
        self.aws.put_mapping(
            {
                "group": self._text(group),
                "target": str(target),
                "execution_role_arn": _arn(target, role),
                "priority": priority,
                "retention_days": 0,
            }
        )

    def _fault(self, error: str, times: int) -> None:
        for service, operation in (
            ("sagemaker", "CreateUserProfile"),
            ("sagemaker", "DescribeUserProfile"),
            ("identitystore", "DescribeUser"),
            ("dynamodb", "PutItem"),
        ):
            self.aws.gateway.faults.append(Fault(service, operation, error, times=times))

    def _by_hand(
        self, target: Target, name: str, user: str | None, own: dict[str, str] | None
    ) -> None:
        self.aws.services.studio.make_profile_by_hand(
            Place(target.account, target.region, target.domain_id),
            name=name,
            user_name=user or name,
            role=f"arn:aws:iam::{target.account}:role/studio-hub/ByHand",
            tags=own,
        )


def _arn(target: Target, role: str) -> str:
    return f"arn:aws:iam::{target.account}:role/studio-hub/{role}"
