"""Laws 1 to 4 and 6 over random stories of groups, names and pattern rows."""

import os
import random
from dataclasses import dataclass, field

import pytest
from membership_oracle import VIA, open_problems

from cli.simulation.deployment import cold_start, deployed_hub
from cli.simulation.operator import SimulatedOperator
from shared.conventions import USER_ID
from shared.model import Target
from shared.naming import execution_role_name
from simulator.delivery import Delivery
from simulator.directory_operations import DirectoryOperations, Sent
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.faults import Call, Fault
from simulator.lambda_service import Crash
from simulator.setup import LEDGER

STORIES = int(os.environ.get("STORIES", "20"))
ONE = Target.parse("222222222222/eu-west-1/d-one")
TWO = Target.parse("333333333333/us-east-1/d-two")
NAMES = ("ml-a", "ml-b", "ml-b two", "ops-a", "ops-b", "other")
GROUPS = ("ml-*", "*-a", "ml-b*", "ops-*", "ml-a", "ops-b")
ROLES = (None, "*", "Own")
# The row that stays: no target loses its last one, and nobody is in its group.
REST = "rest"
USERS = ("ada", "bob", "eve")
_KINDS = {
    "join": 6,
    "leave": 3,
    "create": 3,
    "delete": 2,
    "rename": 4,
    "map": 4,
    "unmap": 2,
    "lose": 2,
    "shuffle": 1,
    "restart": 1,
    "kill": 1,
    "fault": 1,
    "sweep": 1,
    "wait": 2,
}


