"""Decides the checks of a target: what must be right there before the hub can work."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from hub.runtime.decisions.hub_state import Domain, OpenProblem
from hub.runtime.problems import targets
from hub.runtime.problems.kind import Problem
from shared.conventions import ROLE_PATH, VERSION, VERSION_TAG, SystemRole
from shared.errors import PermanentError, RefusedError
from shared.model import Target
from shared.naming import role_name
from shared.storage import byte_length, fitting

_IN_SERVICE: Final = "InService"
_SSO: Final = "SSO"
_STUDIO: Final = "sagemaker.amazonaws.com"
_ASSUME: Final = frozenset({"*", "sts:*", "sts:assumerole"})


# Of the checks that read the domain's description.
_OF_DOMAIN: Final = ("application", "assignment-required", "default-role", "portal")
# Source: the SageMaker API model, DescribeDomain.
_NOT_FOUND: Final = "ResourceNotFound"
NO_DOMAIN: Final = "there is no such domain"
# Bytes around each check that the ledger keeps.
_AROUND: Final = 40


class CheckResult(StrEnum):
    """What a check found; `unknown` means that it could not be read."""

    FAILED = "failed"
    UNKNOWN = "unknown"
    OK = "ok"


class Check(NamedTuple):
    """One thing about a target, and what was found; `remedy` is empty if it is right."""

    id: str
    result: CheckResult
    text: str
    remedy: str = ""


class TargetChecks(NamedTuple):
    """The checks of one target, when they were made (UTC), and by which request."""

    at: datetime
    event_id: str
    checks: tuple[Check, ...]


class Finding(NamedTuple):
    """A check, and the problem that it reports; None if it reports none of its own.

    `is_reported` means that the target's problem of unreadable checks names it.
    """

    check: Check
    problem: Problem | None = None
    is_reported: bool = False

    @classmethod
    def ok(cls, id_: str, text: str) -> "Finding":
        """Return the finding that something is right."""
        return cls(Check(id_, CheckResult.OK, text))

    @classmethod
    def failed(cls, id_: str, problem: Problem) -> "Finding":
        """Return the finding that something is wrong, in the words of its problem."""
        return cls(Check(id_, CheckResult.FAILED, problem.reason, problem.remedy), problem)

    @classmethod
    def unknown(cls, id_: str, why: str, problem: Problem | None = None) -> "Finding":
        """Return the finding that something cannot be read."""
        remedy = problem.remedy if problem else targets.CHECK_UNREADABLE.remedy
        return cls(Check(id_, CheckResult.UNKNOWN, why, remedy), problem, problem is None)


class IamRole(NamedTuple):
    """A role as IAM shows it: its ARN with the path, its trust policy, and its tags."""

    arn: str
    trust: Mapping[str, Any]
    tags: Mapping[str, str]


# A role as it was read: None if there is none, an error if it cannot be read.
SeenRole = IamRole | PermanentError | None


def is_missing_domain(error: PermanentError) -> bool:
    """Return whether an error of DescribeDomain means that there is no such domain."""
    return isinstance(error, RefusedError) and error.code == _NOT_FOUND


def of_unread_domain(target: Target, error: PermanentError) -> Iterator[Finding]:
    """Yield what follows where a domain does not exist or cannot be read."""
    if is_missing_domain(error):
        yield Finding.failed("domain", targets.domain_unusable(target, NO_DOMAIN))
        return
    for id_ in ("domain", *_OF_DOMAIN):
        yield Finding.unknown(id_, str(error))


def _of_region(target: Target, hub_region: str) -> Finding:
    """Return whether a domain is in Identity Center's primary Region.

    Source: IAM Identity Center user guide, multi-Region instances; the SageMaker guide wants one
    Region. A domain in service in another one shows that AWS took it, so it is only doubtful.
    """
    if target.region == hub_region:
        return Finding.ok("region", f"{hub_region}, as Identity Center")
    why = f"the domain is in {target.region}, and Identity Center's primary Region is {hub_region}"
    remedy = "try a sign-in there; if it fails, make the domain in Identity Center's Region"
    return Finding(Check("region", CheckResult.UNKNOWN, why, remedy))


def of_access(id_: str, target: Target, refusal: str) -> Finding:
    """Return whether the account lets the hub use one of its roles there."""
    if refusal:
        return Finding.failed(id_, targets.unreachable(target, refusal))
    return Finding.ok(id_, "the account does not refuse it")


def of_domain(target: Target, domain: Domain, hub_region: str) -> Iterator[Finding]:
    """Yield what the description of a domain tells."""
    wrong = []
    if domain.status != _IN_SERVICE:
        wrong.append(f"its status is {domain.status}")
    if domain.auth_mode != _SSO:
        wrong.append(f"users sign in by {domain.auth_mode}, not by Identity Center")
    yield (
        Finding.failed("domain", targets.domain_unusable(target, "; ".join(wrong)))
        if wrong
        else Finding.ok("domain", "in service, users sign in by Identity Center")
    )
    yield _of_region(target, hub_region)
    yield (
        Finding.ok("application", "users can be assigned")
        if domain.application_arn
        else Finding.failed("application", targets.assign_by_hand(target))
    )
    yield (
        Finding.failed("portal", targets.portal_off(target, domain.portal_off))
        if domain.portal_off
        else Finding.ok("portal", "the Studio portal is on")
    )


def is_other_role(target: Target, domain: Domain) -> bool:
    """Return whether a domain's default role is not the one of the spoke that permits nothing."""
    return domain.default_role_arn != SystemRole.SUSPENDED.arn(target.account, target.region)


