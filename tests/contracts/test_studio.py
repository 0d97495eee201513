"""The adapter of Studio: what a profile is, who manages it, and what its user has there."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber
from spokes import HUB, LAB, closed_spoke

from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus
from shared.conventions import Ownership
from shared.errors import RefusedError, RetryableError, TargetUnreachableError
from shared.model import User, UserId

Stub = Callable[[Any], Stubber]
ADA = User(UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21"), "ada@example.com")
ROLE = "arn:aws:iam::222222222222:role/studio-hub/DataScientist"
ARN = "arn:aws:sagemaker:eu-west-1:222222222222:user-profile/d-research0001/ada"
PROFILE = {"DomainId": LAB.domain_id, "UserProfileName": "ada"}
WHEN = datetime(2026, 11, 23, 12, tzinfo=UTC)
DESCRIBED = PROFILE | {
    "UserProfileArn": ARN,
    "Status": "InService",
    "SingleSignOnUserValue": "ada@example.com",
    "HomeEfsFileSystemUid": "200005",
    "LastModifiedTime": WHEN,
    "UserSettings": {"ExecutionRole": ROLE},
}
SEEN = ObservedProfile(
    name="ada",
    status=ProfileStatus.IN_SERVICE,
    role_arn=ROLE,
    ownership=Ownership.OURS,
    user_name="ada@example.com",
    efs_uid="200005",
    modified=WHEN.isoformat(),
)
TAGS = [
    {"Key": "studio-hub:managed-by", "Value": HUB},
    {"Key": "studio-hub:user-id", "Value": ADA.id},
]


def test_a_profile_is_observed_with_its_ownership(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """Tags are read to the end: ours may be on the second page."""
    asked = {"ResourceArn": ARN}
    other = [{"Key": "team", "Value": "ml"}]
    stubbed.add_response("describe_user_profile", DESCRIBED, PROFILE)
    stubbed.add_response("list_tags", {"Tags": other, "NextToken": "2"}, asked)
    stubbed.add_response("list_tags", {"Tags": TAGS}, asked | {"NextToken": "2"})

    assert studio.profile(LAB, "ada", ADA.id) == SEEN


@pytest.mark.parametrize(
    ("tags", "owns"),
    [(TAGS, True), (TAGS[:1], False), ([TAGS[0], {**TAGS[1], "Value": "x"}], False)],
)
def test_the_tags_alone_tell_whether_a_known_profile_is_ours(
    studio: SageMakerStudio, stubbed: Stubber, tags: list[dict[str, str]], *, owns: bool
) -> None:
    """Law 5, with one call: its ARN follows from its name."""
    stubbed.add_response("list_tags", {"Tags": tags}, {"ResourceArn": ARN})

    assert studio.owns(LAB, "ada", ADA.id) is owns


@pytest.mark.parametrize("code", ["ResourceNotFound", "AccessDeniedException"])
def test_tags_that_cannot_be_read_make_nothing_ours(
    studio: SageMakerStudio, stubbed: Stubber, code: str
) -> None:
    """The profile is then read, which tells whether it is gone."""
    stubbed.add_client_error("list_tags", code)

    assert not studio.owns(LAB, "ada", ADA.id)


@pytest.mark.parametrize(
    ("tags", "whose"),
    [
        ([], Ownership.UNMANAGED),
        (TAGS[:1], Ownership.UNMANAGED),
        ([TAGS[0], TAGS[1] | {"Value": "another"}], Ownership.OTHER_PERSON),
        ([TAGS[0] | {"Value": "999999999999"}, TAGS[1]], Ownership.UNMANAGED),
    ],
)
def test_a_profile_without_our_tags_is_not_ours(
    studio: SageMakerStudio, stubbed: Stubber, tags: list[dict[str, str]], whose: Ownership
) -> None:
    """Rule 6, whatever its name and its SSO value are."""
    stubbed.add_response("describe_user_profile", DESCRIBED)
    stubbed.add_response("list_tags", {"Tags": tags})

    found = studio.profile(LAB, "ada", ADA.id)

    assert found is not None
    assert found.ownership is whose


def test_unreadable_tags_mean_not_ours(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """Rule 6, even where the first page was readable and had our tags."""
    stubbed.add_response("describe_user_profile", DESCRIBED)
    stubbed.add_response("list_tags", {"Tags": TAGS, "NextToken": "2"})
    stubbed.add_client_error("list_tags", "AccessDeniedException")

    found = studio.profile(LAB, "ada", ADA.id)

    assert found is not None
    assert found.ownership is Ownership.UNREADABLE


def test_throttled_tags_are_read_again(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """A transient error never makes a profile unmanaged."""
    stubbed.add_response("describe_user_profile", DESCRIBED)
    stubbed.add_client_error("list_tags", "ThrottlingException")

    with pytest.raises(RetryableError):
        studio.profile(LAB, "ada", ADA.id)


def test_a_missing_profile_is_none(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """No tags are read for it; polling it gives the same result."""
    stubbed.add_client_error("describe_user_profile", "ResourceNotFound", expected_params=PROFILE)
    stubbed.add_client_error("describe_user_profile", "ResourceNotFound", expected_params=PROFILE)

    assert studio.profile(LAB, "ada", ADA.id) is None
    assert studio.watch(LAB, "ada") is None


def test_polling_a_profile_costs_one_call(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """The tags of a profile known to be ours are not read again; an unset field is empty."""
    failed = {"Status": "Failed", "FailureReason": "no role", "UserSettings": {}}
    stubbed.add_response("describe_user_profile", PROFILE | failed, PROFILE)

    assert studio.watch(LAB, "ada") == ObservedProfile(
        name="ada",
        status=ProfileStatus.FAILED,
        role_arn="",
        ownership=Ownership.OURS,
        failure="no role",
    )


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ThrottlingException", RetryableError),
        ("AccessDeniedException", RefusedError),
        ("ValidationException", RefusedError),
    ],
)
def test_a_profile_that_cannot_be_read_is_not_missing(
    studio: SageMakerStudio, stubbed: Stubber, code: str, error: type[Exception]
) -> None:
    """Rule 11: only ResourceNotFound means that there is none."""
    stubbed.add_client_error("describe_user_profile", code)
    stubbed.add_client_error("describe_user_profile", code)

    with pytest.raises(error, match=code):
        studio.profile(LAB, "ada", ADA.id)
    with pytest.raises(error, match=code):
        studio.watch(LAB, "ada")


def test_a_profile_is_created_with_our_tags(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """Tags are set at creation or never; the user is identified by their user name."""
    stubbed.add_response(
        "create_user_profile",
        {"UserProfileArn": ARN},
        PROFILE
        | {
            "SingleSignOnUserIdentifier": "UserName",
            "SingleSignOnUserValue": "ada@example.com",
            "UserSettings": {"ExecutionRole": ROLE},
            "Tags": TAGS,
        },
    )

    studio.create(LAB, "ada", ADA, ROLE)


def test_a_role_change_sends_the_role_and_nothing_else(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """Rule 4: settings that others made stay."""
    stubbed.add_response(
        "update_user_profile",
        {"UserProfileArn": ARN},
        PROFILE | {"UserSettings": {"ExecutionRole": ROLE}},
    )

    studio.change_role(LAB, "ada", ROLE)


def test_a_deletion_names_the_profile(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """By domain and name. A profile that is gone already is no error."""
    stubbed.add_response("delete_user_profile", {}, PROFILE)
    stubbed.add_client_error("delete_user_profile", "ResourceNotFound", expected_params=PROFILE)

    studio.delete(LAB, "ada")
    studio.delete(LAB, "ada")


WRITES: dict[str, Callable[[SageMakerStudio], None]] = {
    "create_user_profile": lambda studio: studio.create(LAB, "ada", ADA, ROLE),
    "update_user_profile": lambda studio: studio.change_role(LAB, "ada", ROLE),
    "delete_user_profile": lambda studio: studio.delete(LAB, "ada"),
}


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize(
    ("code", "error"), [("ResourceInUse", RefusedError), ("InternalFailure", RetryableError)]
)
def test_a_write_that_fails_raises_its_error(
    studio: SageMakerStudio, stubbed: Stubber, operation: str, code: str, error: type[Exception]
) -> None:
    """A refusal awaits an operator, every other error is retried."""
    stubbed.add_client_error(operation, code)

    with pytest.raises(error, match=code):
        WRITES[operation](studio)


CANVAS = App("Canvas", "default", "InService")
OTHERS: dict[str, Callable[[SageMakerStudio], object]] = {
    "domain": lambda studio: studio.domain(LAB),
    "stop_app": lambda studio: studio.stop_app(LAB, "ada", CANVAS),
    "delete_space": lambda studio: studio.delete_space(LAB, "ada-lab"),
    "profile": lambda studio: studio.profile(LAB, "ada", ADA.id),
    "watch": lambda studio: studio.watch(LAB, "ada"),
    "workload": lambda studio: studio.workload(LAB, "ada"),
}


@pytest.mark.parametrize("method", [*WRITES, *OTHERS])
def test_an_unreachable_target_raises_its_error_in_every_method(method: str) -> None:
    """Law 10: callers tell a closed account from a refused change by the type alone."""
    call = (WRITES | OTHERS)[method]

    with pytest.raises(TargetUnreachableError):
        call(SageMakerStudio(closed_spoke, HUB))
