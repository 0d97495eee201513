"""The mappings file: short, readable, and every mistake at its place."""

import pytest
from mapping_files import Row, read_rows

from cli.mappings.export import export
from cli.mappings.parse import parse
from shared.conventions import iam_role_arn
from yaml_files.yaml_positions import DocumentError

NO_TARGET = (
    "target: 'here' is not a target: write <12-digit account>/<region>/<domain id>, for example "
    "222222222222/eu-west-1/d-research0001"
)
ONE, TWO = "222222222222/eu-west-1/d-one", "333333333333/eu-west-1/d-two"


def mistakes(text: str) -> list[tuple[int, int, str]]:
    """Return line, column and text of each mistake in a file."""
    with pytest.raises(DocumentError) as refused:
        parse(text, "f")
    return [(m.line, m.column, m.text) for m in refused.value.mistakes]


def test_what_many_rows_share_stands_once() -> None:
    """200 accounts x 10 groups need a line for each account, and one for each group."""
    rows: list[Row] = [
        {
            "group": f"ml-team-{group}",
            "target": f"{account:012}/eu-west-1/d-{account}",
            "execution_role_arn": iam_role_arn(f"{account:012}", "eu-west-1", f"R{group}"),
            "priority": 10 * group,
            "retention_days": 0 if account == 7 else 14,
        }
        for group in range(10)
        for account in range(200)
    ]
    text = export(rows)

    assert len(text.splitlines()) < 230
    assert "  ml-team-3: {role: R3, priority: 30}" in text
    assert "  000000000007/eu-west-1/d-7: {retention_days: 0}" in text
    assert read_rows(parse(text, "f")) == read_rows(rows)


def test_an_exported_file_reads_well() -> None:
    """The schema first, then what is shared, then the rows; hidden characters are escapes."""
    rows: list[Row] = [
        {"group": "leads", "target": ONE, "priority": 10},
        {"group": "leads", "target": TWO, "priority": 10},
        {"group": "staff\u200b", "target": TWO, "note": 'until "June"'},
    ]

    assert export(rows).splitlines() == [
        "# yaml-language-server: $schema=mappings.schema.json",
        "version: 1",
        "groups:",
        "  leads: {priority: 10}",
        '  "staff\\u200b": {note: "until \\"June\\""}',
        "mappings:",
        "- group: leads",
        f"  target: {ONE}",
        '- groups: [leads, "staff\\u200b"]',
        f"  target: {TWO}",
    ]


def test_a_row_that_no_file_can_hold_stands_in_a_comment() -> None:
    """With its mistakes, so that nobody loses it without knowing."""
    text = export([{"group": "a\nb", "target": "here"}, {"group": "ml-*-*", "target": ONE}])

    assert text.splitlines()[2:] == [
        "mappings: []",
        r"# not in this file: a\nb -> here",
        f"#   {NO_TARGET}",
        f"# not in this file: ml-*-* -> {ONE}",
        "#   group: 'ml-*-*' has more than one *: a pattern holds one",
    ]
    assert parse(text, "f") == ()


FAULTY = f"""\
version: 2
defaults: {{priority: high, retension_days: 3}}
groups:
  leads: {{group_id: 12}}
  laeds:
    priority: 5
targets:
  nowhere: {{}}
mappings:
- group: leads
  targets: [{ONE}, {TWO}, {ONE}]
  execution_role_arn: arn:aws:iam::333333333333:role/Own
- {{groups: [ml-*, leads], target: {TWO}, priority: 010}}
- {{group: g, groups: [h], target: {ONE}}}
- {{group: g, target: 2/eu/d}}
- {{group: g, target: {ONE}, role: "two words", retention_days: -1}}
- [leads]
mapings: []
"""


def test_every_mistake_is_reported_at_once_with_its_place() -> None:
    """Of every part: a mistake in one part hides none in another."""
    found = mistakes(FAULTY)

    assert [(line, column) for line, column, _ in found] == [
        (1, 10),
        (2, 22),
        (2, 28),
        (4, 21),
        (8, 3),
        (11, 73),
        (12, 23),
        (13, 75),
        (14, 3),
        (15, 22),
        (16, 87),
        (17, 3),
        (18, 1),
    ]
    texts = [text for _, _, text in found]
    assert texts[1] == "must be a whole number, not 'high'"
    assert texts[2].startswith("is not known here; allowed are enabled, note, priority")
    assert texts[5] == f"leads -> {ONE} stands here twice, first at line 11, column 13"
    assert texts[6].startswith("arn:aws:iam::333333333333:role/Own is of account 333333333333")
    assert texts[7].startswith("is written as 010, which YAML reads as 8")


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        ("groups:\n  laeds: {}\nmappings: []", (3, 3), "no entry of mappings names it"),
        ("targets:\n  nowhere:\nmappings: []", (3, 3), "'nowhere' is not a target"),
        (f"mappings:\n- {{group: 'm*-*', target: {ONE}}}", (3, 11), "has more than one *"),
        (f"mappings:\n- {{group: a, group: b, target: {ONE}}}", (3, 14), "stands here twice"),
        (f"mappings:\n- {{group: a, target: {ONE}, role: 'x y'}}", (3, 58), "is not the ARN"),
        (f"mappings:\n- {{target: {ONE}}}", (3, 3), "give either group or groups"),
        (
            f"mappings:\n- {{group: a, target: {ONE}, role: R, execution_role_arn: x}}",
            (3, 81),
            "give role or execution_role_arn",
        ),
        ("mappings: [", (3, 1), "is not YAML"),
        ("mappings: {}", (2, 11), "must be a list"),
        ("groups: []", (2, 9), "must be a mapping of keys to values"),
    ],
)
def test_a_mistake_has_line_column_and_remedy(text: str, place: tuple[int, int], told: str) -> None:
    """Line and column count from 1, as editors do."""
    found = mistakes(f"version: 1\n{text}\n")

    assert any(each[:2] == place and told in each[2] for each in found), found


def test_a_file_that_is_no_mapping_is_refused() -> None:
    """Neither a list nor a word is a mappings file; an empty one lacks its version."""
    assert mistakes("[]")[0][2] == "must be a mapping of keys to values, not a list"
    assert mistakes("# nothing")[0][2] == "is missing"
