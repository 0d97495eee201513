"""Serves the Identity Store, assignments and Studio over HTTP, for programs outside this process.

It serves only the services of `simulator.moto_backend`. It does not verify signatures.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from simulator.errors import ServiceError
from simulator.moto_backend import SERVICES, EmbeddedServices
from simulator.request_parts import signed_with
from simulator.validation import validate

_LOOPBACK = "127.0.0.1"
# How many seconds a silent connection may hold its thread.
_PATIENCE = 30


@dataclass(frozen=True, slots=True)
class ServedCall:
    """A request that came in, before it is answered."""

    service: str
    operation: str
    access_key: str
    account: str
    region: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Office:
    """The services, and what is needed to identify a caller."""

    aws: EmbeddedServices
    account_of: Callable[[str], str]
    hear: Callable[[ServedCall], None]
    lock: AbstractContextManager[object]

    def answer(self, target: str, authorization: str, body: bytes) -> dict[str, Any]:
        """Return the answer to a request, or raise ServiceError."""
        prefix, _, operation = target.partition(".")
        service = SERVICES[prefix]
        key, region = signed_with(authorization)
        account = self.account_of(key)
        request = json.loads(body or b"{}")
        # The services are not thread-safe.
        with self.lock:
            self.hear(ServedCall(service, operation, key, account, region, request))
            validate(service, operation, request)
            return self.aws.answer(service, operation, account, region, request)


@contextmanager
def served(
    aws: EmbeddedServices,
    *,
    account_of: Callable[[str], str],
    hear: Callable[[ServedCall], None] = lambda _: None,
    lock: AbstractContextManager[object] | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """Serve on a free port of loopback and yield the URL.

    `account_of` returns the account of an access key. `hear` is called with each request before it
    is answered. Both run under `lock`; code that reads the services meanwhile must take it too.
    """
    office = _Office(aws, account_of, hear, lock or threading.Lock())

    class Handler(_Handler):
        """Answers with the services of this server."""

        answer = staticmethod(office.answer)

    server = ThreadingHTTPServer((_LOOPBACK, 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        # The handshake runs in the connection's own thread: a slow one must not block the others.
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    # Every 50 ms the server looks whether it is to stop.
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://{_LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection; speaks AWS's JSON protocol 1.1, errors included."""

    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE
    answer: Callable[[str, str, bytes], dict[str, Any]]

    def do_POST(self) -> None:
        """Answer a request; an unexpected error is a server error, which clients retry."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "")
        try:
            answer = self.answer(target, self.headers.get("Authorization", ""), body)
        except ServiceError as error:
            answer = {"__type": error.code, "Message": error.message, **error.members}
            self._send(HTTPStatus.BAD_REQUEST, answer, error.code)
        except KeyError as error:
            answer = {"__type": "UnknownOperationException", "Message": f"{target}: {error}"}
            self._send(HTTPStatus.BAD_REQUEST, answer, answer["__type"])
        else:
            self._send(HTTPStatus.OK, answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Write no access log."""

    def _send(self, status: HTTPStatus, body: Mapping[str, Any], error: str = "") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        if error:
            self.send_header("X-Amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(content)
