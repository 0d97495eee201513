"""The checks of a target: what is wrong is said with its remedy, and doubt is no failure."""

from typing import Any

import pytest
from builders import LAB, NEW, SUSPENDED_ROLE

from hub.runtime.decisions import checks
from hub.runtime.decisions.checks import Check, CheckResult, Finding, IamRole, trusts_studio
from hub.runtime.decisions.hub_state import Domain, OpenProblem
from shared.conventions import VERSION, VERSION_TAG
from shared.errors import PermanentError, RefusedError

STUDIO = {
    "Effect": "Allow",
    "Principal": {"Service": "sagemaker.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
ELSEWHERE = "arn:aws:iam::222222222222:role/team/Own"
FINE = Domain("arn:app", SUSPENDED_ROLE, (), "InService", "SSO")
DENIED = RefusedError("AccessDenied", "GetRole: no")


def trust(*statements: object) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*statements]}


def results(*findings: Finding) -> dict[str, CheckResult]:
    return {each.check.id: each.check.result for each in findings}


@pytest.mark.parametrize(
    ("document", "trusted"),
    [
        (trust(STUDIO), True),
        ({"Statement": STUDIO}, True),
        (trust({**STUDIO, "Action": ["sts:SetSourceIdentity", "sts:*"]}), True),
        (
            trust(
                {
                    **STUDIO,
                    "Principal": {"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]},
                }
            ),
            True,
        ),
        (trust({**STUDIO, "Principal": "*"}), True),
        (trust({**STUDIO, "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}), True),
        (
            trust({"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "sts:AssumeRole"}),
            True,
        ),
        (trust(STUDIO, {**STUDIO, "Effect": "Deny", "Condition": {"Bool": {"x": "true"}}}), True),
        (trust(STUDIO, {**STUDIO, "Effect": "Deny"}), False),
        (trust({**STUDIO, "Action": "sts:TagSession"}), False),
        (trust({**STUDIO, "Principal": {"Service": "lambda.amazonaws.com"}}), False),
        (trust({**STUDIO, "Principal": {"AWS": "arn:aws:iam::222222222222:root"}}), False),
        (trust(), False),
        ({}, False),
    ],
)
def test_only_a_certain_refusal_is_no_trust(document: dict[str, Any], *, trusted: bool) -> None:
    """A condition may let Studio in; a missing or denying statement certainly does not."""
    assert trusts_studio(document) is trusted


@pytest.mark.parametrize(
    ("arn", "seen", "additional", "result"),
    [
        (NEW, IamRole(NEW, trust(STUDIO), {}), frozenset(), CheckResult.OK),
        (SUSPENDED_ROLE, IamRole(SUSPENDED_ROLE, trust(STUDIO), {}), frozenset(), CheckResult.OK),
        (NEW, None, frozenset(), CheckResult.FAILED),
        (NEW, IamRole(f"{NEW}r", trust(STUDIO), {}), frozenset(), CheckResult.FAILED),
        (NEW, IamRole(NEW, trust(), {}), frozenset(), CheckResult.FAILED),
        (NEW, DENIED, frozenset(), CheckResult.UNKNOWN),
        (ELSEWHERE, IamRole(ELSEWHERE, trust(STUDIO), {}), frozenset(), CheckResult.FAILED),
        (ELSEWHERE, IamRole(ELSEWHERE, trust(STUDIO), {}), {ELSEWHERE}, CheckResult.OK),
        (ELSEWHERE, IamRole(ELSEWHERE, trust(STUDIO), {}), DENIED, CheckResult.UNKNOWN),
    ],
)
def test_a_role_fails_only_if_it_certainly_cannot_be_given(
    arn: str,
    seen: checks.SeenRole,
    additional: frozenset[str] | PermanentError,
    result: CheckResult,
) -> None:
    """It does not exist, does not trust Studio, or the hub may not pass it."""
    found = checks.of_role(LAB, arn, seen, additional)

    assert found.check.result is result
    assert bool(found.check.remedy) is (result is not CheckResult.OK)


def test_a_usable_domain_passes() -> None:
    """In service, by Identity Center, in its Region, with an application and the portal."""
    assert set(results(*checks.of_domain(LAB, FINE, LAB.region)).values()) == {CheckResult.OK}


def test_a_domain_in_another_region_is_doubtful_and_no_problem() -> None:
    """It is in service: only a sign-in can tell whether it works."""
    found = {each.check.id: each for each in checks.of_domain(LAB, FINE, "eu-central-1")}

    assert found["region"].check.result is CheckResult.UNKNOWN
    assert found["region"].check.remedy
    assert found["region"].problem is None
    assert not found["region"].is_reported


@pytest.mark.parametrize(
    ("domain", "region", "failed"),
    [
        (Domain("arn:app", "", (), "Failed", "SSO"), "eu-west-1", "domain"),
        (Domain("arn:app", "", (), "InService", "IAM"), "eu-west-1", "domain"),
        (Domain("", "", (), "InService", "SSO"), "eu-west-1", "application"),
        (Domain("arn:app", "", ("StudioWebPortal",), "InService", "SSO"), "eu-west-1", "portal"),
    ],
)
def test_each_fault_of_a_domain_fails_its_own_check(
    domain: Domain, region: str, failed: str
) -> None:
    """And reports its own problem."""
    found = {each.check.id: each for each in checks.of_domain(LAB, domain, region)}

    assert found[failed].check.result is CheckResult.FAILED
    assert found[failed].problem is not None
    assert [each for each in found.values() if each.problem] == [found[failed]]


def test_a_domain_that_does_not_exist_is_one_problem() -> None:
    """What cannot be read of it is not reported beside."""
    missing = RefusedError("ResourceNotFound", "DescribeDomain: no")
    (found,) = checks.of_unread_domain(LAB, missing)
    unread = [*checks.of_unread_domain(LAB, DENIED)]

    assert found.check.result is CheckResult.FAILED
    assert {each.check.result for each in unread} == {CheckResult.UNKNOWN}
    assert not any(each.problem for each in unread)


@pytest.mark.parametrize(
    ("permits", "result"),
    [(False, CheckResult.OK), (True, CheckResult.FAILED), (DENIED, CheckResult.UNKNOWN)],
)
def test_a_default_role_that_may_permit_something_is_reported(
    *, permits: bool | PermanentError, result: CheckResult
) -> None:
    """Also where it cannot be read: an unmanaged profile works with it."""
    found = checks.of_default_role(LAB, Domain("", ELSEWHERE), permits=permits)

    assert found.check.result is result
    assert bool(found.problem) is (result is not CheckResult.OK)


def test_the_quota_is_for_everybody_whom_rows_call_for() -> None:
    """As many as allowed is enough."""
    assert checks.of_quota(LAB, 60, 60).check.result is CheckResult.OK
    assert checks.of_quota(LAB, 61, 60).check.result is CheckResult.FAILED
    assert checks.of_quota(LAB, 61, DENIED).check.result is CheckResult.UNKNOWN


def test_the_stack_is_of_the_hubs_version() -> None:
    """By the tag of the reader role; a stack without the tag is older."""
    ours = IamRole("arn", {}, {VERSION_TAG: VERSION})

    assert checks.of_stack(LAB, ours).check.result is CheckResult.OK
    assert checks.of_stack(LAB, IamRole("arn", {}, {})).check.result is CheckResult.FAILED
    assert checks.of_stack(LAB, DENIED).check.result is CheckResult.UNKNOWN


def test_groups_count_only_in_their_own_target() -> None:
    """The daily listing of the assignments reports them."""
    here = OpenProblem(str(LAB), "group-assignment", f"groups assigned to {LAB}")
    there = OpenProblem("x", "group-assignment", "groups assigned to x")

    assert checks.of_groups(LAB, {here}).check.result is CheckResult.FAILED
    assert checks.of_groups(LAB, {there}).check.result is CheckResult.OK


def test_failed_checks_come_first() -> None:
    """Then what could not be read."""
    made = [
        Check(id_, result, "")
        for id_, result in (
            ("a", CheckResult.OK),
            ("d", CheckResult.FAILED),
            ("b", CheckResult.UNKNOWN),
            ("c", CheckResult.FAILED),
        )
    ]

    assert "".join(each.id for each in checks.in_order(made)) == "cdba"
