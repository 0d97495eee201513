"""Serves a hub's tables and queues over HTTP, for a program outside this process.

moto answers for them. `simulator.server` serves the services that moto lacks.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from cli.deployed import STACK

_LOOPBACK = "127.0.0.1"
# Source: AWS general reference, Signature Version 4.
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
# moto is not thread-safe.
_ONE_AT_A_TIME = threading.Lock()
# Source: CloudFormation's API reference, DescribeStacks.
_OUTPUT = "<member><OutputKey>{}</OutputKey><OutputValue>{}</OutputValue></member>"
_STACKS = (
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
    "<DescribeStacksResult><Stacks><member>"
    "<StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>"
    "<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>{outputs}</Outputs>"
    "</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
)


@contextmanager
def served_hub(outputs: Mapping[str, str]) -> Iterator[str]:
    """Serve on a free port of loopback and yield the URL; enter it inside `mock_aws`.

    Every stack is the hub's, with these outputs: moto's CloudFormation needs what is not locked.
    """

    class Handler(_Handler):
        """Answers with the outputs of this hub."""

        stacks = _STACKS.format(
            name=STACK, outputs="".join(_OUTPUT.format(*each) for each in outputs.items())
        )

    server = ThreadingHTTPServer((_LOOPBACK, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{_LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection; the signature names the service and the Region that a request is for."""

    protocol_version = "HTTP/1.1"
    stacks: str

    def do_POST(self) -> None:
        """Answer a request as moto does; about stacks, with the hub's."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        scope = _SCOPE.search(self.headers.get("Authorization", ""))
        assert scope, "the request is not signed"
        region, service = scope.groups()
        if service == "cloudformation":
            self._send(HTTPStatus.OK, self.stacks)
            return
        host = f"{service}.{region}.amazonaws.com"
        url, headers = f"https://{host}{self.path}", HTTPHeaders()
        for name, value in (dict(self.headers) | {"Host": host}).items():
            headers[name] = value
        request = AWSPreparedRequest("POST", url, headers, body, stream_output=False)
        with _ONE_AT_A_TIME:
            answer = botocore_stubber.process_request(request)
        assert answer, f"moto does not know {url}"
        status, _, text = answer
        self._send(status, text)

    def _send(self, status: int, text: str | bytes) -> None:
        content = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Write no access log."""
