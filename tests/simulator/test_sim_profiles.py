"""Creating and describing profiles follows Studio's preconditions, error texts and statuses."""

import pytest
from simulated import DOMAIN, ROLE, SPOKE, Refused, Services, SimMaker, profile

from simulator.quirks import Quirks
from simulator.studio import Place


@pytest.fixture(autouse=True)
def people(request: pytest.FixtureRequest) -> None:
    if "sim" in request.fixturenames:
        sim: Services = request.getfixturevalue("sim")
        for name in ("ada", "grace"):
            sim.services.identity_store.add_user(name)


def test_a_profile_is_pending_for_two_seconds(sim: Services) -> None:
    """Creation is asynchronous, and its completion moves LastModifiedTime."""
    sim.studio_client.create_user_profile(**profile())

    statuses = [sim.profile_status("ada")]
    sim.clock.shift(1.9)
    statuses.append(sim.profile_status("ada"))
    sim.clock.shift(0.1)
    statuses.append(sim.profile_status("ada"))

    assert statuses == ["Pending", "Pending", "InService"]
    row = sim.studio_client.list_user_profiles(DomainIdEquals=DOMAIN)["UserProfiles"][0]
    assert set(row) == {
        "DomainId",
        "UserProfileName",
        "Status",
        "CreationTime",
        "LastModifiedTime",
    }
    assert (row["LastModifiedTime"] - row["CreationTime"]).total_seconds() == 2


def test_description_has_settings_and_home_but_no_tags(sim: Services) -> None:
    """DescribeUserProfile shows what was given except the tags, which ListTags shows."""
    tags = [{"Key": "studio-hub:user-id", "Value": "1"}]
    sim.create_profile("ada", UserSettings={"ExecutionRole": ROLE}, Tags=tags)

    found = sim.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ADA")

    assert found["UserProfileName"] == "ada"
    assert found["UserSettings"] == {"ExecutionRole": ROLE}
    assert found["SingleSignOnUserValue"] == "ada"
    assert found["HomeEfsFileSystemUid"]
    assert "Tags" not in found
    arn = found["UserProfileArn"]
    assert sim.studio_client.list_tags(ResourceArn=arn)["Tags"] == tags


def test_a_name_is_taken_in_any_case_and_while_deleting(sim: Services, refused: Refused) -> None:
    """Profile names fold case, and a name is free only when its profile is gone."""
    sim.create_profile("ada")

    with refused("ResourceInUse", "already exists"):
        sim.studio_client.create_user_profile(**profile("ADA", "grace"))
    sim.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    with refused("ResourceInUse"):
        sim.studio_client.create_user_profile(**profile())
    sim.clock.shift(4)
    sim.create_profile("ada")
    assert sim.profile_status("ada") == "InService"


def test_a_deleted_profile_is_not_found_and_its_home_is_not_inherited(
    sim: Services, refused: Refused
) -> None:
    """Deletion takes four seconds, ends in ResourceNotFound, and a new profile has a new uid."""
    sim.create_profile("ada")
    before = sim.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    sim.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert sim.profile_status("ada") == "Deleting"
    sim.clock.shift(4)

    with refused("ResourceNotFound", "does not exist"):
        sim.profile_status("ada")
    sim.create_profile("ada")
    after = sim.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert before["HomeEfsFileSystemUid"] != after["HomeEfsFileSystemUid"]


def test_one_sso_user_has_one_profile_in_a_domain(sim: Services, refused: Refused) -> None:
    """A second profile is refused by name and by its user, until the first is gone."""
    sim.create_profile("ada")

    for value in ("ada", "ADA"):
        with refused("ResourceInUse", "already has the UserProfile"):
            sim.studio_client.create_user_profile(**profile("ada-2", value))
    sim.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    sim.clock.shift(4)
    sim.create_profile("ada-2", "ada")


def test_a_recycled_user_name_meets_the_old_profile(sim: Services, refused: Refused) -> None:
    """The leaver's profile blocks another user with the same user name."""
    store = sim.services.identity_store
    sim.create_profile("ada")
    leaver = store.find_user("ada")
    assert leaver is not None
    store.delete_user(leaver.user_id)
    store.add_user("ada")

    with refused("ResourceInUse"):
        sim.studio_client.create_user_profile(**profile("ada-2", "ada"))


