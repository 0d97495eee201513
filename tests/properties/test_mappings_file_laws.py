"""The laws of the mappings file: it says what the table says, and nothing else."""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from mapping_files import PLACES, Row, names, read_rows, tables
from strategies import LAWS

from cli.mappings.export import export
from cli.mappings.parse import parse
from cli.mappings.schema import schema_text
from yaml_files.yaml_positions import DocumentError, Mistake

ROOT = Path(__file__).parents[2]

attributes = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["Lead", "/Own", "/teams/Own"]),
        "priority": st.integers(0, 30),
        "retention_days": st.sampled_from([0, 7]),
        "enabled": st.booleans(),
        "note": st.sampled_from(["", "why"]),
    },
)


def is_short(name: str) -> bool:
    """Return whether a name can be a key: a longer one needs a question mark before it."""
    return len(name) < 100


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Return the content of a valid file, with attributes at any level."""
    groups = draw(st.lists(names.filter(is_short), min_size=1, max_size=3, unique=True))
    targets = draw(st.lists(st.sampled_from(PLACES), min_size=1, unique=True))
    entries: list[dict[str, Any]]
    if draw(st.booleans()):
        entries = [{"groups": groups, "targets": targets, **draw(attributes)}]
    else:
        entries = [
            {"group": group, "target": target, **draw(attributes)}
            for group in groups
            for target in targets
        ]
    return {
        "version": 1,
        "defaults": draw(attributes),
        "groups": {group: draw(attributes) for group in groups if draw(st.booleans())},
        "targets": {target: draw(attributes) for target in targets if draw(st.booleans())},
        "mappings": entries,
    }


@LAWS
@given(tables)
def test_an_exported_table_reads_as_the_same_rows(table: list[Row]) -> None:
    """Every row, every attribute and every note, whatever is shared or hidden in the names."""
    text = export(table)

    assert read_rows(parse(text, "f")) == read_rows(table)
    assert text.isprintable() or all(line.isprintable() for line in text.splitlines())


@LAWS
@given(files())
def test_export_is_a_fixed_point(content: dict[str, Any]) -> None:
    """Any valid file -> rows -> export -> the same rows -> the same text."""
    rows = parse(yaml.safe_dump(content), "f")
    text = export(rows)
    again = parse(text, "f")

    assert read_rows(again) == read_rows(rows)
    assert export(again) == text


@LAWS
@given(files())
def test_the_closest_attribute_counts(content: dict[str, Any]) -> None:
    """Entry over target over group over defaults, for each attribute by itself."""
    for row in parse(yaml.safe_dump(content), "f"):
        (entry,) = (
            each
            for each in content["mappings"]
            if row["group"] in each.get("groups", [each.get("group")])
            and row["target"] in each.get("targets", [each.get("target")])
        )
        levels = (
            entry,
            content["targets"].get(row["target"], {}),
            content["groups"].get(row["group"], {}),
            content["defaults"],
        )
        for name in ("priority", "retention_days", "enabled", "note"):
            given_ = [level[name] for level in levels if name in level]
            assert row.get(name) == (given_[0] if given_ else None)


@LAWS
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "version",
                        "defaults",
                        "groups",
                        "targets",
                        "mappings",
                        "group",
                        "target",
                        "role",
                        "priority",
                    ]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_any_document_is_read_or_refused_with_places(content: object) -> None:
    """No document crashes the reader; each mistake has a line, a column and a text."""
    mistakes: tuple[Mistake, ...] = ()
    try:
        read_rows(parse(yaml.safe_dump(content), "f"))
        read = True
    except DocumentError as error:
        read, mistakes = False, error.mistakes

    assert read is not bool(mistakes)
    assert all(m.line >= 1 and m.column >= 1 and m.text for m in mistakes)


def test_the_published_schema_is_the_models() -> None:
    """In the package and in the documentation."""
    for folder in ("cli/mappings", "docs"):
        assert (ROOT / folder / "mappings.schema.json").read_text(encoding="utf-8") == schema_text()
