"""Access reviews of invented people, for the tests of what is written from them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from builders import ACTIVE, LAB, SHOP

from cli.report.review import Review, Source, findings_of
from cli.report.rows import LastChange, rows_of
from hub.runtime.decisions.hub_state import HubState, OpenProblem, UnmanagedProfile
from hub.runtime.decisions.record import Obstacle, Record, State
from shared.model import AccountId, Grant, Target, UserId

MADE = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = Source(
    MADE,
    "arn:aws:sts::111111111111:assumed-role/Auditor/kim",
    "111111111111",
    "eu-west-1",
    "ledger",
)
NOBODY = HubState()
DENIED = Obstacle("refused", "AccessDenied")
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "<!--<script>",
    "'\"><svg onload=alert(3)>",
    "=HYPERLINK(0)",
    "evil\u202etxt.exe",
    "zero\u200bwidth ",
    "half\ud800",
)


def record(name: str = "ada", **other: object) -> Record:
    """Return the record of a user who has a profile, with other facts."""
    user = UserId(f"id-of-{name}")
    return replace(ACTIVE, user_id=user, user_name=name, profile_name=name, **other)  # type: ignore[arg-type]


def review(
    records: Iterable[Record],
    state: HubState = NOBODY,
    unmanaged: Mapping[Target, Iterable[UnmanagedProfile]] | None = None,
    changes: Mapping[tuple[UserId, Target], LastChange] | None = None,
) -> Review:
    """Return the review of a ledger with these records, made at MADE."""
    rows = rows_of(records, changes or {}, {}, unmanaged or {}, state, MADE)
    found = findings_of(state, rows, MADE, None)
    return Review(SOURCE, None, state.paused, None, rows, found)


def small_company() -> Review:
    """Return a review with each thing that the page shows, in two accounts."""
    lead = Grant(10, "ml-leads", f"arn:aws:iam::{LAB.account}:role/studio-hub/Lead", 30)
    data = Grant(20, "ml-data", f"arn:aws:iam::{LAB.account}:role/studio-hub/Data", 30)
    leads = {"role_arn": lead.role_arn, "given_by": lead.group, "because": (lead, data)}
    others = {"role_arn": data.role_arn, "given_by": data.group, "because": (data,)}
    records = [
        record("ada", **leads, since=MADE - DAY),
        record("bob", **others, since=MADE - 9 * DAY),
        record("Cyd", **others, target=SHOP, since=MADE - 2 * DAY),
        record("dan", **others, state=State.SUSPENDED, retain_until=MADE + DAY, reason="left"),
        record("eve", state=State.REMOVED, role_arn="", because=()),
        record("fay", **others, state=State.FAILED, obstacle=DENIED),
        record("user10", **leads, target=SHOP),
        record("user9", **leads, target=SHOP),
        *(record(name, **others) for name in HOSTILE),
    ]
    state = HubState(
        protected=frozenset({"id-of-ada"}),
        kept={UserId("id-of-bob"): MADE + DAY},
        problems=frozenset(
            {OpenProblem(str(LAB), "group-assignment", f"groups assigned to {LAB}")}
        ),
        paused=f"for {HOSTILE[0]}",
    )
    changed = {(records[0].user_id, LAB): LastChange(MADE - DAY, "Profile Created")}
    unmanaged = {SHOP: [UnmanagedProfile("2026-11-02T10:00:00+01:00", "zoe", "zoes-own")]}
    return review(records, state, unmanaged, changed)


def large_company(people: int = 10_000) -> Review:
    """Return a review of many people, in 50 accounts and 200 groups."""
    targets = [
        Target(AccountId(f"{200_000_000_000 + number}"), "eu-west-1", f"d-{number:04d}")
        for number in range(50)
    ]
    records = []
    for number in range(people):
        target, group = targets[number % 50], f"group-{number % 200:04d}"
        arn = f"arn:aws:iam::{target.account}:role/studio-hub/Role{number % 200}"
        records.append(
            record(
                f"user-{number:05d}@example.com",
                target=target,
                role_arn=arn,
                given_by=group,
                because=(Grant(10, group, arn, 30), Grant(20, "everybody", arn, 30)),
                since=MADE - (number % 400) * DAY,
                kept_role=arn if number % 100 == 0 else "",
            )
        )
    return review(records)
