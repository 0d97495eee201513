"""What all tests run with."""

import gc


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through all that was imported and collected.

    Stories make many values and few cycles, so it also looks seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(1_000_000, 20, 100)
