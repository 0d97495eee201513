"""Takes in events: each becomes a hint for one user, or is ignored for a reason."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.runtime import row_reports
from shared.errors import PermanentError, RetryableError, UnreadableMessageError
from shared.hints import Ignored, MembershipChange, UserHint, read_event
from shared.model import GroupId, Unresolved
from shared.ports import Clock, Directory, MappingStore, UsersInbox
from shared.wire import decode

# CloudTrail writes whole seconds: within one, a copy of the mappings may be older than an event.
_RESOLUTION = timedelta(seconds=1)
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IntakeWorld:
    """What `intake` works through; `announced` is what it has reported already."""

    identity_store_id: str
    later_queue_arn: str
    directory: Directory
    mappings: MappingStore
    users: UsersInbox
    clock: Clock
    announced: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Intake:
    """One batch of events.

    A group that no mapping names costs nothing but the copy of the mappings, which is read again
    at most once a batch, and only when it is older than the event.
    """

    world: IntakeWorld
    _mapped: "_MappedGroups | None" = field(default=None, init=False)

    def take(self, body: str) -> UserHint | Ignored:
        """Queue the hint that an event gives, and return it; or return why there is none.

        Raises:
            UnreadableMessageError: the body is no event.
            RetryableError, PermanentError: the hint cannot be queued now.
        """
        change = read_event(_json(body), self.world.identity_store_id)
        if isinstance(change, Ignored):
            return change
        if not self._is_mapped(change):
            return Ignored("of a group that no mapping names")
        hint = UserHint(
            user_id=change.user_id,
            made_at=self.world.clock.now(),
            event_id=change.event_id,
            event_at=change.at,
        )
        self.world.users.look_at(hint)
        return hint

    def put_back(self, body: str) -> UserHint:
        """Queue a look that was put off, now that its time has come, and return it."""
        hint = decode(body)
        self.world.users.look_at(hint)
        return hint

    def _is_mapped(self, change: MembershipChange) -> bool:
        """Return whether a mapping names the group; yes where that cannot be told now.

        A wrong yes costs one look, a wrong no would lose a person.
        """
        if self._mapped is not None:
            return self._mapped.may_hold(change.group_id)
        try:
            if self._groups(newer_than=_EVER).may_hold(change.group_id):
                return True
            self._mapped = self._groups(newer_than=change.at + _RESOLUTION)
        except (RetryableError, PermanentError):
            return True
        return self._mapped.may_hold(change.group_id)

    def _groups(self, newer_than: datetime) -> "_MappedGroups":
        table = self.world.mappings.table(newer_than)
        rows = table.rows
        names = frozenset(row.group for row in rows if row.group_id is None)
        groups = self.world.directory.group_ids(names, newer_than)
        row_reports.rows(table, groups, self.world.announced)
        resolved = groups.values()
        return _MappedGroups(
            frozenset(row.group_id for row in rows if row.group_id)
            | frozenset(id_ for id_ in resolved if not isinstance(id_, Unresolved)),
            complete=Unresolved.UNREADABLE not in resolved,
        )


@dataclass(frozen=True, slots=True)
class _MappedGroups:
    """The ids of the groups that mappings name; not complete where one cannot be read."""

    ids: frozenset[GroupId]
    complete: bool

    def may_hold(self, group_id: GroupId) -> bool:
        return group_id in self.ids or not self.complete


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError as error:
        raise UnreadableMessageError(f"not JSON: {error}") from error
