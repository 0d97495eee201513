"""Users in Studio: who may sign in, what Studio makes by itself, what a snapshot shows."""

import pytest
from simulated import SPOKE, Services, SimMaker

from simulator.errors import OperationRefusedError, UnknownNameError
from simulator.quirks import Quirks
from simulator.studio import Place

ROLE = f"arn:aws:iam::{SPOKE}:role/Handmade"
DEFAULT = f"arn:aws:iam::{SPOKE}:role/Default"


def application(sim: Services) -> str:
    return str(sim.services.studio.place(sim.place).application_arn)


def test_nobody_signs_in_without_an_assignment(sim: Services) -> None:
    """A profile alone gives no access."""
    sim.services.identity_store.add_user("ada")
    sim.create_profile("ada")

    with pytest.raises(OperationRefusedError, match="not assigned"):
        sim.services.studio.sign_in(sim.place, "ada")


def test_an_assigned_user_opens_their_profile(sim: Services) -> None:
    """With profile and assignment a sign-in opens that profile and makes nothing."""
    user = sim.services.identity_store.add_user("ada")
    sim.create_profile("ada")
    sim.services.application_access.assign(application(sim), "USER", user.user_id)

    assert sim.services.studio.sign_in(sim.place, "ada").name == "ada"
    assert len(sim.studio_client.list_user_profiles()["UserProfiles"]) == 1


def test_a_group_assignment_lets_a_member_make_an_unmanaged_profile(sim: Services) -> None:
    """A user assigned through a group without a profile gets one with the domain's role."""
    store, access = sim.services.identity_store, sim.services.application_access
    user, group = store.add_user("ada@x.org"), store.add_group("ml")
    store.add_membership(user.user_id, group.group_id)
    access.assign(application(sim), "GROUP", group.group_id)

    unmanaged_profile = sim.services.studio.sign_in(sim.place, "ada@x.org")

    assert unmanaged_profile.name == "ada-x-org-001"
    found = sim.studio_client.describe_user_profile(
        DomainId=sim.place.domain_id, UserProfileName=unmanaged_profile.name
    )
    assert "UserSettings" not in found
    assert found["SingleSignOnUserValue"] == "ada@x.org"
    assert sim.studio_client.list_tags(ResourceArn=unmanaged_profile.arn)["Tags"] == []
    assert sim.services.studio.snapshot()[0].profiles[0].role == DEFAULT
    assert sim.services.studio.sign_in(sim.place, "ada@x.org") is unmanaged_profile


def test_an_application_without_required_assignments_admits_everybody(sim: Services) -> None:
    """Without AssignmentRequired the whole directory may sign in."""
    sim.services.identity_store.add_user("ada")
    sim.client("sso-admin").put_application_assignment_configuration(
        ApplicationArn=application(sim), AssignmentRequired=False
    )

    assert sim.services.studio.sign_in(sim.place, "ada").name == "ada-001"


def test_disabled_and_unknown_users_do_not_sign_in(sim: Services) -> None:
    """A disabled user may not sign in though assigned; an unknown one is a mistake of the story."""
    store = sim.services.identity_store
    user = store.add_user("ada", status="DISABLED")
    sim.services.application_access.assign(application(sim), "USER", user.user_id)

    with pytest.raises(OperationRefusedError, match="disabled"):
        sim.services.studio.sign_in(sim.place, "ada")
    with pytest.raises(UnknownNameError):
        sim.services.studio.sign_in(sim.place, "nobody")


def test_a_renamed_user_loses_their_profile_unless_matched_by_id(make_sim: SimMaker) -> None:
    """Which profile a renamed user opens is a quirk."""
    for quirks, expected in ((Quirks(), "ada2-001"), (Quirks(sign_in_matches="user-id"), "ada")):
        with make_sim(quirks) as sim:
            store = sim.services.identity_store
            user = store.add_user("ada")
            sim.create_profile("ada")
            sim.services.application_access.assign(application(sim), "USER", user.user_id)
            store.rename_user(user.user_id, "ada2")
            assert sim.services.studio.sign_in(sim.place, "ada2").name == expected


