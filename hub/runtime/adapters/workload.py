"""Finds the apps and spaces of a user in a domain, from the two listings that show them.

Both are domain-wide: ListApps by profile does not show the apps in spaces, and ListSpaces cannot be
filtered by owner.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hub.runtime.adapters.aws import text, translated
from hub.runtime.decisions.observed import App, Space, Workload
from shared.naming import same_name

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# Source: the SageMaker API model; these listings give 10 a page unless asked.
_PAGE = {"PageSize": 100}
# Source: the SageMaker API reference, DescribeApp: a deleted app is listed for a day.
_DELETED = "Deleted"
# A domain-level app under a pseudo profile. It belongs to nobody, whatever its profile name.
_OF_THE_DOMAIN = "RStudioServerPro"


def workload(client: "SageMakerClient", domain_id: str, name: str) -> Workload:
    """Return the apps and spaces of the profile of this name, and the apps in its private spaces.

    Spaces are listed first. An app in a space that is just being created is found by the next
    reconcile, and is not taken for another user's.
    """
    owned = (
        Space(
            found["SpaceName"],
            found.get("Status", ""),
            text(found, "SpaceSharingSettingsSummary", "SharingType"),
        )
        for found in _listed(client.get_paginator("list_spaces"), domain_id, "Spaces")
        if same_name(text(found, "OwnershipSettingsSummary", "OwnerUserProfileName"), name)
    )
    spaces = tuple(sorted(owned, key=lambda space: space.name))
    private = {space.name for space in spaces if space.is_private}
    apps = (
        App(
            found["AppType"],
            found["AppName"],
            found.get("Status", ""),
            found.get("SpaceName") or "",
            found.get("CreationTime"),
        )
        for found in _listed(client.get_paginator("list_apps"), domain_id, "Apps")
        if found.get("Status") != _DELETED and found["AppType"] != _OF_THE_DOMAIN
        if _is_of(found, name, private)
    )
    return Workload(tuple(sorted(apps, key=str)), spaces)


def _is_of(app: Mapping[str, Any], name: str, private: set[str]) -> bool:
    space = app.get("SpaceName")
    return space in private if space else same_name(app.get("UserProfileName") or "", name)


def _listed(pages: Any, domain_id: str, key: str) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 (of either listing)
    with translated():
        for page in pages.paginate(DomainIdEquals=domain_id, PaginationConfig=_PAGE):
            yield from page[key]
