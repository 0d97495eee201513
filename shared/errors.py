"""One tree of errors; the type says whether trying again can help.

StudioHubError
├── RetryableError            throttled, 5xx, two workers met: the same call may work later
│   └── NotYetPropagatedError     an earlier change of the same thing has not propagated yet
└── PermanentError            the same call will fail again until somebody changes something
    ├── TargetUnreachableError    the spoke refused the hub: everything in the target waits
    ├── RefusedError              AWS refused one change: this user in this target waits
    ├── UnreadableMessageError    a queue message that is no request and no event
    └── SettingsError             the environment of a function is incomplete or wrong
"""

from dataclasses import dataclass


class StudioHubError(Exception):
    """Root of every error that the project raises on purpose."""


class RetryableError(StudioHubError):
    """The same call may work later."""


class NotYetPropagatedError(RetryableError):
    """An earlier change of the same thing has not propagated yet; this call changed nothing.

    Only a read can tell whether the wanted state exists already.
    """


class PermanentError(StudioHubError):
    """The same call will fail again until somebody changes something."""


class TargetUnreachableError(PermanentError):
    """The spoke account refused the hub."""


@dataclass(eq=False)
class RefusedError(PermanentError):
    """AWS refused one change.

    Attributes:
        code: the AWS error code, e.g. `ResourceInUse`.
        text: what AWS wrote, with the operation that it refused.
    """

    code: str
    text: str

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class UnreadableMessageError(PermanentError):
    """A message body that nobody here could have written."""


class SettingsError(PermanentError):
    """Settings that a function cannot start with; the message lists every one of them."""
