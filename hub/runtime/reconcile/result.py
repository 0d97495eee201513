"""The result of one reconcile."""

from datetime import datetime
from typing import NamedTuple

from shared.messages import RequeuePolicy


class Result(NamedTuple):
    """What one reconcile did, and how soon it is requeued.

    Attributes:
        changed: whether any action ran, or was planned in report mode.
        policy: how soon the request is requeued; None where nothing needs that.
        next_try: when this request retries what did not work; None where it need not.
        observed: whether the profile that a scan wanted observed was observed. The requeued request
            need not force that again.
        reasons: why targets are still being retried.
        waits: whether any target has a retry due, by this request or another.
        paused: whether nothing was read, because the hub is paused.
    """

    changed: bool
    policy: RequeuePolicy | None
    next_try: datetime | None = None
    observed: bool = False
    reasons: tuple[str, ...] = ()
    waits: bool = False
    paused: bool = False

    @property
    def is_over(self) -> bool:
        """Return whether this reconcile needs neither a requeue nor a retry."""
        return self.policy is None and self.next_try is None

    @property
    def is_patient(self) -> bool:
        """Return whether all that is left depends on the user, and may take long."""
        return self.policy is RequeuePolicy.PATIENT and self.next_try is None


# Nothing could be decided, because the directory, the mappings or the ledger could not be read.
UNDECIDED = Result(changed=False, policy=RequeuePolicy.BACKING_OFF)
# The sweep after `resume` finds everything that changed meanwhile.
PAUSED = Result(changed=True, policy=None, paused=True)