@pytest.mark.parametrize(
    ("quirks", "code"),
    [
        (Quirks(), "ResourceInUse"),
        (Quirks(second_profile="ValidationException"), "ValidationException"),
        (Quirks(second_profile="accept"), None),
    ],
)
def test_the_second_profile_is_a_quirk(
    make_sim: SimMaker, refused: Refused, quirks: Quirks, code: str | None
) -> None:
    """The answer to a second profile of one user can be chosen."""
    with make_sim(quirks) as sim:
        sim.services.identity_store.add_user("ada")
        sim.create_profile("ada")

        if code is None:
            sim.create_profile("ada-2", "ada")
            assert sim.profile_status("ada-2") == "InService"
        else:
            with refused(code):
                sim.studio_client.create_user_profile(**profile("ada-2", "ada"))


def test_an_unknown_sso_user_is_refused_or_accepted(make_sim: SimMaker, refused: Refused) -> None:
    """Whether the SSO value is checked is a quirk; the default checks."""
    with make_sim() as sim, refused("ValidationException", "does not exist"):
        sim.studio_client.create_user_profile(**profile("nobody"))
    with make_sim(Quirks(unknown_sso_user="accept")) as sim:
        sim.create_profile("nobody")
        assert sim.profile_status("nobody") == "InService"


@pytest.mark.parametrize("missing", ["SingleSignOnUserIdentifier", "SingleSignOnUserValue"])
def test_sso_members_come_together(sim: Services, refused: Refused, missing: str) -> None:
    """In an SSO domain both members are required."""
    request = profile()
    del request[missing]

    with refused("ValidationException", "required in SSO domains"):
        sim.studio_client.create_user_profile(**request)


def test_sso_members_are_forbidden_outside_sso(sim: Services, refused: Refused) -> None:
    """A domain in IAM mode accepts no SSO user, and makes profiles without one."""
    sim.services.studio.add_domain(Place(SPOKE, "eu-west-1", "d-iam"), sso=False)

    with refused("ValidationException"):
        sim.studio_client.create_user_profile(**profile() | {"DomainId": "d-iam"})
    made = sim.studio_client.create_user_profile(DomainId="d-iam", UserProfileName="ada")
    assert made["UserProfileArn"].endswith("user-profile/d-iam/ada")


def test_the_profile_quota_is_a_limit(make_sim: SimMaker, refused: Refused) -> None:
    """At the quota the next profile is ResourceLimitExceeded; a removal makes room."""
    with make_sim(profile_quota=1) as sim:
        for name in ("ada", "grace"):
            sim.services.identity_store.add_user(name)
        sim.create_profile("ada")

        with refused("ResourceLimitExceeded"):
            sim.studio_client.create_user_profile(**profile("grace"))
        sim.studio_client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
        sim.clock.shift(4)
        sim.create_profile("grace")


def test_a_role_of_another_account_cannot_be_passed(sim: Services, refused: Refused) -> None:
    """PassRole does not cross accounts, neither at creation nor at an update."""
    unmanaged = {"ExecutionRole": "arn:aws:iam::333333333333:role/studio-hub/DataScientist"}

    with refused("AccessDeniedException", "Cross-account pass role"):
        sim.studio_client.create_user_profile(**profile(), UserSettings=unmanaged)
    sim.create_profile("ada")
    with refused("AccessDeniedException"):
        sim.studio_client.update_user_profile(
            DomainId=DOMAIN, UserProfileName="ada", UserSettings=unmanaged
        )


def test_create_profile_assigns_only_as_a_quirk(make_sim: SimMaker) -> None:
    """By default a profile gives no access; with the quirk it assigns its user."""
    for quirks, expected in ((Quirks(), 0), (Quirks(create_profile_assigns=True), 1)):
        with make_sim(quirks) as sim:
            sim.services.identity_store.add_user("ada")
            sim.create_profile("ada")
            assert len(sim.services.application_access.assignments()) == expected
