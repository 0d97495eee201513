"""By whose right people are assigned: the hub's own, or that of a role in the identity account."""

from typing import TYPE_CHECKING

from boto3.session import Session

from hub.runtime.adapters.application_access import (
    LIST_ASSIGNMENTS,
    SsoAdmin,
    assumed_client,
    own_client,
)
from hub.runtime.settings import ConvergeSettings, LookSettings
from shared.guard import RemovalLimit

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


def application_access(
    session: Session, sts: "STSClient", settings: ConvergeSettings | LookSettings
) -> SsoAdmin:
    """Return the adapter of assignments that the settings call for."""
    if settings.identity_account == settings.account:
        return SsoAdmin(own_client(session))
    return SsoAdmin(
        assumed_client(
            session,
            sts,
            hub_account=settings.account,
            account=settings.identity_account,
            region=settings.region,
            policy=LIST_ASSIGNMENTS if isinstance(settings, LookSettings) else None,
        )
    )


def removal_limit(settings: ConvergeSettings | LookSettings) -> RemovalLimit:
    """Return how many removals may begin in an hour."""
    return RemovalLimit(int(settings.removal_count), int(settings.removal_percent))
