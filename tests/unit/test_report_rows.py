"""The rows of the access review say who has what, why, and what is unusual about it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import ADA, LAB, NEW_GRANT, OLD, OLD_GRANT, SHOP, SUSPENDED_ROLE
from reviews import DAY, DENIED, MADE, NOBODY, record, review

from cli.report.review import MEANINGS, Finding, Review, findings_of
from cli.report.rows import ExceptionKind, LastChange, ReportRow, rows_of
from hub.runtime.decisions.holds import holds_of
from hub.runtime.decisions.hub_state import AccessRefusal, HubState, OpenProblem, UnmanagedProfile
from hub.runtime.decisions.record import REJECTED, Access, Obstacle, Record, State
from hub.runtime.decisions.removal_limit import (
    LIMIT,
    Disruption,
    DisruptionKind,
    HeldDisruption,
)
from hub.runtime.problems import hub, mappings, targets, users
from hub.runtime.problems.kind import ProblemKind
from shared.model import UserId

ADAS = record("ada")


def row_of(each: Record, state: HubState = NOBODY) -> ReportRow:
    (row,) = review([each], state).rows
    return row


def kinds(row: ReportRow) -> list[str]:
    return [str(each.kind) for each in row.exceptions]


def detail(row: ReportRow, kind: ExceptionKind) -> str:
    return next(each.detail for each in row.exceptions if each.kind is kind)


def test_a_row_says_who_has_what_where_and_since_when() -> None:
    """As the record says; whoever has what the mapping rows grant is no exception."""
    since, changed = MADE - DAY, LastChange(MADE, "Profile Created")
    each = replace(ADAS, since=since)

    (row,) = review([each], changes={(each.user_id, LAB): changed}).rows

    assert (row.user_id, row.user_name, row.target, row.profile_name) == (
        *(each.user_id, "ada", LAB, "ada"),
    )
    assert (row.role, row.role_arn, row.state, row.access) == ("Old", OLD, "active", "assigned")
    assert (row.since, row.last_change, row.deletion, row.exceptions) == (since, changed, None, ())


def test_the_group_is_the_one_that_gave_the_role() -> None:
    """While a better row's role is pending, the row says so, and names the role that comes."""
    promoted = replace(ADAS, because=(NEW_GRANT, OLD_GRANT), state=State.PENDING)

    row, settled = row_of(promoted), row_of(replace(promoted, given_by=NEW_GRANT.group))

    assert (row.grant, row.over) == (OLD_GRANT, (NEW_GRANT,))
    assert detail(row, ExceptionKind.ROLE_PENDING) == "ml-leads (priority 10) grants New"
    assert (settled.grant, settled.over, settled.exceptions) == (NEW_GRANT, (OLD_GRANT,), ())


def test_a_leaver_shows_the_group_that_they_had_and_the_day_of_the_deletion() -> None:
    """Until the profile is deleted; then neither is left, and nothing is an exception."""
    leaver = replace(
        ADAS, state=State.SUSPENDED, role_arn=SUSPENDED_ROLE, given_by="", retain_until=MADE + DAY
    )
    gone = replace(leaver, state=State.REMOVED, role_arn="", because=(), access=Access.BY_HAND)

    left, removed = row_of(leaver), row_of(gone)

    assert (left.grant, left.deletion, left.exceptions) == (OLD_GRANT, MADE + DAY, ())
    assert (removed.grant, removed.deletion, removed.exceptions) == (None, None, ())
    assert (left.has_profile, removed.has_profile) == (True, False)


@pytest.mark.parametrize(
    ("each", "kind", "said"),
    [
        (
            replace(ADAS, state=State.HELD, obstacle=Obstacle("name-taken", "bobs-own")),
            ExceptionKind.BLOCKED,
            "bobs-own",
        ),
        (
            replace(ADAS, state=State.FAILED, obstacle=DENIED),
            ExceptionKind.FAILED,
            "AccessDenied",
        ),
        (replace(ADAS, undecided_since=MADE), ExceptionKind.UNDECIDED, "since 2026-11-27 12:00"),
        (replace(ADAS, access=Access.BY_HAND), ExceptionKind.MANUAL_ACCESS, "set by hand"),
        (replace(ADAS, kept_role=OLD), ExceptionKind.OLD_ROLE, "go on with Old"),
        (
            replace(ADAS, problems=("restarts ada", "renamed ada")),
            ExceptionKind.PROBLEM,
            "renamed, restarts",
        ),
    ],
)
def test_what_is_unusual_about_a_record_is_an_exception(
    each: Record, kind: ExceptionKind, said: str
) -> None:
    """Each kind stands alone, and says what it means for this row."""
    row = row_of(each)

    assert kinds(row) == [str(kind)]
    assert said in detail(row, kind)


def test_an_order_of_an_operator_is_an_exception_while_it_lasts() -> None:
    """A user or a profile is protected until that is ended, and kept until a day."""
    user, profile = {"id-of-ada"}, {f"{LAB}/ada"}
    until = {UserId("id-of-ada"): MADE + DAY}
    shouting = replace(ADAS, profile_name="Ada")

    assert kinds(row_of(ADAS, HubState(protected=frozenset(user)))) == ["protected"]
    assert kinds(row_of(shouting, HubState(protected=frozenset(profile)))) == ["protected"]
    assert kinds(row_of(ADAS, HubState(kept=until))) == ["kept"]
    assert kinds(row_of(ADAS, HubState(kept={UserId("id-of-ada"): MADE}))) == []


