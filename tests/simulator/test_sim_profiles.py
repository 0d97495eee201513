"""Creating and describing profiles follows Studio's preconditions, error texts and statuses."""

import pytest
from simulated import DOMAIN, ROLE, SPOKE, Refused, World, WorldMaker, profile

from simulator.quirks import Quirks
from simulator.studio import Place


@pytest.fixture(autouse=True)
def people(request: pytest.FixtureRequest) -> None:
    if "world" in request.fixturenames:
        world: World = request.getfixturevalue("world")
        for name in ("ada", "grace"):
            world.aws.identity_store.add_user(name)


def test_a_profile_is_pending_for_two_seconds(world: World) -> None:
    """Creation is asynchronous, and its completion moves LastModifiedTime."""
    world.studio_client.create_user_profile(**profile())

    statuses = [world.profile_status("ada")]
    world.clock.shift(1.9)
    statuses.append(world.profile_status("ada"))
    world.clock.shift(0.1)
    statuses.append(world.profile_status("ada"))

    assert statuses == ["Pending", "Pending", "InService"]
    row = world.studio_client.list_user_profiles(DomainIdEquals=DOMAIN)["UserProfiles"][0]
    assert set(row) == {
        "DomainId",
        "UserProfileName",
        "Status",
        "CreationTime",
        "LastModifiedTime",
    }
    assert (row["LastModifiedTime"] - row["CreationTime"]).total_seconds() == 2


def test_description_has_settings_and_home_but_no_tags(world: World) -> None:
    """DescribeUserProfile shows what was given except the tags, which ListTags shows."""
    tags = [{"Key": "studio-hub:user-id", "Value": "1"}]
    world.create_profile("ada", UserSettings={"ExecutionRole": ROLE}, Tags=tags)

    found = world.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ADA")

    assert found["UserProfileName"] == "ada"
    assert found["UserSettings"] == {"ExecutionRole": ROLE}
    assert found["SingleSignOnUserValue"] == "ada"
    assert found["HomeEfsFileSystemUid"]
    assert "Tags" not in found
    arn = found["UserProfileArn"]
    assert world.studio_client.list_tags(ResourceArn=arn)["Tags"] == tags


def test_a_name_is_taken_in_any_case_and_while_deleting(world: World, refused: Refused) -> None:
    """Profile names fold case, and a name is free only when its profile is gone."""
    world.create_profile("ada")

    with refused("ResourceInUse", "already exists"):
        world.studio_client.create_user_profile(**profile("ADA", "grace"))
    world.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    with refused("ResourceInUse"):
        world.studio_client.create_user_profile(**profile())
    world.clock.shift(4)
    world.create_profile("ada")
    assert world.profile_status("ada") == "InService"


def test_a_deleted_profile_is_not_found_and_its_home_is_not_inherited(
    world: World, refused: Refused
) -> None:
    """Deletion takes four seconds, ends in ResourceNotFound, and a new profile has a new uid."""
    world.create_profile("ada")
    before = world.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    world.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert world.profile_status("ada") == "Deleting"
    world.clock.shift(4)

    with refused("ResourceNotFound", "does not exist"):
        world.profile_status("ada")
    world.create_profile("ada")
    after = world.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert before["HomeEfsFileSystemUid"] != after["HomeEfsFileSystemUid"]


def test_one_sso_user_has_one_profile_in_a_domain(world: World, refused: Refused) -> None:
    """A second profile is refused by name and by its user, until the first is gone."""
    world.create_profile("ada")

    for value in ("ada", "ADA"):
        with refused("ResourceInUse", "already has the UserProfile"):
            world.studio_client.create_user_profile(**profile("ada-2", value))
    world.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    world.clock.shift(4)
    world.create_profile("ada-2", "ada")


def test_a_recycled_user_name_meets_the_old_profile(world: World, refused: Refused) -> None:
    """The leaver's profile blocks another user with the same user name."""
    store = world.aws.identity_store
    world.create_profile("ada")
    leaver = store.find_user("ada")
    assert leaver is not None
    store.delete_user(leaver.user_id)
    store.add_user("ada")

    with refused("ResourceInUse"):
        world.studio_client.create_user_profile(**profile("ada-2", "ada"))


