"""What all tests run with."""

import gc


def pytest_configure() -> None:
    """Let the garbage collector look seldom: imports and stories make many values, few cycles."""
    gc.set_threshold(1_000_000, 20, 100)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through all that was imported and collected."""
    gc.collect()
    gc.freeze()
