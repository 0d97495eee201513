"""The adapter of Studio: the apps and spaces of a user in a domain, and how they are ended."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber
from spokes import LAB

from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.decisions.observed import App, Space, Workload
from shared.errors import RefusedError, RetryableError

IN_DOMAIN = {"DomainIdEquals": LAB.domain_id, "MaxResults": 100}
MADE = datetime(2026, 11, 23, 12, tzinfo=UTC)


def space(name: str, owner: str | None, sharing: str | None = "Private") -> dict[str, Any]:
    owned = {"OwnershipSettingsSummary": {"OwnerUserProfileName": owner}} if owner else {}
    used = {"SpaceSharingSettingsSummary": {"SharingType": sharing}} if sharing else {}
    return {"SpaceName": name, "Status": "InService"} | owned | used


def app(name: str, status: str = "InService", **of: object) -> dict[str, Any]:
    return {"AppType": "JupyterLab", "AppName": name, "Status": status} | of


def lists(stubbed: Stubber, spaces: list[dict[str, Any]], apps: list[dict[str, Any]]) -> None:
    stubbed.add_response("list_spaces", {"Spaces": spaces}, IN_DOMAIN)
    stubbed.add_response("list_apps", {"Apps": apps}, IN_DOMAIN)


def test_a_workload_is_the_owned_spaces_and_the_apps_in_them(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """Source: ListApps by profile does not show the apps in spaces; owners are not filtered by."""
    lists(
        stubbed,
        [space("lab", "ada"), space("bobs", "bob")],
        [
            app("own", UserProfileName="ada", CreationTime=MADE),
            app("in-space", SpaceName="lab"),
            app("of-bob", UserProfileName="bob"),
            app("in-bobs", SpaceName="bobs"),
        ],
    )

    assert studio.workload(LAB, "ada") == Workload(
        (
            App("JupyterLab", "in-space", "InService", "lab"),
            App("JupyterLab", "own", "InService", created=MADE),
        ),
        (Space("lab", "InService", "Private"),),
    )


def test_both_listings_are_read_to_the_end(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """Rule 11: an app on the second page runs as well."""
    more = IN_DOMAIN | {"NextToken": "2"}
    stubbed.add_response("list_spaces", {"Spaces": [], "NextToken": "2"}, IN_DOMAIN)
    stubbed.add_response("list_spaces", {"Spaces": [space("lab", "ada")]}, more)
    stubbed.add_response("list_apps", {"Apps": [], "NextToken": "2"}, IN_DOMAIN)
    stubbed.add_response("list_apps", {"Apps": [app("late", SpaceName="lab")]}, more)

    found = studio.workload(LAB, "ada")

    assert [each.name for each in found.apps] == ["late"]
    assert [each.name for each in found.spaces] == ["lab"]


@pytest.mark.parametrize(
    ("owner", "sharing", "found"),
    [
        ("Ada", "Private", [Space("s", "InService", "Private")]),
        ("ADA", "Shared", [Space("s", "InService", "Shared")]),
        # A space whose type Studio does not return is not private: it counts as shared.
        ("ada", None, [Space("s", "InService", "")]),
        (None, "Private", []),
        ("bob", "Private", []),
        ("ada-2", "Private", []),
    ],
)
def test_the_owner_of_a_space(
    studio: SageMakerStudio,
    stubbed: Stubber,
    owner: str | None,
    sharing: str | None,
    found: list[Space],
) -> None:
    """Names are compared without case; a space without an owner belongs to nobody."""
    lists(stubbed, [space("s", owner, sharing)], [])

    assert list(studio.workload(LAB, "ada").spaces) == found


OF_ADA = {"UserProfileName": "ADA"}


@pytest.mark.parametrize(
    ("listed", "counts"),
    [
        (app("a", **OF_ADA), True),
        (app("a", "Pending", **OF_ADA), True),
        (app("a", "Deleting", **OF_ADA), True),
        (app("a", "Failed", **OF_ADA), True),
        # Listed for a day after its end.
        (app("a", "Deleted", **OF_ADA), False),
        (app("a", SpaceName="lab"), True),
        (app("a", SpaceName="team"), False),
        (app("a", SpaceName="event-not-published"), False),
        (app("a", SpaceName="bobs"), False),
        (app("a", UserProfileName="bob"), False),
        (app("a"), False),
        # In a shared space it belongs to the space, whoever started it.
        (app("a", SpaceName="team", **OF_ADA), False),
        # RStudio belongs to the domain, even for a user of that name.
        (app("a", **OF_ADA) | {"AppType": "RStudioServerPro"}, False),
        (app("a", **OF_ADA) | {"AppType": "RSessionGateway"}, True),
    ],
)
def test_the_owner_of_an_app(
    studio: SageMakerStudio, stubbed: Stubber, listed: dict[str, Any], *, counts: bool
) -> None:
    """The profile's own, and those in its private spaces."""
    spaces = [
        space("lab", "ada"),
        space("team", "ada", "Shared"),
        space("event-not-published", "ada", None),
        space("bobs", "bob"),
    ]
    lists(stubbed, spaces, [listed])

    assert bool(studio.workload(LAB, "ada").apps) is counts


