"""Spaces follow Studio's life cycle and preconditions."""

import pytest
from simulated import DOMAIN, Refused, Services, begin, create_space


@pytest.fixture(autouse=True)
def ada(request: pytest.FixtureRequest) -> None:
    if "sim" in request.fixturenames:
        begin(request.getfixturevalue("sim"))


def test_a_space_is_pending_five_seconds_and_deleted_in_twenty(
    sim: Services, refused: Refused
) -> None:
    """DeleteSpace is refused while Pending, asynchronous later, and only NotFound means gone."""
    client, space = sim.studio_client, {"DomainId": DOMAIN, "SpaceName": "lab"}
    client.create_space(
        **space,
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Private"},
    )

    with refused("ValidationException", "Pending"):
        client.delete_space(**space)
    sim.clock.shift(5)
    client.delete_space(**space)
    with refused("ResourceInUse", "Deleting"):
        client.delete_space(**space)
    sim.clock.shift(19)
    assert client.describe_space(**space)["Status"] == "Deleting"
    sim.clock.shift(1)
    with refused("ResourceNotFound"):
        client.describe_space(**space)


def test_the_listing_of_spaces_names_owner_and_sharing(sim: Services) -> None:
    """Owners are in the listing's summaries; the description has them in full."""
    create_space(sim)
    create_space(sim, "team", "Shared")

    rows = sim.studio_client.list_spaces(DomainIdEquals=DOMAIN)["Spaces"]

    assert [
        (
            row["SpaceName"],
            row["OwnershipSettingsSummary"]["OwnerUserProfileName"],
            row["SpaceSharingSettingsSummary"]["SharingType"],
        )
        for row in rows
    ] == [("lab", "ada", "Private"), ("team", "ada", "Shared")]
    found = sim.studio_client.describe_space(DomainId=DOMAIN, SpaceName="TEAM")
    assert found["OwnershipSettings"] == {"OwnerUserProfileName": "ada"}


def test_a_space_needs_its_owner_in_service(sim: Services, refused: Refused) -> None:
    """CreateSpace is refused for a busy owner, an unknown one, and for incomplete ownership."""
    sim.services.studio.force(sim.place, "ada", "Updating")
    with refused("ValidationException", "is not in InService"):
        create_space(sim)
    with refused("ValidationException", "together"):
        sim.studio_client.create_space(
            DomainId=DOMAIN, SpaceName="lab", OwnershipSettings={"OwnerUserProfileName": "ada"}
        )
    with refused("ResourceNotFound"):
        sim.studio_client.create_space(
            DomainId=DOMAIN,
            SpaceName="lab",
            OwnershipSettings={"OwnerUserProfileName": "nobody"},
            SpaceSharingSettings={"SharingType": "Private"},
        )


def test_space_names_fold_case_and_updates_keep_the_owner(sim: Services, refused: Refused) -> None:
    """A second space of the name is refused; an update changes settings alone."""
    create_space(sim)
    with refused("ResourceInUse"):
        create_space(sim, "LAB")

    sim.studio_client.update_space(DomainId=DOMAIN, SpaceName="lab", SpaceDisplayName="My lab")

    found = sim.studio_client.describe_space(DomainId=DOMAIN, SpaceName="lab")
    assert (found["Status"], found["SpaceDisplayName"]) == ("Updating", "My lab")
    with refused("ResourceInUse"):
        sim.studio_client.update_space(DomainId=DOMAIN, SpaceName="lab")
    sim.clock.shift(2)
    found = sim.studio_client.describe_space(DomainId=DOMAIN, SpaceName="lab")
    assert (found["Status"], found["OwnershipSettings"]["OwnerUserProfileName"]) == (
        "InService",
        "ada",
    )
