"""The adapter of Studio: what people come into a domain by."""

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


def test_an_application_that_was_seen_is_not_asked_for_again(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """It never changes, and thousands of people come in by it."""
    stubbed.add_response("describe_domain", MODERN, ASKED)

    assert studio.domain(LAB) == Domain(APPLICATION, ROLE)
    assert studio.domain(LAB) == Domain(APPLICATION, ROLE)


def test_a_domain_without_an_application_is_asked_every_time(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """One that is made anew in its place shows one, and nobody restarts the hub for that."""
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
def test_a_domain_tells_what_switches_its_portal_off(
    studio: SageMakerStudio,
    stubbed: Stubber,
    by_default: str,
    in_unified_studio: str,
    off: tuple[str, ...],
) -> None:
    """For everybody, or since it is used in Unified Studio; one that says nothing has it on."""
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
def test_a_domain_that_does_not_tell_is_none_without_an_application(
    studio: SageMakerStudio, stubbed: Stubber, code: str, error: type[Exception]
) -> None:
    """Nobody is told to assign people by hand because of a read that failed."""
    stubbed.add_client_error("describe_domain", code)

    with pytest.raises(error, match=code):
        studio.domain(LAB)
