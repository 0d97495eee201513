"""Reads the file of group-level execution roles; every mistake is told at once, with its role.

It refuses what would let a notebook give itself more: everything at once, IAM beyond passing roles,
and passing a role to anything but a named service.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from shared.errors import PermanentError
from spoke.infrastructure.statements import STATEMENT_KEYS, mistakes

Statement = Mapping[str, Any]

# Sources: IAM quotas (names, descriptions, managed policies, size of all inline policies together).
_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
_LONGEST_DESCRIPTION = 1000
_MOST_MANAGED = 10
_LARGEST_POLICY = 10_240
_MANAGED = re.compile(r"arn:\$\{partition\}:iam::(aws|\$\{account\}):policy/[\w+=,.@/-]+")
_ROLE_KEYS = ("description", "managed_policies", "includes", "statements")


class ExecutionRolesError(PermanentError):
    """A file of roles that nothing can be made of; the message lists every mistake in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRole:
    """A group-level execution role; its texts may hold `${partition}` and the like."""

    name: str
    description: str
    managed_policies: tuple[str, ...]
    statements: tuple[Statement, ...]


def read_execution_roles(text: str) -> tuple[ExecutionRole, ...]:
    """Return the roles that the file declares, in its order.

    Raises:
        ExecutionRolesError: it names every mistake, where it is, and what to do.
    """
    try:
        declared = yaml.load(text, Loader=_OnceOnly)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise ExecutionRolesError(f"the file of execution roles is no YAML: {error}") from error
    reader = _Reader()
    roles = reader.roles(declared)
    if reader.mistakes:
        raise ExecutionRolesError(
            "the file of execution roles is wrong:\n"
            + "\n".join(f"  {mistake}" for mistake in reader.mistakes)
        )
    return roles


class _OnceOnly(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML would take the last and lose a role."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice: keep one", node.start_mark
                )
        return super().construct_mapping(node, deep=deep)


class _Reader:
    """Reads role by role and keeps every mistake."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def roles(self, declared: object) -> tuple[ExecutionRole, ...]:
        file = self._mapping("file", declared, ("statement_sets", "roles"))
        sets = {
            name: self._statements(f"statement set {name}", listed)
            for name, listed in self._mapping(
                "statement_sets", file.get("statement_sets", {})
            ).items()
        }
        named = self._mapping("roles", file.get("roles"))
        roles = [self._role(str(name), value, sets) for name, value in named.items()]
        # IAM compares names without regard to case.
        folded = [role.name.casefold() for role in roles]
        for role in roles:
            if folded.count(role.name.casefold()) > 1:
                self._wrong(role.name, "another role differs only in case: rename one")
        return tuple(roles)

    def _role(
        self, name: str, value: object, sets: Mapping[str, tuple[Statement, ...]]
    ) -> ExecutionRole:
        if not _NAME.fullmatch(name):
            self._wrong(name, "is no role name: use 1 to 64 of letters, digits and +=,.@_-")
        role = self._mapping(name, value, _ROLE_KEYS)
        description = role.get("description")
        if not isinstance(description, str) or not 0 < len(description) <= _LONGEST_DESCRIPTION:
            self._wrong(name, f"description: write 1 to {_LONGEST_DESCRIPTION} characters")
        statements: list[Statement] = []
        for included in self._list(name, "includes", role.get("includes", [])):
            if included in sets:
                statements += sets[included]
            else:
                known = ", ".join(sets) or "there is none"
                self._wrong(name, f"includes: no statement set {included!r}; known: {known}")
        statements += self._statements(name, role.get("statements", []))
        self._whole_policy(name, statements)
        return ExecutionRole(
            name=name,
            description=str(description),
            managed_policies=self._managed(name, role.get("managed_policies", [])),
            statements=tuple(statements),
        )

    def _managed(self, name: str, value: object) -> tuple[str, ...]:
        listed = self._list(name, "managed_policies", value)
        if len(listed) > _MOST_MANAGED:
            self._wrong(name, f"managed_policies: {len(listed)} of at most {_MOST_MANAGED}")
        for arn in listed:
            if not isinstance(arn, str) or not _MANAGED.fullmatch(arn):
                self._wrong(
                    name,
                    f"managed_policies: {arn!r} is not allowed; write "
                    "arn:${partition}:iam::aws:policy/<name>, or ${account} for one of your own",
                )
        return tuple(map(str, listed))

    def _whole_policy(self, name: str, statements: list[Statement]) -> None:
        sids = [statement.get("Sid") for statement in statements]
        for sid in sorted({str(sid) for sid in sids if sids.count(sid) > 1}):
            self._wrong(name, f"Sid {sid} stands twice: a Sid is unique in a role")
        size = len(json.dumps(statements, separators=(",", ":")))
        if size > _LARGEST_POLICY:
            self._wrong(
                name,
                f"its statements have {size} characters and IAM allows {_LARGEST_POLICY}: "
                "move some into a managed policy",
            )

    def _statements(self, where: str, value: object) -> tuple[Statement, ...]:
        listed = self._list(where, "statements", value)
        return tuple(self._statement(where, item) for item in listed)

    def _statement(self, where: str, value: object) -> Statement:
        statement = self._mapping(f"{where}: statement", value, STATEMENT_KEYS)
        sid = statement.get("Sid")
        if not isinstance(sid, str) or not sid.isalnum():
            self._wrong(where, f"Sid {sid!r}: give each statement one, of letters and digits")
        where = f"{where}: {sid}"
        for mistake in mistakes(statement):
            self._wrong(where, mistake)
        return statement

    def _mapping(
        self, where: str, value: object, keys: tuple[str, ...] | None = None
    ) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self._wrong(where, f"{value!r} is no mapping of names to values")
            return {}
        for key in value:
            if keys is not None and key not in keys:
                self._wrong(where, f"{key!r} is not known; allowed: {', '.join(keys)}")
        return value

    def _list(self, where: str, key: str, value: object) -> list[Any]:
        if isinstance(value, list):
            return value
        self._wrong(where, f"{key}: {value!r} is no list")
        return []

    def _wrong(self, where: str, mistake: str) -> None:
        self.mistakes.append(f"{where}: {mistake}")