@dataclass
class PatternCompany:
    """An embedded AWS with a company whose groups and rows change at random."""

    aws: EmbeddedAws
    seed: int
    rows: dict[tuple[str, Target], tuple[str | None, int]] = field(default_factory=dict)
    kills: int = field(default=0, init=False)
    # Names that a group had before it was renamed.
    _left_names: set[str] = field(default_factory=set, init=False)
    # Calls of the hub until a function is killed; 0 for never.
    _calls_left: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Create users, two groups, and the rows that stay."""
        self._dice = random.Random(self.seed)  # noqa: S311 (a story that can be repeated)
        self._store = self.aws.services.identity_store
        self._operations = DirectoryOperations(self._store, HUB_ACCOUNT, self.aws.clock.now)
        self._delivery = Delivery(self.aws.deliver)
        for name in (*NAMES[:2], REST):
            self._store.add_group(name)
        for name in USERS:
            self._store.add_user(name)
        for target in (ONE, TWO):
            self.aws.add_spoke(target)
            self._write((REST, target), None, 100)
        self._write(("ml-*", ONE), None, 50)
        self.aws.run()
        self.aws.gateway.before = self._strike

    def do(self) -> None:
        """Do one thing at random, and deliver what is due."""
        dice = self._dice
        (kind,) = dice.choices(list(_KINDS), list(_KINDS.values()))
        match kind:
            case "map" | "unmap":
                self._by_operator(kind)
            case "lose":
                self._delivery.lose(1)
            case "shuffle":
                self._delivery.shuffle(dice.randint(1, 9))
            case "restart":
                cold_start()
            case "kill":
                self._calls_left = dice.randint(1, 40)
            case "fault":
                operation = dice.choice(("ListGroups", "DescribeGroup"))
                error = dice.choice(("ThrottlingException", "AccessDeniedException"))
                self.aws.gateway.faults.append(
                    Fault("identitystore", operation, error=error, times=dice.randint(1, 9))
                )
            case "sweep":
                self.aws.sweep()
            case "wait":
                self._delivery.arrive()
                self.aws.wait(dice.randint(1, 30) * 60)
            case _:
                self._delivery.send(self._in_directory(kind))
        self.aws.run()

    def settle(self) -> None:
        """End all faults, deliver everything, and approve whatever is held."""
        self._calls_left = 0
        self._delivery.arrive()
        self.aws.gateway.faults.clear()
        operator = SimulatedOperator(self.aws)
        for _ in range(5):
            self.sweep()
            self._confirm()
            operator.approve()
            self.aws.wait(3600)

    def _confirm(self) -> None:
        """Give each group that took the name of another a row like the pattern's, with its id."""
        for kind, subject in sorted(open_problems(self.aws.lambdas.log)):
            name = subject.removeprefix("group ")
            if kind != "group-recreated" or not self._store.find_group(name):
                continue
            for target in (ONE, TWO):
                winner = self._winner(name, target)
                if winner:
                    priority = self.rows[winner, target][1]
                    self._write((name, target), self._role(winner, target, name), priority)

    def sweep(self) -> None:
        """Sweep, and wait until everything that follows is done."""
        self.aws.sweep()
        self.aws.wait(3600)

    def roles(self) -> dict[tuple[Target, str], str]:
        """Return the role of each profile that is not suspended, by target and user."""
        return {
            (Target.parse("/".join(domain.place)), dict(profile.tags)[USER_ID]): role
            for domain in self.aws.services.studio.snapshot()
            for profile in domain.profiles
            if not (role := (profile.role or "").rpartition("/")[2]).startswith("Suspended-")
        }

    def desired(self) -> dict[tuple[Target, str], str]:
        """Return what rows and directory grant; written apart from the code under test."""
        wanted = {}
        for user_id in self._store.users:
            names = {
                self._store.group(membership.group_id).name
                for membership in self._store.groups_of(user_id)
            }
            for target in (ONE, TWO):
                given = sorted(
                    (self.rows[winner, target][1], name, self._role(winner, target, name))
                    for name in names
                    if (winner := self._winner(name, target))
                )
                if given:
                    wanted[target, user_id] = given[0][2]
        return wanted

    def written(self) -> str:
        """Return the ledger as a text, and how often Studio was changed."""
        return f"{sorted(map(repr, self.aws.rows(LEDGER)))} {len(self.aws.gateway.changes)}"

    def _by_operator(self, kind: str) -> None:
        dice = self._dice
        if kind == "map":
            key = dice.choice(GROUPS), dice.choice((ONE, TWO))
            role = dice.choice(ROLES if "*" in key[0] else (None, "Own"))
            priority = dice.randint(1, 9)
            # A row for a name that a group had before follows this group: that has its own stories.
            if key[0] not in self._left_names or self._store.find_group(key[0]):
                self._write(key, role, priority)
            return
        key = dice.choice([key for key in self.rows if key[0] != REST] or [("-", ONE)])
        if self.rows.pop(key, None):
            self.aws.delete_mapping(key[0], str(key[1]))

    def _strike(self, _: Call) -> None:
        self._calls_left = max(0, self._calls_left - 1)
        if self._calls_left == 1:
            self.kills += 1
            cold_start()
            raise Crash

    def _winner(self, name: str, target: Target) -> str:
        here = [group for group, place in self.rows if place == target]
        if name in here:
            return name
        matching = []
        for pattern in here:
            before, star, after = pattern.partition("*")
            middle = name[len(before) : len(name) - len(after)]
            if star and middle and before + middle + after == name:
                matching.append((-len(pattern), pattern))
        return min(matching, default=(0, ""))[1]

    def _role(self, group: str, target: Target, name: str) -> str:
        role = self.rows[group, target][0]
        if role is None:
            return execution_role_name(name)
        before, _, after = group.partition("*")
        stands_for = name[len(before) : len(name) - len(after)]
        return role.replace("*", execution_role_name(stands_for))

    def _write(self, key: tuple[str, Target], role: str | None, priority: int) -> None:
        self.rows[key] = role, priority
        group, target = key
        row: dict[str, object] = {"group": group, "target": str(target), "priority": priority}
        # Who confirms an own row for a group pins it: the name may have been another group's.
        found = self._store.find_group(group)
        row |= {"group_id": found.group_id} if found else {}
        row["retention_days"] = 0
        if role is not None:
            arn = f"arn:aws:iam::{target.account}:role/studio-hub/{role}"
            row["execution_role_arn"] = arn
        self.aws.put_mapping(row)

    def _in_directory(self, kind: str) -> Sent:
        dice = self._dice
        via, user = dice.choice(VIA), dice.choice(USERS)
        # Groups with a row of their own keep their name: that rule has stories of its own.
        exact = {group for group, _ in self.rows}
        there = [name for name in NAMES if self._store.find_group(name)]
        free = [name for name in NAMES if name not in there and name not in exact]
        movable = [name for name in there if name not in exact]
        if kind == "create" and free:
            return self._operations.create_group(dice.choice(free), None, [user], via)
        if kind == "delete" and movable:
            return self._operations.delete_group(dice.choice(movable), via)
        if kind == "rename" and movable and free:
            old, new = dice.choice(movable), dice.choice(free)
            self._left_names.add(old)
            return self._operations.rename_group(old, new, via)
        if kind == "join" and there:
            return self._operations.join(user, dice.choice(there), via)
        if kind == "leave" and there:
            return self._operations.leave(user, dice.choice(there), via)
        return ()


@pytest.mark.parametrize("seed", range(STORIES))
def test_pattern_rows_converge_and_then_nothing_is_written(seed: int) -> None:
    """Whatever came, went and was renamed, by any route, and whatever was lost on the way."""
    with deployed_hub(page_limit=1 + seed % 3) as aws:
        company = PatternCompany(aws, seed)
        for _ in range(14):
            company.do()
        company.settle()
        roles, after_one = company.roles(), company.written()
        open_before = open_problems(aws.lambdas.log)
        company.sweep()

        assert (seed, roles) == (seed, company.desired())
        assert (seed, company.written()) == (seed, after_one)
        assert (seed, open_problems(aws.lambdas.log)) == (seed, open_before)
        assert aws.dead_letters() == 0
        assert aws.lambdas.crashes == company.kills
