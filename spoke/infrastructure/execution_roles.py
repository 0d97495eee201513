"""Reads the file of group-level execution roles; it reports every mistake at once, with its role.

It refuses rights by which a notebook could extend its own: all actions of a service, IAM actions
other than passing roles, and passing a role to anything but a named service.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from shared.errors import PermanentError
from spoke.infrastructure.statements import STATEMENT_KEYS, mistakes, placeholders

Statement = Mapping[str, Any]

# Sources: IAM quotas (names, descriptions, managed policies and the size of one, size of all inline
# policies together).
_NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
_LONGEST_DESCRIPTION = 1000
_MOST_MANAGED = 10
_LARGEST_MANAGED = 6_144
_LARGEST_POLICY = 10_240
# A tuning job's name has 32 characters at most. Source: SageMaker's API.
_LONGEST_PREFIX = 24
# All roles may read the objects below this prefix in a bucket.
_SHARED = "shared"
_MANAGED = re.compile(r"arn:\$\{partition\}:iam::(aws|\$\{account\}):policy/[\w+=,.@/-]+")
_ROLE_KEYS = ("description", "managed_policies", "includes", "statements")


class ExecutionRolesError(PermanentError):
    """An invalid file of roles; the message lists every mistake in it."""


@dataclass(frozen=True, slots=True)
class StatementSet:
    """Statements that roles include by the set's name."""

    name: str
    statements: tuple[Statement, ...]

    @property
    def is_shared(self) -> bool:
        """Return whether one managed policy can hold it for every role.

        A prefix is in the role's tags, where a policy of many roles finds it.
        """
        return "role_arn" not in placeholders(self.statements)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRole:
    """A group-level execution role; its texts may hold `${partition}` and the like.

    `shared` are the sets that are managed policies of the stack; `statements` stand in the role.
    """

    name: str
    description: str
    managed_policies: tuple[str, ...]
    shared: tuple[StatementSet, ...]
    statements: tuple[Statement, ...]

    @property
    def has_prefix(self) -> bool:
        """Return whether any of its statements uses its prefix."""
        included = [each.statements for each in self.shared]
        return "prefix" in placeholders([self.statements, included])

    @property
    def prefix(self) -> str:
        """Return the prefix of the names that the role creates, without the hyphen that follows.

        In lower case: SageMaker writes some ARNs in lower case, whatever the name, and IAM compares
        ARNs by case. Source: github.com/boto/boto3/issues/4606.
        """
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


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
    """Refuses a duplicate key: YAML would take the last and lose a role."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (PyYAML's signature)
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice: keep one", node.start_mark
                )
        return super().construct_mapping(node, deep=deep)


class _Reader:
    """Reads role by role and collects every mistake."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def roles(self, declared: object) -> tuple[ExecutionRole, ...]:
        file = self._mapping("file", declared, ("statement_sets", "roles"))
        sets = {
            name: StatementSet(name, self._statements(f"statement set {name}", listed))
            for name, listed in self._mapping(
                "statement_sets", file.get("statement_sets", {})
            ).items()
        }
        for each in sets.values():
            size = _size(each.statements)
            if each.is_shared and size > _LARGEST_MANAGED:
                self._wrong(
                    f"statement set {each.name}",
                    f"it has {size} characters and IAM allows {_LARGEST_MANAGED} in a managed "
                    "policy: split it",
                )
        named = self._mapping("roles", file.get("roles"))
        roles = [self._role(str(name), value, sets) for name, value in named.items()]
        # IAM compares names without regard to case.
        folded = [role.name.casefold() for role in roles]
        for role in roles:
            if folded.count(role.name.casefold()) > 1:
                self._wrong(role.name, "another role differs only in case: rename one")
        self._prefixes([role for role in roles if role.has_prefix])
        return tuple(roles)

    def _prefixes(self, roles: list[ExecutionRole]) -> None:
        """Refuse a prefix that another role's names may begin with, and unusable ones."""
        for role in roles:
            if not 0 < len(role.prefix) <= _LONGEST_PREFIX or role.prefix == _SHARED:
                self._wrong(
                    role.name,
                    f"its prefix {role.prefix!r} must have 1 to {_LONGEST_PREFIX} characters and "
                    f"not be {_SHARED!r}: rename the role",
                )
            for other in roles:
                if other is not role and f"{other.prefix}-".startswith(f"{role.prefix}-"):
                    self._wrong(
                        role.name,
                        f"its names begin with {role.prefix}-, as those of {other.name} do: each "
                        "could use what the other made; rename one",
                    )

    def _role(self, name: str, value: object, sets: Mapping[str, StatementSet]) -> ExecutionRole:
        if not _NAME.fullmatch(name):
            self._wrong(name, "is no role name: use 1 to 64 of letters, digits and +=,.@_-")
        role = self._mapping(name, value, _ROLE_KEYS)
        description = role.get("description")
        if not isinstance(description, str) or not 0 < len(description) <= _LONGEST_DESCRIPTION:
            self._wrong(name, f"description: write 1 to {_LONGEST_DESCRIPTION} characters")
        shared: list[StatementSet] = []
        statements: list[Statement] = []
        for included in self._list(name, "includes", role.get("includes", [])):
            if included in sets and sets[included].is_shared:
                shared.append(sets[included])
            elif included in sets:
                statements += sets[included].statements
            else:
                known = ", ".join(sets) or "there is none"
                self._wrong(name, f"includes: no statement set {included!r}; known: {known}")
        statements += self._statements(name, role.get("statements", []))
        made = ExecutionRole(
            name=name,
            description=str(description),
            managed_policies=self._managed(name, role.get("managed_policies", []), len(shared)),
            shared=tuple(shared),
            statements=tuple(statements),
        )
        self._whole_policy(made)
        return made

    def _managed(self, name: str, value: object, shared: int) -> tuple[str, ...]:
        listed = self._list(name, "managed_policies", value)
        most = _MOST_MANAGED - shared
        if len(listed) > most:
            self._wrong(name, f"managed_policies: {len(listed)} of at most {most}")
        for arn in listed:
            if not isinstance(arn, str) or not _MANAGED.fullmatch(arn):
                self._wrong(
                    name,
                    f"managed_policies: {arn!r} is not allowed; write "
                    "arn:${partition}:iam::aws:policy/<name>, or ${account} for one of your own",
                )
        return tuple(map(str, listed))

    def _whole_policy(self, role: ExecutionRole) -> None:
        name = role.name
        included = [each for one in role.shared for each in one.statements]
        sids = [statement.get("Sid") for statement in (*included, *role.statements)]
        for sid in sorted({str(sid) for sid in sids if sids.count(sid) > 1}):
            self._wrong(name, f"Sid {sid} stands twice: a Sid is unique in a role")
        size = _size(role.statements, role.prefix)
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


def _size(statements: tuple[Statement, ...], prefix: str = "") -> int:
    """Return how many characters IAM counts at most, with one item in each list."""
    return len(json.dumps(statements, separators=(",", ":")).replace("${prefix}", prefix))
