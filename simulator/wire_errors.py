"""Encodes errors for the wire: the bodies of the JSON services, and the XML of STS and IAM."""

import json
from xml.sax.saxutils import escape

from werkzeug.exceptions import HTTPException

from simulator.errors import ServiceError

BAD_REQUEST, FORBIDDEN, NOT_FOUND = 400, 403, 404
JSON = {"Content-Type": "application/x-amz-json-1.1"}
# Of the errors that have another status than 400.
_STATUSES = {"AccessDenied": FORBIDDEN, "NoSuchEntity": NOT_FOUND}


def json_error(error: ServiceError) -> tuple[int, dict[str, str], str]:
    """Return the status, headers and body of a ServiceError; the body has its further members."""
    body = {"__type": error.code, "Message": error.message, **error.members}
    return BAD_REQUEST, JSON | {"X-Amzn-ErrorType": error.code}, json.dumps(body)


class XmlError(HTTPException):
    """An error in the XML of the query protocol.

    `status` is werkzeug's `code`, which may be None there.
    """

    def __init__(self, code: str, message: str) -> None:
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
            "</Error></ErrorResponse>"
        )
        super().__init__(description=body)
        self.code = self.status = _STATUSES.get(code, BAD_REQUEST)

    def get_headers(self, *_: object, **__: object) -> list[tuple[str, str]]:
        """Return the content type."""
        return [("Content-Type", "text/xml")]
