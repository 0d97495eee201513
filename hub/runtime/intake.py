"""Turns each event into a request for one user or group, or ignores it for a stated reason."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, assert_never

from hub.runtime import reporter, telemetry
from hub.runtime.full_sweep import queue_full_sweep
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
from hub.runtime.problems.hub import paused
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

# CloudTrail writes whole seconds, so within one second the cached mappings may be older than an
# event.
_RESOLUTION = timedelta(seconds=1)
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IntakePorts:
    """The ports of `intake`; `already_reported` holds the row problems reported already."""

    identity_store_id: str
    region: str
    delayed_queue_arn: str
    mappings: MappingStore
    names: GroupResolver
    hub_state: HubStateStore
    ledger: Ledger
    group_snapshots: GroupSnapshots
    reconcile_queue: ReconcileQueue
    scan_queue: ScanQueue
    delayed_queue: DelayedQueue
    clock: Clock
    already_reported: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Intake:
    """One batch of events.

    An event of a group that no mapping names costs only a read of the cached mappings. They are
    read again only if they are older than the event, and then count for every earlier event too. An
    event of a user without records costs one read of the ledger.
    """

    ports: IntakePorts
    _mapped: "tuple[datetime, _MappedGroups] | None" = field(default=None, init=False)
    _cannot_tell: bool = field(default=False, init=False)

    def take(self, body: str) -> Ignored | None:
        """Queue the request that an event gives; return the reason if the event is ignored.

        Everything logged from here on carries the event's id.

        Raises:
            UnreadableMessageError: the body is no event.
            RetryableError, PermanentError: the request cannot be queued now.
        """
        with reporter.run(self.ports.hub_state):
            return self._take(body)

    def _take(self, body: str) -> Ignored | None:
        envelope = _json(body)
        origin = origin_of(envelope)
        telemetry.logger.set_correlation_id(origin.event_id or None)
        event = read_event(envelope, self.ports.identity_store_id, self.ports.region)
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
        """Queue a delayed request that is due now, and return it."""
        request = decode(body)
        telemetry.logger.set_correlation_id(request.event_id or None)
        match request:
            case ReconcileRequest():
                self.ports.reconcile_queue.enqueue(request)
            case ScanRequest():
                self.ports.scan_queue.enqueue(request)
            case _:
                assert_never(request)
        return request

    def _of_group(self, event: MembershipChange | GroupChange) -> "_Heard | Ignored":
        if not self._is_mapped(event.group_id, event.at):
            return Ignored("of a group that no mapping names")
        if isinstance(event, MembershipChange):
            return self._look_at(event.user_id, event.event_id, event.at)
        now = self.ports.clock.now()
        self.ports.scan_queue.enqueue(
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
            member = self.ports.group_snapshots.member(event.membership_id)
            if member is None:
                telemetry.count("UnknownMembership")
                return Ignored("of a membership that the hub never saw")
            user_id = member
        return self._look_at(user_id, event.event_id, event.at)

    def _of_all(self, event: SourceChange | Unclear) -> "_Heard | Ignored":
        hub_state, now = self.ports.hub_state, self.ports.clock.now()
        if isinstance(event, SourceChange):
            reason = f"{event.what} changed the identity source"
            hub_state.pause(reason)
            reporter.report(paused(reason))
            return _Heard("identity source", event.what)
        seconds = queue_full_sweep(
            hub_state, self.ports.delayed_queue, event_id=event.event_id, event_at=event.at, now=now
        )
        if seconds is None:
            return Ignored("a full sweep is due anyway")
        return _Heard("everything", "")

    def _look_at(self, user_id: UserId, event_id: str, at: datetime) -> "_Heard":
        self.ports.reconcile_queue.enqueue(
            ReconcileRequest(user_id, self.ports.clock.now(), event_id, at)
        )
        return _Heard("user", user_id)

    def _may_be_known(self, user_id: UserId) -> bool:
        """Return whether the ledger has a record of a user; yes if that cannot be read now."""
        try:
            return self.ports.ledger.knows(user_id)
        except RetryableError:
            return True

    def _is_mapped(self, group_id: GroupId, at: datetime) -> bool:
        """Return whether a mapping names the group; yes if that cannot be read now.

        A wrong yes costs one reconcile or scan. A wrong no would miss a user's change. After one
        failed read, the rest of the batch gets a yes without another read, so that it does not
        wait.
        """
        if self._cannot_tell:
            return True
        # A time in the future counts as now: nothing can be read after it.
        at = min(at, self.ports.clock.now())
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
        table = self.ports.mappings.table(newer_than)
        groups = self.ports.names.of(table, newer_than)
        reporter.report_rows(table, groups, self.ports.already_reported)
        resolved = groups.values()
        return _MappedGroups(
            frozenset(row.group_id for row in table.rows if row.group_id)
            | frozenset(id_ for id_ in resolved if not isinstance(id_, Unresolved)),
            complete=Unresolved.UNREADABLE not in resolved,
        )


class _Heard(NamedTuple):
    """The subject of an accepted event."""

    subject: str
    key: str


@dataclass(frozen=True, slots=True)
class _MappedGroups:
    """The ids of the groups that mappings name; not complete if one cannot be read."""

    ids: frozenset[GroupId]
    complete: bool

    def may_hold(self, group_id: GroupId) -> bool:
        return group_id in self.ids or not self.complete


def _facts(origin: Origin) -> dict[str, str]:
    """Return an event's log fields; the line's own time shows how late the event is."""
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
