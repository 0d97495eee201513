"""Suppresses intended findings of cdk-nag's AwsSolutions pack, each with its reason."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import Construct

from shared.conventions import ROLE_PATH
from spoke.infrastructure.placeholders import Placeholders
from spoke.infrastructure.statements import texts

_VARIABLE = re.compile(r"\$\{([^}]*:[^}]*)\}")
_IAM5 = "AwsSolutions::AwsSolutions-IAM5"


def acknowledge_declared(
    made: Construct, statements: Iterable[Mapping[str, Any]], declared: Placeholders
) -> None:
    """Acknowledge the wildcards that the file of execution roles declares for a role or policy."""
    found = {
        f"{kind}::{text}"
        for statement in statements
        for kind in ("Action", "Resource")
        for text in texts(statement.get(kind))
        if "*" in text
    }
    for each in sorted(found):
        _acknowledge(
            made,
            f"[{_as_written(made, each, declared)}]",
            "declared in spoke/execution_roles.yaml, whose reader refuses whole services, IAM and "
            "passing any role; the parameter PermissionsBoundaryArn may bound it",
        )


def _as_written(made: Construct, found: str, declared: Placeholders) -> str:
    """Return a wildcard as the pack writes it, IAM's own variables and lists too."""
    kind, _, text = found.partition("::")
    filled = declared.fill_in(text)
    if isinstance(filled, list):
        written = Stack.of(made).resolve(filled)
        return f"{kind}::{json.dumps(written, separators=(',', ':'))}"
    finding = found.replace("${prefix}", declared.text("${prefix}"))
    finding = finding.replace("${partition}", "<AWS::Partition>")
    finding = finding.replace("${account}", "<AWS::AccountId>")
    return _VARIABLE.sub(r"<!\1>", finding)


def acknowledge_access(role: Construct) -> None:
    """Acknowledge each wildcard of the hub's roles here; another one stops the synthesis."""
    studio = "Resource::arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>"
    reasons = {
        **{
            f"{studio}:{kind}/*": "made while the hub works, so none has a name beforehand; tags "
            "and sharing types are the limit"
            for kind in ("app", "domain", "space", "user-profile")
        },
        f"Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role{ROLE_PATH}*": "the roles of "
        "groups: mapping rows name them, and all of them are made for Studio users",
        "Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/*": "rows and domains name "
        "roles of any path; nothing but their metadata is read",
        "Action::sagemaker:*UserProfile": "it is denied, for each setting that has a condition key",
        "Resource::*": "listing has no resource-level permission, and what is denied is denied "
        "on everything",
    }
    for finding, reason in reasons.items():
        _acknowledge(role, f"[{finding}]", reason)


def acknowledge_unread(policy: Construct) -> None:
    """Acknowledge that the pack cannot read resources that come from a parameter."""
    _acknowledge(policy, "", "the parameter's pattern refuses wildcards")


def _acknowledge(role: Construct, finding: str, reason: str) -> None:
    Validations.of(role).acknowledge(Acknowledgment(id=f"{_IAM5}{finding}", reason=reason))
