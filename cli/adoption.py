"""Adopts unmanaged profiles: proposes the outcome, then writes in a safe order."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from cli.audit import Outcome
from cli.hub_client import HubClient, now
from cli.people import People
from cli.spoke_profiles import SpokeProfile, SpokeProfiles
from hub.runtime.decisions.audit import OperatorAction
from hub.runtime.decisions.decision import DesiredProfile, Removal
from hub.runtime.decisions.desired import decision_in, rows_by_target
from hub.runtime.decisions.observed import ProfileStatus
from hub.runtime.decisions.protection import apply_protection
from hub.runtime.decisions.record import Record, State, rebuilt
from shared.conventions import MANAGED_BY, USER_ID, tags
from shared.model import DirectorySnapshot, MappingTable, Target, User, UserId, UserStatus
from shared.naming import role_name, same_name

_USABLE = frozenset({ProfileStatus.IN_SERVICE, ProfileStatus.UPDATE_FAILED})


@dataclass(frozen=True, slots=True)
class Proposal:
    """The outcome that adoption proposes for one profile.

    Attributes:
        becomes: the last part of the new role's name; empty if the profile is not adopted.
        because: the mapping that grants the profile.
        refusal: why the profile is not adopted, with the remedy; empty if it is adopted.
    """

    found: SpokeProfile
    person: User
    becomes: str = ""
    because: str = ""
    refusal: str = ""

    @property
    def role(self) -> str:
        """Return the last part of the name of the profile's current role."""
        return role_name(self.found.profile.role_arn) or "the domain's default role"


@dataclass(frozen=True, slots=True)
class Adoption:
    """The inputs of an adoption in one target; `hub_account` is written into the tags."""

    hub_client: HubClient
    spoke: SpokeProfiles
    directory: People
    table: MappingTable
    target: Target
    hub_account: str

    def propose(self, found: SpokeProfile, person: User) -> Proposal:
        """Return the proposal for a profile that signs a user in; writes nothing."""
        refusal = self._refusal(found, person)
        if refusal:
            return Proposal(found, person, refusal=refusal)
        at = now()
        record = self._adopted(found, person)
        rows = rows_by_target(self.table, [self.target])[self.target]
        unavailable = self.hub_client.state().unavailable_roles.get(self.target, ())
        decision = decision_in(rows, self._snapshot(person), record, at, unavailable)
        if decision is None or isinstance(decision, Removal):
            return Proposal(
                found,
                person,
                refusal=f"{decision.reason if decision else 'no mapping grants it'}, so the hub "
                "would remove it: put the user into a mapped group first",
            )
        if not isinstance(decision, DesiredProfile):
            return Proposal(found, person, refusal=f"{decision.reason}: {decision.remedy}")
        because = str(decision.because)
        if isinstance(
            apply_protection(decision, record, self.hub_client.state(), at), DesiredProfile
        ):
            return Proposal(found, person, role_name(decision.role_arn), because)
        return Proposal(found, person, role_name(record.role_arn), f"{because}, but protected")

    def adopt(self, proposal: Proposal, reason: str = "") -> None:
        """Adopt the profile: write its record, then its tags, then enqueue its user.

        The ledger comes first. A record whose profile lacks tags is held as unmanaged: nothing is
        written to the profile, and the remedy is this command. Tags without a record could be
        mistaken for an unmanaged profile that blocks the user. If a write is lost, repeat the
        command.
        """
        found, person = proposal.found, proposal.person
        with self._audited(person.id, f"profile {found.profile.name}", reason):
            if not _is_there(self._record(person)):
                self.hub_client.ledger.write(self._adopted(found, person))
            self.spoke.mark(found, tags(self.hub_account, person.id))
            self.hub_client.unmanaged_profiles.forget(self.target, found.profile.name)
            self.hub_client.enqueue([person.id], self.target)

    def reconcile(self, user: UserId, reason: str = "") -> None:
        """Have the hub reconcile the user of a profile that is adopted already."""
        with self._audited(user, "adopted already", reason):
            self.hub_client.enqueue([user], self.target)

    def _audited(self, user: UserId, subject: str, reason: str) -> AbstractContextManager[Outcome]:
        return self.hub_client.audited(
            OperatorAction.ADOPT,
            users=[user],
            targets=[self.target],
            subject=subject,
            reason=reason,
        )

    def _refusal(self, found: SpokeProfile, person: User) -> str:
        """Return why a profile cannot be adopted; empty if it can."""
        marked, user = found.tags.get(MANAGED_BY), found.tags.get(USER_ID)
        name, record = found.profile.name, self._record(person)
        if marked is not None and marked != self.hub_account:
            return f"another hub manages it, in account {marked}: end that first"
        if user is not None and user != person.id:
            return f"its tags name another user ({user}): it is never handed over"
        if found.profile.status not in _USABLE:
            return f"it is {found.profile.status}: wait for it, or delete it by hand"
        if person.user_status is not UserStatus.ENABLED:
            return f"the user is {person.user_status} in the directory"
        if record is not None and _is_there(record) and not same_name(record.profile_name, name):
            return f"the user already has the managed profile {record.profile_name} there"
        others = [
            each
            for each in self.hub_client.ledger.of_target(self.target)
            if each.user_id != person.id and _is_there(each) and same_name(each.profile_name, name)
        ]
        return f"in the ledger it is the profile of {others[0].user_name}" if others else ""

    def is_ours(self, found: SpokeProfile, person: User) -> bool:
        """Return whether the adoption of a profile is complete, up to the last write."""
        ours = tags(self.hub_account, person.id).items() <= found.tags.items()
        return ours and _is_there(self._record(person))

    def _record(self, person: User) -> Record | None:
        return self.hub_client.ledger.records(person.id).get(self.target)

    def _adopted(self, found: SpokeProfile, person: User) -> Record:
        return rebuilt(self.target, person.id, found.profile, self._record(person), now())

    def _snapshot(self, person: User) -> DirectorySnapshot:
        known = self.hub_client.state().group_ids
        names = {row.group for row in self.table.rows if row.group_id is None}
        ids = {name: known.get(name) or self.directory.group_id(name) for name in sorted(names)}
        return DirectorySnapshot(person, frozenset(self.directory.memberships(person.id)), ids)


def _is_there(record: Record | None) -> bool:
    """Return whether a record describes a profile that exists or existed, not a failed creation."""
    if record is None or record.state is State.REMOVED:
        return False
    return bool(record.hold or record.role_arn) or record.state not in {State.HELD, State.FAILED}
