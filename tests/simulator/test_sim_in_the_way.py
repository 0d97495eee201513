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
    Services,
    SimMaker,
    app_status,
    begin,
)

from simulator.quirks import Quirks
from simulator.studio import AppKey

ADA = {"DomainId": DOMAIN, "UserProfileName": "ada"}


@pytest.fixture(autouse=True)
def ada(request: pytest.FixtureRequest) -> None:
    if "sim" in request.fixturenames:
        begin(request.getfixturevalue("sim"))


@pytest.mark.parametrize("status", ["Pending", "InService", "Deleting"])
def test_running_apps_of_the_profile_refuse_its_update(
    sim: Services, refused: Refused, status: str
) -> None:
    """UpdateUserProfile is ResourceInUse until the profile's apps have stopped."""
    sim.studio_client.create_app(**OF_PROFILE, UserProfileName="ada")
    key = AppKey("ada", None, "JupyterServer", "default")
    sim.services.studio.force(sim.place, key, status)

    with refused("ResourceInUse", "App(s)"):
        sim.studio_client.update_user_profile(**ADA, UserSettings={"ExecutionRole": OTHER_ROLE})
    for stopped in ("Deleted", "Failed"):
        sim.services.studio.force(sim.place, key, stopped)
        sim.studio_client.update_user_profile(**ADA)
        sim.clock.shift(2)


def test_apps_in_private_spaces_refuse_the_update_or_keep_their_role(
    make_sim: SimMaker, refused: Refused
) -> None:
    """Refused by default; with the quirk the running app keeps its role until it is restarted."""
    change = ADA | {"UserSettings": {"ExecutionRole": OTHER_ROLE}}
    with make_sim() as sim:
        begin(sim)
        sim.services.studio.start_app(sim.place, "ada", "JupyterLab", "private")
        with refused("ResourceInUse"):
            sim.studio_client.update_user_profile(**change)
    with make_sim(Quirks(update_with_space_apps="accept")) as sim:
        begin(sim)
        studio = sim.services.studio
        app = studio.start_app(sim.place, "ada", "JupyterLab", "private")
        sim.studio_client.update_user_profile(**change)
        sim.clock.shift(2)
        assert app.role == ROLE
        sim.studio_client.delete_app(**IN_SPACE, SpaceName=app.space)
        sim.clock.shift(150)
        assert studio.restart_app(sim.place, "ada").role == OTHER_ROLE


def test_apps_in_shared_spaces_let_the_profile_be_updated(sim: Services) -> None:
    """An app in a shared space runs with the domain's role, and blocks no role change."""
    app = sim.services.studio.start_app(sim.place, "ada", "JupyterLab", "shared")

    sim.studio_client.update_user_profile(**ADA, UserSettings={"ExecutionRole": OTHER_ROLE})

    assert app.role == f"arn:aws:iam::{SPOKE}:role/Default"


@pytest.mark.parametrize("sharing", ["private", "shared"])
def test_owned_apps_and_spaces_are_deleted_before_the_profile(
    sim: Services, refused: Refused, sharing: str
) -> None:
    """Apps first, then spaces, each with its own text; only then the profile can be deleted."""
    client = sim.studio_client
    app = sim.services.studio.start_app(sim.place, "ada", "JupyterLab", sharing)
    space = {"DomainId": DOMAIN, "SpaceName": app.space}

    with refused("ResourceInUse", "because App(s) are associated with it."):
        client.delete_user_profile(**ADA)
    with refused("ResourceInUse", "because App(s) are associated with it."):
        client.delete_space(**space)
    client.delete_app(**IN_SPACE, SpaceName=app.space)
    sim.clock.shift(150)
    with refused("ResourceInUse", "because Space(s) are associated with it."):
        client.delete_user_profile(**ADA)
    client.delete_space(**space)
    sim.clock.shift(19)
    with refused("ResourceInUse", "because Space(s) are associated with it."):
        client.delete_user_profile(**ADA)
    sim.clock.shift(1)
    client.delete_user_profile(**ADA)
    assert sim.profile_status("ada") == "Deleting"


def test_a_failed_app_blocks_deletion_only_as_a_quirk(make_sim: SimMaker, refused: Refused) -> None:
    """The documentation counts non-failed apps; the quirk counts failed ones too."""
    for quirks in (Quirks(), Quirks(failed_app_blocks_profile=True)):
        with make_sim(quirks) as sim:
            begin(sim)
            sim.services.studio.fail_next(sim.place, "CreateApp", "CapacityError")
            sim.studio_client.create_app(**OF_PROFILE, UserProfileName="ada")
            sim.clock.shift(30)
            assert app_status(sim, **OF_PROFILE, UserProfileName="ada") == "Failed"

            if quirks.failed_app_blocks_profile:
                with refused("ResourceInUse", "App(s)"):
                    sim.studio_client.delete_user_profile(**ADA)
            else:
                sim.studio_client.delete_user_profile(**ADA)


def test_tags_of_profiles_reach_apps_and_can_be_changed(sim: Services, refused: Refused) -> None:
    """An app carries its profile's tags and the ARNs; tags of an unknown ARN are not found."""
    client = sim.studio_client
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
