"""cfn-lint in the process of the tests: to start it, and to load its rules, takes long."""

from functools import cache


@cache
def lint_findings(template: str) -> tuple[str, ...]:
    """Return what cfn-lint finds in the text of a template, with its own defaults."""
    # Most workers need it for nothing.
    from cfnlint.api import lint  # type: ignore[import-untyped] # noqa: PLC0415

    return tuple(map(str, lint(template)))
