"""Reserves slots and writes holds by the removal limit; two workers never get the same slot."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit

from hub.runtime import telemetry
from hub.runtime.decisions.holds import Hold, holds_of
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    REJECTED,
    Admission,
    Disruption,
    HeldDisruption,
    LimitState,
    RemovalLimit,
    admit,
    has_profile,
    known_hold,
)
from hub.runtime.open_problems import held_subject
from hub.runtime.ports import Ledger, Limits
from shared.errors import RetryableError
from shared.model import Target, UserId

# A worker that loses the race this often gives up with RetryableError.
_TRIES = 5


def reserve_slots(
    target: Target,
    disruptions: Iterable[Disruption],
    limit: RemovalLimit,
    limits: Limits,
    ledger: Ledger,
    now: datetime,
    *,
    begins: bool = False,
    readmits: bool = False,
) -> Admission:
    """Return which of the disruptions found together may begin; write their slots and holds first.

    `begins` means that one user's disruption begins now. Its slot then counts from now, even if a
    scan reserved it earlier. `readmits` means that these are all disruptions of the target: one
    whose cause is over is admitted anew with the others.

    Raises:
        RetryableError: other workers took slots in the target during every try.
    """
    together = tuple(disruptions)
    profiles: frozenset[UserId] | None = None
    for _ in range(_TRIES):
        at = limits.of(target)
        if profiles is None and not _all_known(together, at, now, alone=begins, readmits=readmits):
            profiles = frozenset(r.user_id for r in ledger.of_target(target) if has_profile(r))
        found = admit(
            together, limit, at, profiles or frozenset(), now, alone=begins, readmits=readmits
        )
        slots = {*found.take, *(_taken(together, at, found, now) if begins else ())}
        if slots and not limits.take(target, at, sorted(slots), now):
            continue
        limits.release(target, _held_no_more(together, at, found, now))
        if begins:
            _note_what_is_over(target, together, at, limits, now)
        if found.hold:
            limits.hold(target, found.hold)
            _report(
                target,
                at,
                found,
                limit.of(len((profiles or frozenset()) | at.taken(now))),
                limits,
                now,
            )
        return found
    raise RetryableError(f"others took slots in {target} at the same time")


def waits_for(target: Target, held: HeldDisruption, at: LimitState, now: datetime) -> Hold:
    """Return the hold that a disruption is part of."""
    everything = {**at.held, held.disruption.user_id: held}
    return next(
        hold for hold in holds_of(target, everything.values(), now) if hold.cause == held.cause
    )


def remedy(hold: Hold) -> str:
    """Return the commands by which an operator decides a hold."""
    if hold.cause == REJECTED:
        return f"if it is right after all: studio-hub holds approve {hold.digest}"
    return (
        f"if that is right: studio-hub holds approve {hold.digest}; "
        f"if not: studio-hub holds reject {hold.digest}"
    )


def _all_known(
    disruptions: tuple[Disruption, ...],
    at: LimitState,
    now: datetime,
    *,
    alone: bool,
    readmits: bool,
) -> bool:
    """Return whether no disruption needs a slot; then the number of profiles is not needed."""
    taken = at.taken(now)
    return all(
        disruption.cause
        or disruption.user_id in taken
        or known_hold(disruption, at, now, alone=alone, readmits=readmits)
        for disruption in disruptions
    )


def _note_what_is_over(
    target: Target,
    disruptions: tuple[Disruption, ...],
    at: LimitState,
    limits: Limits,
    now: datetime,
) -> None:
    """Note whether the cause is over for which the reconciled user's disruption is held."""
    for disruption in disruptions:
        held = at.held.get(disruption.user_id)
        if held is None or not _is_held(disruption, at) or held.is_approved(now):
            continue
        is_over = bool(held.disruption.cause) and not disruption.cause
        if is_over is not held.is_over:
            limits.note_over(target, held, is_over=is_over)


def _held_no_more(
    disruptions: tuple[Disruption, ...], at: LimitState, found: Admission, now: datetime
) -> list[UserId]:
    """Return the users to release: the cause of their hold is over, and they may begin now."""
    waited = (
        disruption
        for disruption in disruptions
        if _is_held(disruption, at) and disruption.user_id not in found.refused
    )
    return [
        disruption.user_id
        for disruption in waited
        if not at.held[disruption.user_id].is_approved(now)
    ]


def _taken(
    disruptions: tuple[Disruption, ...], at: LimitState, found: Admission, now: datetime
) -> Iterator[UserId]:
    """Yield the users who may begin and whose slot a scan reserved earlier."""
    for disruption in disruptions:
        if disruption.user_id in at.taken(now) and disruption.user_id not in found.refused:
            yield disruption.user_id


def _is_held(disruption: Disruption, at: LimitState) -> bool:
    """Return whether this disruption is held; a hold of a role change does not hold a removal."""
    held = at.held.get(disruption.user_id)
    return held is not None and held.disruption.kind is disruption.kind


def _report(
    target: Target, at: LimitState, found: Admission, most: int, limits: Limits, now: datetime
) -> None:
    """Report each hold of these disruptions once, with the digest of the whole hold."""
    held = {**at.held, **{each.disruption.user_id: each for each in found.hold}}
    causes = {each.cause for each in found.hold}
    for hold in holds_of(target, held.values(), now):
        if hold.cause in causes:
            limits.remember(hold)
            report_held(hold, most, remedy(hold))


def report_held(hold: Hold, most: int, remedy: str) -> None:
    """Report a new hold that waits for an operator's approval."""
    reached = f" of {most} per hour" if hold.cause == LIMIT else ""
    subject = held_subject(hold.target, hold.cause)
    telemetry.problem("held", subject, f"held: {hold}{reached}", remedy, target=str(hold.target))
    telemetry.metrics.add_metric(name="Held", unit=MetricUnit.Count, value=len(hold.disruptions))
    if hold.cause == LIMIT:
        telemetry.count("RemovalLimitReached")


def report_waiting(hold: Hold, remedy: str) -> None:
    """Report again a hold that still waits for an operator's approval."""
    subject = held_subject(hold.target, hold.cause)
    telemetry.problem("held", subject, f"held: {hold}", remedy, target=str(hold.target))
