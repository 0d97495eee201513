"""Findings of cdk-nag's AwsSolutions pack that are meant to be so, each with its reason."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import Acknowledgment, Validations
from constructs import Construct

from spoke.infrastructure.statements import texts

_VARIABLE = re.compile(r"\$\{([^}]*:[^}]*)\}")
_IAM5 = "AwsSolutions::AwsSolutions-IAM5"


def acknowledge_declared(role: Construct, statements: Iterable[Mapping[str, Any]]) -> None:
    """Acknowledge the wildcards that the file of execution roles declares for a role."""
    found = {
        f"{kind}::{text}"
        for statement in statements
        for kind in ("Action", "Resource")
        for text in texts(statement.get(kind))
        if "*" in text
    }
    for each in sorted(found):
        # As the pack writes them, IAM's own variables too.
        finding = each.replace("${partition}", "<AWS::Partition>")
        finding = finding.replace("${account}", "<AWS::AccountId>")
        finding = _VARIABLE.sub(r"<!\1>", finding)
        _acknowledge(
            role,
            f"[{finding}]",
            "declared in spoke/execution_roles.yaml, whose reader refuses whole services, IAM and "
            "passing any role; a permissions boundary bounds it",
        )


def acknowledge_access(role: Construct) -> None:
    """Acknowledge the wildcards of the access role, which tests/infrastructure asserts in full."""
    _acknowledge(
        role,
        "",
        "profiles, apps and spaces are made while the hub works, so none has a name beforehand; "
        "listing has no resource-level permission; tags and sharing types are the limit",
    )


def _acknowledge(role: Construct, finding: str, reason: str) -> None:
    Validations.of(role).acknowledge(Acknowledgment(id=f"{_IAM5}{finding}", reason=reason))
