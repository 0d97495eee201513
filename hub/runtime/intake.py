"""Takes in events: each becomes a hint for one user or group, or is ignored for a reason."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, assert_never

from hub.runtime import open_problems, pause, row_reports, telemetry
from hub.runtime.full_sweep import look_at_everything
from hub.runtime.group_resolver import GroupResolver
from hub.runtime.ports import (
    Clock,
    DelayedQueue,
    GroupSnapshots,
    HubStateStore,
    Ledger,
    MappingStore,
    ReconcileQueue,
    ScanQueue,
)
from shared.directory_events import origin_of, read_event
from shared.directory_events.types import (
    GroupChange,
    Ignored,
    MembershipChange,
    MembershipEnd,
    Origin,
    SourceChange,
    Unclear,
    UserChange,
)
from shared.errors import PermanentError, RetryableError, UnreadableMessageError
from shared.messages import decode
from shared.model import GroupId, Unresolved, UserId
from shared.requests import ReconcileRequest, Request, ScanRequest, Subject

# CloudTrail writes whole seconds: within one, a copy of the mappings may be older than an event.
_RESOLUTION = timedelta(seconds=1)
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """What `intake` works through; `already_reported` is what it has reported already."""

    identity_store_id: str
    region: str
    delayed_queue_arn: str
    mappings: MappingStore
    names: GroupResolver
    hub_state: HubStateStore
    ledger: Ledger
    group_snapshots: GroupSnapshots
    users: ReconcileQueue
    looks: ScanQueue
    later: DelayedQueue
    clock: Clock
    already_reported: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Intake:
    """One batch of events.

    A group that no mapping names costs nothing but the copy of the mappings, which is read again
    only when it is older than the event; what it says counts for every earlier event too. A user of
    whom the hub knows nothing costs one read of the ledger.
    """

    world: IntakePorts
    _mapped: "tuple[datetime, _MappedGroups] | None" = field(default=None, init=False)
    _cannot_tell: bool = field(default=False, init=False)

    def take(self, body: str) -> Ignored | None:
        """Queue the hint that an event gives; return why there is none where there is none.

        Whatever is logged from here on carries the event's id.

        Raises:
            UnreadableMessageError: the body is no event.
            RetryableError, PermanentError: the hint cannot be queued now.
        """
        open_problems.begin()
        found = self._take(body)
        open_problems.close(self.world.hub_state)
        return found

    def _take(self, body: str) -> Ignored | None:
        envelope = _json(body)
        origin = origin_of(envelope)
        telemetry.correlate(origin.event_id)
        event = read_event(envelope, self.world.identity_store_id, self.world.region)
        match event:
            case Ignored():
                found: _Heard | Ignored = event
            case MembershipChange() | GroupChange():
                found = self._of_group(event)
            case UserChange() | MembershipEnd():
                found = self._of_user(event)
            case SourceChange() | Unclear():
                found = self._of_all(event)
            case _:
                assert_never(event)
        if isinstance(found, Ignored):
            telemetry.ignored(found.reason, **_facts(origin))
            return found
        telemetry.heard(found.subject, found.key, **_facts(origin))
        return None

    def redeliver(self, body: str) -> Request:
        """Queue a look that was put off, now that its time has come, and return it."""
        request = decode(body)
        telemetry.correlate(request.event_id)
        match request:
            case ReconcileRequest():
                self.world.users.enqueue(request)
            case ScanRequest():
                self.world.looks.enqueue(request)
            case _:
                assert_never(request)
        return request

    def _of_group(self, event: MembershipChange | GroupChange) -> "_Heard | Ignored":
        if not self._is_mapped(event.group_id, event.at):
            return Ignored("of a group that no mapping names")
        if isinstance(event, MembershipChange):
            return self._look_at(event.user_id, event.event_id, event.at)
        now = self.world.clock.now()
        self.world.looks.enqueue(
            ScanRequest(
                Subject.GROUP, event.group_id, now, event.event_id, event.at, event_driven=True
            )
        )
        return _Heard(Subject.GROUP, event.group_id)

    def _of_user(self, event: UserChange | MembershipEnd) -> "_Heard | Ignored":
        if isinstance(event, UserChange):
            user_id = event.user_id
            if not self._may_be_known(user_id):
                return Ignored("of somebody whom the hub never served")
        else:
            member = self.world.group_snapshots.member(event.membership_id)
            if member is None:
                telemetry.count("UnknownMembership")
                return Ignored("of a membership that the hub never saw")
            user_id = member
        return self._look_at(user_id, event.event_id, event.at)

    def _of_all(self, event: SourceChange | Unclear) -> "_Heard | Ignored":
        hub_state, now = self.world.hub_state, self.world.clock.now()
        if isinstance(event, SourceChange):
            reason = f"{event.what} changed the identity source"
            hub_state.pause(reason)
            pause.report(reason)
            return _Heard("identity source", event.what)
        seconds = look_at_everything(
            hub_state, self.world.later, event_id=event.event_id, event_at=event.at, now=now
        )
        if seconds is None:
            return Ignored("everything is looked at anyway")
        return _Heard("everything", "")

    def _look_at(self, user_id: UserId, event_id: str, at: datetime) -> "_Heard":
        self.world.users.enqueue(ReconcileRequest(user_id, self.world.clock.now(), event_id, at))
        return _Heard("user", user_id)

    def _may_be_known(self, user_id: UserId) -> bool:
        """Return whether the ledger has a record of a user; yes where that cannot be told now."""
        try:
            return self.world.ledger.knows(user_id)
        except RetryableError:
            return True

    def _is_mapped(self, group_id: GroupId, at: datetime) -> bool:
        """Return whether a mapping names the group; yes where that cannot be told now.

        A wrong yes costs one look, a wrong no would lose a person. Who could not tell of one event
        is not asked again by the rest of the batch, which would wait for it.
        """
        if self._cannot_tell:
            return True
        # An event from the future is as old as now: nothing can be read after it.
        at = min(at, self.world.clock.now())
        if self._mapped is not None and at <= self._mapped[0]:
            return self._mapped[1].may_hold(group_id)
        try:
            if self._groups(newer_than=_EVER).may_hold(group_id):
                return True
            self._mapped = at, self._groups(newer_than=at + _RESOLUTION)
        except (RetryableError, PermanentError):
            self._cannot_tell = True
            return True
        return self._mapped[1].may_hold(group_id)

    def _groups(self, newer_than: datetime) -> "_MappedGroups":
        table = self.world.mappings.table(newer_than)
        groups = self.world.names.of(table, newer_than)
        row_reports.rows(table, groups, self.world.already_reported)
        resolved = groups.values()
        return _MappedGroups(
            frozenset(row.group_id for row in table.rows if row.group_id)
            | frozenset(id_ for id_ in resolved if not isinstance(id_, Unresolved)),
            complete=Unresolved.UNREADABLE not in resolved,
        )


class _Heard(NamedTuple):
    """What an event that was taken in is about."""

    subject: str
    key: str


@dataclass(frozen=True, slots=True)
class _MappedGroups:
    """The ids of the groups that mappings name; not complete where one cannot be read."""

    ids: frozenset[GroupId]
    complete: bool

    def may_hold(self, group_id: GroupId) -> bool:
        return group_id in self.ids or not self.complete


def _facts(origin: Origin) -> dict[str, str]:
    """Return what a line about an event tells of it; how late it is shows the line's own time."""
    return {
        "event_name": origin.name,
        "source": origin.source,
        "account": origin.account,
        "event_at": origin.at,
    }


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except (RecursionError, ValueError) as error:
        raise UnreadableMessageError(f"not JSON: {error}") from error
