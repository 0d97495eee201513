"""The adapter of Studio: the application through which users open a domain."""

import pytest
from botocore.stub import Stubber
from spokes import LAB

from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.decisions.hub_state import Domain
from shared.errors import RefusedError, RetryableError

ASKED = {"DomainId": LAB.domain_id}
APPLICATION = "arn:aws:sso::999999999999:application/ssoins-1/apl-1"
ROLE = "arn:aws:iam::222222222222:role/studio-hub-system/Suspended-eu-west-1"
MODERN = {
    "DomainId": LAB.domain_id,
    "SingleSignOnApplicationArn": APPLICATION,
    "DefaultUserSettings": {"ExecutionRole": ROLE},
}


def test_a_known_application_is_not_read_again(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """It never changes, and thousands of users open it."""
    stubbed.add_response("describe_domain", MODERN, ASKED)

    assert studio.domain(LAB) == Domain(APPLICATION, ROLE)
    assert studio.domain(LAB) == Domain(APPLICATION, ROLE)


def test_a_domain_without_an_application_is_read_every_time(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """A recreated domain may have one, and nobody restarts the hub for that."""
    stubbed.add_response("describe_domain", {"DomainId": LAB.domain_id}, ASKED)
    stubbed.add_response("describe_domain", MODERN, ASKED)

    assert studio.domain(LAB) == Domain("", "")
    assert studio.domain(LAB) == Domain(APPLICATION, ROLE)


@pytest.mark.parametrize(
    ("by_default", "in_unified_studio", "off"),
    [
        ("DISABLED", "DISABLED", ("StudioWebPortal", "StudioWebPortalAccess")),
        ("DISABLED", "ENABLED", ("StudioWebPortal",)),
        ("ENABLED", "DISABLED", ("StudioWebPortalAccess",)),
        ("ENABLED", "ENABLED", ()),
    ],
)
def test_a_domain_reports_what_disables_its_portal(
    studio: SageMakerStudio,
    stubbed: Stubber,
    by_default: str,
    in_unified_studio: str,
    off: tuple[str, ...],
) -> None:
    """For all users, or since it is used in Unified Studio; without an answer the portal is on."""
    told = {
        "DefaultUserSettings": {"ExecutionRole": ROLE, "StudioWebPortal": by_default},
        "DomainSettings": {"UnifiedStudioSettings": {"StudioWebPortalAccess": in_unified_studio}},
    }
    stubbed.add_response("describe_domain", MODERN | told, ASKED)

    assert studio.domain(LAB).portal_off == off


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("ResourceNotFound", RefusedError)],
)
def test_a_domain_that_cannot_be_read_is_not_one_without_an_application(
    studio: SageMakerStudio, stubbed: Stubber, code: str, error: type[Exception]
) -> None:
    """A failed read never tells an operator to grant access by hand."""
    stubbed.add_client_error("describe_domain", code)

    with pytest.raises(error, match=code):
        studio.domain(LAB)
