"""An explanation as lines for a terminal: one screen for one user."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Final

from cli.explain.facts import Explained, obstacle_remedy, wins
from cli.output import count_of, describe_pause
from hub.runtime.decisions.actions import SkipKind, describe
from hub.runtime.decisions.decision import Applies, DesiredProfile, RowAnswer
from hub.runtime.decisions.record import Record, State
from hub.runtime.reconcile.explain import TargetExplanation
from shared.model import Target
from shared.naming import role_name
from shared.visible import visible

# Groups named of the rows that are a no for one reason; --json has all of them.
_NAMED: Final = 5


def lines(found: Explained, only: Target | None) -> Iterator[str]:
    """Yield the lines of an explanation: who, then each target that concerns the user."""
    person = found.explanation.user.snapshot.person
    status = "not in the directory" if str(person.user_status) == "gone" else person.user_status
    yield "  ".join(part for part in (visible(found.user_name), person.id, str(status)) if part)
    others = len(found.explanation.user.snapshot.member_of) - len(found.mapped_groups)
    named = ", ".join(map(visible, found.mapped_groups.values())) or "none"
    more = f", and {others} that no mapping names" if others else ""
    yield f"Groups that mappings name: {named}{more}"
    if found.kept_until:
        yield f"Kept: nothing is removed until {_minute(found.kept_until)}"
    if found.is_protected:
        yield "Protected: no profile and no role is taken"
    if found.state.paused:
        yield f"The hub is paused {describe_pause(found.state)}"
        yield "Until it is resumed, nothing of what follows is done"
    if found.mode == "report":
        yield "Report mode: the hub does nothing of what follows, and reports it"
    shown = found.shown(only)
    for each in shown:
        yield ""
        yield from _target(each, found)
    rest = [each for each in found.explanation.targets if each not in shown]
    if rest:
        yield ""
        places = count_of(len(rest), "other target" if shown else "target")
        rows = count_of(sum(len(each.answers) for each in rest), "row")
        yield f"Nothing in {places}: none of {rows} applies"
    elif not shown:
        yield ""
        yield "There is no mapping row"
    yield from _unread(shown)


def _unread(shown: Iterable[TargetExplanation]) -> Iterator[str]:
    """Yield where the plan goes by the ledger because Studio could not be read, and why."""
    accounts: dict[str, set[str]] = {}
    for each in shown:
        if each.actions and each.not_observed:
            accounts.setdefault(each.not_observed, set()).add(each.target.account)
    for reason, of in sorted(accounts.items()):
        yield ""
        yield f"By the ledger alone, not by Studio, in account {', '.join(sorted(of))}:"
        yield visible(reason)


def _target(each: TargetExplanation, found: Explained) -> Iterator[str]:
    record = each.record
    yield f"{each.target}  {_state(record)}"
    yield from _rows(each)
    if found.is_profile_protected(each.target, record):
        yield "  protected  the profile: neither it nor its role is taken"
    if record and record.obstacle and not each.skips:
        yield f"  blocked  {visible(record.obstacle.detail)}"
        if remedy := obstacle_remedy(record):
            yield f"  remedy   {remedy}"
    yield from _foretold(each)
    if each.deletion:
        yield f"  deletion {_minute(each.deletion)}"


def _foretold(each: TargetExplanation) -> Iterator[str]:
    """Yield what the next reconcile does and what it leaves, and how certain that is."""
    for number, action in enumerate(each.actions):
        yield f"  {'then    ' if number else 'next    '} {visible(describe(action))}"
    for skip in each.skips:
        label = "nothing " if skip.kind is SkipKind.DISABLED else "blocked "
        yield f"  {label} {visible(skip.reason)}"
        if skip.remedy:
            yield f"  remedy   {visible(skip.remedy)}"
    if not (each.actions or each.skips):
        yield f"  next     nothing: {_in_sync(each)}"
    if each.actions and not each.is_due:
        yield f"  when     {_when(each.record)}"


def _state(record: Record | None) -> str:
    if record is None:
        return "no profile"
    parts = [str(record.state)]
    if record.role_arn and not record.has_suspended_role:
        parts.append(f"as {role_name(record.role_arn)}")
    since = f"since {record.since:%Y-%m-%d}" if record.since else ""
    return " ".join(part for part in (*parts, since) if part)


def _rows(each: TargetExplanation) -> Iterator[str]:
    """Yield a line for each row that applies or may, the winner first, then the others."""
    near = [answer for answer in each.answers if answer.reason.applies is not Applies.NO]
    near.sort(key=lambda answer: (not wins(answer, each), answer.reason.applies is not Applies.YES))
    for answer in near:
        mark = ">" if wins(answer, each) else " "
        yield f"  {mark} {answer.reason.applies.value:7} {_row(answer)}: {answer.reason.text}"
    by_reason = sorted(
        (answer for answer in each.answers if answer.reason.applies is Applies.NO),
        key=lambda answer: answer.reason.text,
    )
    for text, answers in groupby(by_reason, key=lambda answer: answer.reason.text):
        yield f"    no      {_named(answers)}: {text}"
    if not each.answers:
        yield "    no mapping row names this target"


def _row(answer: RowAnswer) -> str:
    group, row = visible(answer.group) or "(no group)", answer.row
    if row is None:
        return group
    by = f" by the pattern {visible(row.pattern)}" if row.pattern else ""
    return f"{group} ({row.priority}) {role_name(row.role_arn)}{by}"


def _named(answers: Iterable[RowAnswer]) -> str:
    groups = [visible(answer.group) for answer in answers]
    more = f" and {len(groups) - _NAMED} more" if len(groups) > _NAMED else ""
    return ", ".join(groups[:_NAMED]) + more


def _in_sync(each: TargetExplanation) -> str:
    if each.decision is None:
        return "no row gives anything here"
    if isinstance(each.decision, DesiredProfile):
        return "in sync"
    suspended = each.record is not None and each.record.state is State.SUSPENDED
    return "suspended until its deletion" if suspended else each.decision.reason


def _when(record: Record | None) -> str:
    if record is not None and record.retry_at is not None:
        return f"tried again at {_minute(record.retry_at)}"
    return "tried again with the next hourly scan of the target, not before"


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
