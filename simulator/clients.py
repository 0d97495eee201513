"""Caches what botocore computes for every client, so that cold starts stay cheap."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from inspect import CO_VARKEYWORDS
from typing import Any

import botocore.handlers
import botocore.hooks
import botocore.regions
import botocore.session
import botocore.useragent
import botocore.utils
from botocore.args import ClientArgsCreator
from botocore.client import BaseClient, ClientCreator
from botocore.compat import accepts_kwargs
from botocore.endpoint import EndpointCreator
from botocore.endpoint_provider import EndpointProvider
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.httpsession import URLLib3Session
from botocore.loaders import Loader, create_loader
from botocore.model import ServiceModel
from botocore.paginate import PageIterator, Paginator
from botocore.regions import EndpointResolverBuiltins, EndpointRulesetResolver
from botocore.session import Session
from botocore.useragent import sanitize_user_agent_string_component
from botocore.validate import ParamValidator
from jmespath.parser import ParsedResult

from simulator.handler_trees import Handlers, shared
from simulator.isolation import replace
from simulator.known_shapes import validate

_class_of = ClientCreator._create_client_class  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way in)
_model_of = ClientCreator._load_service_model  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
_clean = cache(sanitize_user_agent_string_component)
_paginator_of = BaseClient.get_paginator
_searched: Any = ParsedResult.search
_endpoint_of = EndpointRulesetResolver.construct_endpoint
# Every session has the same aliases, and every client reads all of them once.
_aliaser: Any = EventAliaser(HierarchicalEmitter())
_alias = cache(partial(EventAliaser._alias_event_name, _aliaser))  # type: ignore[attr-defined]  # noqa: SLF001 (as above)


_registered = Session._register_builtin_handlers  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
# The key is what is registered.
_builtin: dict[tuple[Any, ...], Any] = {}
_models: dict[tuple[str, str | None], ServiceModel] = {}
_classes: dict[str, Any] = {}
# The key is the id() of a ruleset. The entry keeps the ruleset alive, so no other object can get
# its id.
_providers: dict[int, tuple[dict[str, Any], EndpointProvider]] = {}
# A resolver's attribute for the endpoints that it knows.
_KNOWN = "_known_endpoints"
# The key is the id() of a provider, which is kept alive too, and the settings of a client.
_endpoints: dict[tuple[Any, ...], dict[tuple[Any, ...], Any]] = {}


@contextmanager
def shared_models() -> Iterator[None]:
    """Make every botocore session share its parsed models, and what depends on them alone.

    Parsing SageMaker's model takes longer than most scenarios.
    """
    with ExitStack() as undo:
        replace(undo, botocore.session, "create_loader", _loader)
        replace(undo, ClientCreator, "_load_service_model", _model)
        replace(undo, ClientCreator, "_create_client_class", _class)
        replace(undo, EventAliaser, "_alias_event_name", lambda _, name: _alias(name))
        replace(undo, botocore.useragent, "sanitize_user_agent_string_component", _clean)
        replace(undo, botocore.regions, "EndpointProvider", _provider)
        replace(undo, EndpointRulesetResolver, "construct_endpoint", _endpoint)
        replace(undo, botocore.hooks, "accepts_kwargs", _accepts_kwargs)
        replace(undo, Session, "_register_builtin_handlers", _register_builtin)
        replace(undo, Handlers, "__copy__", shared)
        # No request leaves the process, so the search for proxies in the environment is wasted
        # time.
        replace(undo, EndpointCreator, "_get_proxies", lambda _, __: {})
        replace(undo, botocore.utils, "get_environ_proxies", lambda _: {})
        # It would read all certificates for each client.
        replace(undo, URLLib3Session, "__init__", _no_connection)
        # There is no client of S3.
        replace(
            undo, ClientArgsCreator, "compute_s3_config", lambda _, config: config and config.s3
        )
        replace(undo, BaseClient, "get_paginator", _paginator)
        replace(undo, PageIterator, "_make_request", _request_page)
        replace(undo, ParsedResult, "search", _search)
        undo.callback(_builtin.clear)
        replace(undo, ParamValidator, "validate", validate)
        yield


def _register_builtin(session: Any, events: Any) -> None:  # noqa: ANN401 (botocore's own)
    """Give a session the tree of botocore's own handlers; it registers a hundred of them anew."""
    handlers, key = session._original_handler._handlers, tuple(botocore.handlers.BUILTIN_HANDLERS)  # noqa: SLF001 (there is no other way in)
    if handlers._root["children"]:  # noqa: SLF001 (as above)
        # Somebody gave the session handlers of its own.
        _registered(session, events)
    elif key not in _builtin:
        _registered(session, events)
        _builtin[key] = shared(handlers)
    else:
        session._original_handler._handlers = shared(_builtin[key])  # noqa: SLF001 (as above)


