"""Clients are made of what is parsed once: each cold start would read the models anew."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from typing import Any

import botocore.session
import botocore.useragent
from botocore.client import ClientCreator
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import Loader, create_loader
from botocore.model import ServiceModel
from botocore.useragent import sanitize_user_agent_string_component

from simulator.replacing import replace

_class_of = ClientCreator._create_client_class  # type: ignore[attr-defined]  # noqa: SLF001 (there is no other way in)
_model_of = ClientCreator._load_service_model  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
_clean = cache(sanitize_user_agent_string_component)
# Every session has the same aliases, and every client asks for all of them once.
_aliaser: Any = EventAliaser(HierarchicalEmitter())
_alias = cache(partial(EventAliaser._alias_event_name, _aliaser))  # type: ignore[attr-defined]  # noqa: SLF001 (as above)


@contextmanager
def shared_models() -> Iterator[None]:
    """Let every botocore session share its parsed models, and what is made of them alone.

    Parsing SageMaker's takes longer than most stories.
    """
    models: dict[tuple[str, str | None], ServiceModel] = {}
    classes: dict[str, Any] = {}

    def model(creator: Any, service: str, api_version: str | None = None) -> ServiceModel:  # noqa: ANN401 (botocore's own)
        key = service, api_version
        if key not in models:
            models[key] = _model_of(creator, service, api_version)
        return models[key]

    def class_(creator: Any, service: str, of_model: ServiceModel) -> Any:  # noqa: ANN401 (as above)
        if service not in classes:
            classes[service] = _class_of(creator, service, of_model)
        return classes[service]

    with ExitStack() as undo:
        replace(undo, botocore.session, "create_loader", _loader)
        replace(undo, ClientCreator, "_load_service_model", model)
        replace(undo, ClientCreator, "_create_client_class", class_)
        replace(undo, EventAliaser, "_alias_event_name", lambda _, name: _alias(name))
        replace(undo, botocore.useragent, "sanitize_user_agent_string_component", _clean)
        yield


@cache
def _loader(search_path_string: str | None = None) -> Loader:
    return create_loader(search_path_string)