@pytest.mark.parametrize(
    ("quirks", "code"),
    [
        (Quirks(), "ResourceInUse"),
        (Quirks(second_profile="ValidationException"), "ValidationException"),
        (Quirks(second_profile="accept"), None),
    ],
)
def test_the_second_profile_is_a_quirk(
    make_world: WorldMaker, refused: Refused, quirks: Quirks, code: str | None
) -> None:
    """The answer to a second profile of one user can be chosen."""
    with make_world(quirks) as world:
        world.aws.identity_store.add_user("ada")
        world.create_profile("ada")

        if code is None:
            world.create_profile("ada-2", "ada")
            assert world.profile_status("ada-2") == "InService"
        else:
            with refused(code):
                world.studio_client.create_user_profile(**profile("ada-2", "ada"))


def test_an_unknown_sso_user_is_refused_or_accepted(
    make_world: WorldMaker, refused: Refused
) -> None:
    """Whether the SSO value is checked is a quirk; the default checks."""
    with make_world() as world, refused("ValidationException", "does not exist"):
        world.studio_client.create_user_profile(**profile("nobody"))
    with make_world(Quirks(unknown_sso_user="accept")) as world:
        world.create_profile("nobody")
        assert world.profile_status("nobody") == "InService"


@pytest.mark.parametrize("missing", ["SingleSignOnUserIdentifier", "SingleSignOnUserValue"])
def test_sso_members_come_together(world: World, refused: Refused, missing: str) -> None:
    """In an SSO domain both members are required."""
    request = profile()
    del request[missing]

    with refused("ValidationException", "required in SSO domains"):
        world.studio_client.create_user_profile(**request)


def test_sso_members_are_forbidden_outside_sso(world: World, refused: Refused) -> None:
    """A domain in IAM mode accepts no SSO user, and makes profiles without one."""
    world.aws.studio.add_domain(Place(SPOKE, "eu-west-1", "d-iam"), sso=False)

    with refused("ValidationException"):
        world.studio_client.create_user_profile(**profile() | {"DomainId": "d-iam"})
    made = world.studio_client.create_user_profile(DomainId="d-iam", UserProfileName="ada")
    assert made["UserProfileArn"].endswith("user-profile/d-iam/ada")


def test_the_profile_quota_is_a_limit(make_world: WorldMaker, refused: Refused) -> None:
    """At the quota the next profile is ResourceLimitExceeded; a removal makes room."""
    with make_world(profile_quota=1) as world:
        for name in ("ada", "grace"):
            world.aws.identity_store.add_user(name)
        world.create_profile("ada")

        with refused("ResourceLimitExceeded"):
            world.studio_client.create_user_profile(**profile("grace"))
        world.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
        world.clock.shift(4)
        world.create_profile("grace")


def test_a_role_of_another_account_cannot_be_passed(world: World, refused: Refused) -> None:
    """PassRole does not cross accounts, neither at creation nor at an update."""
    unmanaged = {"ExecutionRole": "arn:aws:iam::333333333333:role/studio-hub/DataScientist"}

    with refused("AccessDeniedException", "Cross-account pass role"):
        world.studio_client.create_user_profile(**profile(), UserSettings=unmanaged)
    world.create_profile("ada")
    with refused("AccessDeniedException"):
        world.studio_client.update_user_profile(
            DomainId=DOMAIN, UserProfileName="ada", UserSettings=unmanaged
        )


def test_create_profile_assigns_only_as_a_quirk(make_world: WorldMaker) -> None:
    """By default a profile gives no access; with the quirk it assigns its user."""
    for quirks, expected in ((Quirks(), 0), (Quirks(create_profile_assigns=True), 1)):
        with make_world(quirks) as world:
            world.aws.identity_store.add_user("ada")
            world.create_profile("ada")
            assert len(world.aws.application_access.assignments()) == expected
