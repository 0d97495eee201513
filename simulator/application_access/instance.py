"""The sso-admin operations on the instance and on applications themselves."""

from collections.abc import Mapping
from typing import Any

from simulator.application_access.assignments import visible
from simulator.application_access.state import STUDIO_PROVIDER, AccessState, Application
from simulator.errors import ACCESS_DENIED, NOT_FOUND, refuse
from simulator.pages import page_of
from simulator.rules import access as rule


def list_instances(access: AccessState, account: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the one instance, for any caller."""
    del account, request
    return {"Instances": [_instance(access)]}


def describe_instance(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe the one instance."""
    del account
    _require_instance(access, request)
    return _instance(access)


def list_applications(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """List applications; a member account must filter by its own id."""
    _require_instance(access, request)
    filters = request.get("Filter") or {}
    owner = filters.get("ApplicationAccount")
    if account not in access.administrators and owner != account:
        message = "A member account must filter by its own ApplicationAccount."
        raise refuse(rule.MEMBER_NEEDS_FILTER, ACCESS_DENIED, message)
    provider = filters.get("ApplicationProvider", STUDIO_PROVIDER)
    found = [
        each
        for each in access.applications.values()
        if owner in (None, each.account) and provider == STUDIO_PROVIDER
    ]

    def after(number: int) -> list[tuple[int, Application]]:
        return [(each.number, each) for each in found if each.number > number]

    scope = f"ListApplications/{owner}/{provider}"
    page, token = page_of(after, request, scope, 100, access.page_limit)
    return {"Applications": [_application(access, each) for each in page], **token}


def describe_application(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe an application."""
    return _application(access, visible(access, account, request["ApplicationArn"]))


def get_application_assignment_configuration(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Return whether an application requires an assignment."""
    # Rule access.required.
    application = visible(access, account, request["ApplicationArn"])
    return {"AssignmentRequired": application.required}


def put_application_assignment_configuration(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Open an application to the whole directory, or to assigned principals only."""
    application = visible(access, account, request["ApplicationArn"], writes=True)
    application.required = request["AssignmentRequired"]
    return {}


def _require_instance(access: AccessState, request: Mapping[str, Any]) -> None:
    if request["InstanceArn"] != access.instance_arn:
        message = f"Instance does not exist: {request['InstanceArn']}"
        raise refuse(rule.ONE_INSTANCE, NOT_FOUND, message)


def _instance(access: AccessState) -> dict[str, Any]:
    return {
        "InstanceArn": access.instance_arn,
        "IdentityStoreId": access.directory.store_id,
        "OwnerAccountId": access.directory.owner_account,
        "CreatedDate": access.created,
        "Status": "ACTIVE",
        "PrimaryRegion": access.directory.region,
    }


def _application(access: AccessState, application: Application) -> dict[str, Any]:
    return {
        "ApplicationArn": application.arn,
        "ApplicationProviderArn": STUDIO_PROVIDER,
        "Name": application.name,
        "ApplicationAccount": application.account,
        "InstanceArn": access.instance_arn,
        "Status": "ENABLED",
        "CreatedDate": application.created,
    }
