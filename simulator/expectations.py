"""Checks the expectations of a step."""

from collections.abc import Iterator

from simulator.embedded_aws import EmbeddedAws
from simulator.expect_step import Expect
from simulator.reported import Json, Reported
from simulator.result import owner_id, refused_operations
from simulator.setup import LEDGER
from simulator.studio import ProfileView

NONE = "none"


def unmet(
    expect: Expect,
    aws: EmbeddedAws,
    user_id: str | None,
    holds: list[Json],
    refusals: list[str],
) -> Iterator[str]:
    """Yield a text for each expectation that is not met; `user_id` is the user's."""
    who = f"{expect.user} in {expect.target}"
    if expect.role is not None or expect.profile is not None:
        profile = _profile(aws, expect, user_id)
        role = str(profile.role).rpartition("/")[2] if profile else NONE
        if expect.role is not None and expect.role not in (role, profile and profile.role):
            found = f"has the role {role}" if profile else "has no profile"
            yield f"expected the role {expect.role} of {who}, who {found}"
        if expect.profile is not None and profile is not None:
            yield f"expected no profile of {who}, who has {profile.name} with the role {role}"
    if expect.state is not None:
        state = _state(aws, expect, user_id)
        if state != expect.state:
            yield f"expected the state {expect.state} of {who}, whose state is {state}"
    if expect.holds is not None:
        count = sum(1 for hold in holds if _concerns(hold, expect))
        if count != expect.holds:
            yield f"expected {expect.holds} holds{_where(expect)}, and there are {count}"
    if expect.problems is not None:
        kinds = _kinds(aws, expect, user_id, refusals)
        if kinds != sorted(set(expect.problems)):
            wanted = ", ".join(sorted(set(expect.problems))) or NONE
            found = ", ".join(kinds) or NONE
            yield f"expected the problems{_where(expect)} to be {wanted}, and they are {found}"


def _profile(aws: EmbeddedAws, expect: Expect, user_id: str | None) -> ProfileView | None:
    """Return the user's profile in the target; among several, one that has tags."""
    found = [
        profile
        for domain in aws.services.studio.snapshot()
        if "/".join(domain.place) == expect.target
        for profile in domain.profiles
        if user_id is not None and owner_id(aws, profile) == user_id
    ]
    return max(found, key=lambda profile: bool(profile.tags), default=None)


def _state(aws: EmbeddedAws, expect: Expect, user_id: str | None) -> str:
    rows = (
        str(row["state"])
        for row in aws.rows(LEDGER)
        if row["pk"] == f"user#{user_id}" and row.get("target") == expect.target and "state" in row
    )
    return next(rows, NONE)


def _concerns(hold: Json, expect: Expect) -> bool:
    users = {str(each["user"]).casefold() for each in hold["people"]}
    return expect.target in (None, hold["target"]) and (
        expect.user is None or expect.user.casefold() in users
    )


def _kinds(aws: EmbeddedAws, expect: Expect, user_id: str | None, refusals: list[str]) -> list[str]:
    reported = Reported()
    reported.read(aws.lambdas.log)
    found = [*reported.problems(), *refused_operations(refusals)]
    return sorted(
        {
            problem["kind"]
            for problem in found
            if (expect.user is None or problem.get("user_id") == user_id)
            and (expect.target is None or expect.target in _targets(problem))
        }
    )


def _targets(problem: Json) -> str:
    """Return the target of a problem, or else the place that its subject names."""
    return str(problem.get("target") or problem["subject"])


def _where(expect: Expect) -> str:
    of = f" of {expect.user}" if expect.user else ""
    return of + (f" in {expect.target}" if expect.target else "")