def of_default_role(target: Target, domain: Domain, *, permits: bool | PermanentError) -> Finding:
    """Return whether the role of a user without a profile of ours permits nothing."""
    id_, name = "default-role", role_name(domain.default_role_arn)
    if not permits:
        return Finding.ok(id_, f"{name} permits nothing")
    problem = targets.default_role(target, domain.default_role_arn)
    if isinstance(permits, PermanentError):
        return Finding.unknown(id_, f"the policies of {name} cannot be read: {permits}", problem)
    return Finding.failed(id_, problem)


def of_assignment_required(
    target: Target, application_arn: str, *, required: bool | PermanentError
) -> Finding:
    """Return whether the domain's application lets in assigned users alone."""
    id_ = "assignment-required"
    if isinstance(required, PermanentError):
        problem = targets.assignment_unreadable(target, str(required))
        return Finding.unknown(id_, problem.reason, problem)
    if required:
        return Finding.ok(id_, "only assigned users may sign in")
    return Finding.failed(id_, targets.assignment_not_required(target, application_arn))


def of_quota(target: Target, people: int, quota: int | PermanentError) -> Finding:
    """Return whether the account's quota allows a profile for everybody whom rows call for."""
    if isinstance(quota, PermanentError):
        return Finding.unknown("quota", f"desired profiles: {people}; {quota}")
    if people > quota:
        return Finding.failed("quota", targets.quota_too_low(target, people, quota))
    return Finding.ok("quota", f"desired profiles: {people}, allowed: {quota}")


def of_stack(target: Target, reader: SeenRole) -> Finding:
    """Return whether the spoke's stack is of the hub's version, by the tag of the reader role."""
    if isinstance(reader, PermanentError):
        return Finding.unknown("stack-version", f"the reader role cannot be read: {reader}")
    found = reader.tags.get(VERSION_TAG, "") if reader else ""
    if found == VERSION:
        return Finding.ok("stack-version", f"{VERSION}, as the hub")
    return Finding.failed("stack-version", targets.spoke_outdated(target, found, VERSION))


