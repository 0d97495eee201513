"""MiniStack with the condition keys of IAM that it lacks; it writes down sessions and decisions.

The Python of MiniStack's own environment runs it, so it imports nothing of this project. What
MiniStack 1.5.33 lacks, and IAM's user guide says (global condition context keys):

* `aws:ResourceOrgID` is the organization of the account in the resource's ARN;
* `aws:PrincipalOrgID` is that of the caller's account (MiniStack gives each account its own);
* `aws:PrincipalArn` is the role's ARN with its path, not that of the session.

How policies are evaluated is left as it is. Each line of the journal is JSON: a session that was
begun (by its access key), or a decision about a request of a role.
"""

import importlib
import json
import os
import signal
import sys
import threading
from typing import Any

_ENVIRONMENT = os.environ
_ACCOUNT_IN_ARN = 4
_LOCK = threading.Lock()


def main() -> None:
    """Serve until a signal, or until whoever began this ends."""
    app: Any = importlib.import_module("ministack.app")
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    sts: Any = importlib.import_module("ministack.services.sts")
    iam: Any = importlib.import_module("ministack.services.iam")
    _add_condition_keys(evaluator, iam)
    _keep_journal(evaluator, sts)
    # With TLS it takes port 443 too, if that is free.
    app._port_is_bindable = lambda *_: False  # noqa: SLF001 (MiniStack has no setting for it)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app.main()


def _end_with_parent() -> None:
    """Wait for the end of standard input, which the parent holds open as long as it lives."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _add_condition_keys(evaluator: Any, iam: Any) -> None:  # noqa: ANN401 (modules of MiniStack)
    members = frozenset(_ENVIRONMENT["E2E_ACCOUNTS"].split(","))

    def organization_of(account: str) -> str | None:
        return _ENVIRONMENT["E2E_ORGANIZATION"] if account in members else None

    resolve = evaluator._resolve_condition_key  # noqa: SLF001 (MiniStack offers no other way)

    def resolve_condition_key(key: str, context: Any) -> Any:  # noqa: ANN401 (MiniStack's values)
        principal = context.principal_arn
        match key.lower():
            case "aws:resourceorgid":
                parts = context.resource_arn.split(":")
                return organization_of(parts[_ACCOUNT_IN_ARN]) if len(parts) > 1 else None
            case "aws:principalorgid":
                return organization_of(context.principal_account)
            case "aws:principalarn" if ":assumed-role/" in principal:
                account, name = context.principal_account, principal.split("/")[1]
                role = iam._roles.get_scoped(account, None, name)  # noqa: SLF001 (as above)
                return role["Arn"] if role else principal
        return resolve(key, context)

    evaluator._resolve_condition_key = resolve_condition_key  # noqa: SLF001 (as above)


def _keep_journal(evaluator: Any, sts: Any) -> None:  # noqa: ANN401 (modules of MiniStack)
    register, enforce = sts.register_session, evaluator.enforce

    def register_session(key: str, session: dict[str, Any]) -> None:
        register(key, session)
        _write({"key": key, "session": session["Arn"], "limits": session.get("SessionPolicies")})

    def enforce_and_tell(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 (MiniStack's values)
        denied = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        _write(
            {
                "key": access_key_id,
                "action": iam_action,
                "resource": resource_arn,
                "context": service_context or {},
                "allowed": denied is None,
            }
        )
        return denied

    sts.register_session, evaluator.enforce = register_session, enforce_and_tell


def _write(entry: dict[str, Any]) -> None:
    line = json.dumps(entry, default=str) + "\n"
    with _LOCK, open(_ENVIRONMENT["E2E_JOURNAL"], "a", encoding="utf-8") as journal:  # noqa: PTH123 (no further import here)
        journal.write(line)


if __name__ == "__main__":
    main()
