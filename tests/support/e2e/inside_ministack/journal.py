"""Writes down whose sessions begin, and what MiniStack decides about requests, line by line.

A line is JSON: `session` (a session's ARN and its session policies), `action` (a request and
whether policies of the caller allow it) or `trusts` (a role that was to be assumed, and whether it
trusts the caller).
"""

import importlib
import json
import threading
from pathlib import Path
from typing import Any

_LOCK = threading.Lock()


def keep_journal(path: str) -> None:
    """Write to a file from now on."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    sts: Any = importlib.import_module("ministack.services.sts")
    register, enforce = sts.register_session, evaluator.enforce
    evaluate_trust = evaluator.evaluate_trust_policy

    def write(**entry: Any) -> None:  # noqa: ANN401 (whatever MiniStack has)
        line = json.dumps(entry, default=str) + "\n"
        with _LOCK, Path(path).open("a", encoding="utf-8") as journal:
            journal.write(line)

    def register_session(key: str, session: dict[str, Any]) -> None:
        register(key, session)
        write(key=key, session=session["Arn"], limits=session.get("SessionPolicies"))

    def enforce_and_tell(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (MiniStack's values)
        context = service_context or {}
        denied = enforce(access_key_id, iam_action, service, region, resource_arn, context)
        write(
            key=access_key_id,
            action=iam_action,
            resource=resource_arn,
            context=context,
            allowed=denied is None,
        )
        return denied

    def evaluate_trust_and_tell(document: Any, caller: str, context: Any = None) -> Any:  # noqa: ANN401
        trusted = evaluate_trust(document, caller, context)
        if context is not None:
            write(
                principal=caller,
                trusts=context.resource_arn,
                context=context.service_context,
                allowed=trusted,
            )
        return trusted

    sts.register_session = register_session
    evaluator.enforce = enforce_and_tell
    evaluator.evaluate_trust_policy = evaluate_trust_and_tell
