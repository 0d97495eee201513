"""Users and groups follow the Identity Store's contract, where moto does not."""

from typing import Any

import pytest
from simulated import STORE, Refused, Services, SimMaker

from simulator.errors import SimulatorError


def test_any_account_and_region_sees_the_same_store(sim: Services) -> None:
    """One directory: a user added in any account is read in every account."""
    user = sim.services.identity_store.add_user("ada")

    for account, region in (("111111111111", "eu-west-1"), ("222222222222", "us-east-1")):
        found = sim.client("identitystore", account, region).describe_user(
            IdentityStoreId=STORE, UserId=user.user_id
        )
        assert found["UserName"] == "ada"


def test_another_store_is_not_found_with_its_type(sim: Services, refused: Refused) -> None:
    """A wrong store id does not count as a deleted user."""
    with refused("ResourceNotFoundException") as caught:
        sim.client("identitystore").list_users(IdentityStoreId="d-9999999999")

    assert caught.value.response["ResourceType"] == "IDENTITY_STORE"


def test_store_and_user_ids_may_be_arns(sim: Services) -> None:
    """Ids in requests are read from behind their last slash."""
    ids = sim.client("identitystore")
    user = sim.services.identity_store.add_user("ada")

    found = ids.describe_user(
        IdentityStoreId=f"arn:aws:identitystore::111111111111:identitystore/{STORE}",
        UserId=f"arn:aws:identitystore:::user/{user.user_id}",
    )

    assert found["UserId"] == user.user_id


def test_a_user_is_enabled_until_disabled(sim: Services) -> None:
    """DescribeUser and ListUsers return UserStatus, which only a Python-level operation changes."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    user = store.add_user("ada")
    before = ids.describe_user(IdentityStoreId=STORE, UserId=user.user_id)
    sim.clock.shift(5)

    store.set_status(user.user_id, "DISABLED")

    after = ids.list_users(IdentityStoreId=STORE)["Users"][0]
    assert (before["UserStatus"], after["UserStatus"]) == ("ENABLED", "DISABLED")
    assert (after["UpdatedAt"] - after["CreatedAt"]).total_seconds() == 5


def test_user_names_are_unique_in_any_case_through_the_api(sim: Services, refused: Refused) -> None:
    """CreateUser refuses a name that differs only in case; seeding tolerates it."""
    ids = sim.client("identitystore")
    name = {"GivenName": "Ada", "FamilyName": "L"}
    ids.create_user(IdentityStoreId=STORE, UserName="ada", DisplayName="Ada", Name=name)

    with refused("ConflictException") as caught:
        ids.create_user(IdentityStoreId=STORE, UserName="ADA", DisplayName="Ada", Name=name)

    assert caught.value.response["Reason"] == "UNIQUENESS_CONSTRAINT_VIOLATION"
    assert sim.services.identity_store.add_user("ADA").user_name == "ADA"


def test_lookup_prefers_the_exact_spelling(sim: Services) -> None:
    """Exact match first, then any case; without the exact one, the other answers."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    lower, upper = store.add_user("ada"), store.add_user("ADA")

    def user_id(name: str) -> str:
        unique = {"AttributePath": "userName", "AttributeValue": name}
        answer = ids.get_user_id(
            IdentityStoreId=STORE, AlternateIdentifier={"UniqueAttribute": unique}
        )
        return str(answer["UserId"])

    assert [user_id(name) for name in ("ada", "ADA", "Ada")] == [
        lower.user_id,
        upper.user_id,
        lower.user_id,
    ]
    store.delete_user(lower.user_id)
    assert user_id("ada") == upper.user_id


