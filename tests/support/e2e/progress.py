"""Shows the progress of a run on the terminal itself, since pytest captures the output."""

import sys
import time

_BEGAN = time.monotonic()


def report(what: str) -> None:
    """Write a line with the seconds since the run started."""
    line = f"    {time.monotonic() - _BEGAN:5.1f} s  {what}\n"
    (sys.__stderr__ or sys.stderr).write(line)
