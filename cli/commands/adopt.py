"""`studio-hub adopt`: makes unmanaged profiles the hub's."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
import typer

from cli.adoption import Adoption, Proposal
from cli.arguments import find_target
from cli.hub_client import HubClient, now
from cli.options import (
    ANY_USER,
    REFUSED,
    SOMETHING_TO_DO,
    Directory,
    Json,
    MappingsTable,
    Reason,
    Region,
    TargetText,
    Yes,
    with_hub_client,
)
from cli.output import say, wide_console
from cli.people import People, find_user, named
from cli.spoke_profiles import SpokeProfiles, caller
from hub.runtime.adapters.tables import DynamoMappings
from shared.model import Target, User, UserId, UserStatus
from shared.naming import role_name


@dataclass(frozen=True, slots=True)
class _Found:
    """The proposals, and the user whose profile is adopted already."""

    proposals: tuple[Proposal, ...]
    ours: UserId | None = None


@with_hub_client
def adopt(  # noqa: PLR0913 (one option an attribute)
    hub_client: HubClient,
    target: TargetText,
    table: MappingsTable,
    identity_store: Directory,
    *,
    user: Annotated[str | None, ANY_USER] = None,
    all_matching: Annotated[
        bool,
        typer.Option("--all-matching", help="Every user to whom a mapping grants a profile there."),
    ] = False,
    spoke_profile: Annotated[
        str | None,
        typer.Option(
            help="The AWS profile with your own credentials in the Studio account; default: the "
            "same as for the hub. The hub's roles can never adopt."
        ),
    ] = None,
    region: Region = None,
    reason: Reason = "",
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Make unmanaged profiles the hub's, with your own credentials.

    Tags each profile as the hub's; the hub then gives it the role that a mapping grants. Exits 2 if
    --yes is missing, and 3 if the user's profile cannot be adopted.
    """
    if (user is None) is not all_matching:
        raise typer.BadParameter("give a USER, or --all-matching")
    session = boto3.Session(region_name=region)
    mappings = DynamoMappings(session.client("dynamodb"), table, hub_client.hub_state).table(now())
    mapped = {row.target for row in (*mappings.rows, *mappings.patterns)}
    place = find_target(target, hub_client, hub_client.state(), mapped)
    adoption = Adoption(
        hub_client,
        _spoke(place, spoke_profile),
        People(session.client("identitystore"), identity_store),
        mappings,
        place,
        caller(session)[0],
    )
    found = _one(adoption, user) if user is not None else _all(adoption)
    doable = [each for each in found.proposals if not each.refusal]
    for each in doable if yes else ():
        adoption.adopt(each, reason)
    if yes and found.ours:
        # The hub may still hold this user for a cause that is now fixed, such as restored tags.
        adoption.reconcile(found.ours, reason)
    _show(found.proposals, adopted=yes, as_json=as_json)
    _say_what_is_next(found, len(doable), yes=yes)
    if not doable and found.proposals and user is not None:
        raise typer.Exit(REFUSED)
    if doable and not yes:
        raise typer.Exit(SOMETHING_TO_DO)


def _spoke(target: Target, aws_profile: str | None) -> SpokeProfiles:
    """Return the profiles of a target; if these credentials cannot adopt, say why and exit."""
    spoke = SpokeProfiles(target, aws_profile)
    mistake = spoke.mistake()
    if mistake:
        say(f"error: {mistake}", err=True)
        raise typer.Exit(1)
    return spoke


def _one(adoption: Adoption, user: str) -> _Found:
    """Return the proposal for the profile of one user."""
    person = named(adoption.directory, user) or _known(adoption, user)
    profiles = list(adoption.spoke.of(person.name))
    if len(profiles) != 1:
        names = ", ".join(each.profile.name for each in profiles) or "none"
        say(
            f"error: {person.name} must have one profile in {adoption.target}; found: {names}",
            err=True,
        )
        raise typer.Exit(1)
    if adoption.is_ours(profiles[0], person):
        return _Found((), ours=person.id)
    return _Found((adoption.propose(profiles[0], person),))


def _known(adoption: Adoption, user: str) -> User:
    """Return a user whom the ledger knows by a name, current or former."""
    person = adoption.directory.person(find_user(adoption.hub_client, user))
    if person.user_status is UserStatus.GONE:
        raise typer.BadParameter(f"{user} is not in the directory")
    return person


def _all(adoption: Adoption) -> _Found:
    """Return a proposal for every unmanaged profile whose user is in the directory."""
    return _Found(tuple(_proposals(adoption)))


def _proposals(adoption: Adoption) -> Iterator[Proposal]:
    for found in adoption.spoke.all():
        person = named(adoption.directory, found.user_name)
        if person is None or adoption.is_ours(found, person):
            continue
        yield adoption.propose(found, person)


def _show(proposals: Iterable[Proposal], *, adopted: bool, as_json: bool) -> None:
    if as_json:
        plain = [_plain(each) | {"adopted": adopted and not each.refusal} for each in proposals]
        typer.echo(json.dumps(plain, indent=2))
        return
    out = wide_console()
    for each in proposals:
        who = f"{each.person.name}  {each.found.profile.name}"
        if each.refusal:
            out.print(f"  · {who}  left unchanged: {each.refusal}")
        else:
            out.print(f"  ~ {who}  {each.role} → {each.becomes}  because {each.because}")


def _say_what_is_next(found: _Found, doable: int, *, yes: bool) -> None:
    left = len(found.proposals) - doable
    if not found.proposals:
        typer.echo(_nothing_to_adopt(found, yes=yes), err=True)
    elif yes and doable:
        typer.echo(
            f"{doable} adopted, {left} left unchanged. The hub sets the roles within a minute:  "
            "studio-hub explain USER",
            err=True,
        )
    else:
        typer.echo(f"{doable} to adopt, {left} left unchanged. Nothing was changed.", err=True)
        if doable:
            typer.echo(
                "Running apps are stopped where the role changes. Repeat with --yes to adopt.",
                err=True,
            )


def _nothing_to_adopt(found: _Found, *, yes: bool) -> str:
    if not found.ours:
        return "Nothing to adopt."
    if yes:
        return "Adopted already. The hub reconciles it within a minute:  studio-hub explain USER"
    return "Adopted already. Repeat with --yes to have the hub reconcile it."


def _plain(proposal: Proposal) -> dict[str, Any]:
    return {
        "user": proposal.person.name,
        "user_id": proposal.person.id,
        "profile": proposal.found.profile.name,
        "role": role_name(proposal.found.profile.role_arn) or None,
        "becomes": proposal.becomes or None,
        "because": proposal.because or None,
        "refusal": proposal.refusal or None,
    }
