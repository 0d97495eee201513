"""What is told of domains that people can only be let into by hand."""

from hub.runtime import telemetry
from shared.model import Target


def no_application(target: Target) -> None:
    """Report a domain that people can only be assigned to by hand; one problem for all of them.

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
