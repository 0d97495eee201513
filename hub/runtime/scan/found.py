"""What one look came to."""

from typing import NamedTuple


class Found(NamedTuple):
    """How many people differ, and whether all was seen that was to be seen.

    It is not `complete` where the rest follows by message, or where somebody refused to show it.
    """

    people: int
    complete: bool
