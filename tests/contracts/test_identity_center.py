"""The adapter of the identity store against the API model: no error makes a user deleted."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.identity_center import IdentityCenter
from shared.errors import RefusedError, RetryableError
from shared.model import GroupId, Unresolved, User, UserId, UserStatus

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient

Stub = Callable[[Any], Stubber]
STORE = "d-1234567890"
ADA = UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21")
USER = {"IdentityStoreId": STORE, "UserId": ADA}
DESCRIBED = USER | {"UserArn": f"arn:aws:identitystore:::user/{ADA}", "Revision": "1"}


def ask(name: str) -> dict[str, Any]:
    return {
        "IdentityStoreId": STORE,
        "AlternateIdentifier": {
            "UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}
        },
    }


def group_answer(name: str) -> dict[str, str]:
    return {"IdentityStoreId": STORE, "GroupId": group_id(name), "GroupArn": arn("group", name)}


def arn(kind: str, name: str) -> str:
    return f"arn:aws:identitystore:::{kind}/{group_id(name)}"


def group_id(name: str) -> str:
    return f"00000000-0000-0000-0000-{ord(name):012d}"


def membership_id(name: str) -> str:
    return f"11111111-0000-0000-0000-{ord(name):012d}"


@pytest.mark.parametrize(
    ("status", "user_status"),
    [
        ({"UserStatus": "ENABLED"}, UserStatus.ENABLED),
        ({"UserStatus": "DISABLED"}, UserStatus.DISABLED),
        ({}, UserStatus.ENABLED),
    ],
)
def test_a_user_has_a_name_and_a_status(
    identitystore: "IdentityStoreClient",
    stub: Stub,
    status: dict[str, str],
    user_status: UserStatus,
) -> None:
    """Old directories return no status, which means enabled."""
    stub(identitystore).add_response(
        "describe_user", DESCRIBED | {"UserName": "ada"} | status, USER
    )

    assert IdentityCenter(identitystore, STORE).person(ADA) == User(ADA, "ada", user_status)


def test_only_a_user_that_was_not_found_is_gone(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """ResourceNotFound about the USER, without a reason of the key."""
    stub(identitystore).add_client_error(
        "describe_user", "ResourceNotFoundException", modeled_fields={"ResourceType": "USER"}
    )

    assert IdentityCenter(identitystore, STORE).person(ADA) == User(ADA, "", UserStatus.GONE)


@pytest.mark.parametrize(
    "why",
    [
        {},
        {"ResourceType": "IDENTITY_STORE"},
        {"ResourceType": "GROUP"},
        {"ResourceType": "USER", "Reason": "KMS_KEY_NOT_FOUND"},
        {"Reason": "KMS_KEY_NOT_FOUND"},
    ],
)
@pytest.mark.parametrize("operation", ["describe_user", "list_group_memberships_for_member"])
def test_a_directory_that_cannot_be_decrypted_removes_nobody(
    identitystore: "IdentityStoreClient", stub: Stub, why: dict[str, str], operation: str
) -> None:
    """Rule 11: any other ResourceNotFound is a refusal, and nothing is decided."""
    stub(identitystore).add_client_error(operation, "ResourceNotFoundException", modeled_fields=why)
    directory = IdentityCenter(identitystore, STORE)
    read: Any = directory.person if operation == "describe_user" else directory.memberships

    with pytest.raises(RefusedError):
        read(ADA)


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", RefusedError), ("ThrottlingException", RetryableError)],
)
def test_a_user_who_cannot_be_read_is_not_gone(
    identitystore: "IdentityStoreClient", stub: Stub, code: str, error: type[Exception]
) -> None:
    """Rule 11, for every other failure, also where the error names the user."""
    stub(identitystore).add_client_error("describe_user", code)

    with pytest.raises(error):
        IdentityCenter(identitystore, STORE).person(ADA)


def memberships(*names: str, after: str = "") -> dict[str, Any]:
    found = [
        {
            "IdentityStoreId": STORE,
            "MembershipId": membership_id(name),
            "MembershipArn": arn("membership", name),
            "GroupId": group_id(name),
            "MemberId": {"UserId": ADA},
        }
        for name in names
    ]
    return {"GroupMemberships": found} | ({"NextToken": after} if after else {})


def test_memberships_are_read_to_the_end(identitystore: "IdentityStoreClient", stub: Stub) -> None:
    """An empty page in the middle is not the end; pages are of 100."""
    asked = {"IdentityStoreId": STORE, "MemberId": {"UserId": ADA}, "MaxResults": 100}
    stubbed, operation = stub(identitystore), "list_group_memberships_for_member"
    stubbed.add_response(operation, memberships("a", "b", after="2"), asked)
    stubbed.add_response(operation, memberships(after="3"), asked | {"NextToken": "2"})
    stubbed.add_response(operation, memberships("c"), asked | {"NextToken": "3"})

    found = IdentityCenter(identitystore, STORE).memberships(ADA)

    assert found == {group_id(name): membership_id(name) for name in "abc"}


def test_an_incomplete_list_of_memberships_is_an_error(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """Rule 11: an incomplete listing is an error, never a shorter list."""
    stubbed, operation = stub(identitystore), "list_group_memberships_for_member"
    stubbed.add_response(operation, memberships("a", after="2"))
    stubbed.add_client_error(operation, "ThrottlingException")

    with pytest.raises(RetryableError):
        IdentityCenter(identitystore, STORE).memberships(ADA)


def test_a_user_who_is_deleted_during_the_read_is_read_again(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """Described a moment ago and not found now: the next reconcile decides."""
    stub(identitystore).add_client_error(
        "list_group_memberships_for_member",
        "ResourceNotFoundException",
        modeled_fields={"ResourceType": "USER"},
    )

    with pytest.raises(RetryableError):
        IdentityCenter(identitystore, STORE).memberships(ADA)


def test_a_group_is_found_by_its_name(identitystore: "IdentityStoreClient", stub: Stub) -> None:
    """Returns the id of the group that has the name now."""
    stub(identitystore).add_response("get_group_id", group_answer("a"), ask("a"))

    assert IdentityCenter(identitystore, STORE).group_id("a") == group_id("a")


@pytest.mark.parametrize(
    ("code", "more", "why"),
    [
        ("ResourceNotFoundException", {"ResourceType": "GROUP"}, Unresolved.UNKNOWN),
        ("ResourceNotFoundException", {"ResourceType": "IDENTITY_STORE"}, Unresolved.UNREADABLE),
        (
            "ResourceNotFoundException",
            {"ResourceType": "GROUP", "Reason": "KMS_KEY_NOT_FOUND"},
            Unresolved.UNREADABLE,
        ),
        ("AccessDeniedException", {"Reason": "KMS_ACCESS_DENIED"}, Unresolved.UNREADABLE),
    ],
)
def test_only_a_name_that_was_not_found_is_unknown(
    identitystore: "IdentityStoreClient",
    stub: Stub,
    code: str,
    more: dict[str, str],
    why: Unresolved,
) -> None:
    """ResourceNotFound about the GROUP, without a reason of the key; all else is unreadable."""
    stub(identitystore).add_client_error(
        "get_group_id", code, modeled_fields=more, expected_params=ask("a")
    )

    assert IdentityCenter(identitystore, STORE).group_id("a") is why


def test_a_name_that_cannot_be_resolved_now_is_not_unknown(
    identitystore: "IdentityStoreClient", stub: Stub
) -> None:
    """A throttled call does not make a name unknown: the request is requeued."""
    stub(identitystore).add_client_error("get_group_id", "ThrottlingException")

    with pytest.raises(RetryableError):
        IdentityCenter(identitystore, STORE).group_id("a")


@pytest.mark.parametrize("code", [None, "ResourceNotFoundException", "AccessDeniedException"])
def test_only_a_group_that_is_not_found_is_gone(
    identitystore: "IdentityStoreClient", stub: Stub, code: str | None
) -> None:
    """Only an answer about the group itself means that the group is gone."""
    stubbed = stub(identitystore)
    asked = {"IdentityStoreId": STORE, "GroupId": group_id("a")}
    if code is None:
        answer = {
            "GroupId": group_id("a"),
            "GroupArn": f"arn:aws:identitystore:::group/{group_id('a')}",
            "IdentityStoreId": STORE,
            "DisplayName": "ants",
            "Revision": "1",
        }
        stubbed.add_response("describe_group", answer, asked)
    else:
        stubbed.add_client_error("describe_group", code, "", expected_params=asked)
        about = {"ResourceType": "GROUP"} if code == "ResourceNotFoundException" else {}
        stubbed.add_client_error(
            "describe_group", code, modeled_fields=about, expected_params=asked
        )
    directory = IdentityCenter(identitystore, STORE)

    if code is None:
        assert directory.group_name(GroupId(group_id("a"))) == "ants"
        return
    with pytest.raises(RefusedError):
        directory.group_name(GroupId(group_id("a")))
    if code == "ResourceNotFoundException":
        assert directory.group_name(GroupId(group_id("a"))) is None
    else:
        with pytest.raises(RefusedError):
            directory.group_name(GroupId(group_id("a")))
