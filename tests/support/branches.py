"""Endings of one story: each is played in a process of its own, from wherever the story stands."""

import gc
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def branch() -> bool:
    """Return true in a new process, which plays an ending; false here, once it went well.

    The new process plays its ending inside `ending`. AssertionError when it did not go well.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    # What is there already is not looked through again, and so not copied, by any branch.
    gc.freeze()
    child = os.fork()
    if child == 0:
        return True
    _, status = os.waitpid(child, 0)
    assert status == 0, "an ending went wrong: the standard error says how"
    return False


@contextmanager
def ending() -> Iterator[None]:
    """Play an ending, and end its process."""
    code = 1
    try:
        yield
        code = 0
    except BaseException:  # noqa: BLE001 (whatever it is, this process ends here)
        with suppress(OSError):
            os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)
