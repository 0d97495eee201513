"""The state of the one Identity Center instance: applications and their assignments."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from shared.conventions import partition
from simulator.errors import CONFLICT, NOT_FOUND, UnknownNameError, refuse
from simulator.identity_store.directory import Directory
from simulator.pages import Shelf
from simulator.quirks import Quirks
from simulator.rules import access as rule

PrincipalType = Literal["USER", "GROUP"]

STUDIO_PROVIDER = "arn:aws:sso::aws:applicationProvider/sagemaker"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One principal's right to open one application."""

    application_arn: str
    principal_type: str
    principal_id: str
    number: int

    def body(self) -> dict[str, str]:
        """Return the assignment as the API shows it."""
        return {
            "ApplicationArn": self.application_arn,
            "PrincipalId": self.principal_id,
            "PrincipalType": self.principal_type,
        }


@dataclass(slots=True, eq=False)
class Application:
    """An application of the instance; `account` is the one that owns it."""

    arn: str
    account: str
    name: str
    created: float
    number: int
    required: bool
    assignments: Shelf[Assignment] = field(default_factory=Shelf)


class AccessState:
    """The applications of one instance and their assignments, changed by Python calls."""

    def __init__(
        self,
        identity_store: Directory,
        now: Callable[[], float] = time.time,
        quirks: Quirks | None = None,
        *,
        administrators: frozenset[str] = frozenset(),
        page_limit: int | None = None,
    ) -> None:
        self.directory = identity_store
        self.quirks = quirks or Quirks()
        self.administrators = administrators | {identity_store.owner_account}
        self.page_limit = page_limit
        self.applications: dict[str, Application] = {}
        self._now = now
        self.created = now()
        self._numbers = itertools.count(1)
        self._assigned: dict[tuple[str, str, str], Assignment] = {}
        self._of_principal: dict[tuple[str, str], dict[int, Assignment]] = {}
        self._changed: dict[tuple[str, str, str], float] = {}
        self._partition = partition(identity_store.region)
        # An organization has exactly one instance.
        self._instance = "ssoins-1234567890abcdef"

    @property
    def instance_arn(self) -> str:
        """Return the ARN of the one instance."""
        return f"arn:{self._partition}:sso:::instance/{self._instance}"

    # Changes made from Python.

    def add_application(self, account: str, name: str) -> str:
        """Add an application of an account, as creating a domain does; return its ARN."""
        number = next(self._numbers)
        arn = f"arn:{self._partition}:sso::{account}:application/{self._instance}/apl-{number:016x}"
        required = self.quirks.assignment_required
        self.applications[arn] = Application(arn, account, name, self._now(), number, required)
        return arn

    def require_assignment(self, application_arn: str, *, required: bool) -> None:
        """Set whether an application requires an assignment or is open to the whole directory."""
        self._known(application_arn).required = required

    def assign(self, application_arn: str, kind: PrincipalType, principal_id: str) -> None:
        """Assign a principal; does nothing if it is assigned already."""
        application = self._known(application_arn)
        key = (application_arn, kind, principal_id)
        if key not in self._assigned:
            assignment = Assignment(*key, next(self._numbers))
            self._assigned[key] = assignment
            application.assignments.put(assignment.number, assignment)
            self._of_principal.setdefault(key[1:], {})[assignment.number] = assignment

    def revoke(self, application_arn: str, kind: PrincipalType, principal_id: str) -> bool:
        """Delete an assignment; return whether there was one."""
        application = self._known(application_arn)
        assignment = self._assigned.pop((application_arn, kind, principal_id), None)
        if assignment is None:
            return False
        application.assignments.drop(assignment.number)
        del self._of_principal[kind, principal_id][assignment.number]
        return True

    def is_assigned(self, application_arn: str, kind: PrincipalType, principal_id: str) -> bool:
        """Return whether a principal is assigned directly."""
        return (application_arn, kind, principal_id) in self._assigned

    def may_enter(self, application_arn: str, user_id: str) -> bool:
        """Return whether a user may open an application, directly or through a group."""
        # Rule access.enter.
        if not self._known(application_arn).required:
            return True
        if (application_arn, "USER", user_id) in self._assigned:
            return True
        groups = (membership.group_id for membership in self.directory.groups_of(user_id))
        return any((application_arn, "GROUP", id_) in self._assigned for id_ in groups)

    def assignments(self) -> tuple[Assignment, ...]:
        """Return every assignment, by application, type and principal."""
        return tuple(self._assigned[key] for key in sorted(self._assigned))

    def assignments_of(self, kind: str, principal_id: str) -> list[Assignment]:
        """Return the direct assignments of a principal, oldest first."""
        return [*self._of_principal.get((kind, principal_id), {}).values()]

    # Used by the API.

    def change(
        self, application_arn: str, kind: PrincipalType, principal_id: str, *, assigned: bool
    ) -> None:
        """Create or delete an assignment, or refuse the request.

        An assignment that is already as requested stays unchanged. A change is refused while the
        opposite change is still propagating.
        """
        key = (application_arn, kind, principal_id)
        if self.is_assigned(*key) == assigned:
            return
        now, changed = self._now(), self._changed.get(key)
        if changed is not None and now < changed + self.quirks.assignment_propagation:
            message = f"An earlier change of {kind} {principal_id} is not propagated yet."
            raise refuse(rule.NOT_PROPAGATED, CONFLICT, message)
        self._changed[key] = now
        if assigned:
            self.assign(*key)
        else:
            self.revoke(*key)

    def require(self, application_arn: str) -> Application:
        """Return an application, or refuse the request."""
        application = self.applications.get(application_arn)
        if application is None:
            message = f"Application does not exist: {application_arn}"
            raise refuse(rule.APPLICATION_UNKNOWN, NOT_FOUND, message)
        return application

    def _known(self, application_arn: str) -> Application:
        if application_arn not in self.applications:
            raise UnknownNameError(f"no application {application_arn}")
        return self.applications[application_arn]
