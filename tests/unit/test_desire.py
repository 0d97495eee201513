"""Rules 1, 2, 4 and 5: what the mappings grant each user in each target."""

from dataclasses import replace

import pytest
from builders import (
    ADA,
    LAB,
    NOON,
    SHOP,
    decision,
    decisions,
    grant,
    record,
    row,
    snapshot,
    unparsed,
)

from hub.runtime.decisions.decision import DesiredProfile, Removal, Undecided
from hub.runtime.decisions.desired import TargetRows, desire, rows_by_target
from hub.runtime.decisions.plan import plan
from hub.runtime.decisions.progress import is_in_sync
from hub.runtime.decisions.record import Record, State
from shared.model import (
    Because,
    GroupId,
    MappingTable,
    UserStatus,
)


def test_the_lowest_priority_wins_and_the_others_are_remembered() -> None:
    """Rule 2, with the reasons of the decision."""
    rows = row("a", 30), row("b", 10), row("c", 20)

    assert decision(None, *rows, of=snapshot("a", "b", "c")) == DesiredProfile(
        ADA,
        LAB,
        "ada",
        "role/b",
        Because((grant(rows[1]), grant(rows[2]), grant(rows[0]))),
    )


def test_equal_priorities_are_decided_by_the_groups_name() -> None:
    """Rule 2: the lower name by code point wins, and the tie is reported."""
    capital = replace(row("a", 10), group="Z", group_id=GroupId("id-a"))

    found = decision(None, row("b", 10), capital, of=snapshot("a", "b"))

    assert isinstance(found, DesiredProfile)
    assert found.because[0].group == "Z"
    assert found.because[0].priority == found.because[1].priority


def test_different_priorities_are_no_tie() -> None:
    """No warning is given when priorities decide."""
    found = decision(None, row("a", 10), row("b", 11), of=snapshot("a", "b"))

    assert isinstance(found, DesiredProfile)
    assert found.because[0].priority < found.because[1].priority


def test_targets_are_decided_one_by_one_and_in_order() -> None:
    """Rule 1: a row of one target has no effect on another."""
    rows = row("b", target=SHOP), row("a"), row("c", 1, target=SHOP)

    found = decisions(None, *rows, of=snapshot("a", "b"))

    assert [(v.target, v.role_arn) for v in found if isinstance(v, DesiredProfile)] == [
        (LAB, "role/a"),
        (SHOP, "role/b"),
    ]


def test_an_unrelated_user_concerns_no_target() -> None:
    """Without a row that applies and without a record there is no decision at all."""
    assert decisions(None, row("a"), row("lost"), of=snapshot("b"), bad=(unparsed("c"),)) == ()


def test_the_ledgers_profile_name_comes_before_the_computed_one() -> None:
    """Rule 5: a user whose user name changed keeps the existing profile."""
    there = record(grant(row("a")))

    found = decision(there, row("a"), of=snapshot("a", person=ADA._replace(name="ada-king")))

    assert isinstance(found, DesiredProfile)
    assert found.profile_name == "ada-as-recorded"


def test_the_name_of_a_removed_profile_is_computed_again() -> None:
    """A removed profile does not fix the name of the next one."""
    gone = record(state=State.REMOVED)

    found = decision(gone, row("a"), of=snapshot("a"))

    assert isinstance(found, DesiredProfile)
    assert found.profile_name == "ada"


def test_a_user_who_left_the_last_group_is_to_be_removed() -> None:
    """Rule 4, with the name that the ledger has."""
    there = record(grant(row("a")))

    assert decision(there, row("a"), of=snapshot("b")) == Removal(
        ADA, LAB, "ada-as-recorded", "no mapping grants it", 30
    )


def test_another_row_takes_over_in_place() -> None:
    """Rule 4: a role change, not a removal."""
    there = record(grant(row("a", 10)))

    found = decision(there, row("a", 10), row("b", 20), of=snapshot("b"))

    assert isinstance(found, DesiredProfile)
    assert (found.profile_name, found.role_arn) == ("ada-as-recorded", "role/b")


@pytest.mark.parametrize("user_status", [UserStatus.DISABLED, UserStatus.GONE])
def test_a_disabled_or_deleted_user_is_to_be_removed(user_status: UserStatus) -> None:
    """Rule 4, whatever the groups are; a deleted user keeps the name that the ledger has."""
    person = ADA._replace(
        user_status=user_status, name="" if user_status is UserStatus.GONE else "ada"
    )
    there = record(grant(row("a", retention_days=7)))

    found = decision(there, row("a", retention_days=7), of=snapshot("a", person=person))

    assert isinstance(found, Removal)
    assert (found.person, found.retention_days) == (person._replace(name="ada"), 7)
    assert found.reason == f"the user is {user_status} in the directory"


@pytest.mark.parametrize("user_status", [UserStatus.DISABLED, UserStatus.GONE])
@pytest.mark.parametrize("there", [None, record(state=State.REMOVED)])
def test_a_disabled_or_deleted_user_gets_nothing(
    user_status: UserStatus, there: Record | None
) -> None:
    """Rule 4: membership of a user who may not sign in grants nothing. The ledger records it."""
    person = ADA._replace(user_status=user_status)

    found = decision(there, row("a"), of=snapshot("a", person=person))

    assert isinstance(found, Removal)
    assert is_in_sync(found, there)


@pytest.mark.parametrize("user_status", [UserStatus.DISABLED, UserStatus.GONE])
def test_a_user_who_was_never_desired_is_not_recorded(user_status: UserStatus) -> None:
    """The ledger has no record of users whom no mapping ever concerned."""
    of = snapshot(person=ADA._replace(user_status=user_status))

    assert decisions(None, row("a"), of=of) == ()
    assert decisions(record(state=State.REMOVED, user_status=user_status), row("a"), of=of) == ()


