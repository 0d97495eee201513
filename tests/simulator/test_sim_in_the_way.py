"""A user's apps and spaces block changing and deleting their profile."""

import pytest
from simulated import (
    DOMAIN,
    IN_SPACE,
    OF_PROFILE,
    OTHER_ROLE,
    ROLE,
    SPOKE,
    Refused,
    World,
    WorldMaker,
    app_status,
    begin,
)

from simulator.quirks import Quirks
from simulator.studio import AppKey

ADA = {"DomainId": DOMAIN, "UserProfileName": "ada"}


@pytest.fixture(autouse=True)
def ada(request: pytest.FixtureRequest) -> None:
    if "world" in request.fixturenames:
        begin(request.getfixturevalue("world"))


@pytest.mark.parametrize("status", ["Pending", "InService", "Deleting"])
def test_running_apps_of_the_profile_refuse_its_update(
    world: World, refused: Refused, status: str
) -> None:
    """UpdateUserProfile is ResourceInUse until the profile's apps have stopped."""
    world.studio_client.create_app(**OF_PROFILE, UserProfileName="ada")
    key = AppKey("ada", None, "JupyterServer", "default")
    world.aws.studio.force(world.place, key, status)

    with refused("ResourceInUse", "App(s)"):
        world.studio_client.update_user_profile(**ADA, UserSettings={"ExecutionRole": OTHER_ROLE})
    for stopped in ("Deleted", "Failed"):
        world.aws.studio.force(world.place, key, stopped)
        world.studio_client.update_user_profile(**ADA)
        world.clock.shift(2)


def test_apps_in_private_spaces_refuse_the_update_or_keep_their_role(
    make_world: WorldMaker, refused: Refused
) -> None:
    """Refused by default; with the quirk the running app keeps its role until it is restarted."""
    change = ADA | {"UserSettings": {"ExecutionRole": OTHER_ROLE}}
    with make_world() as world:
        begin(world)
        world.aws.studio.start_app(world.place, "ada", "JupyterLab", "private")
        with refused("ResourceInUse"):
            world.studio_client.update_user_profile(**change)
    with make_world(Quirks(update_with_space_apps="accept")) as world:
        begin(world)
        studio = world.aws.studio
        app = studio.start_app(world.place, "ada", "JupyterLab", "private")
        world.studio_client.update_user_profile(**change)
        world.clock.shift(2)
        assert app.role == ROLE
        world.studio_client.delete_app(**IN_SPACE, SpaceName=app.space)
        world.clock.shift(150)
        assert studio.restart_app(world.place, "ada").role == OTHER_ROLE


def test_apps_in_shared_spaces_let_the_profile_be_updated(world: World) -> None:
    """An app in a shared space runs with the domain's role, and blocks no role change."""
    app = world.aws.studio.start_app(world.place, "ada", "JupyterLab", "shared")

    world.studio_client.update_user_profile(**ADA, UserSettings={"ExecutionRole": OTHER_ROLE})

    assert app.role == f"arn:aws:iam::{SPOKE}:role/Default"


@pytest.mark.parametrize("sharing", ["private", "shared"])
def test_owned_apps_and_spaces_are_deleted_before_the_profile(
    world: World, refused: Refused, sharing: str
) -> None:
    """Apps first, then spaces, each with its own text; only then the profile can be deleted."""
    client = world.studio_client
    app = world.aws.studio.start_app(world.place, "ada", "JupyterLab", sharing)
    space = {"DomainId": DOMAIN, "SpaceName": app.space}

    with refused("ResourceInUse", "because App(s) are associated with it."):
        client.delete_user_profile(**ADA)
    with refused("ResourceInUse", "because App(s) are associated with it."):
        client.delete_space(**space)
    client.delete_app(**IN_SPACE, SpaceName=app.space)
    world.clock.shift(150)
    with refused("ResourceInUse", "because Space(s) are associated with it."):
        client.delete_user_profile(**ADA)
    client.delete_space(**space)
    world.clock.shift(19)
    with refused("ResourceInUse", "because Space(s) are associated with it."):
        client.delete_user_profile(**ADA)
    world.clock.shift(1)
    client.delete_user_profile(**ADA)
    assert world.profile_status("ada") == "Deleting"


def test_a_failed_app_blocks_deletion_only_as_a_quirk(
    make_world: WorldMaker, refused: Refused
) -> None:
    """The documentation counts non-failed apps; the quirk counts failed ones too."""
    for quirks in (Quirks(), Quirks(failed_app_blocks_profile=True)):
        with make_world(quirks) as world:
            begin(world)
            world.aws.studio.fail_next(world.place, "CreateApp", "CapacityError")
            world.studio_client.create_app(**OF_PROFILE, UserProfileName="ada")
            world.clock.shift(30)
            assert app_status(world, **OF_PROFILE, UserProfileName="ada") == "Failed"

            if quirks.failed_app_blocks_profile:
                with refused("ResourceInUse", "App(s)"):
                    world.studio_client.delete_user_profile(**ADA)
            else:
                world.studio_client.delete_user_profile(**ADA)


def test_tags_of_profiles_reach_apps_and_can_be_changed(world: World, refused: Refused) -> None:
    """An app carries its profile's tags and the ARNs; tags of an unknown ARN are not found."""
    client = world.studio_client
    arn = client.describe_user_profile(**ADA)["UserProfileArn"]
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "ml"}])
    app_arn = client.create_app(**OF_PROFILE, UserProfileName="ada")["AppArn"]

    client.delete_tags(ResourceArn=arn, TagKeys=["team", "missing"])

    assert "/ada/jupyterserver/default" in app_arn
    tags = client.list_tags(ResourceArn=app_arn)["Tags"]
    assert {"Key": "team", "Value": "ml"} in tags
    assert {"Key": "sagemaker:user-profile-arn", "Value": arn} in tags
    assert client.list_tags(ResourceArn=arn)["Tags"] == []
    for wrong in (arn + "x", arn.replace("user-profile", "image"), arn.replace(SPOKE, "3" * 12)):
        with refused("ResourceNotFound"):
            client.list_tags(ResourceArn=wrong)
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    client.add_tags(ResourceArn=arn, Tags=many)
    with refused("ResourceLimitExceeded"):
        client.add_tags(ResourceArn=arn, Tags=[{"Key": "one-more", "Value": ""}])