def _no_connection(_: URLLib3Session, **__: object) -> None:
    """Leave the session without pools: no request gets that far."""


def _paginator(client: Any, operation: str) -> Any:  # noqa: ANN401 (botocore's own)
    """Return a paginator; botocore makes a new class with a docstring for each."""
    if not client.can_paginate(operation):
        return _paginator_of(client, operation)
    name = client.meta.method_to_api_mapping[operation]
    method, config = getattr(client, operation), client._cache["page_config"][name]  # noqa: SLF001 (as above)
    return Paginator(method, config, client.meta.service_model.operation_model(name))


def _request_page(pages: Any, request: dict[str, Any]) -> Any:  # noqa: ANN401 (botocore's own)
    """Return a page; botocore notes its paginator in the user agent, which nobody reads here."""
    return pages._method(**request)  # noqa: SLF001 (as above)


def _search(expression: Any, value: Any, options: Any = None) -> Any:  # noqa: ANN401 (of jmespath)
    """Return what an expression finds; most of botocore's are the names of single members."""
    node = expression.parsed
    if node["type"] == "field" and isinstance(value, dict):
        return value.get(node["value"])
    return _searched(expression, value, options)


def _model(creator: Any, service: str, api_version: str | None = None) -> ServiceModel:  # noqa: ANN401 (botocore's own)
    key = service, api_version
    if key not in _models:
        _models[key] = _model_of(creator, service, api_version)
    return _models[key]


def _class(creator: Any, service: str, of_model: ServiceModel) -> Any:  # noqa: ANN401 (as above)
    if service not in _classes:
        _classes[service] = _class_of(creator, service, of_model)
    return _classes[service]


def _provider(ruleset_data: dict[str, Any], **more: Any) -> EndpointProvider:  # noqa: ANN401 (as above)
    key = id(ruleset_data)
    if key not in _providers:
        _providers[key] = ruleset_data, EndpointProvider(ruleset_data, **more)
    return _providers[key][1]


def _endpoint(resolver: Any, operation_model: Any, call_args: Any, request_context: Any) -> Any:  # noqa: ANN401 (as above)
    """Return the endpoint of an operation, computed once for each set of endpoint parameters."""
    if operation_model.operation_context_parameters and "arn:" in repr(call_args):
        # The account in the ARN of a table is part of its endpoint.
        return _endpoint_of(resolver, operation_model, call_args, request_context)
    shaping = [(call_args or {}).get(p.member_name) for p in operation_model.context_parameters]
    known = vars(resolver).get(_KNOWN)
    if known is None:
        known = vars(resolver)[_KNOWN] = _known_endpoints(resolver)
    key = (operation_model.name, *shaping)
    if key not in known:
        known[key] = _endpoint_of(resolver, operation_model, call_args, request_context)
    return known[key]


def _known_endpoints(resolver: Any) -> dict[tuple[Any, ...], Any]:  # noqa: ANN401 (as above)
    """Return the endpoints of a client; clients with equal settings share theirs."""
    settings = {**resolver._builtins, **(resolver._client_context or {})}  # noqa: SLF001 (as above)
    if settings.get(EndpointResolverBuiltins.ACCOUNT_ID_ENDPOINT_MODE) != "disabled":
        # The account of the client's credentials may be part of its endpoints.
        return {}
    del settings[EndpointResolverBuiltins.ACCOUNT_ID]
    key = id(resolver._provider), resolver._use_ssl, *sorted(settings.items(), key=str)  # noqa: SLF001 (as above)
    return _endpoints.setdefault(key, {})


def _accepts_kwargs(handler: Any) -> Any:  # noqa: ANN401 (anything that can be called)
    code = getattr(handler, "__code__", None)
    return accepts_kwargs(handler) if code is None else code.co_flags & CO_VARKEYWORDS


@cache
def _loader(search_path_string: str | None = None) -> Loader:
    return create_loader(search_path_string)
