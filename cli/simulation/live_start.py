"""Begins a story in the embedded AWS with a company that was read from the live hub."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from boto3.dynamodb.types import TypeDeserializer

from cli.simulation.live_company import HubTables, LiveCompany
from hub.runtime.adapters.tables import from_stored
from hub.runtime.decisions.hub_state import UnmanagedProfile
from hub.runtime.decisions.record import MAY_BE_ASSIGNED, Access, Record
from shared.conventions import tags
from shared.model import Target, UserStatus
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.scenario import Directory, Frame, Group, Spoke, User
from simulator.setup import LEDGER, MAPPINGS
from simulator.studio import Place
from simulator.studio.profiles import new_profile
from simulator.studio.records import Profile
from simulator.studio.state import Call

_UNMANAGED: Final = "unmanaged#"
_deserialize = TypeDeserializer().deserialize


def frame_of(company: LiveCompany) -> Frame:
    """Return what the steps of a story may name. It is not checked: AWS has it already."""
    tables = company.tables
    return Frame.model_construct(
        version=1,
        directory=Directory.model_construct(
            identity_store_id=tables.identity_store_id,
            groups=tuple(
                Group.model_construct(name=name, id=id_) for id_, name in tables.groups.items()
            ),
            users=tuple(
                User.model_construct(name=user.name, id=user.id, groups=())
                for user in company.users
            ),
        ),
        targets=tuple(
            Spoke.model_construct(
                account=target.account, region=target.region, domain=target.domain_id
            )
            for target in _reachable(tables)
        ),
    )


def begin(aws: EmbeddedAws, company: LiveCompany) -> None:
    """Create the directory, the domains with their profiles, the mappings and the ledger.

    A target whose account refuses the hub's role gets no spoke, so that it refuses here too.
    """
    _begin_directory(aws, company)
    tables = company.tables
    records: dict[Target, list[Record]] = {}
    for record in tables.records:
        records.setdefault(record.target, []).append(record)
    for target in _reachable(tables):
        there = records.get(target, [])
        by_hand = any(record.access is Access.BY_HAND for record in there)
        aws.add_spoke(target, sso_application=not by_hand)
        for record in there:
            _make_profile(aws, record)
    for target, profile in _unmanaged(tables):
        _make(aws, target, profile.name, profile.user_name or None, profile.modified)
    for table, items in ((MAPPINGS, tables.rows), (LEDGER, tables.items)):
        for item in items:
            aws.dynamodb.put_item(TableName=table, Item=item)
    aws.skip_row_changes()


def _begin_directory(aws: EmbeddedAws, company: LiveCompany) -> None:
    store = aws.services.identity_store
    for group_id, name in company.tables.groups.items():
        store.add_group(name, group_id)
    for user in company.users:
        disabled = user.user_status is UserStatus.DISABLED
        store.add_user(user.name, user.id, "DISABLED" if disabled else "ENABLED")
    for group_id, members in company.tables.members.items():
        for user_id, membership_id in members.items():
            # Who is deleted while the groups are read is still listed in one.
            if user_id in store.users:
                store.add_membership(user_id, group_id, membership_id or None)


def _reachable(tables: HubTables) -> list[Target]:
    targets = tables.state.targets | {record.target for record in tables.records}
    return sorted(targets - tables.state.unreachable.keys())


def _make_profile(aws: EmbeddedAws, record: Record) -> None:
    """Create what the ledger says that the user has: profile, role, tags and assignment."""
    domain = aws.services.studio.place(Place(*_parts(record.target)))
    if record.is_made:
        profile = _make(
            aws,
            record.target,
            record.profile_name,
            record.user_name,
            record.modified,
            user_id=record.user_id,
        )
        profile.tags |= tags(HUB_ACCOUNT, record.user_id)
        profile.uid = record.efs_uid or profile.uid
        profile.settings = {"ExecutionRole": record.role_arn} if record.role_arn else None
    if domain.application_arn and record.access in MAY_BE_ASSIGNED:
        access = aws.services.application_access
        access.assign(domain.application_arn, "USER", record.user_id)


def _unmanaged(tables: HubTables) -> Iterator[tuple[Target, UnmanagedProfile]]:
    for item in tables.items:
        if item["sk"]["S"].startswith(_UNMANAGED):
            target = Target.parse(item["pk"]["S"].partition("#")[2])
            plain = {name: _deserialize(value) for name, value in item.items()}
            if target not in tables.state.unreachable:
                yield target, from_stored(UnmanagedProfile, plain)


def _make(
    aws: EmbeddedAws,
    target: Target,
    name: str,
    user_name: str | None,
    modified: str,
    *,
    user_id: str | None = None,
) -> Profile:
    """Create a profile that was changed last at `modified`, an ISO 8601 time; "" is unknown."""
    studio = aws.services.studio
    account, region, domain_id = _parts(target)
    profile = new_profile(
        studio,
        studio.place(Place(account, region, domain_id)),
        name=name,
        arn=Call(account, region, {}).arn("user-profile", domain_id, name),
        sso_value=user_name,
        sso_user_id=user_id,
        settings=None,
        tags={},
    )
    if modified:
        profile.created = profile.modified = datetime.fromisoformat(modified).timestamp()
    return profile


def _parts(target: Target) -> tuple[str, str, str]:
    return target.account, target.region, target.domain_id
