"""By whose right other accounts are entered: that of roles that the function may assume there."""

from boto3.session import Session

from hub.runtime.adapters.assignments import SsoAdmin, assumed_client, own_client
from hub.runtime.adapters.aws import CLIENT_CONFIG
from hub.runtime.adapters.sessions import RoleAssumer
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.settings import ReconcileSettings, ScanSettings
from shared.conventions import assigner_role_arn, assignment_reader_role_arn, hub_role_names


def role_assumer(session: Session, settings: ReconcileSettings | ScanSettings) -> RoleAssumer:
    """Return what assumes roles in other accounts in the function's name."""
    reconcile, look = hub_role_names(settings.region)
    return RoleAssumer(
        session.client("sts", config=CLIENT_CONFIG),
        hub_account=settings.account,
        role_name=look if isinstance(settings, ScanSettings) else reconcile,
    )


def application_access(
    session: Session, assumer: RoleAssumer, settings: ReconcileSettings | ScanSettings
) -> SsoAdmin:
    """Return the adapter of assignments that the settings call for.

    By the hub's own right where Identity Center is its account's, else by that of a role there:
    `reconcile` assigns, `scan` only lists.
    """
    account, region = settings.identity_account, settings.region
    if account == settings.account:
        return SsoAdmin(own_client(session))
    is_scan_request = isinstance(settings, ScanSettings)
    role_arn = (assignment_reader_role_arn if is_scan_request else assigner_role_arn)(
        account, region
    )
    return SsoAdmin(assumed_client(session, assumer, role_arn, account=account, region=region))


def removal_limit(settings: ReconcileSettings | ScanSettings) -> RemovalLimit:
    """Return how many removals may begin in an hour."""
    return RemovalLimit(int(settings.removal_count), int(settings.removal_percent))
