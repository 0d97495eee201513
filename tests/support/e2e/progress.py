"""Tells how far a run has come: on the terminal itself, which pytest keeps for itself."""

import sys
import time

_BEGAN = time.monotonic()


def tell(what: str) -> None:
    """Write a line with the seconds since the run began."""
    line = f"    {time.monotonic() - _BEGAN:5.1f} s  {what}\n"
    (sys.__stderr__ or sys.stderr).write(line)
