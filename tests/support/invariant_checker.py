"""Checks every write of the hub as it happens, and notes each write that breaks an invariant.

It knows the invariants from the design alone. The desired roles come from the story's own oracle,
and the observed state from Studio at that moment.
"""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from shared.conventions import USER_ID, tags
from shared.model import Target
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.gateway import Change
from simulator.studio import DomainView, ProfileView

Pair = tuple[Target, str]
_DAY, _HOUR = 86_400.0, 3_600.0


@dataclass
class InvariantChecker:
    """Checks writes; `retention` is in days by target, `limit` the removals of an hour.

    Attributes:
        desired: the role that the directory and the rows grant now, by target and user.
        kept: the roles that a user may get instead, while that one does not exist.
        approved: the users whose removal an operator approved, by target.
        broken: the broken invariants, as texts.
    """

    aws: EmbeddedAws
    desired: Callable[[], dict[Pair, str]]
    retention: dict[Target, int]
    limit: int
    kept: Callable[[Pair], Collection[str]] = lambda _: ()
    approved: set[Pair] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    _revoked: dict[Pair, float] = field(default_factory=dict)
    _started: dict[Target, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Check every write from now on."""
        self.aws.gateway.changes = _Watched(self.judge, self.aws.gateway.changes)

    def judge(self, change: Change) -> None:
        """Note what a write breaks."""
        if "Assignment" in change.operation:
            self._access(change)
            return
        target = Target.parse(f"{change.account}/{change.region}/{change.request['DomainId']}")
        domain = self._domain(target)
        match change.operation:
            case "CreateUserProfile":
                self._create(target, change)
            case "UpdateUserProfile":
                self._update(target, self._profile(domain, change), change)
            case "DeleteUserProfile":
                self._delete(target, self._profile(domain, change), change)
            case "DeleteSpace":
                self._space(target, domain, change)
            case "DeleteApp":
                self._app(target, domain, change)
            case other:
                self._note(1, f"an unknown write: {other}")

    def _create(self, target: Target, change: Change) -> None:
        marks = {tag["Key"]: tag["Value"] for tag in change.request.get("Tags", ())}
        user = marks.get(USER_ID, "")
        self._check(5, marks == tags(HUB_ACCOUNT, user), f"created with {marks}")
        self._check_role(target, user, change)

    def _update(self, target: Target, profile: ProfileView | None, change: Change) -> None:
        user = self._ours(profile, change)
        if _role(change).startswith("Suspended-"):
            self._check(8, (target, user) not in self.desired(), f"{user} was suspended")
            self._check(8, (target, user) in self._revoked, f"{user}: role before access")
        else:
            self._check_role(target, user, change)

    def _delete(self, target: Target, profile: ProfileView | None, change: Change) -> None:
        user = self._ours(profile, change)
        failed = profile is not None and (target, user) in self.desired()
        if failed:
            return
        self._check_over(target, user, profile)
        self._check(9, not (profile and profile.spaces), f"{user}: deleted with spaces")

    def _space(self, target: Target, domain: DomainView, change: Change) -> None:
        name = change.request["SpaceName"]
        for profile in domain.profiles:
            for space in profile.spaces:
                if space.name == name:
                    self._check(9, space.type == "Private", f"a space that is {space.type}")
                    self._check_over(target, self._ours(profile, change), profile)
                    return
        self._note(5, f"the space {name} of nobody was deleted")

    def _app(self, target: Target, domain: DomainView, change: Change) -> None:
        name, space = change.request["AppName"], change.request.get("SpaceName")
        owner = change.request.get("UserProfileName")
        for profile in domain.profiles:
            spaces = {each.name: each.type for each in profile.spaces}
            if profile.name == owner or space in spaces:
                user = self._ours(profile, change)
                self._check(9, spaces.get(space or "", "Private") == "Private", "a shared app")
                wanted = self.desired().get((target, user))
                safe = wanted is not None or (target, user) in self._revoked
                self._check(8, safe, f"{user}: apps before access")
                return
        self._note(5, f"the app {name} of nobody was stopped")

    def _access(self, change: Change) -> None:
        arn, user = change.request["ApplicationArn"], change.request["PrincipalId"]
        domain = next(d for d in self.aws.services.studio.snapshot() if d.application_arn == arn)
        pair = (Target.parse("/".join(domain.place)), user)
        if change.operation.startswith("Create"):
            self._check(8, pair in self.desired(), f"{user} was let in")
            self._revoked.pop(pair, None)
            return
        self._check(8, pair not in self.desired(), f"{user} was shut out")
        if pair not in self._revoked:
            now = self.aws.clock.now()
            self._revoked[pair] = now
            if pair in self.approved:
                self.approved.discard(pair)
                return
            started = self._started[pair[0]]
            started.append(now)
            lately = sum(at > now - _HOUR for at in started)
            self._check(7, lately <= self.limit, f"{lately} removals in an hour")

    def _check_role(self, target: Target, user: str, change: Change) -> None:
        wanted = self.desired().get((target, user))
        is_right = _role(change) == wanted or _role(change) in self.kept((target, user))
        self._check(8, is_right, f"{user} got {_role(change)}, not {wanted}")

    def _check_over(self, target: Target, user: str, profile: ProfileView | None) -> None:
        """Check that access and role were taken away, and that the retention has ended."""
        since = self._revoked.get((target, user))
        self._check(8, since is not None, f"{user}: something deleted before access")
        role = (profile.role or "").rpartition("/")[2] if profile else ""
        self._check(8, role.startswith("Suspended-"), f"{user}: deleted with role {role}")
        over = since is not None and (self.aws.clock.now() >= since + self.retention[target] * _DAY)
        self._check(9, over, f"{user}: something deleted before its time")

    def _ours(self, profile: ProfileView | None, change: Change) -> str:
        marks = dict(profile.tags) if profile else {}
        user = marks.get(USER_ID, "")
        ours = marks == tags(HUB_ACCOUNT, user)
        self._check(5, ours, f"{change.operation} of what is not ours: {change.request}")
        return user

    def _domain(self, target: Target) -> DomainView:
        views = self.aws.services.studio.snapshot()
        return next(view for view in views if view.place.domain_id == target.domain_id)

    @staticmethod
    def _profile(domain: DomainView, change: Change) -> ProfileView | None:
        name = change.request["UserProfileName"].casefold()
        return next((each for each in domain.profiles if each.name.casefold() == name), None)

    def _check(self, law: int, holds: bool, what: str) -> None:  # noqa: FBT001 (what is checked)
        if not holds:
            self._note(law, what)

    def _note(self, law: int, what: str) -> None:
        self.broken.append(f"law {law}: {what}")


def _role(change: Change) -> str:
    return str(change.request["UserSettings"]["ExecutionRole"]).rpartition("/")[2]


class _Watched(list[Change]):
    def __init__(self, judge: Callable[[Change], None], before: list[Change]) -> None:
        super().__init__(before)
        self._judge = judge

    def append(self, change: Any) -> None:  # noqa: ANN401 (a Change)
        super().append(change)
        self._judge(change)
