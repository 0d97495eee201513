"""Reads what an explanation needs with the operator's own credentials, and writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3

from cli.hub_client import HubClient
from cli.spoke_profiles import caller
from hub.runtime.adapters.aws import SystemClock
from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.adapters.studio import SageMakerStudio
from hub.runtime.adapters.tables import DynamoMappings
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.removal_limit import RemovalLimit
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.reconcile.explain import Explainer
from hub.runtime.reconcile.observe import TargetObserver, UserObserver
from shared.errors import TargetUnreachableError
from shared.model import GroupId, Target


class OperatorSessions:
    """The operator's own credentials, by account: those of the hub, and AWS profiles."""

    def __init__(self, region: str | None, aws_profiles: Iterable[str]) -> None:
        own = boto3.Session(region_name=region)
        sessions = [own, *(boto3.Session(profile_name=name) for name in aws_profiles)]
        accounts = [caller(session)[0] for session in sessions]
        self.hub_account = accounts[0]
        self._by_account = dict(zip(accounts, sessions, strict=True))

    def sagemaker(self, target: Target) -> Any:  # noqa: ANN401 (a boto3 client)
        """Return a client in a target's account; TargetUnreachableError without credentials."""
        session = self._by_account.get(target.account)
        if session is None:
            raise TargetUnreachableError(
                "none of your credentials is of this account: give --spoke-profile"
            )
        return session.client("sagemaker", region_name=target.region)


@dataclass(frozen=True, slots=True)
class _UnwrittenGroupIds:
    """Implements the port GroupIdStore; the id of a new name is not stored, only returned."""

    known: HubState

    def state(self, newer_than: datetime) -> HubState:
        del newer_than
        return self.known

    def remember_group(self, name: str, group_id: GroupId) -> GroupId:
        return self.known.group_ids.get(name, group_id)


def explainer(
    hub_client: HubClient,
    state: HubState,
    directory: IdentityCenter,
    studio: SageMakerStudio,
    tables: tuple[Any, str, str],
    limit: RemovalLimit,
) -> Explainer:
    """Return what explains users: the reconciler's own observers over the operator's clients.

    `tables` are a client of DynamoDB, and the names of the mappings table and of the ledger.
    """
    clock = SystemClock()
    dynamodb, mappings, ledger = tables
    return Explainer(
        users=UserObserver(
            directory,
            DynamoMappings(dynamodb, mappings, hub_client.hub_state),
            GroupResolver(directory, _UnwrittenGroupIds(state), clock),
            hub_client.ledger,
            DynamoGroupSnapshots(dynamodb, ledger),
        ),
        targets=TargetObserver(studio, hub_client.unmanaged_profiles, clock),
        ledger=hub_client.ledger,
        limits=hub_client.limits,
        limit=limit,
        clock=clock,
    )
