"""What the hub stores beside its records: its own state, group snapshots, unmanaged profiles."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.unmanaged_profiles import DynamoUnmanagedProfiles
from hub.runtime.decisions.hub_state import (
    AccessRefusal,
    GroupSnapshot,
    HubState,
    OpenProblem,
    UnmanagedProfile,
)
from hub.runtime.decisions.record import MemberChanges, Record, State
from hub.runtime.decisions.unchecked import remembered
from shared.conventions import iam_role_arn
from shared.errors import RetryableError
from shared.model import GroupId, Target, UserId
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Stub = Callable[[Any], Stubber]
LAB = Target.parse("222222222222/eu-west-1/d-research0001")
SHOP = Target.parse("333333333333/eu-west-1/d-retail0001")
ANTS, BEES = GroupId("33e47872-ants"), GroupId("33e47872-bees")
ADA, BOB = UserId("a3d46882-ada"), UserId("a3d46882-bob")
EVER = datetime.min.replace(tzinfo=UTC)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def fresh(client: "DynamoDBClient") -> HubState:
    """Return the state as another function reads it."""
    return DynamoHubState(client, LEDGER).state(EVER)


def test_the_first_id_of_a_name_stays(ledger_table: "DynamoDBClient") -> None:
    """Two functions that resolve a name at once agree on one id."""
    one, other = DynamoHubState(ledger_table, LEDGER), DynamoHubState(ledger_table, LEDGER)

    assert one.state(EVER).group_ids == other.state(EVER).group_ids == {}
    assert one.remember_group("ants", ANTS) == ANTS
    assert other.remember_group("ants", BEES) == ANTS
    assert one.state(EVER).group_ids == fresh(ledger_table).group_ids == {"ants": ANTS}


def test_ids_that_were_kept_under_the_name_itself_still_count(
    ledger_table: "DynamoDBClient",
) -> None:
    """A hub that was deployed before still knows which group each name was."""
    item = {"pk": "hub", "sk": "name#ants", "group_id": ANTS}
    ledger_table.put_item(TableName=LEDGER, Item={k: {"S": v} for k, v in item.items()})
    DynamoHubState(ledger_table, LEDGER).remember_group("x" * 1024, BEES)

    assert fresh(ledger_table).group_ids == {"ants": ANTS, "x" * 1024: BEES}


def test_the_names_of_matched_groups_are_kept_until_they_are_forgotten(
    ledger_table: "DynamoDBClient",
) -> None:
    """The latest name of each counts; a forgotten group leaves none, and may come again."""
    one = DynamoHubState(ledger_table, LEDGER)
    for id_, name in ((ANTS, "ml-ants"), (BEES, "ml-bees"), (ANTS, "ml-ants two"), (BEES, "")):
        one.remember_pattern_group(id_, name)

    assert one.state(EVER).pattern_groups == {ANTS: "ml-ants two"}
    one.remember_pattern_group(BEES, "ml-bees")
    assert fresh(ledger_table).pattern_groups == {ANTS: "ml-ants two", BEES: "ml-bees"}


def test_a_group_is_marked_until_its_scans_are_queued(ledger_table: "DynamoDBClient") -> None:
    """Law 4: a function that is killed in between leaves the mark to the next one."""
    one = DynamoHubState(ledger_table, LEDGER)
    one.remember_pattern_group(ANTS, "ml-ants", is_queued=False)
    one.remember_pattern_group(BEES, "ml-bees", is_queued=False)
    one.remember_pattern_group(BEES, "ml-bees")

    assert fresh(ledger_table).pattern_groups == {ANTS: "ml-ants", BEES: "ml-bees"}
    assert fresh(ledger_table).unqueued_groups == {ANTS}


def test_the_patterns_that_were_listed_are_those_of_the_last_listing(
    ledger_table: "DynamoDBClient",
) -> None:
    """A pattern that was removed and comes back is listed anew."""
    one = DynamoHubState(ledger_table, LEDGER)
    one.remember_listing(frozenset({"one", "two"}))
    one.remember_listing(frozenset({"two"}))

    assert one.state(EVER).listed_patterns == fresh(ledger_table).listed_patterns == {"two"}


def test_a_snapshot_serves_until_a_newer_one_is_needed(ledger_table: "DynamoDBClient") -> None:
    """A caller sees a pause when it requests a read after the pause."""
    one, other = DynamoHubState(ledger_table, LEDGER), DynamoHubState(ledger_table, LEDGER)
    one.state(EVER)
    other.pause("for a test")

    assert one.state(EVER).paused == ""
    assert one.state(datetime.now(UTC)).paused == "for a test"
    other.resume()
    assert fresh(ledger_table).paused == ""


def test_targets_are_stored_with_their_answers(ledger_table: "DynamoDBClient") -> None:
    """A target that answers again is no longer unreachable, and still known."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    hub_state.remember_target(LAB)
    hub_state.remember_target(SHOP, "AccessDenied")

    assert hub_state.state(EVER).targets == {LAB, SHOP}
    assert fresh(ledger_table).unreachable == {SHOP: "AccessDenied"}
    hub_state.remember_target(SHOP)
    assert fresh(ledger_table).unreachable == {}
    assert fresh(ledger_table).targets == {LAB, SHOP}


