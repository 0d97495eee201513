"""`studio-hub doctor`: checks what must be right in a target before the hub can work there."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Final

import typer

from cli.arguments import parse_target, unknown_target
from cli.hub_client import HubClient, now
from cli.options import REFUSED, SOMETHING_TO_DO, Json, OnlyTarget, with_hub_client
from cli.output import (
    count_of,
    describe_pause,
    print_table,
    row,
    say,
    table,
    warn_if_paused,
    wide_console,
)
from hub.runtime.decisions.checks import CheckResult, TargetChecks
from hub.runtime.decisions.hub_state import HubState
from shared.model import Target

# Seconds between two looks at the ledger.
_EVERY: Final = 2
Found = Mapping[Target, TargetChecks | None]


@with_hub_client
def doctor(
    hub_client: HubClient,
    *,
    target: OnlyTarget = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Check nothing now: show the last results.")
    ] = False,
    timeout: Annotated[
        int, typer.Option(min=1, help="How many seconds to wait for the results.")
    ] = 180,
    as_json: Json = False,
) -> None:
    """Check what each target needs: account, domain, roles, quota.

    The hub's function `scan` makes the checks: you need no right in the Studio account.
    Exits 2 if a check failed or something could not be read.
    """
    state = hub_client.state()
    known = sorted({*state.targets, *state.checked_roles})
    targets = known if target is None else [parse_target(target, known)]
    if not targets:
        raise typer.TyperException(
            "the hub knows no target yet: write a mapping row, or name one by --target"
        )
    found: Found = {each: hub_client.check_results.of_target(each) for each in targets}
    if no_wait:
        warn_if_paused(state)
    else:
        if state.paused:
            say(f"The hub is paused {describe_pause(state)}.", err=True)
            typer.echo(
                "It checks nothing until it is resumed. The last results:  "
                f"studio-hub doctor{f' --target {target}' if target else ''} --no-wait",
                err=True,
            )
            raise typer.Exit(REFUSED)
        hub_client.enqueue_checks(targets)
        found = _answers(hub_client, found, timeout)
    if as_json:
        typer.echo(json.dumps({"targets": [_plain(*each) for each in found.items()]}, indent=2))
    else:
        for each, checks in found.items():
            _print(each, checks)
    if target is not None:
        _require_checks(state, found)
    _conclude(found.values())


def _require_checks(state: HubState, found: Found) -> None:
    """Raise if nothing was checked, since no row names the target."""
    for target, checks in found.items():
        if checks and not checks.checks and target not in state.targets:
            mistake = "the hub knows no such target, so nothing was checked"
            raise unknown_target(str(target), mistake, state.targets)


def _answers(hub_client: HubClient, before: Found, timeout: int) -> Found:
    """Return newer results than `before` for each target; TyperException if some stay away."""
    found = dict(before)
    waiting = sorted(before)
    say(
        f"Waiting for the checks of {count_of(len(waiting), 'target')}, {timeout} s at most.",
        err=True,
    )
    for _ in range(-(-timeout // _EVERY)):
        time.sleep(_EVERY)
        for each in waiting:
            found[each] = hub_client.check_results.of_target(each)
        left = [each for each in waiting if found[each] == before[each]]
        if len(left) < len(waiting):
            say(f"{len(before) - len(left)} of {count_of(len(before), 'target')} checked", err=True)
        waiting = left
        if not waiting:
            return found
    raise typer.TyperException(
        f"no results after {timeout} s of {', '.join(map(str, waiting))}: see REQUEUED, PROBLEM "
        "and errors in the log of scan, give a longer --timeout, or show the last results by "
        "--no-wait"
    )


def _print(target: Target, found: TargetChecks | None) -> None:
    out = wide_console()
    if found is None:
        out.print(f"{target}: never checked\n")
        return
    out.print(f"{target}: checked {found.at:%Y-%m-%d %H:%M} UTC, {_age(found)} ago")
    if not found.checks:
        out.print("no mapping row names it, and the hub has nobody there\n")
        return
    checks = table("Result", "Check", "Found", long=("Found",))
    for each in found.checks:
        row(checks, each.result, each.id, each.text)
        if each.remedy:
            row(checks, "", "", f"> {each.remedy}")
    print_table(out, checks)
    out.print()


def _plain(target: Target, found: TargetChecks | None) -> dict[str, object]:
    return {
        "target": str(target),
        "checked_at": found.at.isoformat() if found else None,
        "checks": [each._asdict() for each in found.checks] if found else [],
    }


def _conclude(found: Iterable[TargetChecks | None]) -> None:
    """Print a summary; exit 2 if not everything is right."""
    results = Counter(each.result for checks in found if checks for each in checks.checks)
    never = sum(checks is None for checks in found)
    counts = ", ".join(f"{results[each]} {each}" for each in CheckResult)
    if never:
        counts += f"; {count_of(never, 'target')} never checked"
    if never or results[CheckResult.FAILED] or results[CheckResult.UNKNOWN]:
        say(f"{counts}. Follow the remedies, then repeat:  studio-hub doctor", err=True)
        raise typer.Exit(SOMETHING_TO_DO)
    say(f"{counts}. Nothing to do.", err=True)


def _age(found: TargetChecks) -> str:
    minutes = int((now() - found.at).total_seconds()) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"  # noqa: PLR2004 (minutes of an hour)
