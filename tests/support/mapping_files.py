"""Random rows of the mappings table, and random valid mappings files."""

from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import strategies as st

from hub.runtime.decisions.mapping_rows import parse_row
from shared.model import GroupMapping

Row = Mapping[str, Any]
PLACES = tuple(
    f"{account}/{region}/d-{name}"
    for account, region, name in (
        ("000000000002", "eu-west-1", "one"),
        ("222222222222", "us-gov-west-1", "two"),
        ("333333333333", "cn-north-1", "three"),
    )
)
PARTITIONS = {"eu-west-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn"}
ID = "14f83478-a061-708f-8de4-a3a2b99e9d89"

# Every character that a name of the directory or a note may have; a file has no pattern rows.
_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="*"), max_size=30)
names = st.one_of(
    st.sampled_from(
        ["ml-leads", "ml scientists", "no", "2026", "010", "é", "a: b", "#x", "x" * 1024]
    ),
    _text.filter(bool),
)
_roles = st.sampled_from(
    ["studio-hub/Lead", "studio-hub/Analyst", "Own", "teams/Own", "studio-hub/a/b"]
)


def _rows_for(place: str) -> st.SearchStrategy[Row]:
    account, region, _ = place.split("/")
    arn = _roles.map(lambda role: f"arn:{PARTITIONS[region]}:iam::{account}:role/{role}")
    return st.fixed_dictionaries(
        {"group": names, "target": st.just(place)},
        optional={
            "execution_role_arn": arn,
            "priority": st.sampled_from([0, 10, 20, 100]),
            "retention_days": st.sampled_from([0, 7, 30]),
            "enabled": st.booleans(),
            "group_id": st.just(ID),
            "note": _text,
        },
    )


# Valid rows, with any attributes that they may have.
_rows = st.one_of(*map(_rows_for, PLACES))
tables = st.lists(_rows, max_size=12, unique_by=lambda row: (row["group"], row["target"]))


def read_rows(rows_: Iterable[Row]) -> list[tuple[GroupMapping, str]]:
    """Return rows as the hub reads them, sorted, with their notes."""
    parsed = [parse_row(row) for row in rows_]
    good = [row for row in parsed if isinstance(row, GroupMapping)]
    assert len(good) == len(parsed), parsed
    return [(row, row.note) for row in sorted(good, key=lambda row: (row.group, row.target))]
