"""Users in Studio: who may sign in, what Studio makes by itself, what a snapshot shows."""

import pytest
from simulated import SPOKE, World, WorldMaker

from simulator.errors import ActRefusedError, UnknownNameError
from simulator.quirks import Quirks
from simulator.studio import Place

ROLE = f"arn:aws:iam::{SPOKE}:role/Handmade"
DEFAULT = f"arn:aws:iam::{SPOKE}:role/Default"


def application(world: World) -> str:
    return str(world.aws.studio.place(world.place).application_arn)


def test_nobody_signs_in_without_an_assignment(world: World) -> None:
    """A profile alone gives no access."""
    world.aws.identity_store.add_user("ada")
    world.create_profile("ada")

    with pytest.raises(ActRefusedError, match="not assigned"):
        world.aws.studio.sign_in(world.place, "ada")


def test_an_assigned_user_opens_their_profile(world: World) -> None:
    """With profile and assignment a sign-in opens that profile and makes nothing."""
    user = world.aws.identity_store.add_user("ada")
    world.create_profile("ada")
    world.aws.application_access.assign(application(world), "USER", user.user_id)

    assert world.aws.studio.sign_in(world.place, "ada").name == "ada"
    assert len(world.studio_client.list_user_profiles()["UserProfiles"]) == 1


def test_a_group_assignment_lets_a_member_make_an_unmanaged_profile(world: World) -> None:
    """A user assigned through a group without a profile gets one with the domain's role."""
    store, access = world.aws.identity_store, world.aws.application_access
    user, group = store.add_user("ada@x.org"), store.add_group("ml")
    store.add_membership(user.user_id, group.group_id)
    access.assign(application(world), "GROUP", group.group_id)

    unmanaged_profile = world.aws.studio.sign_in(world.place, "ada@x.org")

    assert unmanaged_profile.name == "ada-x-org-001"
    found = world.studio_client.describe_user_profile(
        DomainId=world.place.domain_id, UserProfileName=unmanaged_profile.name
    )
    assert "UserSettings" not in found
    assert found["SingleSignOnUserValue"] == "ada@x.org"
    assert world.studio_client.list_tags(ResourceArn=unmanaged_profile.arn)["Tags"] == []
    assert world.aws.studio.snapshot()[0].profiles[0].role == DEFAULT
    assert world.aws.studio.sign_in(world.place, "ada@x.org") is unmanaged_profile


def test_an_application_without_required_assignments_admits_everybody(world: World) -> None:
    """Without AssignmentRequired the whole directory may sign in."""
    world.aws.identity_store.add_user("ada")
    world.client("sso-admin").put_application_assignment_configuration(
        ApplicationArn=application(world), AssignmentRequired=False
    )

    assert world.aws.studio.sign_in(world.place, "ada").name == "ada-001"


def test_disabled_and_unknown_users_do_not_sign_in(world: World) -> None:
    """A disabled user may not sign in though assigned; an unknown one is a mistake of the story."""
    store = world.aws.identity_store
    user = store.add_user("ada", status="DISABLED")
    world.aws.application_access.assign(application(world), "USER", user.user_id)

    with pytest.raises(ActRefusedError, match="disabled"):
        world.aws.studio.sign_in(world.place, "ada")
    with pytest.raises(UnknownNameError):
        world.aws.studio.sign_in(world.place, "nobody")


def test_a_renamed_user_loses_their_profile_unless_matched_by_id(make_world: WorldMaker) -> None:
    """Which profile a renamed user opens is a quirk."""
    for quirks, expected in ((Quirks(), "ada2-001"), (Quirks(sign_in_matches="user-id"), "ada")):
        with make_world(quirks) as world:
            store = world.aws.identity_store
            user = store.add_user("ada")
            world.create_profile("ada")
            world.aws.application_access.assign(application(world), "USER", user.user_id)
            store.rename_user(user.user_id, "ada2")
            assert world.aws.studio.sign_in(world.place, "ada2").name == expected


def test_an_open_session_starts_apps_without_an_assignment(world: World) -> None:
    """Each start with a space makes a new space; without a profile there is no session."""
    world.aws.identity_store.add_user("ada")
    world.aws.identity_store.add_user("grace")
    world.create_profile("ada")
    studio = world.aws.studio

    first = studio.start_app(world.place, "ada", "JupyterLab", "private")
    second = studio.start_app(world.place, "ada", "JupyterLab", "private", starting=True)

    assert first.space != second.space
    assert (first.status, second.status) == ("InService", "Pending")
    assert studio.start_app(world.place, "ada", "JupyterServer").profile == "ada"
    with pytest.raises(ActRefusedError, match="no profile"):
        studio.start_app(world.place, "grace", "JupyterLab", "private")


def test_a_restart_uses_the_old_space(world: World) -> None:
    """A user starts a stopped app again in its space."""
    world.aws.identity_store.add_user("ada")
    world.create_profile("ada")
    studio = world.aws.studio
    app = studio.start_app(world.place, "ada", "JupyterLab", "private")
    with pytest.raises(ActRefusedError, match="no stopped app"):
        studio.restart_app(world.place, "ada")
    world.studio_client.delete_app(
        DomainId=world.place.domain_id, SpaceName=app.space, AppType="JupyterLab", AppName="default"
    )
    world.clock.shift(150)

    assert studio.restart_app(world.place, "ada").space == app.space
    assert len(studio.snapshot()[0].profiles[0].spaces) == 1


def test_an_unmanaged_profile_exists_at_once(world: World) -> None:
    """Unmanaged profiles need no known user, and their name is then taken."""
    studio = world.aws.studio
    studio.make_profile_by_hand(world.place, name="bob", user_name="bob@x.org", role=ROLE)

    view = studio.snapshot()[0].profiles[0]

    assert (view.name, view.sso_user, view.role, view.status) == (
        "bob",
        "bob@x.org",
        ROLE,
        "InService",
    )
    with pytest.raises(ActRefusedError):
        studio.make_profile_by_hand(world.place, name="BOB", user_name=None, role=None)


def test_a_snapshot_shows_what_belongs_to_whom(world: World) -> None:
    """Apps and spaces are listed with their owner; ownerless spaces with the domain."""
    world.aws.identity_store.add_user("ada")
    world.create_profile("ada", Tags=[{"Key": "a", "Value": "1"}])
    world.aws.studio.start_app(world.place, "ada", "JupyterLab", "shared")
    world.aws.studio.start_app(world.place, "ada", "JupyterServer")
    world.studio_client.create_space(DomainId=world.place.domain_id, SpaceName="classic")

    (view,) = world.aws.studio.snapshot()

    (ada,) = view.profiles
    assert [(app.type, app.status, app.owner) for app in ada.apps] == [
        ("JupyterServer", "InService", "ada"),
        ("JupyterLab", "InService", "ada"),
    ]
    assert [(space.name, space.type) for space in ada.spaces] == [("ada-shared-1", "Shared")]
    assert ada.tags == (("a", "1"),)
    assert [space.name for space in view.spaces] == ["classic"]


def test_mistakes_of_the_story_are_reported(world: World) -> None:
    """Operations at unknown places and on unknown things raise UnknownNameError."""
    studio = world.aws.studio
    with pytest.raises(UnknownNameError):
        studio.start_app(Place(SPOKE, "eu-west-1", "d-none"), "ada", "JupyterLab")
    with pytest.raises(UnknownNameError):
        studio.force(world.place, "nobody", "Failed")
