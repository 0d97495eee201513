"""Random stories of users who join, work and leave."""

import random
from dataclasses import dataclass

from shared.model import Target
from simulator.directory_operations import Via

ONE = Target.parse("222222222222/eu-west-1/d-one")
TWO = Target.parse("333333333333/us-east-1/d-two")
PEOPLE, GROUPS = 8, ("ants", "bees")
# The pattern rows that stand for the rows of these groups, whatever is added to their names.
PATTERNS = {"ants": "an*", "bees": "b*"}
VIA: tuple[Via, ...] = ("console", "api", "scim", "native", "none")
_KINDS = {
    "join": 5,
    "leave": 4,
    "leave_all": 1,
    "disable": 1,
    "enable": 1,
    "lab": 3,
    "shared": 3,
    "kernel": 1,
    "restart": 2,
    "new_role": 1,
    "missing_role": 2,
    "make_role": 1,
    "pattern": 1,
    "own_row": 1,
    "rename_group": 1,
    "strip": 1,
    "throttle": 1,
    "minutes": 3,
    "hours": 1,
    "days": 2,
    "sweep": 2,
    "approve": 1,
    "cold": 1,
}


@dataclass(frozen=True)
class LifecycleStep:
    """One step of a story; the meaning of the fields depends on `kind`."""

    kind: str
    user: int = 0
    group: str = GROUPS[0]
    target: Target = ONE
    via: Via = "console"
    number: int = 1


def random_steps(seed: int, longest: int = 16) -> list[LifecycleStep]:
    """Return the steps of the story of a seed."""
    dice = random.Random(seed)  # noqa: S311 (a story that can be repeated)
    kinds = dice.choices(list(_KINDS), list(_KINDS.values()), k=dice.randint(6, longest))
    return [
        LifecycleStep(
            kind,
            dice.randrange(PEOPLE),
            dice.choice(GROUPS),
            dice.choice((ONE, TWO)),
            dice.choice(VIA),
            dice.randint(1, 9),
        )
        for kind in kinds
    ]
