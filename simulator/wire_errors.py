"""Encodes errors for the wire: the JSON services' bodies and the XML of STS."""

import json
from xml.sax.saxutils import escape

from werkzeug.exceptions import HTTPException

from simulator.errors import ServiceError

BAD_REQUEST, FORBIDDEN = 400, 403
JSON = {"Content-Type": "application/x-amz-json-1.1"}


def json_error(error: ServiceError) -> tuple[int, dict[str, str], str]:
    """Return the status, headers and body of a ServiceError; the body has its further members."""
    body = {"__type": error.code, "Message": error.message, **error.members}
    return BAD_REQUEST, JSON | {"X-Amzn-ErrorType": error.code}, json.dumps(body)


class XmlError(HTTPException):
    """A ServiceError in the XML of the query protocol; a denial has the status 403."""

    def __init__(self, error: ServiceError) -> None:
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
            "</Error></ErrorResponse>"
        )
        super().__init__(description=body)
        self.code = FORBIDDEN if error.code == "AccessDenied" else BAD_REQUEST

    def get_headers(self, *_: object, **__: object) -> list[tuple[str, str]]:
        """Return the content type."""
        return [("Content-Type", "text/xml")]
