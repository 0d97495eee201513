"""Takes in events: each becomes a hint for one user, or is ignored for a reason."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.errors import PermanentError, RetryableError
from shared.hints import Ignored, MembershipChange, UserHint, read_event
from shared.model import GroupId
from shared.ports import Clock, Directory, MappingStore, UsersInbox
from shared.wire import decode

# CloudTrail writes whole seconds: within one, a copy of the mappings may be older than an event.
_RESOLUTION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class IntakeWorld:
    """What `intake` works through."""

    identity_store_id: str
    later_queue_arn: str
    directory: Directory
    mappings: MappingStore
    users: UsersInbox
    clock: Clock


@dataclass(slots=True)
class Intake:
    """One batch of events.

    A group that no mapping names costs nothing but the copy of the mappings, which is read again
    at most once a batch, and only when it is older than the event.
    """

    world: IntakeWorld
    _mapped: frozenset[GroupId] | None = field(default=None, init=False)

    def take(self, envelope: object) -> UserHint | Ignored:
        """Queue the hint that an event gives, and return it; or return why there is none.

        Raises:
            UnreadableMessageError: the body is no event.
            RetryableError, PermanentError: the hint cannot be queued now.
        """
        change = read_event(envelope, self.world.identity_store_id)
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
        try:
            if self._mapped is not None:
                return change.group_id in self._mapped
            if change.group_id in self._groups(
                newer_than=datetime.min.replace(tzinfo=change.at.tzinfo)
            ):
                return True
            self._mapped = self._groups(newer_than=change.at + _RESOLUTION)
        except (RetryableError, PermanentError):
            return True
        return change.group_id in self._mapped

    def _groups(self, newer_than: datetime) -> frozenset[GroupId]:
        rows = self.world.mappings.table(newer_than).rows
        names = frozenset(row.group for row in rows if row.group_id is None)
        resolved = self.world.directory.group_ids(names, newer_than)
        return frozenset(
            group_id
            for group_id in (*(row.group_id for row in rows), *resolved.values())
            if group_id is not None
        )
