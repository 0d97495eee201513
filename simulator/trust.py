"""Evaluates trust policies; it never guesses what it does not simulate."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from simulator.errors import UnknownPolicyError

EXTERNAL_ID = "sts:ExternalId"
PRINCIPAL_ARN = "aws:PrincipalArn"
PRINCIPAL_ORG_ID = "aws:PrincipalOrgID"
ROLE_SESSION_NAME = "sts:RoleSessionName"
SOURCE_IDENTITY = "sts:SourceIdentity"
ASSUME = "sts:AssumeRole"
SET_SOURCE_IDENTITY = "sts:SetSourceIdentity"

# Anything outside these tables raises UnknownPolicyError: rule trust.unknown-condition.
_KEYS = {
    key.casefold(): key
    for key in (EXTERNAL_ID, PRINCIPAL_ARN, PRINCIPAL_ORG_ID, ROLE_SESSION_NAME, SOURCE_IDENTITY)
}
_STATEMENT = {"Sid", "Effect", "Principal", "Action", "Condition"}
_NOT_PEOPLE = {"Service", "Federated"}
_ARN_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: an account, and the role and session if it is an assumed-role session.

    `role_arn` is the role's ARN with its path, `session_arn` the arn:...:assumed-role/... one.
    """

    account: str
    role_arn: str | None = None
    session_arn: str | None = None


def allows(
    document: Mapping[str, Any],
    caller: Caller,
    context: Mapping[str, str],
    action: str = ASSUME,
) -> bool:
    """Return whether a trust policy lets a caller assume its role, or set the session's identity.

    `context` holds the request's condition keys (sts:ExternalId, sts:RoleSessionName,
    sts:SourceIdentity, aws:PrincipalOrgID). aws:PrincipalArn comes from the caller. A missing key
    does not match. Raises UnknownPolicyError for an operator, key or principal that is not
    simulated.
    """
    values = dict(context)
    if caller.role_arn is not None:  # trust.principal-arn
        values[PRINCIPAL_ARN] = caller.role_arn
    effects = {
        statement["Effect"]
        for statement in _many(document.get("Statement", ()))
        if _applies(statement, caller, values, action)
    }
    unknown = effects - {"Allow", "Deny"}
    if unknown:
        raise UnknownPolicyError(f"Effect {sorted(unknown)}")
    return effects == {"Allow"}


def _applies(
    statement: Mapping[str, Any], caller: Caller, values: Mapping[str, str], asked: str
) -> bool:
    unknown = set(statement) - _STATEMENT
    if unknown:
        raise UnknownPolicyError(f"statement elements {sorted(unknown)}")
    return (
        any(
            _like(str(action).casefold(), asked.casefold()) for action in _many(statement["Action"])
        )
        and _is_principal(statement["Principal"], caller)
        and _holds(statement.get("Condition", {}), values)
    )


def _is_principal(principal: object, caller: Caller) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping) or set(principal) - _NOT_PEOPLE - {"AWS"}:
        raise UnknownPolicyError(f"principal {principal}")
    matches = [_is_aws(str(each), caller) for each in _many(principal.get("AWS", ()))]
    return any(matches)


def _is_aws(principal: str, caller: Caller) -> bool:
    if principal == "*":
        return True
    if re.fullmatch(r"\d{12}", principal):
        return principal == caller.account
    match principal.split(":", 5):
        case ["arn", _, "iam", "", account, "root"]:
            return account == caller.account
        case ["arn", _, "iam", "", _, name] if name.startswith("role/"):
            return principal == caller.role_arn
        case ["arn", _, "sts", "", _, name] if name.startswith("assumed-role/"):
            return principal == caller.session_arn
        case ["arn", _, "iam", "", _, name] if name.startswith("user/"):
            return False  # the simulator's callers are roles
        case _:
            raise UnknownPolicyError(f"principal {principal}")


def _holds(condition: Mapping[str, Mapping[str, Any]], values: Mapping[str, str]) -> bool:
    results: list[bool] = []
    for operator, keys in condition.items():
        compare = _OPERATORS.get(operator.casefold())
        if compare is None:
            raise UnknownPolicyError(f"condition operator {operator}")
        for key, wanted in keys.items():
            name = _KEYS.get(key.casefold())
            if name is None:
                raise UnknownPolicyError(f"condition key {key}")
            patterns = [str(each) for each in _many(wanted)]
            if any("${" in pattern for pattern in patterns):
                raise UnknownPolicyError(f"policy variable in {patterns}")
            value = values.get(name)
            results.append(value is not None and any(compare(each, value) for each in patterns))
    return all(results)


def _equal(pattern: str, value: str) -> bool:
    return pattern == value


def _like(pattern: str, value: str) -> bool:
    return _wildcards(pattern).fullmatch(value) is not None


def _arn_like(pattern: str, value: str) -> bool:
    wanted, given = pattern.split(":", 5), value.split(":", 5)
    if len(wanted) < _ARN_FIELDS or len(given) < _ARN_FIELDS:
        return False
    return all(_like(*pair) for pair in zip(wanted, given, strict=True))


@cache
def _wildcards(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each) or re.escape(each) for each in pattern), re.DOTALL)


def _many(value: Any) -> Sequence[Any]:  # noqa: ANN401 -- policies write one or a list of anything
    return value if isinstance(value, list | tuple) else [value]


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": _equal,
    "stringlike": _like,
    "arnequals": _arn_like,
    "arnlike": _arn_like,
}
