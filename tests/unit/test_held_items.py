"""What awaits an operator is told by the type of the obstacle, whatever its words are."""

from dataclasses import replace

import pytest
from builders import ACTIVE

from cli.held_items import of_record
from hub.runtime.decisions.actions import STATE_AFTER, SkipKind
from hub.runtime.decisions.record import Obstacle, State
from hub.runtime.problems import users

BLOCKED = replace(ACTIVE, state=State.HELD)
# A hold is approved; it is no obstacle of its own.
KINDS = sorted({*STATE_AFTER, users.REFUSED.name} - {SkipKind.HELD})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("detail", ["", "is not ours", "belongs to another user"])
def test_the_cause_is_the_kind_of_the_obstacle(kind: str, detail: str) -> None:
    """No word in a reason changes the cause or the remedy."""
    found = of_record(replace(BLOCKED, obstacle=Obstacle(kind, detail)))

    assert (found.cause, found.reason) == (kind, detail)
    assert found.remedy


def test_a_name_that_is_in_use_has_its_own_remedy() -> None:
    """AWS's code tells more than the kind."""
    refused, in_use = (
        of_record(replace(BLOCKED, obstacle=Obstacle(users.REFUSED.name, "no", code)))
        for code in ("", users.IN_USE)
    )

    assert refused.remedy != in_use.remedy
