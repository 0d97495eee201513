"""Turns each event into a request for one user or group, or ignores it for a stated reason."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from hub.runtime import reporter, telemetry
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
from shared.directory_events.reader import metadata_of, read_event
from shared.directory_events.types import (
    DirectoryEvent,
    GroupChange,
    IdentitySourceChanged,
    Ignored,
    MembershipChange,
    MembershipDeleted,
    UnidentifiedChange,
    UserChange,
)
from shared.errors import PermanentError, RetryableError, UnreadableMessageError
from shared.messages import decode
from shared.model import GroupId, Unresolved, UserId
from shared.requests import ReconcileRequest, Request, ScanRequest, Subject, full_sweep

# CloudTrail writes whole seconds, so within one second the cached mappings may be older than an
# event.
_RESOLUTION: Final = timedelta(seconds=1)
_EVER: Final = datetime.min.replace(tzinfo=UTC)
_FOR_GOOD: Final = datetime.max.replace(tzinfo=UTC)


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
    # The groups that mappings name, and for events until when; None if nobody can tell now.
    _mapped: tuple[datetime, frozenset[GroupId] | None] = field(default=(_EVER, None), init=False)
    _has_patterns: bool = field(default=False, init=False)

    def take(self, body: str) -> Ignored | None:
        """Queue the request that an event gives; return the reason if the event is ignored.

        Everything logged from here on carries the event's id.

        Raises:
            UnreadableMessageError: the body is no event.
            RetryableError, PermanentError: the request cannot be queued now.
        """
        try:
            envelope = json.loads(body)
        except (RecursionError, ValueError) as error:
            raise UnreadableMessageError(f"not JSON: {error}") from error
        metadata = metadata_of(envelope)
        telemetry.logger.set_correlation_id(metadata.event_id or None)
        event = read_event(envelope, self.ports.identity_store_id, self.ports.region)
        # The line's own time shows how late the event is.
        facts = {
            "event_name": metadata.name,
            "source": metadata.source,
            "account": metadata.account,
            "event_at": metadata.at,
        }
        with reporter.run(self.ports.hub_state):
            accepted = event if isinstance(event, Ignored) else self._accept(event)
        if isinstance(accepted, Ignored):
            telemetry.event_ignored(accepted.reason, **facts)
            telemetry.count("Ignored")
            return accepted
        subject, key = accepted
        telemetry.event_accepted(subject, key, **facts)
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

    def _accept(self, event: DirectoryEvent) -> tuple[str, str] | Ignored:
        """Do what an event asks for; return what it is about, or why it is ignored."""
        ports, now = self.ports, self.ports.clock.now()
        match event:
            case MembershipChange() | GroupChange() if not self._is_mapped(event):
                return Ignored("of a group that no mapping names")
            case GroupChange():
                request = ScanRequest(
                    Subject.GROUP, event.group_id, now, event.event_id, event.at, event_driven=True
                )
                ports.scan_queue.enqueue(request)
                return Subject.GROUP, event.group_id
            case MembershipChange():
                user_id = event.user_id
            case UserChange() | MembershipDeleted():
                known = self._known_user(event)
                if isinstance(known, Ignored):
                    return known
                user_id = known
            case IdentitySourceChanged():
                reason = f"{event.name} changed the identity source"
                ports.hub_state.pause(reason)
                reporter.report(paused(reason))
                return "identity source", event.name
            case UnidentifiedChange():
                seconds = ports.hub_state.reserve_full_sweep(now, event.event_id)
                if seconds is None:
                    return Ignored("a full sweep is due anyway")
                for sweep in full_sweep(event.event_id, event.at, now):
                    ports.delayed_queue.enqueue_after(sweep, seconds)
                return "everything", ""
            case _:
                assert_never(event)
        ports.reconcile_queue.enqueue(ReconcileRequest(user_id, now, event.event_id, event.at))
        return "user", user_id

    def _known_user(self, event: UserChange | MembershipDeleted) -> UserId | Ignored:
        """Return the user if the hub ever served them, also if the ledger cannot be read now."""
        if isinstance(event, MembershipDeleted):
            member = self.ports.group_snapshots.member(event.membership_id)
            if member is None:
                telemetry.count("UnknownMembership")
                return Ignored("of a membership that the hub never saw")
            return member
        try:
            is_known = self.ports.ledger.knows(event.user_id)
        except RetryableError:
            is_known = True
        return event.user_id if is_known else Ignored("of somebody whom the hub never served")

    def _is_mapped(self, event: MembershipChange | GroupChange) -> bool:
        """Return whether a mapping names the group; yes if that cannot be read now.

        A wrong yes costs one reconcile or scan. A wrong no would miss a user's change. After one
        failed read, the rest of the batch gets a yes without another read, so that it does not
        wait. A change of a group may give it a name that a pattern row matches: only the scan reads
        that.
        """
        # A time in the future counts as now: nothing can be read after it.
        at = min(event.at, self.ports.clock.now())
        if at > self._mapped[0]:
            try:
                cached = self._mapped_groups(newer_than=_EVER)
                if cached is None or event.group_id in cached:
                    return True
                self._mapped = at, self._mapped_groups(newer_than=at + _RESOLUTION)
            except (RetryableError, PermanentError):
                self._mapped = _FOR_GOOD, None
        mapped = self._mapped[1]
        may_match = self._has_patterns and isinstance(event, GroupChange)
        return mapped is None or event.group_id in mapped or may_match

    def _mapped_groups(self, newer_than: datetime) -> frozenset[GroupId] | None:
        """Return the ids of the groups that mappings name; None if one cannot be resolved now."""
        table = self.ports.mappings.table(newer_than)
        self._has_patterns = bool(table.patterns)
        groups = self.ports.names.of(table, newer_than)
        reporter.report_rows(table, groups, self.ports.already_reported)
        if Unresolved.UNREADABLE in groups.values():
            return None
        pinned = frozenset(row.group_id for row in table.rows if row.group_id)
        return pinned | {id_ for id_ in groups.values() if not isinstance(id_, Unresolved)}
