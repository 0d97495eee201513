"""Rule 6: a profile is ours by its two tags alone."""

import pytest

from shared.conventions import Ownership, ownership, tags

HUB = "111111111111"
ADA = "a3d46882-6071-7063-2f5e-91b4c7d80e21"
OURS = {"studio-hub:managed-by": HUB, "studio-hub:user-id": ADA}


def test_a_profile_that_the_hub_creates_is_ours() -> None:
    """Ownership is read from the tags given at creation."""
    assert tags(HUB, ADA) == OURS
    assert ownership(tags(HUB, ADA), HUB, ADA) is Ownership.OURS


@pytest.mark.parametrize(
    ("found", "whose"),
    [
        (None, Ownership.UNREADABLE),
        ({}, Ownership.UNMANAGED),
        ({"studio-hub:managed-by": HUB}, Ownership.UNMANAGED),
        ({"studio-hub:user-id": ADA}, Ownership.UNMANAGED),
        (OURS | {"studio-hub:managed-by": "999999999999"}, Ownership.UNMANAGED),
        (OURS | {"studio-hub:managed-by": ""}, Ownership.UNMANAGED),
        ({key.upper(): value for key, value in OURS.items()}, Ownership.UNMANAGED),
        (OURS | {"studio-hub:user-id": "somebody-else"}, Ownership.OTHER_PERSON),
        (OURS | {"studio-hub:user-id": ADA.upper()}, Ownership.OTHER_PERSON),
        (OURS | {"team": "ml"}, Ownership.OURS),
    ],
)
def test_everything_else_is_not(found: dict[str, str] | None, whose: Ownership) -> None:
    """Unreadable or missing tags, and those of another hub or user, never make a profile ours."""
    assert ownership(found, HUB, ADA) is whose
