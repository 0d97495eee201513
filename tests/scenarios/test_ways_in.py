"""Access to a domain beside its assignments: the daily scan reports what is wrong."""

from typing import Any

import pytest
from stories import End, Play

from simulator.embedded_aws import EmbeddedAws
from simulator.faults import Fault

ONE, TWO = "222222222222/eu-west-1/d-one", "333333333333/us-east-1/d-two"
JOINED = {"2 bob": "Scientist", "3 bob": "Analyst"}


def reported_problems(aws: EmbeddedAws, *kinds: str) -> list[tuple[str, str]]:
    """Return which problems of these kinds were reported, each occurrence."""
    problems = [each for each in aws.lambdas.log if each.get("message") == "PROBLEM"]
    return sorted((each["kind"], each["subject"]) for each in problems if each["kind"] in kinds)


def domain(end: End, target: str) -> Any:  # noqa: ANN401 (the simulator's own)
    (found,) = (
        each for each in end.aws.services.studio.all_domains() if "/".join(each.place) == target
    )
    return found


def swept(end: End) -> EmbeddedAws:
    end.aws.lambdas.log.clear()
    end.aws.sweep()
    end.aws.run()
    return end.aws


def test_an_application_without_required_assignments_is_a_problem_of_its_target(play: Play) -> None:
    """Every user of the directory may enter, and revoking has no effect.

    Fixing the application closes the problem.
    """
    end = play("join: {user: bob, group: scientists}")
    applications = end.aws.services.application_access.applications
    application = applications[domain(end, ONE).application_arn]
    assert reported_problems(swept(end), "assignment-not-required") == []
    application.required = False

    assert reported_problems(swept(end), "assignment-not-required") == [
        ("assignment-not-required", f"assignments of {ONE}")
    ]
    (line,) = (e for e in end.aws.lambdas.log if e.get("kind") == "assignment-not-required")
    assert line["remedy"].endswith(
        "put-application-assignment-configuration --assignment-required --application-arn "
        + application.arn
    )
    application.required = True
    assert reported_problems(swept(end), "assignment-not-required") == []


@pytest.mark.parametrize(
    "settings",
    [
        {"DomainSettings": {"UnifiedStudioSettings": {"StudioWebPortalAccess": "DISABLED"}}},
        {"DefaultUserSettings": {"StudioWebPortal": "DISABLED"}},
    ],
)
def test_a_disabled_portal_is_a_problem_of_its_target(
    play: Play, settings: dict[str, dict[str, Any]]
) -> None:
    """Users with a profile there cannot open it; turning it on closes the problem."""
    end = play("join: {user: bob, group: scientists}")
    assert reported_problems(swept(end), "portal-off") == []
    domain(end, TWO).described |= settings

    assert reported_problems(swept(end), "portal-off") == [("portal-off", f"portal of {TWO}")]
    (line,) = (e for e in end.aws.lambdas.log if e.get("kind") == "portal-off")
    assert "update-domain --domain-id d-two" in line["remedy"]
    domain(end, TWO).described.clear()
    assert reported_problems(swept(end), "portal-off") == []


def test_an_unreadable_application_hides_nothing_else(play: Play) -> None:
    """It is reported once a scan; users with wrong access are found all the same."""
    end = play("join: {user: bob, group: scientists}")
    aws = end.aws
    access = aws.services.application_access
    (bob,) = (u.user_id for u in aws.services.identity_store.users.values() if u.user_name == "bob")
    access.revoke(domain(end, ONE).application_arn, "USER", bob)
    aws.gateway.faults.append(
        Fault(
            "sso-admin", "GetApplicationAssignmentConfiguration", "AccessDeniedException", every=1
        )
    )

    assert reported_problems(swept(end), "assignment-unreadable", "unreadable") == [
        ("assignment-unreadable", f"assignments of {target}") for target in (ONE, TWO)
    ]
    assert access.is_assigned(domain(end, ONE).application_arn, "USER", bob)


def test_a_throttled_application_is_read_again(play: Play) -> None:
    """A transient error is no problem, and the result is reported afterwards."""
    end = play("join: {user: bob, group: scientists}")
    applications = end.aws.services.application_access.applications
    applications[domain(end, ONE).application_arn].required = False
    end.aws.gateway.faults.append(
        Fault("sso-admin", "GetApplicationAssignmentConfiguration", "ThrottlingException", times=6)
    )
    aws = swept(end)
    aws.wait(120)

    assert reported_problems(aws, "assignment-not-required", "assignment-unreadable") == [
        ("assignment-not-required", f"assignments of {ONE}")
    ]
    assert end.roles() == JOINED