def test_a_user_who_returns_without_a_group_is_recorded_once() -> None:
    """The ledger says of each leaver why they have no profile, and this reason changed."""
    gone = record(state=State.REMOVED, user_status=UserStatus.DISABLED)

    found = decision(gone, row("a"), of=snapshot())

    assert isinstance(found, Removal)
    assert decisions(record(state=State.REMOVED), row("a"), of=snapshot()) == ()


def test_a_grant_names_its_group_id() -> None:
    """By its id, pinned or resolved: group snapshots are stored by id."""
    pinned = row("b", group_id=GroupId("id-c"))

    found = decision(None, row("a", 1), pinned, of=snapshot("a", "c"))

    assert isinstance(found, DesiredProfile)
    assert [grant.group_id for grant in found.because] == ["id-a", "id-c"]


@pytest.mark.parametrize("user_status", [UserStatus.DISABLED, UserStatus.GONE])
def test_a_user_disabled_before_the_profile_was_made_gets_a_removal(
    user_status: UserStatus,
) -> None:
    """A group grants access, no record exists: the ledger must say why there is no profile."""
    person = ADA._replace(user_status=user_status)

    assert decision(None, row("a", retention_days=7), of=snapshot("a", person=person)) == Removal(
        person, LAB, "ada", f"the user is {user_status} in the directory", 30
    )


def test_the_rows_of_a_target_come_with_those_that_do_not_parse() -> None:
    """A target with only bad rows is included. A row without a readable target may be of any."""
    table = MappingTable((row("a"),), (unparsed("b"), unparsed("c", SHOP), unparsed("d", None)))

    assert rows_by_target(table) == {
        LAB: TargetRows(LAB, (row("a"),), ("b",), ("d",)),
        SHOP: TargetRows(SHOP, (), ("c",), ("d",)),
    }


@pytest.mark.parametrize("groups", [(), ("a",), ("b",), ("a", "b")])
def test_a_row_without_a_readable_target_protects_what_its_group_gave(
    groups: tuple[str, ...],
) -> None:
    """Rule 3: in every target, whatever groups the user is in, even if the valid row is gone."""
    gave_both = grant(row("b", 10)), grant(row("a"))
    lost = (unparsed("b", None),)

    for there in (record(grant(row("b"))), record(*gave_both)):
        for rows in ((), (row("a"),), (row("c"),)):
            found = decision(there, *rows, of=snapshot(*groups), bad=lost)

            assert isinstance(found, Undecided)
            assert "whether these mappings apply: b" in found.reason


def test_a_row_without_a_readable_target_protects_who_is_in_its_group() -> None:
    """Rule 3: it may have granted access here. A user who was never in its group is removed."""
    there, lost = record(grant(row("a"))), (unparsed("b", None),)

    assert isinstance(
        decision(there, row("a"), row("b"), of=snapshot("b"), bad=lost), DesiredProfile
    )
    assert isinstance(decision(there, row("a"), of=snapshot("b"), bad=lost), Undecided)
    assert isinstance(decision(there, row("a"), of=snapshot("c"), bad=lost), Removal)
    assert isinstance(
        decision(there, row("a"), of=snapshot(), bad=(unparsed("", None),)), Undecided
    )
    assert decisions(None, row("a"), of=snapshot("b"), bad=lost) == ()


def test_a_row_without_a_readable_target_stops_no_change_that_its_groups_good_row_allows() -> None:
    """Rule 13: where the group has a valid row here, that row says what it grants."""
    there, lost = record(grant(row("b"))), (unparsed("b", None),)
    better = replace(row("b"), role_arn="role/better")

    of_its_own = decision(there, better, of=snapshot("b"), bad=lost)
    of_another = decision(there, row("b"), row("a", 1), of=snapshot("a", "b"), bad=lost)

    assert isinstance(of_its_own, DesiredProfile)
    assert of_its_own.role_arn == "role/better"
    assert isinstance(of_another, DesiredProfile)
    assert of_another.role_arn == "role/a"


def test_a_disabled_row_grants_nothing_new() -> None:
    """Rule 4: neither a profile nor a better role."""
    off = row("a", 10, enabled=False)
    there = record(grant(row("b", 20)))

    change = decision(there, off, row("b", 20), of=snapshot("a", "b"))

    assert decisions(None, off, of=snapshot("a")) == ()
    assert isinstance(change, DesiredProfile)
    assert change.because == Because((grant(row("b", 20)),))


def test_disabling_a_row_takes_nothing_away() -> None:
    """Rule 4: a profile by the row stays, with its role, even if the row's role changed."""
    there = record(grant(row("a", 10)), grant(row("b", 20)))
    off = replace(row("a", 10, enabled=False), role_arn="role/other")

    found = decision(there, off, row("b", 20), of=snapshot("a", "b"))

    assert isinstance(found, DesiredProfile)
    assert found.role_arn == "role/a"


def test_a_user_who_leaves_the_group_of_a_disabled_row_is_removed_as_usual() -> None:
    """Rule 4."""
    off = row("a", enabled=False)

    assert isinstance(decision(record(grant(off)), off, of=snapshot()), Removal)


@pytest.mark.parametrize("state", [State.PENDING, State.HELD, State.FAILED])
def test_a_disabled_row_does_not_finish_what_it_never_gave(state: State) -> None:
    """Rule 4: a creation refused before the row was disabled is not tried again."""
    off = row("a", enabled=False)
    never_made = {LAB: record(grant(off), state=state)}

    found = desire(snapshot("a"), MappingTable((off,)), never_made, NOON)

    assert not plan(found, {LAB: None}, never_made, NOON).actions
