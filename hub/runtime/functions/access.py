"""Assumes roles in other accounts in the name of a function."""

from boto3.session import Session

from hub.runtime.adapters.assignments import SsoAdmin, assumed_client, own_client
from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.sessions import RoleAssumer
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.settings import ReconcileSettings, ScanSettings
from shared.conventions import SystemRole


def role_assumer(session: Session, settings: ReconcileSettings | ScanSettings) -> RoleAssumer:
    """Return the adapter that assumes roles in other accounts for the function."""
    role = SystemRole.SCAN if isinstance(settings, ScanSettings) else SystemRole.RECONCILE
    return RoleAssumer(
        session.client("sts", config=CLIENT_CONFIG),
        hub_account=settings.account,
        role_name=role.name_in(settings.region),
    )


def application_access(
    session: Session, assumer: RoleAssumer, settings: ReconcileSettings | ScanSettings
) -> SsoAdmin:
    """Return the adapter of assignments for the settings.

    It uses the hub's own role if Identity Center is in the hub's account. Otherwise it assumes a
    role in that account. `reconcile` assigns, `scan` only lists.
    """
    account, region = settings.identity_account, settings.region
    if account == settings.account:
        return SsoAdmin(own_client(session))
    is_scan = isinstance(settings, ScanSettings)
    role = SystemRole.ASSIGNMENT_READER if is_scan else SystemRole.ASSIGNER
    role_arn = role.arn(account, region)
    return SsoAdmin(assumed_client(session, assumer, role_arn, account=account, region=region))


def removal_limit(settings: ReconcileSettings | ScanSettings) -> RemovalLimit:
    """Return the removal limit of the settings."""
    return RemovalLimit(int(settings.removal_count), int(settings.removal_percent))