def test_the_pseudo_profile_of_the_domain_owns_nothing_of_a_user(
    studio: SageMakerStudio, stubbed: Stubber
) -> None:
    """Rule 8: what belongs to `domain-shared` is never stopped, whatever a profile's name is."""
    rstudio = app("default", UserProfileName="domain-shared") | {"AppType": "RStudioServerPro"}
    lists(stubbed, [], [rstudio])

    assert studio.workload(LAB, "domain-shared") == Workload()


@pytest.mark.parametrize("operation", ["list_spaces", "list_apps"])
@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", RetryableError), ("AccessDeniedException", RefusedError)],
)
def test_an_incomplete_workload_is_an_error(
    studio: SageMakerStudio,
    stubbed: Stubber,
    operation: str,
    code: str,
    error: type[Exception],
) -> None:
    """Rule 11: apps or spaces that were not read to the end are not an empty list."""
    if operation == "list_apps":
        stubbed.add_response("list_spaces", {"Spaces": []})
        stubbed.add_response("list_apps", {"Apps": [], "NextToken": "2"})
    else:
        stubbed.add_response("list_spaces", {"Spaces": [], "NextToken": "2"})
    stubbed.add_client_error(operation, code)

    with pytest.raises(error, match=code):
        studio.workload(LAB, "ada")


@pytest.mark.parametrize(
    ("of", "where"),
    [
        (App("JupyterLab", "default", "InService", "lab"), {"SpaceName": "lab"}),
        (App("Canvas", "default", "InService"), {"UserProfileName": "ada"}),
    ],
)
def test_an_app_is_stopped_where_it_runs(
    studio: SageMakerStudio, stubbed: Stubber, of: App, where: dict[str, str]
) -> None:
    """Source: the SageMaker API model: DeleteApp takes a profile or a space, never both."""
    asked = {"DomainId": LAB.domain_id, "AppType": of.type, "AppName": of.name}
    stubbed.add_response("delete_app", {}, asked | where)

    studio.stop_app(LAB, "ada", of)


def test_a_space_is_deleted_by_its_name(studio: SageMakerStudio, stubbed: Stubber) -> None:
    """And by the domain."""
    stubbed.add_response("delete_space", {}, {"DomainId": LAB.domain_id, "SpaceName": "lab"})

    studio.delete_space(LAB, "lab")


ENDS: dict[str, Callable[[SageMakerStudio], None]] = {
    "delete_app": lambda studio: studio.stop_app(LAB, "ada", App("Canvas", "default", "InService")),
    "delete_space": lambda studio: studio.delete_space(LAB, "lab"),
}
IS_GONE = "App default has already been deleted."
HAD_FAILED = "App default previously failed and was automatically deleted."
INVALID, IN_USE, NOT_FOUND = "ValidationException", "ResourceInUse", "ResourceNotFound"


@pytest.mark.parametrize(
    ("operation", "code", "text", "error"),
    [
        ("delete_app", NOT_FOUND, "", None),
        ("delete_app", INVALID, IS_GONE, None),
        ("delete_app", INVALID, HAD_FAILED, None),
        ("delete_app", INVALID, "App is Pending.", RefusedError),
        ("delete_app", IN_USE, "App is Deleting.", RefusedError),
        ("delete_app", "ThrottlingException", "", RetryableError),
        ("delete_space", NOT_FOUND, "", None),
        # Only ResourceNotFound means that a space is gone; a space that is being made returns this.
        ("delete_space", INVALID, "Space lab is Pending.", RefusedError),
        ("delete_space", IN_USE, "an app runs in it", RefusedError),
        ("delete_space", "InternalFailure", "", RetryableError),
    ],
)
def test_a_thing_that_is_gone_already_is_no_error(
    studio: SageMakerStudio,
    stubbed: Stubber,
    operation: str,
    code: str,
    text: str,
    error: type[Exception] | None,
) -> None:
    """Every other error is raised to the caller."""
    stubbed.add_client_error(operation, code, text)

    if error is None:
        ENDS[operation](studio)
    else:
        with pytest.raises(error, match=code):
            ENDS[operation](studio)
