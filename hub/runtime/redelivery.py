"""Has a message back soon where passing trouble keeps it from being finished and from waiting."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from hub.runtime import telemetry
from shared.errors import RetryableError

if TYPE_CHECKING:
    from shared.ports import Redelivery

# Seconds. What is put off waits in `later`; this is for what cannot even be put off.
_SOON: Final = 60


@contextmanager
def redelivered_soon(record: Mapping[str, Any], queue: "Redelivery") -> Iterator[None]:
    """Have a message back in a minute where it can be neither finished nor put off now.

    Else it comes back after its queue's visibility time-out, which is made for crashes.
    """
    try:
        yield
    except RetryableError as error:
        telemetry.logger.warning("REDELIVERED", extra={"seconds": _SOON, "reason": str(error)})
        queue.redeliver(record["receiptHandle"], _SOON)
        raise
