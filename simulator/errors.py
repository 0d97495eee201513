"""The errors of the embedded AWS: AWS's errors with their rule, and misuse of the simulator."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.rules import Rule

ACCESS_DENIED = "AccessDeniedException"
CONFLICT = "ConflictException"
NOT_FOUND = "ResourceNotFoundException"
VALIDATION = "ValidationException"

# SageMaker's own codes do not end in "Exception". Source: SageMaker service model.
STUDIO_IN_USE = "ResourceInUse"
STUDIO_LIMIT = "ResourceLimitExceeded"
STUDIO_NOT_FOUND = "ResourceNotFound"


class SimulatorError(Exception):
    """The embedded AWS was used in a way that no AWS call can express."""


class UnknownNameError(SimulatorError):
    """A call from Python named a user, group, domain or profile that does not exist."""


class OperationRefusedError(SimulatorError):
    """A user tried something that Studio or Identity Center does not allow."""


class UnknownPolicyError(SimulatorError):
    """A policy uses something that the simulator does not evaluate; it does not guess."""


class ServiceError(Exception):
    """An error as an AWS service returns it, with the simulator's rule that caused it.

    `members` are the further members of the error body (ResourceType, Reason, ...).
    """

    def __init__(self, rule: "Rule", code: str, message: str, members: dict[str, str]) -> None:
        super().__init__(f"{code}: {message} [{rule.id}]")
        self.rule = rule
        self.code = code
        self.message = message
        self.members = members


def refuse(rule: "Rule", code: str, message: str, **members: str) -> ServiceError:
    """Return the error to raise for a request that breaks `rule`."""
    return ServiceError(rule, code, message, members)
