"""Users and disruptions for the tests of the removal limit."""

from datetime import UTC, datetime

from hub.runtime.decisions.record import Record, State
from hub.runtime.decisions.removal_limit import Disruption, DisruptionKind
from shared.model import Target, UserId

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LAB = Target.parse("222222222222/eu-west-1/d-research0001")


def user(number: int) -> UserId:
    """Return the id of a user by number."""
    return UserId(f"u-{number:03d}")


def disruption(
    number: int, kind: DisruptionKind = DisruptionKind.REMOVAL, cause: str = ""
) -> Disruption:
    """Return the disruption of a user by number."""
    return Disruption(user(number), f"name-{number}", f"profile-{number}", kind, "left", cause)


def profile(number: int) -> Record:
    """Return the record of a user who has a profile."""
    return Record(
        user_id=user(number),
        target=LAB,
        state=State.ACTIVE,
        user_name=f"name-{number}",
        profile_name=f"profile-{number}",
        role_arn="role/X",
    )
