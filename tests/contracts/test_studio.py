"""The adapter of Studio: what a profile is, whose it is, and what a person has there."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.studio import SageMakerStudio
from shared.errors import RefusedError, RetryableError, TargetUnreachableError
from shared.model import ObservedProfile, Person, ProfileStatus, Target, UserId, Workload
from shared.ownership import Ownership

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

Stub = Callable[[Any], Stubber]
HUB = "111111111111"
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
ADA = Person(UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21"), "ada@example.com")
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


class OneSpoke:
    """Sessions of a hub that has a single client."""

    def __init__(self, client: "SageMakerClient") -> None:
        self._client = client

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Return the client, for the one target."""
        assert target == LAB
        return self._client


class ClosedSpoke:
    """Sessions of a spoke that lets nobody in."""

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Refuse."""
        raise TargetUnreachableError(str(target))


@pytest.fixture
def studio(sagemaker: "SageMakerClient") -> SageMakerStudio:
    return SageMakerStudio(OneSpoke(sagemaker), HUB)


@pytest.fixture
def stubbed(sagemaker: "SageMakerClient", stub: Stub) -> Stubber:
    return stub(sagemaker)


def test_a_profile_is_observed_with_its_ownership(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """Tags are read to the end: ours may stand on the second page."""
    asked = {"ResourceArn": ARN}
    other = [{"Key": "team", "Value": "ml"}]
    stubbed.add_response("describe_user_profile", DESCRIBED, PROFILE)
    stubbed.add_response("list_tags", {"Tags": other, "NextToken": "2"}, asked)
    stubbed.add_response("list_tags", {"Tags": TAGS}, asked | {"NextToken": "2"})

    assert studio.profile(LAB, "ada", ADA.id) == SEEN


@pytest.mark.parametrize(
    ("tags", "whose"),
    [
        ([], Ownership.FOREIGN),
        (TAGS[:1], Ownership.FOREIGN),
        ([TAGS[0], TAGS[1] | {"Value": "another"}], Ownership.OTHER_PERSON),
        ([TAGS[0] | {"Value": "999999999999"}, TAGS[1]], Ownership.FOREIGN),
    ],
)
def test_a_profile_without_our_tags_is_not_ours(
    studio: SageMakerStudio, stubbed: Stubber, tags: list[dict[str, str]], whose: Ownership
) -> None:
    """Rule 6, whatever its name and its SSO value say."""
    stubbed.add_response("describe_user_profile", DESCRIBED)
    stubbed.add_response("list_tags", {"Tags": tags})

    found = studio.profile(LAB, "ada", ADA.id)

    assert found is not None
    assert found.ownership is whose


def test_unreadable_tags_mean_not_ours(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """Rule 6, also where the first page could be read and was ours."""
    stubbed.add_response("describe_user_profile", DESCRIBED)
    stubbed.add_response("list_tags", {"Tags": TAGS, "NextToken": "2"})
    stubbed.add_client_error("list_tags", "AccessDeniedException")

    found = studio.profile(LAB, "ada", ADA.id)

    assert found is not None
    assert found.ownership is Ownership.UNREADABLE


def test_throttled_tags_are_read_again(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """What passes makes nobody a stranger."""
    stubbed.add_response("describe_user_profile", DESCRIBED)
    stubbed.add_client_error("list_tags", "ThrottlingException")

    with pytest.raises(RetryableError):
        studio.profile(LAB, "ada", ADA.id)


def test_a_profile_that_is_not_there_is_none(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """No tags are asked for; watching it says the same."""
    stubbed.add_client_error("describe_user_profile", "ResourceNotFound", expected_params=PROFILE)
    stubbed.add_client_error("describe_user_profile", "ResourceNotFound", expected_params=PROFILE)

    assert studio.profile(LAB, "ada", ADA.id) is None
    assert studio.watch(LAB, "ada") is None


def test_a_watched_profile_costs_one_call(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """Nobody reads the tags again of what was found ours a moment ago; what is unset is empty."""
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
    """Rule 11: only ResourceNotFound says that there is none."""
    stubbed.add_client_error("describe_user_profile", code)
    stubbed.add_client_error("describe_user_profile", code)

    with pytest.raises(error, match=code):
        studio.profile(LAB, "ada", ADA.id)
    with pytest.raises(error, match=code):
        studio.watch(LAB, "ada")


IN_DOMAIN = {"DomainIdEquals": LAB.domain_id, "MaxResults": 100}


def space(name: str, owner: str | None, sharing: str = "Private") -> dict[str, Any]:
    owned = {"OwnershipSettingsSummary": {"OwnerUserProfileName": owner}} if owner else {}
    return {
        "SpaceName": name,
        "Status": "InService",
        "SpaceSharingSettingsSummary": {"SharingType": sharing},
    } | owned


def app(name: str, status: str = "InService", **of: str) -> dict[str, Any]:
    return {"AppType": "JupyterLab", "AppName": name, "Status": status} | of


def test_a_workload_joins_the_apps_in_owned_spaces(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """Both listings are of the whole domain, read to the end, and compared without case."""
    stubbed.add_response(
        "list_spaces",
        {"Spaces": [space("ada-lab", "Ada"), space("old", None)], "NextToken": "2"},
        IN_DOMAIN,
    )
    stubbed.add_response(
        "list_spaces",
        {"Spaces": [space("team", "ada", "Shared"), space("bob-lab", "bob")]},
        IN_DOMAIN | {"NextToken": "2"},
    )
    stubbed.add_response(
        "list_apps",
        {
            "Apps": [
                app("z-own", UserProfileName="ADA"),
                app("of-bob", UserProfileName="bob"),
                app("of-nobody"),
                app("deleted", "Deleted", UserProfileName="ada"),
                app("failed", "Failed", SpaceName="ada-lab"),
            ],
            "NextToken": "2",
        },
        IN_DOMAIN,
    )
    stubbed.add_response(
        "list_apps",
        {
            "Apps": [
                app("in-space", SpaceName="ada-lab"),
                app("in-team", "Pending", SpaceName="team"),
                app("going", "Deleting", UserProfileName="ada"),
                app("in-bobs", SpaceName="bob-lab"),
            ]
        },
        IN_DOMAIN | {"NextToken": "2"},
    )

    assert studio.workload(LAB, "ada") == Workload(
        (
            "JupyterLab going",
            "JupyterLab in-space",
            "JupyterLab in-team",
            "JupyterLab z-own",
        ),
        ("ada-lab", "team"),
    )


@pytest.mark.parametrize("operation", ["list_spaces", "list_apps"])
@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("AccessDeniedException", RefusedError)],
)
def test_half_of_a_workload_is_none(
    studio: SageMakerStudio,
    stubbed: Stubber,
    operation: str,
    code: str,
    error: type[Exception],
) -> None:
    """Rule 11: apps or spaces that were not read to the end are no empty list."""
    if operation == "list_apps":
        stubbed.add_response("list_spaces", {"Spaces": []})
        stubbed.add_response("list_apps", {"Apps": [], "NextToken": "2"})
    else:
        stubbed.add_response("list_spaces", {"Spaces": [], "NextToken": "2"})
    stubbed.add_client_error(operation, code)

    with pytest.raises(error, match=code):
        studio.workload(LAB, "ada")


def test_a_profile_is_created_with_our_tags(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """Tags are given at creation or never; the person is named by their user name."""
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
    """Rule 4: settings that other hands made stay."""
    stubbed.add_response(
        "update_user_profile",
        {"UserProfileArn": ARN},
        PROFILE | {"UserSettings": {"ExecutionRole": ROLE}},
    )

    studio.change_role(LAB, "ada", ROLE)


def test_a_deletion_names_the_profile(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """By domain and name, and one that is gone already is no error."""
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
def test_a_write_that_fails_says_how(
    studio: SageMakerStudio, stubbed: Stubber, operation: str, code: str, error: type[Exception]
) -> None:
    """Refused waits for somebody, the rest comes back."""
    stubbed.add_client_error(operation, code)

    with pytest.raises(error, match=code):
        WRITES[operation](studio)


READS: dict[str, Callable[[SageMakerStudio], object]] = {
    "profile": lambda studio: studio.profile(LAB, "ada", ADA.id),
    "watch": lambda studio: studio.watch(LAB, "ada"),
    "workload": lambda studio: studio.workload(LAB, "ada"),
}


@pytest.mark.parametrize("method", [*WRITES, *READS])
def test_an_unreachable_target_says_so_in_every_method(method: str) -> None:
    """Law 10: callers tell a closed account from a refused change by the type alone."""
    call = (WRITES | READS)[method]

    with pytest.raises(TargetUnreachableError):
        call(SageMakerStudio(ClosedSpoke(), HUB))
