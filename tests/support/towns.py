"""Random stories over a small company, and what the directory and the mappings call for in the end.

The oracle here is written apart from the code under test: for each person and target, of the rows
of the person's groups the one of the lowest (priority, group).
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from hypothesis import strategies as st

from shared.model import Target, UserId
from shared.naming import profile_name
from shared.ownership import tags
from simulator.faults import Fault
from simulator.studio import Place
from simulator.world import HUB_ACCOUNT, World

USERS = ("ada@example.com", "bob", "eve.b@example.com")
GROUPS = ("ants", "bees", "cats", "unmapped")
ONE = Target.parse("222222222222/eu-west-1/d-one")
TWO = Target.parse("333333333333/us-east-1/d-two")
NO_SPOKE = Target.parse("444444444444/eu-west-1/d-gone")
# (group, target) -> (role, priority): these rows stay, so that no target loses its last one.
ROWS: dict[tuple[str, Target], tuple[str, int]] = {
    ("ants", ONE): ("Ant", 20),
    ("bees", ONE): ("Bee", 10),
    ("ants", TWO): ("AntTwo", 5),
    ("bees", TWO): ("BeeTwo", 5),
    ("ants", NO_SPOKE): ("Nobody", 1),
}
# Who cannot be served, since their name is taken by a profile that is not ours, or not theirs.
TAKEN = {(ONE, "eve.b@example.com"), (TWO, "bob")}


@dataclass(frozen=True)
class Act:
    """One thing that happens; what the fields mean depends on `kind`."""

    kind: str
    user: str = USERS[0]
    group: str = GROUPS[0]
    told: bool = True
    number: int = 1


def acts() -> st.SearchStrategy[list[Act]]:
    """Return stories of directory changes, mapping changes, faults, restarts and waits."""
    users, groups = st.sampled_from(USERS), st.sampled_from(GROUPS)
    change = st.builds(
        Act, st.sampled_from(["join", "leave"]), users, groups, st.booleans(), st.just(1)
    )
    other = st.builds(
        Act,
        st.sampled_from(["map", "unmap", "throttle", "refuse", "restart", "wait"]),
        users,
        groups,
        st.booleans(),
        st.integers(1, 30),
    )
    return st.lists(st.one_of(change, change, change, other), min_size=1, max_size=12)


@dataclass
class Town:
    """A world with the company in it, and the rows as they are now."""

    world: World
    rows: dict[tuple[str, Target], tuple[str, int]] = field(default_factory=lambda: dict(ROWS))
    events: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    not_ours: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        """Build the company; it has profiles that are not ours."""
        store = self.world.services.identity_store
        for name in GROUPS:
            store.add_group(name)
        for name in USERS:
            store.add_user(name)
        for target in (ONE, TWO):
            self.world.add_spoke(target)
        for key in self.rows:
            self._write(key)
        other_hub = tags("999999999999", self.user_id("bob"))
        other_person = tags(HUB_ACCOUNT, "somebody-else")
        self._by_hand(ONE, "foreign", None, None)
        self._by_hand(TWO, "bob", "bob", other_hub)
        eve = "eve.b@example.com"
        taken = profile_name(eve, UserId(self.user_id(eve)))
        self._by_hand(ONE, taken, "eve.old", other_person)
        self.not_ours = {("d-one", "foreign"), ("d-one", taken), ("d-two", "bob")}

    def user_id(self, name: str) -> str:
        """Return a person's id."""
        user = self.world.services.identity_store.find_user(name)
        assert user is not None
        return user.user_id

    def do(self, act: Act) -> None:
        """Let one thing happen; events are kept until they are delivered."""
        store = self.world.services.identity_store
        match act.kind:
            case "join" | "leave":
                group = store.find_group(act.group)
                assert group is not None
                change = store.add_membership if act.kind == "join" else store.remove_membership
                change(self.user_id(act.user), group.group_id)
                if act.told:
                    self.events.append(self._event(act.user, group.group_id))
            case "map" if act.group != "unmapped":
                self.rows[act.group, ONE] = (f"Role{act.number}", act.number)
                self._write((act.group, ONE))
            case "unmap" if (act.group, ONE) not in ROWS and (act.group, ONE) in self.rows:
                del self.rows[act.group, ONE]
                self.world.delete_mapping(act.group, str(ONE))
            case "throttle":
                self._fault("ThrottlingException", act.number)
            case "refuse":
                self._fault("InternalServerException", act.number)
            case "wait":
                self.world.wait(act.number * 10)
            case _:
                pass

    def deliver(self, events: list[dict[str, Any]]) -> None:
        """Deliver events in the order given, and let an hour pass."""
        for event in events:
            self.world.deliver(event)
            self.world.run()
        self.world.wait(3600)

    def look_at_everybody(self) -> None:
        """Let every person be looked at: what a sweep is to do without being told."""
        store = self.world.services.identity_store
        group = store.find_group("ants")
        assert group is not None
        self.deliver([self._event(user, group.group_id) for user in USERS])

    def roles(self) -> dict[tuple[Target, str], str]:
        """Return the role of each profile that is ours, by target and person."""
        found = {}
        for domain in self.world.services.studio.snapshot():
            place = domain.place
            for profile in domain.profiles:
                person = profile.sso_user or ""
                if person in USERS and dict(profile.tags) == tags(
                    HUB_ACCOUNT, self.user_id(person)
                ):
                    target = Target.parse("/".join(place))
                    found[target, person] = (profile.role or "").rpartition("/")[2]
        return found

    def called_for(self) -> dict[tuple[Target, str], str]:
        """Return the roles that the directory and the rows call for where that can be had."""
        store = self.world.services.identity_store
        wanted = {}
        for user in USERS:
            groups = {
                store.group(membership.group_id).name
                for membership in store.groups_of(self.user_id(user))
            }
            for target in (ONE, TWO):
                rows = sorted(
                    (priority, group, role)
                    for (group, place), (role, priority) in self.rows.items()
                    if place == target and group in groups
                )
                if rows and (target, user) not in TAKEN:
                    wanted[target, user] = rows[0][2]
        return wanted

    def foreign(self) -> list[str]:
        """Return a picture of every profile that is not ours."""
        return [
            repr(profile)
            for domain in self.world.services.studio.snapshot()
            for profile in domain.profiles
            if (profile.place.domain_id, profile.name) in self.not_ours
        ]

    def _event(self, user: str, group_id: str) -> dict[str, Any]:
        self.count += 1
        return {
            "detail-type": "AWS API Call via CloudTrail",
            "source": "aws.sso-directory",
            "detail": {
                "eventSource": "sso-directory.amazonaws.com",
                "eventName": "RemoveMemberFromGroup",
                "eventID": str(uuid5(NAMESPACE_OID, str(self.count))),
                "eventTime": "2026-01-05T09:00:00Z",
                "readOnly": False,
                "requestParameters": {"groupId": group_id, "memberId": self.user_id(user)},
            },
        }

    def _write(self, key: tuple[str, Target]) -> None:
        (group, target), (role, priority) = key, self.rows[key]
        self.world.put_mapping(
            {
                "group": group,
                "target": str(target),
                "execution_role_arn": f"arn:aws:iam::{target.account}:role/studio-hub/{role}",
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
            self.world.gateway.faults.append(Fault(service, operation, error, times=times))

    def _by_hand(
        self, target: Target, name: str, user: str | None, own: dict[str, str] | None
    ) -> None:
        self.world.services.studio.make_profile_by_hand(
            Place(target.account, target.region, target.domain_id),
            name=name,
            user_name=user or name,
            role=f"arn:aws:iam::{target.account}:role/studio-hub/ByHand",
            tags=own,
        )
