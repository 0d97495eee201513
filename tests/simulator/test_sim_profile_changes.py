"""Updating, deleting and listing profiles, and the domains they are in."""

import pytest
from simulated import DOMAIN, OTHER_ROLE, ROLE, SPOKE, Refused, Services, SimMaker, profile

from simulator.quirks import Quirks
from simulator.studio import Place


@pytest.fixture(autouse=True)
def people(request: pytest.FixtureRequest) -> None:
    if "sim" in request.fixturenames:
        sim: Services = request.getfixturevalue("sim")
        for name in ("ada", "grace"):
            sim.services.identity_store.add_user(name)


def test_an_update_merges_at_the_top_level(sim: Services) -> None:
    """The settings in an update are replaced, the rest of UserSettings stays."""
    settings = {"ExecutionRole": ROLE, "StudioWebPortal": "ENABLED"}
    sim.create_profile("ada", UserSettings=settings)

    sim.studio_client.update_user_profile(
        DomainId=DOMAIN, UserProfileName="ada", UserSettings={"ExecutionRole": OTHER_ROLE}
    )

    assert sim.profile_status("ada") == "Updating"
    sim.clock.shift(2)
    found = sim.studio_client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert found["Status"] == "InService"
    assert found["UserSettings"] == settings | {"ExecutionRole": OTHER_ROLE}


def test_a_forced_status_lasts(sim: Services) -> None:
    """A change under way does not overwrite a status that a test forces."""
    sim.studio_client.create_user_profile(**profile())
    sim.services.studio.force(sim.place, "ada", "Updating")

    sim.clock.shift(3600)

    assert sim.profile_status("ada") == "Updating"


@pytest.mark.parametrize("status", ["Pending", "Updating", "Deleting"])
def test_a_busy_profile_can_be_neither_updated_nor_deleted(
    sim: Services, refused: Refused, status: str
) -> None:
    """Update and delete are ResourceInUse while an earlier change is under way."""
    sim.create_profile("ada")
    sim.services.studio.force(sim.place, "ada", status)

    for operation in ("update_user_profile", "delete_user_profile"):
        with refused("ResourceInUse", status):
            getattr(sim.studio_client, operation)(DomainId=DOMAIN, UserProfileName="ada")


@pytest.mark.parametrize(
    ("operation", "status", "remedy"),
    [
        ("CreateUserProfile", "Failed", "delete_user_profile"),
        ("UpdateUserProfile", "Update_Failed", "update_user_profile"),
        ("DeleteUserProfile", "Delete_Failed", "delete_user_profile"),
    ],
)
def test_a_failed_change_has_a_reason_and_can_be_recovered(
    sim: Services, operation: str, status: str, remedy: str
) -> None:
    """A forced failure ends in its own status with a FailureReason, and the next call recovers."""
    client, place = sim.studio_client, sim.place
    if operation != "CreateUserProfile":
        sim.create_profile("ada")
    sim.services.studio.fail_next(place, operation, "InternalFailure")
    if operation == "CreateUserProfile":
        client.create_user_profile(**profile())
    elif operation == "UpdateUserProfile":
        client.update_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    else:
        client.delete_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    sim.clock.shift(4)

    found = client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert (found["Status"], found["FailureReason"]) == (status, "InternalFailure")
    getattr(client, remedy)(DomainId=DOMAIN, UserProfileName="ada")
    sim.clock.shift(2)
    assert sim.profile_status("ada") in ("InService", "Deleting")
    later = client.describe_user_profile(DomainId=DOMAIN, UserProfileName="ada")
    assert "FailureReason" not in later


def test_listing_pages_of_ten_by_default(sim: Services) -> None:
    """Without MaxResults a page holds ten; paging lists every profile once, in order."""
    names = [f"user-{number:02d}" for number in range(23)]
    for name in names:
        sim.services.studio.make_profile_by_hand(sim.place, name=name, user_name=name, role=None)

    first = sim.studio_client.list_user_profiles(DomainIdEquals=DOMAIN)
    pages = sim.studio_client.get_paginator("list_user_profiles").paginate(DomainIdEquals=DOMAIN)
    listed = [row["UserProfileName"] for page in pages for row in page["UserProfiles"]]

    assert len(first["UserProfiles"]) == 10
    assert listed == names


