"""How far a reader has to go: what one join and one leave run through."""

import pytest

from cli.benchmark.trace import Trace, trace_join_and_leave

# Files, functions, and edges from file to file. They only ever go down.
MOST = {"join": (40, 150, 106), "leave": (44, 175, 119)}


@pytest.fixture(scope="module")
def traces() -> dict[str, Trace]:
    return dict(zip(("join", "leave"), trace_join_and_leave(), strict=True))


@pytest.mark.parametrize("change", ["join", "leave"])
def test_a_membership_is_followed_through_no_more_than_this(
    traces: dict[str, Trace], change: str
) -> None:
    """`make trace` prints them: a change that adds to them has to take something away elsewhere."""
    found = traces[change]
    counts = len(found.files), len(found.functions), len(found.edges)

    assert all(count <= most for count, most in zip(counts, MOST[change], strict=True)), counts
    assert "hub/runtime/reconcile/reconciler.py" in found.files
