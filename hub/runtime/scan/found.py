"""The result of one scan."""

from typing import NamedTuple


class ScanResult(NamedTuple):
    """How many users differ, and whether the scan saw everything.

    It is not `complete` if the rest follows by message, or if a read was refused.
    """

    people: int
    complete: bool
