"""Statements of IAM policies, and the mistakes of one that is declared for an execution role."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from aws_cdk import Fn, Token

# The placeholders of the file. IAM's own policy variables contain a colon, these do not.
PLACEHOLDERS = ("partition", "account", "role_arn", "prefix")
# Placeholders for several texts at once, each from a parameter of the stack.
LISTS = (
    "data_buckets",
    "image_registries",
    "instance_types",
    "job_security_groups",
    "job_subnets",
    "remote_access",
)
STATEMENT_KEYS = ("Sid", "Effect", "Action", "Resource", "Condition")

_PLACEHOLDER = re.compile(r"\$\{([^}:]*)\}")
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]+")


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy document of some statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def substituted(value: Any) -> Any:  # noqa: ANN401 (a JSON value of any depth)
    """Return a value whose texts with `${...}` are filled in by CloudFormation.

    It uses Fn::Sub, which is shorter than tokens: the CDK deploys no template of more than 50 KiB,
    as it writes it, without a bucket.
    """
    match value:
        case str():
            named = "${" in value and not Token.is_unresolved(value)
            return Fn.sub(value) if named else value
        case list():
            return [substituted(item) for item in value]
        case dict():
            return {key: substituted(item) for key, item in value.items()}
    return value


def mistakes(statement: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a statement, and what to do about it."""
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        yield f"Effect {effect!r}: write Allow or Deny"
    actions, resources = (texts(statement.get(key)) for key in ("Action", "Resource"))
    if not actions:
        yield "Action: write an action or a list of them"
    if not resources:
        yield "Resource: write an ARN or a list of them"
    if not isinstance(statement.get("Condition", {}), dict):
        yield "Condition: write an operator, below it keys with values"
    for name in sorted(set(placeholders(statement)) - {*PLACEHOLDERS, *LISTS}):
        known = ", ".join(f"${{{known}}}" for known in PLACEHOLDERS)
        yield f"${{{name}}} is not known; there are {known}, the lists and IAM's variables"
    for text in _all_texts(dict(statement), inside=False):
        yield from _misplaced_list(text)
    if effect == "Allow":
        for action in actions:
            yield from _too_much(action, statement)


def placeholders(value: object) -> tuple[str, ...]:
    """Return the names of a statement's placeholders; IAM's own variables are not among them."""
    return tuple(_PLACEHOLDER.findall(str(value)))


def texts(value: object) -> tuple[str, ...]:
    """Return a text or a list of texts as texts; nothing if it is neither."""
    listed: list[object] = value if isinstance(value, list) else [value]
    found = tuple(item for item in listed if isinstance(item, str) and item)
    return found if len(found) == len(listed) else ()


def _all_texts(value: object, *, inside: bool) -> Iterator[tuple[str, bool]]:
    """Yield every text of a JSON value, and whether it is an item of a list."""
    match value:
        case str():
            yield value, inside
        case list():
            for item in value:
                yield from _all_texts(item, inside=True)
        case dict():
            for item in value.values():
                yield from _all_texts(item, inside=False)


def _misplaced_list(found: tuple[str, bool]) -> Iterator[str]:
    text, inside = found
    names = placeholders(text)
    for name in sorted(set(names) & set(LISTS)):
        if inside:
            yield f"${{{name}}} is a list: its text stands alone, and is no item of another"
        if set(names) - {name, "prefix"} or names.count(name) > 1:
            yield f"${{{name}}} is a list: beside it a text may hold only ${{prefix}}"


def _too_much(action: str, statement: Mapping[str, Any]) -> Iterator[str]:
    if not _ACTION.fullmatch(action):
        yield f"{action} allows too much or is no action: write <service>:<Action>"
        return
    service, _, name = action.partition(":")
    if name == "*":
        yield f"{action} allows all of a service: list the actions that are needed"
    if service == "iam" and name != "PassRole":
        yield f"{action}: a role may not change or read IAM; only iam:PassRole is allowed"
    if action == "iam:PassRole":
        if "*" in texts(statement.get("Resource")):
            yield "iam:PassRole on every role: name the roles, for example ${role_arn}"
        if "iam:PassedToService" not in str(statement.get("Condition")):
            yield "iam:PassRole needs the condition iam:PassedToService"
