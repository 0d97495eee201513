"""Writes what operators do into the audit trail, before it is done and when it is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from uuid import uuid4

import boto3

from cli.spoke_profiles import caller
from hub.runtime.adapters.aws import utc_now
from hub.runtime.decisions.audit import AuditEntry, OperatorAction
from hub.runtime.ports import AuditTrail
from shared.model import Target, UserId


@dataclass(slots=True)
class Outcome:
    """What became of an action; whoever performs it changes the text."""

    text: str = "done"


@cache
def caller_arn(region: str | None) -> str:
    """Return the ARN of the environment's credentials; STS is asked once in a command."""
    _, arn = caller(boto3.Session(region_name=region))
    return arn


def new_entry(
    by: str,
    what: OperatorAction,
    *,
    users: tuple[UserId, ...] = (),
    targets: tuple[Target, ...] = (),
    subject: str = "",
    reason: str = "",
) -> AuditEntry:
    """Return the entry of an action that begins now, for a transaction or for `audited`."""
    return AuditEntry(
        id=str(uuid4()),
        at=utc_now(),
        by=by,
        what=what,
        users=users,
        targets=targets,
        subject=subject,
        reason=reason.strip(),
    )


@contextmanager
def audited(trail: AuditTrail, entry: AuditEntry) -> Iterator[Outcome]:
    """Write the entry of an action, let the action be done, and add what became of it.

    Nothing is done if the entry cannot be written. An entry without an outcome means that the
    command was interrupted.
    """
    trail.write(entry)
    outcome = Outcome()
    try:
        yield outcome
    except Exception as error:
        trail.write(entry._replace(outcome=f"failed: {error}"))
        raise
    trail.write(entry._replace(outcome=outcome.text))
