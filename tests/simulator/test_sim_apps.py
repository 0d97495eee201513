"""Apps follow Studio's life cycle, hosts and refusals."""

import pytest
from simulated import (
    DOMAIN,
    IN_SPACE,
    OF_PROFILE,
    Refused,
    World,
    WorldMaker,
    app_status,
    begin,
    create_space,
)

from simulator.quirks import Quirks
from simulator.studio import AppKey


@pytest.fixture(autouse=True)
def ada(request: pytest.FixtureRequest) -> None:
    if "world" in request.fixturenames:
        begin(request.getfixturevalue("world"))


def test_an_app_starts_in_thirty_seconds_and_stops_in_a_hundred_and_fifty(
    world: World, refused: Refused
) -> None:
    """Pending, InService, Deleting, Deleted, each at its time; listed for one more day."""
    create_space(world)
    home = IN_SPACE | {"SpaceName": "lab"}
    world.studio_client.create_app(**home)
    statuses = [app_status(world, **home)]
    world.clock.shift(30)
    statuses.append(app_status(world, **home))
    world.studio_client.delete_app(**home)
    statuses.append(app_status(world, **home))
    world.clock.shift(150)
    statuses.append(app_status(world, **home))
    world.clock.shift(24 * 3600 - 1)
    statuses.append(world.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"][0]["Status"])
    world.clock.shift(1)

    assert statuses == ["Pending", "InService", "Deleting", "Deleted", "Deleted"]
    assert world.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"] == []
    with refused("ResourceNotFound"):
        world.studio_client.describe_app(**home)


def test_a_long_wait_settles_every_step_at_its_own_time(world: World) -> None:
    """However late the read, a deleted app leaves the listing a day after its deletion."""
    create_space(world)
    home = IN_SPACE | {"SpaceName": "lab"}
    world.studio_client.create_app(**home)
    world.clock.shift(30)
    world.studio_client.delete_app(**home)

    world.clock.shift(150 + 24 * 3600)

    assert world.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"] == []


def test_apps_in_spaces_hide_from_their_owners_listing(world: World, refused: Refused) -> None:
    """ListApps by profile shows the profile's own apps only; both filters together are refused."""
    create_space(world)
    world.studio_client.create_app(**IN_SPACE, SpaceName="lab")
    world.studio_client.create_app(**OF_PROFILE, UserProfileName="ada")
    client = world.studio_client

    by_profile = client.list_apps(DomainIdEquals=DOMAIN, UserProfileNameEquals="Ada")["Apps"]
    by_space = client.list_apps(DomainIdEquals=DOMAIN, SpaceNameEquals="lab")["Apps"]

    assert [app["AppType"] for app in by_profile] == ["JupyterServer"]
    assert "UserProfileName" not in by_space[0]
    assert by_space[0]["SpaceName"] == "lab"
    assert len(client.list_apps(DomainIdEquals=DOMAIN)["Apps"]) == 2
    with refused("ValidationException"):
        client.list_apps(DomainIdEquals=DOMAIN, UserProfileNameEquals="ada", SpaceNameEquals="lab")


def test_delete_app_distinguishes_deleted_from_failed(world: World, refused: Refused) -> None:
    """The two ValidationExceptions that mean success have different texts."""
    create_space(world)
    home = IN_SPACE | {"SpaceName": "lab"}
    world.studio_client.create_app(**home)
    key = AppKey(None, "lab", "JupyterLab", "default")

    world.aws.studio.force(world.place, key, "Deleted")
    with refused("ValidationException", "has already been deleted"):
        world.studio_client.delete_app(**home)
    world.aws.studio.force(world.place, key, "Failed", "CapacityError")
    with refused("ValidationException", "previously failed and was automatically deleted"):
        world.studio_client.delete_app(**home)
    assert world.studio_client.describe_app(**home)["FailureReason"] == "CapacityError"
    with refused("ResourceNotFound"):
        world.studio_client.delete_app(**home | {"AppName": "other"})


def test_a_starting_or_stopping_app_cannot_be_deleted(
    make_world: WorldMaker, refused: Refused
) -> None:
    """Pending and Deleting apps are ResourceInUse; deleting a Pending one is a quirk."""
    home = OF_PROFILE | {"UserProfileName": "ada"}
    with make_world() as world:
        begin(world)
        world.studio_client.create_app(**home)
        with refused("ResourceInUse", "Pending"):
            world.studio_client.delete_app(**home)
        world.clock.shift(30)
        world.studio_client.delete_app(**home)
        with refused("ResourceInUse", "Deleting"):
            world.studio_client.delete_app(**home)
    with make_world(Quirks(delete_pending_app="accept")) as world:
        begin(world)
        world.studio_client.create_app(**home)
        world.studio_client.delete_app(**home)
        assert app_status(world, **home) == "Deleting"


def test_apps_have_one_home_that_fits_their_type(world: World, refused: Refused) -> None:
    """JupyterLab needs a space, Canvas a profile, and a space runs one app at a time."""
    create_space(world)
    client = world.studio_client
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


def test_an_app_needs_its_home_in_service(world: World, refused: Refused) -> None:
    """No app starts in a space that is not ready."""
    create_space(world)
    world.aws.studio.force(world.place, "lab", "Deleting")

    with refused("ValidationException", "is not in InService"):
        world.studio_client.create_app(**IN_SPACE, SpaceName="lab")


def test_a_new_app_takes_the_place_of_the_deleted_one(world: World) -> None:
    """A restart under the same name leaves one row, which no earlier expiry can remove."""
    create_space(world)
    home = IN_SPACE | {"SpaceName": "lab"}
    world.studio_client.create_app(**home)
    world.clock.shift(30)
    world.studio_client.delete_app(**home)
    world.clock.shift(150)
    world.studio_client.create_app(**home)
    at_once = world.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"]

    world.clock.shift(24 * 3600)

    assert [row["Status"] for row in at_once] == ["Pending"]
    assert app_status(world, **home) == "InService"
    rows = world.studio_client.list_apps(DomainIdEquals=DOMAIN)["Apps"]
    assert [row["Status"] for row in rows] == ["InService"]
