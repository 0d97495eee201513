"""Memberships, and the pages they come in, follow the contract of the Identity Store."""

import pytest
from simulated import STORE, Refused, Services, SimMaker


def test_a_second_membership_is_a_conflict(sim: Services, refused: Refused) -> None:
    """One user is in one group once."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    user, group = store.add_user("ada"), store.add_group("ml")
    member = {"MemberId": {"UserId": user.user_id}, "GroupId": group.group_id}
    made = ids.create_group_membership(IdentityStoreId=STORE, **member)

    with refused("ConflictException"):
        ids.create_group_membership(IdentityStoreId=STORE, **member)

    found = ids.get_group_membership_id(IdentityStoreId=STORE, **member)
    assert found["MembershipId"] == made["MembershipId"]


def test_a_deleted_membership_is_gone_in_every_view(sim: Services, refused: Refused) -> None:
    """Deleting a membership removes it by id, by group, by user, and from IsMemberInGroups."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    user, group = store.add_user("ada"), store.add_group("ml")
    id_ = store.add_membership(user.user_id, group.group_id).membership_id
    member = {"UserId": user.user_id}

    ids.delete_group_membership(IdentityStoreId=STORE, MembershipId=id_)

    with refused("ResourceNotFoundException") as caught:
        ids.describe_group_membership(IdentityStoreId=STORE, MembershipId=id_)
    assert caught.value.response["ResourceType"] == "GROUP_MEMBERSHIP"
    with refused("ResourceNotFoundException"):
        ids.delete_group_membership(IdentityStoreId=STORE, MembershipId=id_)
    by_group = ids.list_group_memberships(IdentityStoreId=STORE, GroupId=group.group_id)
    by_user = ids.list_group_memberships_for_member(IdentityStoreId=STORE, MemberId=member)
    assert by_group["GroupMemberships"] == by_user["GroupMemberships"] == []
    asked = ids.is_member_in_groups(
        IdentityStoreId=STORE, MemberId=member, GroupIds=[group.group_id]
    )
    assert asked["Results"][0]["MembershipExists"] is False


@pytest.mark.parametrize("deleted", ["user", "group"])
def test_memberships_go_with_their_user_or_group(
    sim: Services, refused: Refused, deleted: str
) -> None:
    """No membership survives its user or group, and a listing by the deleted one fails."""
    store, ids = sim.services.identity_store, sim.client("identitystore")
    user, group = store.add_user("ada"), store.add_group("ml")
    id_ = store.add_membership(user.user_id, group.group_id).membership_id
    by_user = {"MemberId": {"UserId": user.user_id}}

    if deleted == "user":
        ids.delete_user(IdentityStoreId=STORE, UserId=user.user_id)
        with refused("ResourceNotFoundException") as caught:
            ids.list_group_memberships_for_member(IdentityStoreId=STORE, **by_user)
        left = ids.list_group_memberships(IdentityStoreId=STORE, GroupId=group.group_id)
    else:
        ids.delete_group(IdentityStoreId=STORE, GroupId=group.group_id)
        with refused("ResourceNotFoundException") as caught:
            ids.list_group_memberships(IdentityStoreId=STORE, GroupId=group.group_id)
        left = ids.list_group_memberships_for_member(IdentityStoreId=STORE, **by_user)

    assert left["GroupMemberships"] == []
    assert caught.value.response["ResourceType"] == deleted.upper()
    with refused("ResourceNotFoundException"):
        ids.describe_group_membership(IdentityStoreId=STORE, MembershipId=id_)


def test_pages_follow_one_another_through_removals(make_sim: SimMaker) -> None:
    """Small pages list every user once, even when a listed member leaves in between."""
    with make_sim(page_limit=3) as sim:
        store, ids = sim.services.identity_store, sim.client("identitystore")
        group = store.add_group("ml").group_id
        users = [store.add_user(f"user-{number}").user_id for number in range(10)]
        for user in users:
            store.add_membership(user, group)

        seen: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = ids.list_group_memberships(IdentityStoreId=STORE, GroupId=group, **token)
            assert len(page["GroupMemberships"]) <= 3
            seen += [each["MemberId"]["UserId"] for each in page["GroupMemberships"]]
            store.remove_membership(seen[-1], group)
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}

    assert seen == users


def test_a_token_of_another_listing_is_refused(make_sim: SimMaker, refused: Refused) -> None:
    """A NextToken belongs to the listing that gave it."""
    with make_sim(page_limit=1) as sim:
        ids = sim.client("identitystore")
        for name in ("ada", "grace"):
            sim.services.identity_store.add_user(name)
        token = ids.list_users(IdentityStoreId=STORE)["NextToken"]

        with refused("ValidationException"):
            ids.list_groups(IdentityStoreId=STORE, NextToken=token)
        with refused("ValidationException"):
            ids.list_users(IdentityStoreId=STORE, NextToken="bm9uc2Vuc2U=")