@pytest.mark.parametrize(
    ("cause", "why"), [(LIMIT, "exceeds the removal limit"), (REJECTED, "rejected by an operator")]
)
def test_a_held_disruption_names_its_hold(cause: str, why: str) -> None:
    """Only the user whom the hold holds, with the digest by which an operator finds it."""
    disruption = Disruption(ADAS.user_id, "ada", "ada", DisruptionKind.REMOVAL, "left")
    (hold,) = holds_of(LAB, [HeldDisruption(disruption, cause, MADE)], MADE)
    ada = replace(ADAS, state=State.HELD, hold=cause)

    rows = rows_of([ada, record("bob")], {}, {LAB: [hold]}, {}, NOBODY, MADE)

    assert [kinds(row) for row in rows] == [["held"], []]
    assert detail(rows[0], ExceptionKind.HELD) == f"removal: {why} (hold {hold.digest})"


def test_an_unmanaged_profile_is_a_row_and_an_exception() -> None:
    """Its user is known by name alone, its role not at all; its time may be in any zone."""
    seen = UnmanagedProfile("2026-11-02T10:00:00+01:00", "zoe", "Zoes-own")
    protected = HubState(protected=frozenset({f"{LAB}/zoes-own"}))

    (row,) = review([], protected, {LAB: [seen]}).rows

    assert (row.user_id, row.user_name, row.profile_name) == ("", "zoe", "Zoes-own")
    assert (row.role, row.state, row.has_profile) == ("", "unmanaged", True)
    assert row.last_change is not None
    assert f"{row.last_change.at:%H:%M %Z}" == "09:00 UTC"
    assert kinds(row) == ["unmanaged", "protected"]


def test_rows_are_sorted_whatever_order_they_are_read_in() -> None:
    """By target, then by user name without case: two reports of one ledger can be compared."""
    records = [record("bob"), replace(record("abe"), target=SHOP), record("Cyd"), ADAS]

    rows, backwards = review(records).rows, review(records[::-1]).rows

    assert [row.user_name for row in rows] == ["ada", "bob", "Cyd", "abe"]
    assert rows == backwards


def test_the_totals_count_people_rows_and_exceptions() -> None:
    """A person with two profiles is one; who has none counts in no people; each kind once a row."""
    twice = replace(ADAS, kept_role=OLD, access=Access.BY_HAND)
    records = [
        *(twice, replace(ADAS, target=SHOP)),
        record("bob", state=State.REMOVED, role_arn=""),
    ]

    found = review(records, unmanaged={LAB: [UnmanagedProfile("", "zoe", "zoe")]})

    assert found.people == 1
    assert {name: count for name, count in found.states.items() if count} == {
        "active": 2,
        "removed": 1,
        "unmanaged": 1,
    }
    assert dict(found.exceptions) == {"manual access": 1, "old role": 1, "unmanaged": 1}


def findings(state: HubState, found: Review | None = None) -> list[tuple[str, str]]:
    rows = found.rows if found else ()
    return [(each.kind, each.subject) for each in findings_of(state, rows, MADE, None)]


def test_what_concerns_no_single_row_is_a_finding_the_gravest_first() -> None:
    """What is open of domains, rows and groups; the holds stand with their rows, a pause above."""
    state = HubState(
        problems=frozenset(
            {
                OpenProblem("bad-row", "bad-row", "row x"),
                OpenProblem(str(LAB), "group-assignment", "groups"),
                OpenProblem(str(LAB), "held", "removals"),
                OpenProblem("paused", "paused", "the hub"),
                OpenProblem("new-kind", "new-kind", "anything"),
            }
        )
    )

    assert findings(state) == [
        ("group-assignment", "groups"),
        ("bad-row", "row x"),
        ("new-kind", "anything"),
    ]


def test_every_problem_that_the_hub_remembers_has_a_meaning() -> None:
    """A reviewer who does not know the hub reads more than the name of its kind."""
    remembered = {
        kind.name
        for area in (hub, mappings, targets, users)
        for kind in vars(area).values()
        if isinstance(kind, ProblemKind) and kind.is_remembered
    }

    assert remembered - MEANINGS.keys() == {"held", "paused"}
    assert MEANINGS.keys() <= remembered


def test_an_account_that_refuses_is_found_once_with_its_error() -> None:
    """By whichever role it refuses, as long as the refusal counts."""
    refused = HubState(
        unreachable={LAB: "reader denied"},
        refused={
            LAB: AccessRefusal("writer denied", MADE),
            SHOP: AccessRefusal("over", MADE - timedelta(days=1)),
        },
        problems=frozenset({OpenProblem("unreachable", "unreachable", str(LAB))}),
    )

    (found,) = findings_of(refused, (), MADE, None)

    assert (found.kind, found.target) == ("unreachable", LAB)
    assert found.detail.endswith("reader denied")


def test_an_order_for_whom_no_row_shows_it_is_a_finding() -> None:
    """A kept user without a profile would otherwise be in no report."""
    state = HubState(
        protected=frozenset({ADA.id, "id-of-ada", f"{LAB}/ada", f"{LAB}/else"}),
        kept={UserId("id-of-ada"): MADE + DAY, UserId("gone"): MADE + DAY, UserId("old"): MADE},
    )

    assert findings(state, review([ADAS], state)) == [
        ("kept", "gone"),
        ("protected", f"{LAB}/else"),
        ("protected", ADA.id),
    ]


def test_a_report_of_one_target_has_the_findings_of_no_other() -> None:
    """Those that concern no target in particular may concern this one."""
    state = HubState(
        unreachable={SHOP: "denied"},
        protected=frozenset({"nobody"}),
        problems=frozenset(
            {OpenProblem(str(LAB), "default-role", "a"), OpenProblem("bad-row", "bad-row", "b")}
        ),
    )

    found = findings_of(state, (), MADE, LAB)

    assert [each.kind for each in found] == ["default-role", "bad-row"]
    assert all(isinstance(each, Finding) for each in found)