def test_listing_sorts_and_filters(sim: Services) -> None:
    """SortBy, SortOrder and NameContains work across pages too."""
    studio, client = sim.services.studio, sim.studio_client
    for name in ("ada", "grace", "alan"):
        studio.make_profile_by_hand(sim.place, name=name, user_name=name, role=ROLE)
        sim.clock.shift(1)
    client.update_user_profile(DomainId=DOMAIN, UserProfileName="ada")

    def listed(**request: object) -> list[str]:
        pages = client.get_paginator("list_user_profiles").paginate(
            DomainIdEquals=DOMAIN, PaginationConfig={"PageSize": 1}, **request
        )
        return [row["UserProfileName"] for page in pages for row in page["UserProfiles"]]

    assert listed(SortOrder="Descending") == ["alan", "grace", "ada"]
    assert listed(SortBy="LastModifiedTime") == ["grace", "alan", "ada"]
    assert listed(UserProfileNameContains="A") == ["ada", "grace", "alan"]
    assert listed(UserProfileNameContains="AL") == ["alan"]


def test_an_unknown_domain_is_not_found(make_sim: SimMaker, refused: Refused) -> None:
    """Unknown domains are refused; a listing of one is a quirk."""
    with make_sim() as sim:
        for operation in ("describe_domain", "list_user_profiles"):
            key = "DomainId" if operation == "describe_domain" else "DomainIdEquals"
            with refused("ResourceNotFound"):
                getattr(sim.studio_client, operation)(**{key: "d-other"})
    with make_sim(Quirks(list_unknown_domain="empty")) as sim:
        assert sim.studio_client.list_user_profiles(DomainIdEquals="d-other")["UserProfiles"] == []


def test_a_domain_lives_in_one_account_and_region(sim: Services, refused: Refused) -> None:
    """The same domain id elsewhere is not found, and a listing there is empty."""
    assert sim.studio_client.list_domains()["Domains"][0]["DomainId"] == DOMAIN
    for account, region in (("333333333333", "eu-west-1"), (SPOKE, "us-east-1")):
        client = sim.client("sagemaker", account, region)
        assert client.list_domains()["Domains"] == []
        with refused("ResourceNotFound"):
            client.describe_domain(DomainId=DOMAIN)


def test_a_domain_is_made_with_its_application(sim: Services, refused: Refused) -> None:
    """In SSO mode Identity Center gets an application; the domain shows its settings."""
    client = sim.studio_client
    role = f"arn:aws:iam::{SPOKE}:role/Suspended"
    asked = {
        "DomainName": "research",
        "AuthMode": "SSO",
        "DefaultUserSettings": {"ExecutionRole": role},
        "SubnetIds": ["subnet-0123abcd"],
        "VpcId": "vpc-0123abcd",
        "AppNetworkAccessType": "VpcOnly",
        "DomainSettings": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
    }

    made = client.create_domain(**asked)["DomainId"]
    other = client.create_domain(**asked | {"AuthMode": "IAM"})["DomainId"]

    told = client.describe_domain(DomainId=made)
    assert {name: told[name] for name in asked} == asked
    assert told["SingleSignOnApplicationArn"] in sim.services.application_access.applications
    assert "SingleSignOnApplicationArn" not in client.describe_domain(DomainId=other)
    assert [each["DomainId"] for each in client.list_domains()["Domains"]] == [DOMAIN, made, other]
    abroad = "arn:aws:iam::333333333333:role/Suspended"
    with refused("AccessDeniedException"):
        client.create_domain(**asked | {"DefaultUserSettings": {"ExecutionRole": abroad}})


def test_an_old_domain_shows_no_application(sim: Services) -> None:
    """Domains made before October 2023 have no SingleSignOnApplicationArn."""
    sim.services.studio.add_domain(Place(SPOKE, "eu-west-1", "d-old"))

    old = sim.studio_client.describe_domain(DomainId="d-old")
    new = sim.studio_client.describe_domain(DomainId=DOMAIN)

    assert "SingleSignOnApplicationArn" not in old
    assert "/ssoins-" in new["SingleSignOnApplicationArn"]
    assert new["AuthMode"] == "SSO"
