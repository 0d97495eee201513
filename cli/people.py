"""Who is meant: a person by their id, or by a name that the ledger has."""

import typer

from cli.desk import Desk
from shared.model import DIRECTORY_ID, UserId


def find_user(desk: Desk, user: str) -> UserId:
    """Return the id of the user; typer.BadParameter where it is nobody's, or several people's.

    Names are compared without case. Who has no record yet is known by their id alone.
    """
    if DIRECTORY_ID.fullmatch(user):
        return UserId(user)
    found = sorted(
        {
            record.user_id
            for record in desk.ledger.everybody()
            if record.user_name.casefold() == user.casefold()
        }
    )
    if not found:
        raise typer.BadParameter(
            f"the ledger knows nobody called {user!r}: give the user id, which the person's page "
            "in Identity Center shows"
        )
    if len(found) > 1:
        raise typer.BadParameter(
            f"several people are, or were, called {user!r}: give one of their ids: "
            f"{', '.join(found)}"
        )
    return found[0]
