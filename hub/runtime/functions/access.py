"""Assumes roles in other accounts in the name of a function."""

from boto3.session import Session

from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.identity_center import SsoAdmin
from hub.runtime.adapters.sessions import AssumedRoles
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.settings import ReconcileSettings, ScanSettings
from shared.conventions import SystemRole


def assumed_roles(
    session: Session, settings: ReconcileSettings | ScanSettings, *, at_most: int = 500
) -> AssumedRoles:
    """Return the roles in other accounts, as the function assumes them."""
    role = SystemRole.SCAN if isinstance(settings, ScanSettings) else SystemRole.RECONCILE
    return AssumedRoles(
        session,
        session.client("sts", config=CLIENT_CONFIG),
        hub_account=settings.account,
        role_name=role.name_in(settings.region),
        at_most=at_most,
    )


def application_access(
    session: Session, roles: AssumedRoles, settings: ReconcileSettings | ScanSettings
) -> SsoAdmin:
    """Return the adapter of assignments for the settings.

    It uses the hub's own role if Identity Center is in the hub's account. Otherwise it assumes a
    role in that account. `reconcile` assigns, `scan` only lists.
    """
    account, region = settings.identity_account, settings.region
    if account == settings.account:
        client = session.client("sso-admin", config=CLIENT_CONFIG)
        return SsoAdmin(lambda: client)
    is_scan = isinstance(settings, ScanSettings)
    role = SystemRole.ASSIGNMENT_READER if is_scan else SystemRole.ASSIGNER
    return SsoAdmin(lambda: roles.client("sso-admin", role, account, region))


def removal_limit(settings: ReconcileSettings | ScanSettings) -> RemovalLimit:
    """Return the removal limit of the settings."""
    return RemovalLimit(int(settings.removal_count), int(settings.removal_percent))
