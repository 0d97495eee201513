"""The sso-admin operations on application assignments."""

from collections.abc import Mapping
from typing import Any

from simulator.application_access.state import AccessState, Application, Assignment
from simulator.errors import ACCESS_DENIED, CONFLICT, NOT_FOUND, refuse
from simulator.pages import page_of
from simulator.rules import access as rule


def create_application_assignment(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Assign a user or a group to an application."""
    arn, kind, id_ = _key(access, account, request, writes=True)
    known = access.directory.users if kind == "USER" else access.directory.groups
    if id_ not in known and access.quirks.unknown_principal == "refuse":
        raise refuse(rule.PRINCIPAL_UNKNOWN, NOT_FOUND, f"{kind} with id {id_} does not exist.")
    if access.is_assigned(arn, kind, id_) and access.quirks.assign_twice == "refuse":
        message = f"{kind} {id_} is already assigned to {arn}."
        raise refuse(rule.ASSIGNED_TWICE, CONFLICT, message)
    access.change(arn, kind, id_, assigned=True)
    return {}


def delete_application_assignment(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Delete an assignment; a missing one is no error."""
    # Rules access.revoke-idempotent and access.assignments-stay.
    access.change(*_key(access, account, request, writes=True), assigned=False)
    return {}


def describe_application_assignment(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe a direct assignment."""
    arn, kind, id_ = _key(access, account, request, writes=False)
    if not access.is_assigned(arn, kind, id_):
        message = f"{kind} {id_} is not assigned to {arn}."
        raise refuse(rule.DIRECT_ONLY, NOT_FOUND, message)
    return {"ApplicationArn": arn, "PrincipalType": kind, "PrincipalId": id_}


def list_application_assignments(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """List the direct assignments of an application."""
    application = visible(access, account, request["ApplicationArn"])
    rows, scope = application.assignments.after, f"ListApplicationAssignments/{application.arn}"
    page, token = page_of(rows, request, scope, 100, access.page_limit)
    return {"ApplicationAssignments": [assignment.body() for assignment in page], **token}


def list_application_assignments_for_principal(
    access: AccessState, account: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    """List the applications a principal may open; for a user, also those through groups."""
    kind, id_ = request["PrincipalType"], request["PrincipalId"]
    only = (request.get("Filter") or {}).get("ApplicationArn")
    if only is None and account not in access.administrators:
        message = "A member account must filter by ApplicationArn."
        raise refuse(rule.MEMBER_NEEDS_FILTER, ACCESS_DENIED, message)
    principals = [(kind, id_)]
    if kind == "USER":
        groups = access.directory.groups_of(id_)
        principals += [("GROUP", membership.group_id) for membership in groups]
    found = [each for principal in principals for each in access.assignments_of(*principal)]
    found = [each for each in found if only in (None, each.application_arn)]
    found.sort(key=lambda each: each.number)

    def after(number: int) -> list[tuple[int, Assignment]]:
        return [(each.number, each) for each in found if each.number > number]

    scope = f"ListApplicationAssignmentsForPrincipal/{kind}/{id_}/{only}"
    page, token = page_of(after, request, scope, 100, access.page_limit)
    return {"ApplicationAssignments": [assignment.body() for assignment in page], **token}


def visible(
    access: AccessState, account: str, application_arn: str, *, writes: bool = False
) -> Application:
    """Return an application that an account may read or change, or refuse the request."""
    application = access.require(application_arn)
    member = account == application.account
    if member and writes and access.quirks.member_account_assigns == "refuse":
        member = False
    if not member and account not in access.administrators:
        message = f"Account {account} may not act on {application_arn}."
        raise refuse(rule.OTHER_ACCOUNT, ACCESS_DENIED, message)
    return application


def _key(
    access: AccessState, account: str, request: Mapping[str, Any], *, writes: bool
) -> tuple[str, Any, str]:
    application = visible(access, account, request["ApplicationArn"], writes=writes)
    return application.arn, request["PrincipalType"], request["PrincipalId"]