def of_role(
    target: Target, arn: str, seen: SeenRole, additional: Collection[str] | PermanentError
) -> Finding:
    """Return whether a role that rows call for can be given; the target's problem names them all.

    `additional` holds the ARNs outside the hub's own path that the access role may pass.
    """
    id_ = f"role {role_name(arn)}"
    if isinstance(seen, PermanentError):
        return Finding.unknown(id_, f"it is given, but cannot be read: {seen}")
    remedy = targets.ROLE_UNAVAILABLE.remedy.format(target=target)
    if seen is None or seen.arn != arn:
        there = f"; there is {seen.arn}" if seen else ""
        return Finding(Check(id_, CheckResult.FAILED, f"it does not exist{there}", remedy))
    if not trusts_studio(seen.trust):
        why = f"its trust policy does not let {_STUDIO} assume it"
        return Finding(Check(id_, CheckResult.FAILED, why, remedy))
    if not is_of_the_hub(target, arn):
        if isinstance(additional, PermanentError):
            why = f"it is given, but whether the hub may pass it cannot be read: {additional}"
            return Finding.unknown(id_, why)
        if arn not in additional:
            why = "the hub may not pass it: AdditionalPassableRoleArns of the spoke lacks it"
            return Finding(Check(id_, CheckResult.FAILED, why, remedy))
    return Finding.ok(id_, "exists, and Studio may assume it")


def trusts_studio(trust: Mapping[str, Any]) -> bool:
    """Return whether a trust policy lets Studio assume its role.

    Conditions and elements of the form Not... are taken to let Studio in: only what is certain
    makes a role unavailable.
    """
    allowed = False
    for statement in _listed(trust.get("Statement")):
        if not _concerns_studio(statement):
            continue
        if statement.get("Effect") == "Deny":
            if "Condition" not in statement and "Not" not in "".join(statement):
                return False
        else:
            allowed = True
    return allowed


def _concerns_studio(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = _listed(principal.get("Service")) if isinstance(principal, Mapping) else [principal]
    actions = {str(each).lower() for each in _listed(statement.get("Action"))}
    return ("NotPrincipal" in statement or bool({"*", _STUDIO} & set(services))) and (
        "NotAction" in statement or bool(_ASSUME & actions)
    )


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 (a JSON value)
    if value is None:
        return []
    return [*value] if isinstance(value, list) else [value]


def is_of_the_hub(target: Target, arn: str) -> bool:
    """Return whether the access role may pass a role by its path, whatever the stack's settings."""
    suspended = SystemRole.SUSPENDED.arn(target.account, target.region)
    return f":role{ROLE_PATH}" in arn or arn == suspended


def of_groups(target: Target, problems: Iterable[OpenProblem]) -> Finding:
    """Return whether the last listing of the domain's assignments showed a group."""
    kind = targets.GROUP_ASSIGNMENT
    for each in problems:
        if each.kind == kind.name and each.subject.endswith(f" {target}"):
            why = "groups are assigned: their members may sign in before they have a profile"
            check = Check("groups-assigned", CheckResult.FAILED, why, kind.remedy)
            return Finding(check)
    return Finding.ok("groups-assigned", "the last daily scan saw no group")


def in_order(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return checks as they are shown: failed first, then unknown ones, each by its id."""
    order = list(CheckResult)
    return tuple(sorted(checks, key=lambda check: (order.index(check.result), check.id)))


def bounded(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the first checks that one ledger item holds; the last one counts those left out.

    Only a pattern row of thousands of groups has so many roles.
    """
    fit = fitting(checks, lambda check: byte_length("".join(check)) + _AROUND)
    if len(fit) == len(checks):
        return tuple(fit)
    text = f"{len(checks) - len(fit)} more checks are made and not kept: there are too many"
    worst = checks[len(fit)].result
    remedy = "" if worst is CheckResult.OK else "match fewer groups by the target's pattern rows"
    return (*fit, Check("further checks", worst, text, remedy))
