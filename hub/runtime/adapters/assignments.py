"""Assigns users to the Identity Center applications of Studio domains.

If Identity Center is in the hub's account, the hub's own role assigns. Otherwise the hub assumes a
role in the account of Identity Center.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from boto3.session import Session

from hub.runtime.adapters.aws import CLIENT_CONFIG, translated, utc_now
from hub.runtime.adapters.sessions import RoleAssumer, client_of, expires
from hub.runtime.decisions.listing import Page
from shared.errors import RefusedError
from shared.model import UserId

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

# A session is replaced this long before its end, so that none expires during a plan.
_MARGIN = timedelta(minutes=3)
_PAGE = 100
_NOT_FOUND = "ResourceNotFoundException"
Clients = Callable[[], "SSOAdminClient"]


def own_client(session: Session) -> Clients:
    """Return the client of the hub's own account."""
    client = session.client("sso-admin", config=CLIENT_CONFIG)
    return lambda: client


def assumed_client(
    session: Session, assumer: RoleAssumer, role_arn: str, *, account: str, region: str
) -> Clients:
    """Return clients for Identity Center's account, with a role that is assumed again in time."""
    kept: tuple[datetime, SSOAdminClient] | None = None

    def current() -> "SSOAdminClient":
        nonlocal kept
        if kept is None or kept[0] <= utc_now():
            credentials = assumer.assume(role_arn, account)
            client = client_of(session, "sso-admin", region, credentials)
            kept = expires(credentials) - _MARGIN, client
        return kept[1]

    return current


class SsoAdmin:
    """Implements the ports ApplicationAccess and AssignmentListing."""

    def __init__(self, client: Clients) -> None:
        self._client = client

    def assign(self, application_arn: str, user_id: UserId) -> None:
        """Assign a user."""
        client = self._client()
        with translated():
            client.create_application_assignment(
                ApplicationArn=application_arn, PrincipalId=user_id, PrincipalType="USER"
            )

    def revoke(self, application_arn: str, user_id: UserId) -> None:
        """End a user's assignment; a missing one is no error."""
        client = self._client()
        try:
            with translated():
                client.delete_application_assignment(
                    ApplicationArn=application_arn, PrincipalId=user_id, PrincipalType="USER"
                )
        except RefusedError as refused:
            if refused.code != _NOT_FOUND:
                raise

    def is_assigned(self, application_arn: str, user_id: UserId) -> bool:
        """Return whether a user is assigned directly; groups do not count."""
        client = self._client()
        try:
            with translated():
                client.describe_application_assignment(
                    ApplicationArn=application_arn, PrincipalId=user_id, PrincipalType="USER"
                )
        except RefusedError as refused:
            if refused.code == _NOT_FOUND:
                return False
            raise
        return True

    def assignments(self, application_arn: str, token: str) -> Page[tuple[str, str]]:
        """Return a page of the direct assignments: USER or GROUP, and the id."""
        more: Any = {"NextToken": token} if token else {}
        client = self._client()
        with translated():
            page = client.list_application_assignments(
                ApplicationArn=application_arn, MaxResults=_PAGE, **more
            )
        return Page(
            tuple(
                (each["PrincipalType"], each["PrincipalId"])
                for each in page["ApplicationAssignments"]
            ),
            page.get("NextToken", ""),
        )

    def requires_assignment(self, application_arn: str) -> bool:
        """Return whether only assigned users may open the application.

        Source: the API reference of IAM Identity Center, GetApplicationAssignmentConfiguration:
        without, every user of the directory has access.
        """
        client = self._client()
        with translated():
            found = client.get_application_assignment_configuration(ApplicationArn=application_arn)
        return found["AssignmentRequired"]
