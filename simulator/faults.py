"""Scripted faults: calls that AWS fails, by service, operation and account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from xml.sax.saxutils import escape

# Source: the HTTP statuses that AWS returns for these common errors; all others return 400.
_STATUS: Final = {
    "InternalError": HTTPStatus.INTERNAL_SERVER_ERROR,
    "InternalFailure": HTTPStatus.INTERNAL_SERVER_ERROR,
    "InternalServerError": HTTPStatus.INTERNAL_SERVER_ERROR,
    "InternalServerException": HTTPStatus.INTERNAL_SERVER_ERROR,
    "ServiceUnavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "ServiceUnavailableException": HTTPStatus.SERVICE_UNAVAILABLE,
}
XML_SERVICES: Final = frozenset({"sts", "iam"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the hub to AWS; `accounts` are the accounts that it concerns."""

    service: str
    operation: str
    accounts: frozenset[str]


@dataclass(slots=True)
class Fault:
    """Fails matching calls: the next `times`, or every nth call without end.

    `members` are the further members of the error: Reason, ResourceType. XML errors have none.
    """

    service: str
    operation: str
    error: str
    account: str | None = None
    times: int | None = None
    every: int | None = None
    members: Mapping[str, str] = field(default_factory=dict)
    _seen: int = field(default=0, init=False)

    def strikes(self, call: Call) -> bool:
        """Count this call if it matches, and return whether it fails."""
        if (self.service, self.operation) != (call.service, call.operation):
            return False
        if self.account is not None and self.account not in call.accounts:
            return False
        self._seen += 1
        if self.every is not None:
            return self._seen % self.every == 0
        return self._seen <= (self.times or 1)

    def answer(self) -> tuple[int, dict[str, str], str]:
        """Return the failure as HTTP status, headers and body, in the service's protocol."""
        status = _STATUS.get(self.error, HTTPStatus.BAD_REQUEST)
        message = f"{self.error}, as the scenario says"
        if self.service in XML_SERVICES:
            kind = "Receiver" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Sender"
            body = (
                f"<ErrorResponse><Error><Type>{kind}</Type><Code>{escape(self.error)}</Code>"
                f"<Message>{escape(message)}</Message></Error></ErrorResponse>"
            )
            return status, {"content-type": "text/xml"}, body
        body = json.dumps(
            {"__type": self.error, "message": message, "Message": message, **self.members}
        )
        return status, {"content-type": "application/x-amz-json-1.1"}, body
