"""What all tests run with."""

import gc


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through all that was imported and collected."""
    gc.collect()
    gc.freeze()