def test_users_are_found_by_mail_and_external_id(sim: Services) -> None:
    """The three alternate identifiers of a user lead to the same id."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    external = {"Issuer": "https://idp", "Id": "42"}
    user = store.add_user(
        "ada", attributes={"Emails": [{"Value": "Ada@x.org"}], "ExternalIds": [external]}
    )
    mail = {"UniqueAttribute": {"AttributePath": "emails.value", "AttributeValue": "ada@x.org"}}

    for alternate in (mail, {"ExternalId": external}):
        found = ids.get_user_id(IdentityStoreId=STORE, AlternateIdentifier=alternate)
        assert found["UserId"] == user.user_id


def test_an_unknown_name_or_path_is_refused(sim: Services, refused: Refused) -> None:
    """A name without a user is not found; a path that is not unique is invalid."""
    ids = sim.client("identitystore")
    unknown = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "x"}}

    with refused("ResourceNotFoundException"):
        ids.get_group_id(IdentityStoreId=STORE, AlternateIdentifier=unknown)
    with refused("ValidationException", "Unsupported attribute path"):
        ids.get_user_id(IdentityStoreId=STORE, AlternateIdentifier=unknown)


def test_update_user_renames_and_patches(sim: Services, refused: Refused) -> None:
    """UpdateUser sets and removes attributes, renames without clashes, and cannot enable."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    user = store.add_user("ada", attributes={"Title": "Dr", "Name": {"GivenName": "Ada"}})
    store.add_user("grace")

    def update(path: str, *value: str) -> None:
        operation: dict[str, Any] = {"AttributePath": path}
        if value:
            operation["AttributeValue"] = value[0]
        ids.update_user(IdentityStoreId=STORE, UserId=user.user_id, Operations=[operation])

    update("userName", "ada@x.org")
    update("name.familyName", "Lovelace")
    update("title")

    found = ids.describe_user(IdentityStoreId=STORE, UserId=user.user_id)
    assert found["UserName"] == "ada@x.org"
    assert found["Name"] == {"GivenName": "Ada", "FamilyName": "Lovelace"}
    assert "Title" not in found
    assert store.find_user("ada") is None
    update("userName", "ADA@x.org")
    with refused("ConflictException"):
        update("userName", "GRACE")
    with refused("ValidationException"):
        update("userStatus", "ENABLED")


def test_groups_live_and_are_renamed(sim: Services, refused: Refused) -> None:
    """A group is created, found by its name in any case, renamed, and gone when deleted."""
    ids = sim.client("identitystore")
    group = ids.create_group(IdentityStoreId=STORE, DisplayName="ml", Description="d")["GroupId"]
    rename = [{"AttributePath": "displayName", "AttributeValue": "ml-all"}]

    ids.update_group(IdentityStoreId=STORE, GroupId=group, Operations=rename)

    assert ids.list_groups(IdentityStoreId=STORE)["Groups"][0]["DisplayName"] == "ml-all"
    by_name = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "ML-ALL"}}
    found = ids.get_group_id(IdentityStoreId=STORE, AlternateIdentifier=by_name)
    assert found["GroupId"] == group
    with refused("ConflictException"):
        ids.create_group(IdentityStoreId=STORE, DisplayName="ML-all")
    ids.delete_group(IdentityStoreId=STORE, GroupId=group)
    with refused("ResourceNotFoundException"):
        ids.describe_group(IdentityStoreId=STORE, GroupId=group)


def test_ids_are_the_same_in_every_run(make_sim: SimMaker) -> None:
    """Generated ids depend on the store and the order of creation alone."""
    ids = []
    for _ in range(2):
        with make_sim() as sim:
            ids.append(sim.services.identity_store.add_user("ada").user_id)

    assert ids[0] == ids[1]


def test_two_users_cannot_share_an_id(sim: Services) -> None:
    """A seeded id that is taken is a mistake, not a silent replacement."""
    user = sim.services.identity_store.add_user("ada")

    with pytest.raises(SimulatorError):
        sim.services.identity_store.add_user("grace", user.user_id)


def test_filters_allow_names_alone(sim: Services, refused: Refused) -> None:
    """ListUsers filters by UserName, ListGroups by DisplayName, and by nothing else."""
    ids = sim.client("identitystore")
    sim.services.identity_store.add_user("ada")
    sim.services.identity_store.add_user("grace")
    by_name = [{"AttributePath": "UserName", "AttributeValue": "grace"}]

    found = ids.list_users(IdentityStoreId=STORE, Filters=by_name)["Users"]

    assert [user["UserName"] for user in found] == ["grace"]
    with refused("ValidationException"):
        ids.list_groups(IdentityStoreId=STORE, Filters=by_name)
