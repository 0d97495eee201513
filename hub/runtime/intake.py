"""Turns each event into a request for one user or group, or ignores it for a stated reason."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, assert_never

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


@dataclass(slots=True)
class MappedGroups:
    """The groups that mappings name, for one batch of events after the other.

    An event of any other group costs only a read of the cached mappings. They are read again only
    if they are older than the event, and then count for every earlier event of the batch too.
    """

    mappings: MappingStore
    resolver: GroupResolver
    clock: Clock
    # The groups, and for events until when; None if nobody can tell in this batch.
    _known: tuple[datetime, frozenset[GroupId] | None] = field(default=(_EVER, None), init=False)
    _has_patterns: bool = field(default=False, init=False)
    _reported_row_problems: set[str] = field(default_factory=set, init=False)

    def begin_batch(self) -> None:
        """Forget which groups are named: what could not be read for one batch may be for the next.

        The cached mappings stay.
        """
        self._known = _EVER, None

    def concerns(self, event: MembershipChange | GroupChange) -> bool:
        """Return whether a mapping names the group; yes if that cannot be read now.

        A wrong yes costs one reconcile or scan. A wrong no would miss a user's change. After one
        failed read, the rest of the batch gets a yes without another read, so that it does not
        wait. A change of a group may give it a name that a pattern row matches: only the scan reads
        that.
        """
        # A time in the future counts as now: nothing can be read after it.
        at = min(event.at, self.clock.now())
        if at > self._known[0]:
            try:
                cached = self._groups(newer_than=_EVER)
                if cached is None or event.group_id in cached:
                    return True
                self._known = at, self._groups(newer_than=at + _RESOLUTION)
            except (RetryableError, PermanentError):
                self._known = _FOR_GOOD, None
        known = self._known[1]
        may_match = self._has_patterns and isinstance(event, GroupChange)
        return known is None or event.group_id in known or may_match

    def _groups(self, newer_than: datetime) -> frozenset[GroupId] | None:
        """Return the ids of the groups that mappings name; None if one cannot be resolved now."""
        table = self.mappings.table(newer_than)
        self._has_patterns = bool(table.patterns)
        groups = self.resolver.of(table, newer_than)
        reporter.report_rows(table, groups, self._reported_row_problems)
        if Unresolved.UNREADABLE in groups.values():
            return None
        pinned = frozenset(row.group_id for row in table.rows if row.group_id)
        return pinned | {id_ for id_ in groups.values() if not isinstance(id_, Unresolved)}


class RequestQueues(NamedTuple):
    """The queues to which intake sends requests; it also reads `delayed`, known by its ARN."""

    reconcile: ReconcileQueue
    scan: ScanQueue
    delayed: DelayedQueue
    delayed_arn: str


@dataclass(frozen=True, slots=True)
class KnownUsers:
    """The users whom the hub ever served."""

    ledger: Ledger
    group_snapshots: GroupSnapshots

    def of(self, event: UserChange | MembershipDeleted) -> UserId | Ignored:
        """Return the event's user if the hub ever served them, or if the ledger cannot be read."""
        if isinstance(event, MembershipDeleted):
            member = self.group_snapshots.member(event.membership_id)
            if member is None:
                telemetry.count("UnknownMembership")
                return Ignored("of a membership that the hub never saw")
            return member
        try:
            is_known = self.ledger.knows(event.user_id)
        except RetryableError:
            is_known = True
        return event.user_id if is_known else Ignored("of somebody whom the hub never served")


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes events of one directory, in one Region."""

    identity_store_id: str
    region: str
    mapped_groups: MappedGroups
    known_users: KnownUsers
    hub_state: HubStateStore
    queues: RequestQueues
    clock: Clock

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
        event = read_event(envelope, self.identity_store_id, self.region)
        # The line's own time shows how late the event is.
        facts = {
            "event_name": metadata.name,
            "source": metadata.source,
            "account": metadata.account,
            "event_at": metadata.at,
        }
        with reporter.run(self.hub_state):
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
                self.queues.reconcile.enqueue(request)
            case ScanRequest():
                self.queues.scan.enqueue(request)
            case _:
                assert_never(request)
        return request

    def _accept(self, event: DirectoryEvent) -> tuple[str, str] | Ignored:
        """Do what an event asks for; return what it is about, or why it is ignored."""
        now = self.clock.now()
        match event:
            case MembershipChange() | GroupChange() if not self.mapped_groups.concerns(event):
                return Ignored("of a group that no mapping names")
            case GroupChange():
                request = ScanRequest(
                    Subject.GROUP, event.group_id, now, event.event_id, event.at, event_driven=True
                )
                self.queues.scan.enqueue(request)
                return Subject.GROUP, event.group_id
            case MembershipChange():
                user_id = event.user_id
            case UserChange() | MembershipDeleted():
                known = self.known_users.of(event)
                if isinstance(known, Ignored):
                    return known
                user_id = known
            case IdentitySourceChanged():
                reason = f"{event.name} changed the identity source"
                self.hub_state.pause(reason)
                reporter.report(paused(reason))
                return "identity source", event.name
            case UnidentifiedChange():
                seconds = self.hub_state.reserve_full_sweep(now, event.event_id)
                if seconds is None:
                    return Ignored("a full sweep is due anyway")
                for sweep in full_sweep(event.event_id, event.at, now):
                    self.queues.delayed.enqueue_after(sweep, seconds)
                return "everything", ""
            case _:
                assert_never(event)
        self.queues.reconcile.enqueue(ReconcileRequest(user_id, now, event.event_id, event.at))
        return "user", user_id
