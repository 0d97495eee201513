"""Caches which moto backend answers a request, for each URL."""

import json
import re
from functools import cache
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto.backend_index import backend_url_patterns
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import Request, environ_key_for_header
from werkzeug.exceptions import HTTPException

from simulator.direct_calls import Plain, direct_call
from simulator.request_parts import SentRequest, text_of

_process = BotocoreStubber.process_request
# The key of backends that serve all Regions.
_EVERYWHERE = "aws"
_SOMEWHERE = "us-east-1"


def process_request(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:  # noqa: ANN401 (moto's own)
    """Answer as moto does; moto itself tries the patterns of all its services for every request."""
    sent = SentRequest.of(request)
    answer = route(sent.url)
    if answer is None:
        return _process(stubber, request)
    if (call := direct_call(answer, sent)) is not None:
        direct = call()
        return (HTTPStatus.OK, {}, json.dumps(direct)) if isinstance(direct, Plain) else direct
    normal = Request(_environ(request))
    try:
        return answer(normal, normal.raw_url, normal.headers)
    except HTTPException as error:
        return error.code, error.get_headers(), error.get_body()


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    """Return the WSGI environment of a request; moto uses a builder of test clients for that."""
    url = urlsplit(request.url)
    body = text_of(request.body).encode()
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path),
        "QUERY_STRING": url.query,
        "RAW_URI": url.path,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or 443),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }
    for name, value in request.headers.items():
        environ[_wsgi_name(name)] = text_of(value)
    return environ | {"CONTENT_LENGTH": str(len(body))}


_wsgi_name = cache(environ_key_for_header)


@cache
def route(url: str) -> Any:  # noqa: ANN401 (moto's own)
    """Return moto's method that answers requests to a URL; None if there is none."""
    for service, pattern in backend_url_patterns:
        if pattern.match(url):
            regions: Any = get_backend(service)[DEFAULT_ACCOUNT_ID]  # type: ignore[call-overload]
            backend = regions[_SOMEWHERE if _SOMEWHERE in regions else _EVERYWHERE]
            for path, answer in backend.urls.items():
                if re.match(path, url):
                    return answer
    return None
