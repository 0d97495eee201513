"""Writes the mappings table as one short YAML file: what many rows share stands once."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from cli.mappings.parse import Row
from cli.mappings.schema import SCHEMA_FILE
from hub.runtime.decisions.mapping_rows import is_pattern_text, parse_row
from shared.conventions import ROLE_PATH
from shared.model import DEFAULT_PRIORITY, DEFAULT_RETENTION_DAYS, BadMapping, GroupMapping
from shared.naming import execution_role_name
from shared.visible import escaped, visible

Given = Mapping[str, Any]
_WIDTH: Final = 100
# Source: the YAML 1.2 specification, 7.4.2: an implicit key has at most 1024 characters.
_LONGEST_KEY: Final = 900
# Words that some readers of YAML take for something else than text.
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
# The largest characters of YAML's escapes with two and with four digits.
_BYTE, _PLANE = 0xFF, 0xFFFF
_BUILT_IN: Final[Given] = {
    "priority": DEFAULT_PRIORITY,
    "retention_days": DEFAULT_RETENTION_DAYS,
    "enabled": True,
    "note": "",
}
# The role of a pattern row without execution_role_arn.
_BY_CONVENTION: Final = ""
_SHARED_BY_ALL: Final = ("retention_days",)
_OF_GROUP: Final = ("role", "priority", "retention_days", "enabled", "note")
_ORDER: Final = ("role", "priority", "retention_days", "enabled", "group_id", "note")


class _Written(NamedTuple):
    """A row, and its attributes as a file has them."""

    row: GroupMapping
    given: Given


def export(rows: Iterable[Row]) -> str:
    """Return the text of a file with all of these rows.

    A row that no file can hold stands in a comment, with its mistakes.
    """
    good, lost = _split(rows)
    defaults = _most_common(good, _SHARED_BY_ALL, _BUILT_IN)
    base = {**_BUILT_IN, **defaults}
    groups = {
        group: _group_attributes(group, of, base)
        for group, of in _by(good, lambda each: each.row.group).items()
    }
    targets = {
        target: _target_attributes(of, groups, base)
        for target, of in _by(good, lambda each: str(each.row.target)).items()
    }
    lines = [f"# yaml-language-server: $schema={SCHEMA_FILE}", "version: 1"]
    lines += [f"defaults: {_flow(defaults)}"] if defaults else []
    lines += _section("groups", {name: given for name, given in groups.items() if given})
    lines += _section("targets", {name: given for name, given in targets.items() if given})
    lines += _entries(good, groups, targets, base)
    lines += [line for row, why in lost for line in _comment(row, why)]
    return "\n".join(lines) + "\n"


def lost_rows(rows: Iterable[Row]) -> int:
    """Return how many rows no file can hold."""
    return len(_split(rows)[1])


def _split(rows: Iterable[Row]) -> tuple[list[_Written], list[tuple[Row, tuple[str, ...]]]]:
    good, lost = [], []
    for row in sorted(rows, key=lambda row: (str(row.get("group")), str(row.get("target")))):
        found = parse_row(row)
        if isinstance(found, BadMapping):
            lost.append((row, found.mistakes))
        else:
            good.append(_Written(found, _given(found)))
    return good, lost


def _given(row: GroupMapping) -> Given:
    pinned = {"group_id": str(row.group_id)} if row.group_id else {}
    return {
        "role": _role(row),
        "priority": row.priority,
        "retention_days": row.retention_days,
        "enabled": row.enabled,
        "note": row.note,
        **pinned,
    }


def _role(row: GroupMapping) -> str:
    """Return a role's name under /studio-hub/, or its path and name; empty by convention."""
    path = row.role_arn.partition(":role")[2]
    name = path.removeprefix(ROLE_PATH)
    return name if name != path and "/" not in name else path


def _most_common(rows: Iterable[_Written], names: Iterable[str], base: Given) -> Given:
    """Return the values that most rows have, where they differ from `base`."""
    rows = tuple(rows)
    found = {}
    for name in names:
        counts = Counter(each.given[name] for each in rows)
        # Of equally frequent values the one of `base` is taken, else the lowest.
        order = sorted(counts, key=lambda v: (-counts[v], v != base[name], str(v)))
        if order and order[0] != base[name]:
            found[name] = order[0]
    return found


def _group_attributes(group: str, rows: list[_Written], base: Given) -> Given:
    # A row of a pattern could not say that its role is by convention where its group has another.
    names = [name for name in _OF_GROUP if name != "role" or not is_pattern_text(group)]
    given = _most_common(rows, names, {**base, "role": _conventional(group)})
    ids = {each.given.get("group_id") for each in rows}
    # A row without the id could not say so.
    (pinned,) = ids if len(ids) == 1 else (None,)
    return {**given, "group_id": pinned} if pinned else given


