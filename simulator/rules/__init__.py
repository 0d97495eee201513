"""Every behaviour rule of the embedded AWS in one table, with its source and its certainty."""

from simulator.rules import access, common, directory, spaces, studio, trust
from simulator.rules.common import CONFIDENCES, Confidence, Rule

RULES: tuple[Rule, ...] = (
    *common.RULES,
    *directory.RULES,
    *studio.RULES,
    *spaces.RULES,
    *access.RULES,
    *trust.RULES,
)

__all__ = ["CONFIDENCES", "RULES", "Confidence", "Rule", "markdown_table"]


def markdown_table(rules: tuple[Rule, ...] = RULES) -> str:
    """Return the table of rules as docs/simulator.md contains it."""
    rows = ["| rule | what the simulator does | source | sure |", "|---|---|---|---|"]
    rows += [
        f"| `{rule.id}` | {rule.text} | {rule.source} | {rule.confidence} |".replace("\n", " ")
        for rule in rules
    ]
    return "\n".join(rows) + "\n"