def test_refusals_are_kept_beside_the_targets(ledger_table: "DynamoDBClient") -> None:
    """One function stores its refusal without losing the one of another."""
    hub_state, refusal = DynamoHubState(ledger_table, LEDGER), AccessRefusal("AccessDenied", NOW)
    hub_state.remember_target(LAB, "no reader")
    hub_state.remember_refusal(LAB, refusal)

    assert fresh(ledger_table).refused == {LAB: refusal}
    hub_state.remember_target(LAB)
    assert hub_state.state(EVER).refused == {LAB: refusal}
    hub_state.remember_refusal(LAB, None)
    assert fresh(ledger_table).refused == {}
    assert fresh(ledger_table).targets == {LAB}


@pytest.mark.parametrize("missing", [0, 50, 100])
def test_the_roles_of_a_pattern_of_thousands_of_groups_fit(
    ledger_table: "DynamoDBClient", missing: int
) -> None:
    """As many as one item holds, first those that cannot be given; no scan fails for the rest."""
    roles = [iam_role_arn(LAB.account, LAB.region, f"{n:05}-{'x' * 58}") for n in range(5_000)]
    unavailable = roles[: len(roles) * missing // 100]
    checked, kept = remembered(roles, unavailable)

    DynamoHubState(ledger_table, LEDGER).remember_roles(LAB, checked, kept)

    state = fresh(ledger_table)
    assert state.checked_roles[LAB] == checked
    assert state.unavailable_roles[LAB] == kept
    assert len(checked) > 1_000
    assert kept == checked & set(unavailable)
    assert remembered(roles[:100], roles[:7]) == (frozenset(roles[:100]), frozenset(roles[:7]))


def test_a_full_sweep_runs_at_most_once_in_a_quarter_of_an_hour(
    ledger_table: "DynamoDBClient",
) -> None:
    """At once, then at the end of the quarter; a request in between is covered by that one."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    minutes = [0, 1, 2, 14, 16, 17, 60]

    given = [
        hub_state.reserve_full_sweep(NOW + timedelta(minutes=minute), f"event-{minute}")
        for minute in minutes
    ]

    assert given == [0, 14 * 60, None, None, 14 * 60, None, 0]


def test_a_caller_that_could_not_queue_the_sweep_gets_the_same_time_again(
    ledger_table: "DynamoDBClient",
) -> None:
    """A reserved sweep that was never sent is not lost for those who rely on it."""
    hub_state = DynamoHubState(ledger_table, LEDGER)
    hub_state.reserve_full_sweep(NOW, "first")
    minute = timedelta(minutes=1)

    assert hub_state.reserve_full_sweep(NOW + minute, "second") == 14 * 60
    assert hub_state.reserve_full_sweep(NOW + 2 * minute, "second") == 13 * 60
    assert hub_state.reserve_full_sweep(NOW + 2 * minute, "third") is None


def test_of_two_concurrent_reservations_one_sweep_covers_both(
    ledger_table: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conditional write decides; one sweep covers both events."""
    one, other = DynamoHubState(ledger_table, LEDGER), DynamoHubState(ledger_table, LEDGER)
    before = one.state(EVER)
    monkeypatch.setattr(one, "state", lambda _: before)

    assert other.reserve_full_sweep(NOW, "other") == 0
    assert one.reserve_full_sweep(NOW, "one") is None


def test_a_group_snapshot_is_stored_with_its_memberships(ledger_table: "DynamoDBClient") -> None:
    """In more than one batch, and found by the id of each membership."""
    group_snapshots = DynamoGroupSnapshots(ledger_table, LEDGER)
    members = {UserId(f"user-{number:03d}"): f"membership-{number:03d}" for number in range(60)}
    group_snapshots.save(ANTS, members, ())
    group_snapshots.save(BEES, {ADA: "m-ada"}, ())

    assert group_snapshots.snapshot(ANTS) == GroupSnapshot(ANTS, members)
    assert group_snapshots.member("membership-037") == "user-037"
    assert group_snapshots.member("m-ada") == ADA
    assert group_snapshots.member("never seen") is None
    group_snapshots.save(ANTS, {BOB: ""}, list(members))
    assert group_snapshots.snapshot(ANTS).members == {BOB: ""}
    assert group_snapshots.member("membership-037") is None


def test_whether_a_group_was_listed_or_is_gone_is_stored(ledger_table: "DynamoDBClient") -> None:
    """A snapshot of an incomplete listing proves nobody absent."""
    group_snapshots = DynamoGroupSnapshots(ledger_table, LEDGER)
    group_snapshots.save(ANTS, {ADA: "m-1"}, ())
    never = group_snapshots.snapshot(ANTS)
    group_snapshots.note(ANTS, deleted=False)
    listed = group_snapshots.snapshot(ANTS)
    group_snapshots.note(ANTS, deleted=True)

    assert not never.is_listed
    assert listed == never._replace(is_listed=True)
    assert group_snapshots.snapshot(ANTS) == never._replace(is_listed=True, deleted=True)


def test_what_dynamodb_leaves_unwritten_is_written_again(
    dynamodb: "DynamoDBClient", stub: Stub
) -> None:
    """A batch may succeed in part; what remains unwritten is left to another scan."""
    put: Any = {"PutRequest": {"Item": {"pk": {"S": f"group#{ANTS}"}, "sk": {"S": "member#x"}}}}
    stubbed = stub(dynamodb)
    stubbed.add_response("batch_write_item", {"UnprocessedItems": {LEDGER: [put]}})
    stubbed.add_response("batch_write_item", {}, {"RequestItems": {LEDGER: [put]}})
    group_snapshots = DynamoGroupSnapshots(dynamodb, LEDGER)
    group_snapshots.save(ANTS, {ADA: "m-1"}, ())
    for _ in range(5):
        stubbed.add_response("batch_write_item", {"UnprocessedItems": {LEDGER: [put]}})

    with pytest.raises(RetryableError, match="left some"):
        group_snapshots.save(ANTS, {ADA: "m-1"}, ())


def test_unmanaged_profiles_are_stored_by_target(ledger_table: "DynamoDBClient") -> None:
    """Each with its last change and its user, under the name as Studio compares it."""
    unmanaged_profiles = DynamoUnmanagedProfiles(ledger_table, LEDGER)
    unmanaged_profiles.remember(LAB, UnmanagedProfile("yesterday", "bob", "hand-made"))
    unmanaged_profiles.remember(LAB, UnmanagedProfile("today", "ada", "Hand-Made"))
    unmanaged_profiles.remember(SHOP, UnmanagedProfile("today", "", "other"))

    assert unmanaged_profiles.of_target(LAB) == {
        "hand-made": UnmanagedProfile("today", "ada", "Hand-Made")
    }
    unmanaged_profiles.forget(LAB, "HAND-MADE")
    assert unmanaged_profiles.of_target(LAB) == {}
    assert unmanaged_profiles.of_target(SHOP) == {"other": UnmanagedProfile("today", "", "other")}


def test_open_problems_are_kept_one_by_one(ledger_table: "DynamoDBClient") -> None:
    """Two functions that report at once lose nothing, and a target's other fields stay."""
    one, other = DynamoHubState(ledger_table, LEDGER), DynamoHubState(ledger_table, LEDGER)
    closed = OpenProblem(str(LAB), "unreachable", str(LAB))
    held = OpenProblem(str(LAB), "held", f"removals in {LAB} (limit)")
    paused = OpenProblem("paused", "paused", "the hub")
    one.remember_target(LAB, "closed")
    one.change_problems(str(LAB), [closed], [])
    other.change_problems(str(LAB), [held], [])
    other.change_problems("paused", [paused], [])
    one.remember_target(LAB)

    assert fresh(ledger_table).problems == {closed, held, paused}
    one.change_problems(str(LAB), [closed], [held])
    other.change_problems(str(LAB), [], [closed])
    assert fresh(ledger_table).problems == {paused}
    assert fresh(ledger_table).targets == {LAB}


def record(user_id: UserId, target: Target, version: int = 0) -> Record:
    return Record(
        user_id=user_id,
        target=target,
        state=State.PENDING,
        user_name="name",
        profile_name="name",
        version=version,
    )


def test_the_ledger_is_read_by_user_by_target_and_whole(ledger_table: "DynamoDBClient") -> None:
    """Other items in the table are not returned as records."""
    ledger = DynamoLedger(ledger_table, LEDGER)
    DynamoHubState(ledger_table, LEDGER).remember_target(LAB)
    DynamoGroupSnapshots(ledger_table, LEDGER).save(ANTS, {ADA: "m-1", BOB: "m-2"}, ())
    DynamoUnmanagedProfiles(ledger_table, LEDGER).remember(
        LAB, UnmanagedProfile("today", "", "hand-made")
    )
    for user_id, target in ((ADA, LAB), (ADA, SHOP), (BOB, LAB)):
        ledger.write(record(user_id, target))

    assert set(ledger.records(ADA)) == {LAB, SHOP}
    assert {each.user_id for each in ledger.of_target(LAB)} == {ADA, BOB}
    assert {each.user_id for each in ledger.of_target(SHOP)} == {ADA}
    assert {(each.user_id, each.target) for each in ledger.everybody()} == {
        (ADA, LAB),
        (ADA, SHOP),
        (BOB, LAB),
    }
    assert ledger.knows(BOB)
    assert not ledger.knows(UserId("nobody"))


def test_memberships_are_written_with_the_record_or_not_at_all(
    ledger_table: "DynamoDBClient",
) -> None:
    """The second of two writers writes neither, and observes again."""
    ledger, group_snapshots = (
        DynamoLedger(ledger_table, LEDGER),
        DynamoGroupSnapshots(ledger_table, LEDGER),
    )
    group_snapshots.save(BEES, {ADA: "m-old"}, ())
    ledger.write(record(ADA, LAB), MemberChanges({ANTS: "m-1"}, frozenset({BEES})))

    assert group_snapshots.snapshot(ANTS).members == {ADA: "m-1"}
    assert group_snapshots.snapshot(BEES).members == {}
    with pytest.raises(RetryableError):
        ledger.write(record(ADA, LAB), MemberChanges({BEES: "m-2"}, frozenset({ANTS})))
    assert group_snapshots.snapshot(ANTS).members == {ADA: "m-1"}
    assert group_snapshots.snapshot(BEES).members == {}
    assert ledger.records(ADA)[LAB].version == 1