def _target_attributes(rows: list[_Written], groups: Mapping[str, Given], base: Given) -> Given:
    """Return the attributes that all rows of a target have, if two of them need it."""
    found = {}
    for name in _OF_GROUP:
        values = {each.given[name] for each in rows}
        inherited = [_inherited(name, each.row.group, groups, base) for each in rows]
        if (
            len(values) == 1
            and values != {_BY_CONVENTION}
            and sum(value not in values for value in inherited) > 1
        ):
            (found[name],) = values
    return found


def _conventional(group: str) -> str:
    return _BY_CONVENTION if is_pattern_text(group) else execution_role_name(group)


def _inherited(name: str, group: str, groups: Mapping[str, Given], base: Given) -> Any:  # noqa: ANN401 (a value of any attribute)
    built_in = {**base, "role": _conventional(group)}
    return groups[group].get(name, built_in.get(name))


def _entries(
    rows: list[_Written], groups: Mapping[str, Given], targets: Mapping[str, Given], base: Given
) -> list[str]:
    """Return the rows as groups times targets: targets with the same groups stand together."""
    of_target: dict[tuple[str, tuple[tuple[str, Any], ...]], list[str]] = {}
    for each in rows:
        target = str(each.row.target)
        own = tuple(
            (name, each.given[name])
            for name in _ORDER
            if name in each.given
            and each.given[name]
            != targets[target].get(name, _inherited(name, each.row.group, groups, base))
        )
        of_target.setdefault((target, own), []).append(each.row.group)
    blocks: dict[tuple[tuple[str, ...], tuple[tuple[str, Any], ...]], list[str]] = {}
    for (target, own), names in of_target.items():
        blocks.setdefault((tuple(sorted(names)), own), []).append(target)
    if not blocks:
        return ["mappings: []"]
    ordered = sorted(blocks.items(), key=lambda block: (bool(block[0][1]), min(block[1])))
    lines = ["mappings:"]
    for (groups_of, own), of in ordered:
        block = [
            *_listed("group", "groups", [_text(name) for name in groups_of]),
            *_listed("target", "targets", sorted(of)),
            *(f"{name}: {_value(value)}" for name, value in own),
        ]
        lines += [f"{'-' if not number else ' '} {line}" for number, line in enumerate(block)]
    return lines


def _listed(one: str, several: str, texts: list[str]) -> list[str]:
    if len(texts) == 1:
        return [f"{one}: {texts[0]}"]
    flow = f"{several}: [{', '.join(texts)}]"
    if len(flow) + 2 <= _WIDTH:
        return [flow]
    return [f"{several}:", *(f"- {text}" for text in texts)]


def _section(name: str, given: Mapping[str, Given]) -> list[str]:
    lines = [f"{name}:"] if given else []
    for key, attributes in given.items():
        text = _text(key) if name == "groups" else key
        if len(text) > _LONGEST_KEY:
            lines += [f"  ? {text}", f"  : {_flow(attributes)}"]
        else:
            lines.append(f"  {text}: {_flow(attributes)}")
    return lines


def _flow(given: Given) -> str:
    pairs = (f"{name}: {_value(given[name])}" for name in _ORDER if name in given)
    return f"{{{', '.join(pairs)}}}"


def _value(value: Any) -> str:  # noqa: ANN401 (a value of any attribute)
    return _text(value) if isinstance(value, str) else str(value).lower()


def _text(text: str) -> str:
    """Return a text as YAML, in quotes where it needs them; hidden characters are escapes."""
    plain = text.replace("-", "a").replace("_", "a").replace(".", "a").replace("/", "a")
    if text.isascii() and plain.isalnum() and text[0].isalpha() and text.casefold() not in _WORDS:
        return text
    return f'"{"".join(map(_quoted, text))}"'


def _quoted(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if escaped(character) == character:
        return character
    number = ord(character)
    form, digits = ("x", 2) if number <= _BYTE else ("u", 4) if number <= _PLANE else ("U", 8)
    return f"\\{form}{number:0{digits}x}"


def _comment(row: Row, mistakes: Iterable[str]) -> list[str]:
    place = f"{visible(str(row.get('group')))} -> {visible(str(row.get('target')))}"
    return [f"# not in this file: {place}", *(f"#   {visible(each)}" for each in mistakes)]


def _by(rows: Iterable[_Written], key: Callable[[_Written], str]) -> dict[str, list[_Written]]:
    found: dict[str, list[_Written]] = {}
    for each in rows:
        found.setdefault(key(each), []).append(each)
    return dict(sorted(found.items()))