def test_an_open_session_starts_apps_without_an_assignment(sim: Services) -> None:
    """Each start with a space makes a new space; without a profile there is no session."""
    sim.services.identity_store.add_user("ada")
    sim.services.identity_store.add_user("grace")
    sim.create_profile("ada")
    studio = sim.services.studio

    first = studio.start_app(sim.place, "ada", "JupyterLab", "private")
    second = studio.start_app(sim.place, "ada", "JupyterLab", "private", starting=True)

    assert first.space != second.space
    assert (first.status, second.status) == ("InService", "Pending")
    assert studio.start_app(sim.place, "ada", "JupyterServer").profile == "ada"
    with pytest.raises(OperationRefusedError, match="no profile"):
        studio.start_app(sim.place, "grace", "JupyterLab", "private")


def test_a_restart_uses_the_old_space(sim: Services) -> None:
    """A user starts a stopped app again in its space."""
    sim.services.identity_store.add_user("ada")
    sim.create_profile("ada")
    studio = sim.services.studio
    app = studio.start_app(sim.place, "ada", "JupyterLab", "private")
    with pytest.raises(OperationRefusedError, match="no stopped app"):
        studio.restart_app(sim.place, "ada")
    sim.studio_client.delete_app(
        DomainId=sim.place.domain_id, SpaceName=app.space, AppType="JupyterLab", AppName="default"
    )
    sim.clock.shift(150)

    assert studio.restart_app(sim.place, "ada").space == app.space
    assert len(studio.snapshot()[0].profiles[0].spaces) == 1


def test_an_unmanaged_profile_exists_at_once(sim: Services) -> None:
    """Unmanaged profiles need no known user, and their name is then taken."""
    studio = sim.services.studio
    studio.make_profile_by_hand(sim.place, name="bob", user_name="bob@x.org", role=ROLE)

    view = studio.snapshot()[0].profiles[0]

    assert (view.name, view.sso_user, view.role, view.status) == (
        "bob",
        "bob@x.org",
        ROLE,
        "InService",
    )
    with pytest.raises(OperationRefusedError):
        studio.make_profile_by_hand(sim.place, name="BOB", user_name=None, role=None)


def test_a_snapshot_shows_what_belongs_to_whom(sim: Services) -> None:
    """Apps and spaces are listed with their owner; ownerless spaces with the domain."""
    sim.services.identity_store.add_user("ada")
    sim.create_profile("ada", Tags=[{"Key": "a", "Value": "1"}])
    sim.services.studio.start_app(sim.place, "ada", "JupyterLab", "shared")
    sim.services.studio.start_app(sim.place, "ada", "JupyterServer")
    sim.studio_client.create_space(DomainId=sim.place.domain_id, SpaceName="classic")

    (view,) = sim.services.studio.snapshot()

    (ada,) = view.profiles
    assert [(app.type, app.status, app.owner) for app in ada.apps] == [
        ("JupyterServer", "InService", "ada"),
        ("JupyterLab", "InService", "ada"),
    ]
    assert [(space.name, space.type) for space in ada.spaces] == [("ada-shared-1", "Shared")]
    assert ada.tags == (("a", "1"),)
    assert [space.name for space in view.spaces] == ["classic"]


def test_mistakes_of_the_story_are_reported(sim: Services) -> None:
    """Operations at unknown places and on unknown things raise UnknownNameError."""
    studio = sim.services.studio
    with pytest.raises(UnknownNameError):
        studio.start_app(Place(SPOKE, "eu-west-1", "d-none"), "ada", "JupyterLab")
    with pytest.raises(UnknownNameError):
        studio.force(sim.place, "nobody", "Failed")
