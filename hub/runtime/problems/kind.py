"""What a problem and its kind are.

The modules beside this one are the table of all problems, by area. A kind stands next to the
functions that return its problems. `docs/operations.md` lists the same kinds.
"""

from enum import StrEnum
from typing import NamedTuple

from shared.model import Target


class Severity(StrEnum):
    """How soon somebody should act."""

    # The hub does not work, or somebody may have access that no mapping grants.
    HIGH = "high"
    # Somebody lacks what a mapping grants, or waits for an operator.
    MEDIUM = "medium"
    # Everybody has what the mappings grant.
    LOW = "low"


class ProblemKind(NamedTuple):
    """A kind of problem.

    Attributes:
        name: the value of `kind` in log lines, which operators filter by.
        remedy: what to do. The fields `{user}` (an id) and `{target}` are filled in; the function
            of the problem fills in all others.
        docs: the section of a page in `docs/` that explains it.
        is_remembered: whether the hub's state keeps it until a run closes it. The problems of one
            user in one target are kept in that user's record instead.
    """

    name: str
    severity: Severity
    remedy: str
    docs: str
    is_remembered: bool = False

    def of(
        self,
        subject: str,
        reason: str,
        *,
        remedy: str = "",
        target: Target | None = None,
        user_id: str = "",
        group_id: str = "",
    ) -> "Problem":
        """Return a problem of this kind, with the kind's own remedy unless another is given."""
        facts = {"user_id": user_id, "target": str(target or ""), "group_id": group_id}
        return Problem(
            self,
            subject,
            reason,
            remedy or self.remedy.format(user=user_id, target=target),
            {name: value for name, value in facts.items() if value},
        )


class Problem(NamedTuple):
    """One problem that an operator should know of; `facts` are its other log fields."""

    kind: ProblemKind
    subject: str
    reason: str
    remedy: str
    facts: dict[str, str]

    def plain(self) -> dict[str, str]:
        """Return its fields as a log line and `--json` show them."""
        return {
            "kind": self.kind.name,
            "severity": self.kind.severity.value,
            "subject": self.subject,
            "reason": self.reason,
            "remedy": self.remedy,
            "docs": f"docs/{self.kind.docs}",
            **self.facts,
        }
