"""Apps follow Studio's life cycle, hosts and refusals."""

import pytest
from simulated import (
    DOMAIN,
    IN_SPACE,
    OF_PROFILE,
    Refused,
    Services,
    SimMaker,
    app_status,
    begin,
    create_space,
)

from simulator.quirks import Quirks
from simulator.studio import AppKey


@pytest.fixture(autouse=True)
def ada(request: pytest.FixtureRequest) -> None:
    if "sim" in request.fixturenames:
        begin(request.getfixturevalue("sim"))


def test_an_app_starts_in_thirty_seconds_and_stops_in_a_hundred_and_fifty(
    sim: Services, refused: Refused
) -> None:
    """Pending, InService, Deleting, Deleted, each at its time; listed for one more day."""
    create_space(sim)
    home = IN_SPACE | {"SpaceName": "lab"}
    sim.studio_client.create_app(**home)
    statuses = [app_status(sim, **home)]
    sim.clock.shift(30)
    statuses.append(app_status(sim, **home))
    sim.studio_client.delete_app(**home)
    statuses.append(app_status(sim, **home))
    sim.clock.shift(150)
    statuses.append(app_status(sim, **home))
    sim.clock.shift(24 * 3600 - 1)
    statuses.append(sim.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"][0]["Status"])
    sim.clock.shift(1)

    assert statuses == ["Pending", "InService", "Deleting", "Deleted", "Deleted"]
    assert sim.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"] == []
    with refused("ResourceNotFound"):
        sim.studio_client.describe_app(**home)


def test_a_long_wait_settles_every_step_at_its_own_time(sim: Services) -> None:
    """However late the read, a deleted app leaves the listing a day after its deletion."""
    create_space(sim)
    home = IN_SPACE | {"SpaceName": "lab"}
    sim.studio_client.create_app(**home)
    sim.clock.shift(30)
    sim.studio_client.delete_app(**home)

    sim.clock.shift(150 + 24 * 3600)

    assert sim.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"] == []


def test_apps_in_spaces_hide_from_their_owners_listing(sim: Services, refused: Refused) -> None:
    """ListApps by profile shows the profile's own apps only; both filters together are refused."""
    create_space(sim)
    sim.studio_client.create_app(**IN_SPACE, SpaceName="lab")
    sim.studio_client.create_app(**OF_PROFILE, UserProfileName="ada")
    client = sim.studio_client

    by_profile = client.list_apps(DomainIdEquals=DOMAIN, UserProfileNameEquals="Ada")["Apps"]
    by_space = client.list_apps(DomainIdEquals=DOMAIN, SpaceNameEquals="lab")["Apps"]

    assert [app["AppType"] for app in by_profile] == ["JupyterServer"]
    assert "UserProfileName" not in by_space[0]
    assert by_space[0]["SpaceName"] == "lab"
    assert len(client.list_apps(DomainIdEquals=DOMAIN)["Apps"]) == 2
    with refused("ValidationException"):
        client.list_apps(DomainIdEquals=DOMAIN, UserProfileNameEquals="ada", SpaceNameEquals="lab")


def test_delete_app_distinguishes_deleted_from_failed(sim: Services, refused: Refused) -> None:
    """The two ValidationExceptions that mean success have different texts."""
    create_space(sim)
    home = IN_SPACE | {"SpaceName": "lab"}
    sim.studio_client.create_app(**home)
    key = AppKey(None, "lab", "JupyterLab", "default")

    sim.services.studio.force(sim.place, key, "Deleted")
    with refused("ValidationException", "has already been deleted"):
        sim.studio_client.delete_app(**home)
    sim.services.studio.force(sim.place, key, "Failed", "CapacityError")
    with refused("ValidationException", "previously failed and was automatically deleted"):
        sim.studio_client.delete_app(**home)
    assert sim.studio_client.describe_app(**home)["FailureReason"] == "CapacityError"
    with refused("ResourceNotFound"):
        sim.studio_client.delete_app(**home | {"AppName": "other"})


def test_a_starting_or_stopping_app_cannot_be_deleted(make_sim: SimMaker, refused: Refused) -> None:
    """Pending and Deleting apps are ResourceInUse; deleting a Pending one is a quirk."""
    home = OF_PROFILE | {"UserProfileName": "ada"}
    with make_sim() as sim:
        begin(sim)
        sim.studio_client.create_app(**home)
        with refused("ResourceInUse", "Pending"):
            sim.studio_client.delete_app(**home)
        sim.clock.shift(30)
        sim.studio_client.delete_app(**home)
        with refused("ResourceInUse", "Deleting"):
            sim.studio_client.delete_app(**home)
    with make_sim(Quirks(delete_pending_app="accept")) as sim:
        begin(sim)
        sim.studio_client.create_app(**home)
        sim.studio_client.delete_app(**home)
        assert app_status(sim, **home) == "Deleting"


def test_apps_have_one_home_that_fits_their_type(sim: Services, refused: Refused) -> None:
    """JupyterLab needs a space, Canvas a profile, and a space runs one app at a time."""
    create_space(sim)
    client = sim.studio_client
    with refused("ValidationException", "not supported for profiles"):
        client.create_app(**IN_SPACE, UserProfileName="ada")
    with refused("ValidationException", "not supported for spaces"):
        client.create_app(**IN_SPACE | {"AppType": "Canvas"}, SpaceName="lab")
    for home in ({}, {"SpaceName": "lab", "UserProfileName": "ada"}):
        with refused("ValidationException", "Exactly one"):
            client.create_app(**IN_SPACE, **home)
    client.create_app(**IN_SPACE, SpaceName="lab")
    with refused("ResourceInUse", "already exists"):
        client.create_app(**IN_SPACE | {"AppType": "CodeEditor"}, SpaceName="lab")


def test_an_app_needs_its_home_in_service(sim: Services, refused: Refused) -> None:
    """No app starts in a space that is not ready."""
    create_space(sim)
    sim.services.studio.force(sim.place, "lab", "Deleting")

    with refused("ValidationException", "is not in InService"):
        sim.studio_client.create_app(**IN_SPACE, SpaceName="lab")


def test_a_new_app_takes_the_place_of_the_deleted_one(sim: Services) -> None:
    """A restart under the same name leaves one row, which no earlier expiry can remove."""
    create_space(sim)
    home = IN_SPACE | {"SpaceName": "lab"}
    sim.studio_client.create_app(**home)
    sim.clock.shift(30)
    sim.studio_client.delete_app(**home)
    sim.clock.shift(150)
    sim.studio_client.create_app(**home)
    at_once = sim.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"]

    sim.clock.shift(24 * 3600)

    assert [row["Status"] for row in at_once] == ["Pending"]
    assert app_status(sim, **home) == "InService"
    rows = sim.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"]
    assert [row["Status"] for row in rows] == ["InService"]
