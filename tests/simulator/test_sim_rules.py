"""The table of rules is complete, true and printed in the documentation."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from simulated import Services

from simulator import rules
from simulator.errors import ServiceError
from simulator.quirks import Durations, Quirks
from simulator.rules import CONFIDENCES, RULES, markdown_table
from simulator.rules import studio as studio_rules

ROOT = Path(__file__).parents[2]
SIMULATOR = ROOT / "simulator"


def test_the_documentation_has_the_table() -> None:
    """docs/simulator.md has the rendered table, word for word."""
    assert markdown_table() in (ROOT / "docs" / "simulator.md").read_text()


def test_ids_are_unique_and_every_rule_is_complete() -> None:
    """A rule has an id of its own, a text, a source and a known confidence."""
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+\.[a-z-]+", rule.id)
        assert rule.text.endswith(".")
        assert rule.source
        assert rule.confidence in CONFIDENCES


def test_every_rule_that_is_written_is_in_the_table() -> None:
    """No module has a rule that the table lacks."""
    assert set(_constants()) == {rule.id for rule in RULES}


def test_every_rule_is_named_where_it_is_enforced() -> None:
    """The code outside the table names each rule, by its constant or in a comment by its id."""
    code = "\n".join(
        path.read_text() for path in SIMULATOR.rglob("*.py") if path.parent.name != "rules"
    )
    constants = _constants()

    missing = [
        rule.id
        for rule in RULES
        if not re.search(rf"\b\w*rule\.{constants[rule.id]}\b|common\.{constants[rule.id]}\b", code)
        and rule.id not in code
    ]

    assert missing == []


def _constants() -> dict[str, str]:
    modules = (
        rules.access,
        rules.common,
        rules.directory,
        rules.spaces,
        rules.studio,
        rules.trust,
    )
    return {
        value.id: name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, rules.Rule)
    }


def test_an_error_carries_its_rule(sim: Services) -> None:
    """The handler of a ServiceError learns which rule was broken."""
    with pytest.raises(ServiceError) as caught:
        sim.services.studio.handle(
            "DescribeUserProfile",
            sim.place.account,
            sim.place.region,
            {"DomainId": sim.place.domain_id, "UserProfileName": "nobody"},
        )

    assert caught.value.rule is studio_rules.PROFILE_UNKNOWN
    assert "[studio.profile-unknown]" in str(caught.value)


def test_every_quirk_and_duration_is_documented() -> None:
    """The documentation lists every switch of unverified behaviour."""
    document = (ROOT / "docs" / "simulator.md").read_text()
    names = [field.name for switches in (Quirks, Durations) for field in fields(switches)]

    assert [name for name in names if f"`{name}" not in document] == []
