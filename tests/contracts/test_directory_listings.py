"""The adapter of the identity store: listings come page by page, and a part never counts as all."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.decisions.listing import Page
from shared.errors import RefusedError, RetryableError
from shared.model import GroupId, User, UserId, UserStatus

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient

Stub = Callable[[Any], Stubber]
STORE = "d-1234567890"
GROUP = GroupId("33e47872-9051-70c8-1b7a-0f2d5c9e4a10")
ADA = UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21")
BOB = UserId("b3d46882-6071-7063-2f5e-91b4c7d80e21")
FIRST = {"IdentityStoreId": STORE, "MaxResults": 100}
NEXT = FIRST | {"NextToken": "2"}


def membership(member: dict[str, str], id_: str) -> dict[str, Any]:
    return {
        "IdentityStoreId": STORE,
        "MembershipId": id_,
        "MembershipArn": f"arn:aws:identitystore:::membership/{GROUP}",
        "GroupId": GROUP,
        "MemberId": member,
    }


def user(id_: str, name: str, **more: str) -> dict[str, Any]:
    arn = f"arn:aws:identitystore:::user/{id_}"
    return {
        "IdentityStoreId": STORE,
        "UserId": id_,
        "UserArn": arn,
        "Revision": "1",
        "UserName": name,
        **more,
    }


def group(name: str) -> dict[str, Any]:
    arn = f"arn:aws:identitystore:::group/{GROUP}"
    return {
        "IdentityStoreId": STORE,
        "GroupId": GROUP,
        "GroupArn": arn,
        "Revision": "1",
        "DisplayName": name,
    }


def test_members_are_listed_with_their_memberships(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """Pages of 100, from the token given; a member that is no user is left out."""
    stubbed = stub(identitystore)
    of_group = {"GroupId": GROUP}
    page = {"GroupMemberships": [membership({"UserId": ADA}, "m-1")], "NextToken": "2"}
    stubbed.add_response("list_group_memberships", page, FIRST | of_group)
    page = {"GroupMemberships": [membership({"UserId": BOB}, "m-2")]}
    stubbed.add_response("list_group_memberships", page, NEXT | of_group)
    directory = IdentityCenter(identitystore, STORE)

    assert directory.members(GROUP, "") == Page(((ADA, "m-1"),), "2")
    assert directory.members(GROUP, "2") == Page(((BOB, "m-2"),))


@pytest.mark.parametrize(
    ("more", "gone"),
    [
        ({"ResourceType": "GROUP"}, True),
        ({"ResourceType": "GROUP", "Reason": "KMS_KEY_NOT_FOUND"}, False),
        ({"ResourceType": "IDENTITY_STORE"}, False),
        ({}, False),
    ],
)
def test_only_a_group_that_is_not_found_has_no_list(
    identitystore: "IdentityStoreClient", stub: Stub, more: dict[str, str], *, gone: bool
) -> None:
    """Rule 11: a directory that cannot be decrypted still has its groups."""
    stub(identitystore).add_client_error(
        "list_group_memberships", "ResourceNotFoundException", modeled_fields=more
    )
    directory = IdentityCenter(identitystore, STORE)

    if gone:
        assert directory.members(GROUP, "") is None
    else:
        with pytest.raises(RefusedError):
            directory.members(GROUP, "")


def test_all_users_are_listed_with_their_status(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """One page of 100 replaces a hundred descriptions."""
    stubbed = stub(identitystore)
    people = [user(ADA, "ada", UserStatus="DISABLED"), user(BOB, "bob")]
    stubbed.add_response("list_users", {"Users": people, "NextToken": "2"}, FIRST)
    stubbed.add_response("list_users", {"Users": []}, NEXT)
    directory = IdentityCenter(identitystore, STORE)

    assert directory.people("") == Page(
        (User(ADA, "ada", UserStatus.DISABLED), User(BOB, "bob", UserStatus.ENABLED)), "2"
    )
    assert directory.people("2") == Page(())


def test_all_groups_are_listed_with_their_names(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """A renamed group has its current name."""
    stubbed = stub(identitystore)
    stubbed.add_response("list_groups", {"Groups": [group("ants")], "NextToken": "2"}, FIRST)
    stubbed.add_response("list_groups", {"Groups": []}, NEXT)
    directory = IdentityCenter(identitystore, STORE)

    assert directory.groups("") == Page(((GROUP, "ants"),), "2")
    assert directory.groups("2") == Page(())


@pytest.mark.parametrize("operation", ["list_users", "list_groups", "list_group_memberships"])
@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("AccessDeniedException", RefusedError)],
)
def test_a_page_that_cannot_be_read_is_no_empty_page(
    identitystore: "IdentityStoreClient",
    stub: Stub,
    operation: str,
    code: str,
    error: type[Exception],
) -> None:
    """Rule 11: a user who is missing because of it has not left."""
    stub(identitystore).add_client_error(operation, code)
    directory = IdentityCenter(identitystore, STORE)
    reads: dict[str, Callable[[], object]] = {
        "list_users": lambda: directory.people(""),
        "list_groups": lambda: directory.groups(""),
        "list_group_memberships": lambda: directory.members(GROUP, ""),
    }

    with pytest.raises(error):
        reads[operation]()
