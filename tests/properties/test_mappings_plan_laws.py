"""The laws of a plan's rows: what they turn the table into, and in which order."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mapping_files import ID, Row, read_rows, tables
from strategies import LAWS

from cli.mappings.apply import batches, is_rest
from cli.mappings.difference import RowChangeKind, applied, difference, key_of
from cli.mappings.observe import Names
from cli.mappings.plan import Plan
from shared.model import GroupId

BAD: Row = {"group": "any", "target": "nowhere"}


def plan(today: list[Row], wanted: list[Row]) -> Plan:
    """Return the plan of a company without people."""
    return Plan(difference(today, wanted, {}), (), len(wanted), Names(), (), ())


@LAWS
@given(tables, tables)
def test_the_changes_turn_the_one_table_into_the_other(today: list[Row], wanted: list[Row]) -> None:
    """As the hub reads both; a row that pins nothing keeps the id that it has."""
    after = applied(today, difference(today, wanted, {}))
    pins = {key_of(row): row.get("group_id") for row in today}
    kept = [
        {**row, **({"group_id": pin} if (pin := pins.get(key_of(row))) else {}), **row}
        for row in wanted
    ]

    assert read_rows(after) == read_rows(kept)
    assert difference(after, wanted, {}) == ()


@LAWS
@given(tables, tables)
def test_pins_are_given_only_to_rows_that_are_written(today: list[Row], wanted: list[Row]) -> None:
    """A row that is as it should be is not written to pin its group."""
    every = {str(row["group"]): GroupId(ID) for row in wanted}
    plain, pinned = difference(today, wanted, {}), difference(today, wanted, every)

    assert [change.key for change in plain] == [change.key for change in pinned]
    assert all(change.after is None or change.after["group_id"] == ID for change in pinned)


@LAWS
@given(tables, tables, st.integers(1, 4), st.sampled_from([[], [BAD]]))
def test_a_plan_is_written_in_an_order_that_is_safe_to_interrupt(
    today: list[Row], wanted: list[Row], most: int, bad: list[Row]
) -> None:
    """Each change once; removals last in a target; a target whole where it fits; bad rows last."""
    whole = plan([*today, *bad], wanted)
    parts = batches(whole, most)
    order = [change for part in parts for change in part.changes]

    assert sorted(change.key for change in order) == [change.key for change in whole.changes]
    assert all(len(part.changes) <= most for part in parts)
    assert all((part.rest is None) is (part is parts[-1]) for part in parts)
    assert not bad or order[-1].key == key_of(BAD)
    for target in {change.key[1] for change in order}:
        kinds = [change.kind for change in order if change.key[1] == target]
        removed = [kind is RowChangeKind.REMOVED for kind in kinds]
        assert removed == sorted(removed)
        split = sum(any(c.key[1] == target for c in part.changes) for part in parts)
        assert split == 1 or len(kinds) > most


@LAWS
@given(tables, tables, st.integers(1, 4), st.data())
def test_what_is_left_after_an_interruption_is_known(
    today: list[Row], wanted: list[Row], most: int, data: st.DataObject
) -> None:
    """After any number of transactions, and not after a further change of any row."""
    parts = batches(plan(today, wanted), most)
    if len(parts) < 2:
        return
    done = data.draw(st.integers(1, len(parts) - 1))
    rest = parts[done - 1].rest
    rows: list[Any] = list(
        applied(today, (change for part in parts[:done] for change in part.changes))
    )
    other = {"group": "somebody else's", "target": "999999999999/eu-west-1/d-other"}

    assert rest is not None
    assert is_rest(plan(rows, wanted), rest)
    assert not is_rest(plan([*rows, other], wanted), rest)
