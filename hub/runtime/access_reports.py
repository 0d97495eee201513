"""Reports the problems with access to a domain: manual, without assignment, or impossible."""

from hub.runtime import telemetry
from hub.runtime.decisions.hub_state import Domain
from shared.model import Target


def no_application(target: Target) -> None:
    """Report a domain that users can only be assigned to by hand; one problem covers all of them.

    Source: SageMaker developer guide, "Add groups and users": domains made before October 2023 show
    no SingleSignOnApplicationArn.
    """
    telemetry.problem(
        "assign-by-hand",
        f"assignments of {target}",
        "the domain shows no Identity Center application (it is older than October 2023), so whom "
        "it lets in is set by hand",
        f"console of account {target.account}: SageMaker AI > Admin configurations > Domains > "
        f"{target.domain_id} > User profiles > Assign users and groups",
        target=str(target),
    )


def assignment_not_required(target: Target, domain: Domain) -> None:
    """Report a domain that every user of the directory may enter, assigned or not."""
    telemetry.problem(
        "assignment-not-required",
        f"assignments of {target}",
        "the domain's application requires no assignment: every user of the directory may sign in, "
        "and to end an assignment ends nothing",
        "in the account of Identity Center: aws sso-admin "
        "put-application-assignment-configuration --assignment-required --application-arn "
        f"{domain.application_arn}",
        target=str(target),
    )


def assignment_untold(target: Target, reason: str) -> None:
    """Report an application whose assignment requirement cannot be read."""
    telemetry.problem(
        "assignment-unreadable",
        f"assignments of {target}",
        f"nobody can tell whether the domain's application requires an assignment: {reason}",
        "deploy the stacks StudioHub and StudioIdentity of this version, which hold the right "
        "sso:GetApplicationAssignmentConfiguration; the next daily sweep reads it again",
        target=str(target),
    )


def portal_off(target: Target, domain: Domain) -> None:
    """Report a domain that users with a profile cannot open in Studio.

    Source: the SageMaker API model, StudioWebPortal and UnifiedStudioSettings: where it is
    DISABLED, the domain is opened in SageMaker Unified Studio alone, or not at all.
    """
    telemetry.problem(
        "portal-off",
        f"portal of {target}",
        f"nobody can open the domain in Studio, whatever profile they have: "
        f"{' and '.join(domain.portal_off)} is DISABLED",
        f"account {target.account}: aws sagemaker update-domain --domain-id {target.domain_id} "
        f"{' '.join(_ENABLED[name] for name in domain.portal_off)}; or, where users are to come "
        "in by SageMaker Unified Studio, remove the target's mappings",
        target=str(target),
    )


# How to enable each setting again. Source: the SageMaker API model, UpdateDomain.
_ENABLED = {
    "StudioWebPortal": "--default-user-settings StudioWebPortal=ENABLED",
    "StudioWebPortalAccess": "--domain-settings-for-update "
    "'UnifiedStudioSettings={StudioWebPortalAccess=ENABLED}'",
}
