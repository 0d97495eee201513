"""Finds users: by id, or by a name that the ledger or the directory knows."""

import json
import shlex
from collections.abc import Container, Iterable
from difflib import get_close_matches
from typing import Any, Final

import typer

from cli.arguments import nearest
from cli.hub_client import HubClient
from cli.progress import counting
from hub.runtime.adapters.aws import translated
from hub.runtime.adapters.identity_center import IdentityCenter
from hub.runtime.decisions.pattern_rows import matches_any
from shared.errors import RefusedError
from shared.model import DIRECTORY_ID, GroupId, User, UserId, UserStatus
from shared.visible import visible

# An unknown name is compared with the ledger's, and with those on the directory's first pages.
_PAGES: Final = 10
_NEAREST: Final = 3


def find_user(hub_client: HubClient, user: str) -> UserId:
    """Return the id of a user; typer.BadParameter if no user or several users match.

    Names are compared without case. A user without a record can be found by id only.
    """
    if DIRECTORY_ID.fullmatch(user):
        return UserId(user)
    found, others = set[UserId](), set[str]()
    for record in counting(hub_client.ledger.everybody(), "records of the ledger"):
        if record.user_name.casefold() == user.casefold():
            found.add(record.user_id)
        else:
            others.add(record.user_name)
    if not found:
        near = ", ".join(nearest(user, others)) or "none"
        raise typer.BadParameter(
            f"no user in the ledger is called {user!r}; similar names: {near}. Give the user id, "
            "which the user's page in Identity Center shows. To find it:  "
            f"{_asking_for(user)}"
        )
    if len(found) > 1:
        raise typer.BadParameter(
            f"several users are, or were, called {user!r}: give one of their ids: "
            f"{', '.join(sorted(found))}"
        )
    return found.pop()


def _asking_for(user_name: str) -> str:
    """Return the AWS CLI command that finds the id of a user name."""
    named = {"AttributePath": "userName", "AttributeValue": user_name}
    wanted = shlex.quote(json.dumps({"UniqueAttribute": named}))
    return (
        "aws identitystore get-user-id --identity-store-id IDENTITY_STORE_ID "
        f"--alternate-identifier {wanted}"
    )


class People(IdentityCenter):
    """The directory, which can also be searched by user name, and for the groups of patterns."""

    def matching_groups(
        self, patterns: Iterable[str], known: Container[GroupId] = ()
    ) -> dict[GroupId, str]:
        """Return the `known` groups, and those whose names match a pattern, with their names.

        Nothing is read without a pattern.
        """
        texts = frozenset(patterns)
        found: dict[GroupId, str] = {}
        token = "" if texts else None
        while token is not None:
            page = self.groups(token)
            found |= {
                id_: name for id_, name in page.items if id_ in known or matches_any(texts, name)
            }
            token = page.token or None
        return found

    def user_id(self, user_name: str) -> UserId | None:
        """Return the id of the user who has this user name now; None if nobody has it."""
        named: Any = {"AttributePath": "userName", "AttributeValue": user_name}
        try:
            with translated():
                found = self._client.get_user_id(
                    IdentityStoreId=self._store, AlternateIdentifier={"UniqueAttribute": named}
                )
        except RefusedError as refused:
            if refused.code == "ResourceNotFoundException":
                return None
            raise
        return UserId(found["UserId"])


def named(directory: People, user: str) -> User | None:
    """Return the user in the directory with this id or user name; None if there is none."""
    user_id = UserId(user) if DIRECTORY_ID.fullmatch(user) else directory.user_id(user)
    if user_id is None:
        return None
    person = directory.person(user_id)
    return None if person.user_status is UserStatus.GONE else person


def find_anybody(hub_client: HubClient, directory: People, user: str) -> UserId:
    """Return the id of a user whom the directory or the ledger knows, by id or by user name.

    typer.BadParameter if nobody matches, with the nearest names, or if several users do.
    """
    if DIRECTORY_ID.fullmatch(user):
        given = UserId(user)
        is_there = directory.person(given).user_status is not UserStatus.GONE
        if not (is_there or hub_client.ledger.knows(given) or hub_client.ledger.history(given)):
            raise typer.BadParameter(f"neither the directory nor the ledger knows a user {user}")
        return given
    names = {record.user_id: record.user_name for record in hub_client.ledger.everybody()}
    found = {id_ for id_, name in names.items() if name.casefold() == user.casefold()}
    now = directory.user_id(user)
    found |= {now} if now else set()
    if len(found) > 1:
        raise typer.BadParameter(
            f"several users are, or were, called {user!r}: give one of their ids: "
            f"{', '.join(sorted(found))}"
        )
    if not found:
        known = {name.casefold(): name for name in (*names.values(), *_first_names(directory))}
        near = get_close_matches(user.casefold(), known, _NEAREST)
        nearest = ", ".join(visible(known[each]) for each in near) or "none is alike"
        raise typer.BadParameter(
            f"neither the directory nor the ledger knows a user called {user!r}; the nearest "
            f"names: {nearest}"
        )
    return next(iter(found))


def _first_names(directory: People) -> set[str]:
    """Return the user names on the first pages of the directory."""
    names, token = set[str](), ""
    for _ in range(_PAGES):
        page = directory.people(token)
        names.update(person.name for person in page.items)
        token = page.token
        if not token:
            break
    return names
