"""Keeps one person's ledger records during a look, and writes those that change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from hub.runtime.observe import Blocked, Sight
from shared.actions import Action, Create, Delete, Settled, Skip, SkipKind
from shared.desire import DesiredProfile, Removal
from shared.errors import RetryableError
from shared.memory import MemberChanges
from shared.model import ObservedProfile, Record, State, Target
from shared.outcome import Applied, Deferred, Failed, Outcome, Pending
from shared.ports import Ledger
from shared.retention import ended_claims

# What a skip leaves a person in; the others leave the record as it is.
_AFTER_SKIP = {
    SkipKind.NOT_OURS: State.HELD,
    SkipKind.NAME_TAKEN: State.HELD,
    SkipKind.UNHEALTHY: State.FAILED,
    SkipKind.APPS_RUNNING: State.PENDING,
    SkipKind.NOT_EMPTY: State.PENDING,
    SkipKind.RETENTION: State.PENDING,
}
# Studio refuses to create what stands in the way of somebody: a person has to look.
_IN_THE_WAY = "ResourceInUse"

_NO_CHANGES = MemberChanges()

Verdicts = Mapping[Target, DesiredProfile | Removal]


class Book:
    """The records of one person in all targets, during one look at `now` for one hint."""

    def __init__(
        self, ledger: Ledger, sight: Sight, verdicts: Verdicts, hint_id: str, now: datetime
    ) -> None:
        self._ledger = ledger
        self._records = dict(sight.records)
        self._standing_of = sight.snapshot.person.standing
        # Goes with the first record that is written.
        self._changes = sight.changes
        self._verdicts = verdicts
        self._hint_id = hint_id
        self._now = now

    def begin(self, action: Action) -> None:
        """Write what is about to happen, so that a crash in the middle leaves a trace."""
        state = State.REMOVING if isinstance(action, Delete) else State.PENDING
        self._note(action.target, state, "")

    def skipped(self, skip: Skip, profile: ObservedProfile | None) -> None:
        """Write why a difference was left alone, and what of the profile was seen."""
        state = _AFTER_SKIP.get(skip.kind)
        if state is not None:
            self._note(skip.target, state, skip.reason, profile)

    def settled(self, settled: Settled) -> None:
        """Write that a target is as it should be."""
        match settled.verdict:
            case DesiredProfile() as desired:
                self._active(desired, settled.profile)
            case Removal() as removal:
                self._removed(removal)
            case _:
                raise TypeError(f"{settled.verdict} settles nothing")

    def at_rest(self, verdict: DesiredProfile | Removal) -> None:
        """Write why somebody has a profile or has none, where that changed."""
        match verdict:
            case DesiredProfile():
                self._active(verdict, None)
            case Removal():
                self._removed(verdict)
            case _:
                assert_never(verdict)

    def became(self, outcome: Outcome) -> None:
        """Write what became of an action."""
        target = outcome.action.target
        match outcome:
            case Applied(profile=profile):
                verdict = self._verdicts[target]
                self.settled(Settled(verdict, profile))
            case Pending():
                # Begun: what was written then still holds. Not begun: nothing happened.
                pass
            case Deferred():
                state = State.REMOVING if isinstance(outcome.action, Delete) else State.PENDING
                self._note(target, state, outcome.reason)
            case Failed():
                held = isinstance(outcome.action, Create) and outcome.code == _IN_THE_WAY
                self._note(target, State.HELD if held else State.FAILED, outcome.reason)
            case _:
                assert_never(outcome)

    def blocked(self, block: Blocked) -> None:
        """Write that a target could not be observed."""
        passing = isinstance(block.error, RetryableError)
        self._note(
            block.verdict.target, State.PENDING if passing else State.FAILED, str(block.error)
        )

    def _note(
        self, target: Target, state: State, reason: str, profile: ObservedProfile | None = None
    ) -> None:
        """Write a state and a reason; the role that the profile has stays as it is known."""
        verdict = self._verdicts[target]
        old = self._there(target)
        if isinstance(verdict, DesiredProfile):
            old = self._with_claims(old or self._new(verdict), verdict)
        if old is not None:
            modified = profile.modified if profile else old.modified
            self._write(replace(old, state=state, reason=reason, modified=modified))

    def _active(self, desired: DesiredProfile, profile: ObservedProfile | None) -> None:
        old = self._there(desired.target) or self._new(desired)
        if profile is not None:
            old = replace(
                old,
                user_name=profile.user_name or old.user_name,
                profile_name=profile.name,
                efs_uid=profile.efs_uid,
                modified=profile.modified,
            )
        self._write(
            replace(
                self._with_claims(old, desired),
                state=State.ACTIVE,
                role_arn=desired.role_arn,
                given_by=desired.because.winner.group,
                reason="",
            )
        )

    def _with_claims(self, record: Record, desired: DesiredProfile) -> Record:
        claims = desired.because.claims
        return replace(record, because=claims, ended=ended_claims(record, claims, self._now))

    def _removed(self, removal: Removal) -> None:
        """Write that there is no profile, and why; also of somebody who never had one."""
        old = self._records.get(removal.target) or self._blank(removal)
        self._write(
            replace(
                old,
                state=State.REMOVED,
                reason=removal.reason,
                role_arn="",
                given_by="",
                because=(),
                ended=(),
                modified="",
            )
        )

    def _there(self, target: Target) -> Record | None:
        """Return the record of somebody who is still there in some way."""
        old = self._records.get(target)
        return None if old is None or old.state is State.REMOVED else old

    def _new(self, desired: DesiredProfile) -> Record:
        removed = self._records.get(desired.target)
        return replace(
            self._blank(desired),
            because=desired.because.claims,
            version=removed.version if removed else 0,
        )

    def _blank(self, verdict: DesiredProfile | Removal) -> Record:
        return Record(
            user_id=verdict.person.id,
            target=verdict.target,
            state=State.PENDING,
            user_name=verdict.person.name,
            profile_name=verdict.profile_name,
        )

    def _write(self, record: Record) -> None:
        """Write a record that says something new; RetryableError when another worker did."""
        record = replace(record, standing=self._standing_of)
        old = self._records.get(record.target)
        if old is not None and replace(record, last_hint=old.last_hint) == old:
            return
        since = record.since
        if old is None or old.state is not record.state:
            since = self._now
        changes, self._changes = self._changes, _NO_CHANGES
        self._records[record.target] = self._ledger.write(
            replace(record, since=since, last_hint=self._hint_id), changes
        )
