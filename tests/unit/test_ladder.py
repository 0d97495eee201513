"""Rule 8: access first, the role next, and nothing that is lost before its time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cases import (
    ACTIVE,
    ADA,
    AT_ONCE,
    DAY,
    LAB,
    MINUTE,
    NOON,
    OLD,
    REMOVAL,
    SUSPENDED_ROLE,
    THERE,
    app,
    private,
    runs,
    shared,
)

from hub.runtime.decisions.actions import (
    Action,
    Delete,
    DeleteSpace,
    InSync,
    Revoke,
    Skip,
    SkipKind,
    StopApp,
    Suspend,
)
from hub.runtime.decisions.decision import Removal
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus, Space
from hub.runtime.decisions.record import Access, Record
from hub.runtime.decisions.removal import remove, retention_ends

WHY = REMOVAL.reason
SUSPENDED_NOW = replace(THERE, role_arn=SUSPENDED_ROLE)
# Revoked and under way; what is left is kept for a week.
LEAVING = replace(ACTIVE, access=Access.REVOKED, started=NOON, retain_until=NOON + 7 * DAY)
OVER = replace(LEAVING, retain_until=NOON)
REVOKE = Revoke(ADA, LAB, "ada", WHY)
SUSPEND = Suspend(ADA, LAB, "ada", SUSPENDED_ROLE, WHY)
DELETE = Delete(ADA, LAB, "ada", WHY, "200005")
UNDER_WAY = {ProfileStatus.PENDING, ProfileStatus.UPDATING, ProfileStatus.DELETING}


def stop(what: App) -> StopApp:
    return StopApp(ADA, LAB, "ada", what)


def rung(
    profile: ObservedProfile | None, record: Record | None, decision: Removal = REMOVAL
) -> list[Action | SkipKind | InSync]:
    """Return what the ladder calls for at noon, skips by their kind."""
    found = remove(decision, profile, record, NOON)
    return [each.kind if isinstance(each, Skip) else each for each in found]


@pytest.mark.parametrize(
    ("access", "first"),
    [
        (Access.ASSIGNED, [REVOKE]),
        # Being made, or lost sight of: it may be there.
        (Access.UNSURE, [REVOKE]),
        (Access.REVOKED, []),
        (Access.UNTOUCHED, []),
        (Access.BY_HAND, []),
    ],
)
@pytest.mark.parametrize("status", [None, *ProfileStatus])
def test_access_is_ended_before_anything_else(
    access: Access, first: list[Action], status: ProfileStatus | None
) -> None:
    """Law 8: whatever the profile is at, and once."""
    profile = replace(THERE, status=status, workload=runs(app(), private())) if status else None

    found = rung(profile, replace(LEAVING, access=access))

    assert [each for each in found if isinstance(each, Revoke)] == first
    assert found[: len(first)] == first


@pytest.mark.parametrize(
    ("what", "then"),
    [
        ((), [SUSPEND]),
        ((private(), shared()), [SUSPEND]),
        # What runs may stand in the way of it: it is asked for all the same, and stopped.
        ((app(),), [SUSPEND, stop(app())]),
        (
            (app("a"), app("b", "Pending", space="ada-lab")),
            [SUSPEND, stop(app("a")), stop(app("b", "Pending", space="ada-lab"))],
        ),
        # What is going already stands in the way for as long as it takes.
        ((app("a", "Deleting"),), [SkipKind.IN_FLIGHT]),
        ((app("a", "Deleting"), app("b")), [SUSPEND, stop(app("b"))]),
        ((app("a", "Failed"), app("b", "Deleted")), [SUSPEND]),
    ],
)
@pytest.mark.parametrize("decision", [REMOVAL, AT_ONCE])
def test_the_role_is_taken_next(
    what: tuple[App | Space, ...], then: list[Action | SkipKind], decision: Removal
) -> None:
    """Law 8: with retention or without."""
    assert rung(replace(THERE, workload=runs(*what)), LEAVING, decision) == then
    assert rung(replace(THERE, workload=runs(*what)), OVER, decision) == then


def test_a_role_that_could_not_be_taken_is_taken_again() -> None:
    """A failed update tells nothing of which role it left."""
    failed = replace(SUSPENDED_NOW, status=ProfileStatus.UPDATE_FAILED)

    assert rung(failed, OVER) == [SUSPEND]


@pytest.mark.parametrize("record", [LEAVING, OVER])
@pytest.mark.parametrize(
    ("what", "then"),
    [
        ((app(), private(), shared()), [stop(app())]),
        ((app("a", space="ada-lab"), private()), [stop(app("a", space="ada-lab"))]),
        ((app("a", "Deleting"), app("b")), [stop(app("b"))]),
        ((app("a", "Deleting"), private()), [SkipKind.IN_FLIGHT]),
    ],
)
def test_what_was_started_meanwhile_is_stopped(
    record: Record, what: tuple[App | Space, ...], then: list[Action | SkipKind]
) -> None:
    """A person who starts an app again loses it again; nothing goes on while one is in the way."""
    assert rung(replace(SUSPENDED_NOW, workload=runs(*what)), record) == then


@pytest.mark.parametrize("what", [(), (private(),), (app("a", "Failed"), private())])
def test_what_is_kept_is_kept_until_the_retention_ends(what: tuple[App | Space, ...]) -> None:
    """Law 9: suspended is where it rests, and nothing is deleted before that time."""
    profile = replace(SUSPENDED_NOW, workload=runs(*what))

    assert rung(profile, LEAVING) == [InSync(REMOVAL, profile)]


@pytest.mark.parametrize("record", [ACTIVE, replace(LEAVING, access=Access.UNSURE)])
@pytest.mark.parametrize("profile", [SUSPENDED_NOW, None])
def test_nobody_rests_who_may_still_sign_in(
    record: Record, profile: ObservedProfile | None
) -> None:
    """Whoever was let in again by hand is not taken for suspended before that is ended."""
    assert rung(profile, record) == [REVOKE]


@pytest.mark.parametrize("record", [LEAVING, OVER])
@pytest.mark.parametrize("sharing", ["Shared", "", "A_New_Word", "private"])
def test_the_owner_of_what_others_may_use_is_never_deleted(record: Record, sharing: str) -> None:
    """Rule 8: whatever is not certainly private counts as shared; the skip names the space."""
    profile = replace(SUSPENDED_NOW, workload=runs(private(), shared("team", sharing)))

    (found,) = remove(REMOVAL, profile, record, NOON)

    assert isinstance(found, Skip)
    assert found.kind is SkipKind.SHARED_SPACE
    assert "team" in found.reason
    assert "ada-lab" not in found.reason


@pytest.mark.parametrize(
    ("what", "then"),
    [
        ((private("a"), private("b")), [DeleteSpace(ADA, LAB, "ada", name) for name in "ab"]),
        ((private("a", "Deleting"), private("b")), [DeleteSpace(ADA, LAB, "ada", "b")]),
        ((private("a", "Deleting"),), [SkipKind.IN_FLIGHT]),
        # What Studio failed to delete is tried again later, not at once.
        ((private("a", "Delete_Failed"),), [SkipKind.FAILED]),
        # Only then the profile, and what failed and is still listed is tried once before it.
        ((), [DELETE]),
        ((app("a", "Deleted"),), [DELETE]),
        ((app("a", "Failed"),), [stop(app("a", "Failed")), DELETE]),
        ((app("a", "Failed", space="x"), private("x")), [DeleteSpace(ADA, LAB, "ada", "x")]),
    ],
)
def test_after_the_retention_spaces_go_first_and_then_the_profile(
    what: tuple[App | Space, ...], then: list[Action | SkipKind]
) -> None:
    """Source: developer guide, "Remove user profiles": apps and spaces are deleted before it."""
    assert rung(replace(SUSPENDED_NOW, workload=runs(*what)), OVER) == then


@pytest.mark.parametrize("status", sorted(UNDER_WAY))
def test_what_studio_is_at_is_waited_for(status: ProfileStatus) -> None:
    """No change is asked of a profile that is being changed."""
    assert rung(replace(THERE, status=status), OVER) == [SkipKind.IN_FLIGHT]


def test_a_profile_that_never_came_to_be_is_deleted_at_once() -> None:
    """Nobody ever kept anything in it."""
    assert rung(replace(THERE, status=ProfileStatus.FAILED), LEAVING) == [DELETE]


@pytest.mark.parametrize(
    ("record", "what", "then"),
    [
        (LEAVING, (), None),
        (LEAVING, (private(),), None),
        (LEAVING, (app(), private()), [stop(app())]),
        (OVER, (app("a", "Deleting"),), [SkipKind.IN_FLIGHT]),
        (OVER, (app(), private(), shared()), [stop(app())]),
        (OVER, (private(), shared()), [SkipKind.SHARED_SPACE]),
        (OVER, (private("a"),), [DeleteSpace(ADA, LAB, "ada", "a")]),
        (OVER, (), [DELETE]),
    ],
)
@pytest.mark.parametrize("role_arn", [OLD, SUSPENDED_ROLE])
def test_a_deletion_that_failed_is_made_again_by_the_same_rungs(
    record: Record, what: tuple[App | Space, ...], then: list[Action | SkipKind], role_arn: str
) -> None:
    """What came in its way is ended first; only the role cannot be changed any more.

    Source: the facts of a Delete_Failed profile: it cannot be used or updated, only deleted again.
    """
    status = ProfileStatus.DELETE_FAILED
    profile = replace(THERE, role_arn=role_arn, status=status, workload=runs(*what))

    rests: list[Action | SkipKind | InSync] = [InSync(REMOVAL, profile)]

    assert rung(profile, record) == (then or rests)


@pytest.mark.parametrize(
    ("decision", "record", "ends"),
    [
        (REMOVAL, None, NOON + 30 * DAY),
        (AT_ONCE, None, NOON),
        (REMOVAL, ACTIVE, NOON + 30 * DAY),
        # The ledger's date stands, whatever the rows say by now.
        (REMOVAL, LEAVING, NOON + 7 * DAY),
        (AT_ONCE, LEAVING, NOON + 7 * DAY),
        (replace(REMOVAL, retention_days=90), LEAVING, NOON + 7 * DAY),
    ],
)
def test_the_retention_begins_once(
    decision: Removal, record: Record | None, ends: datetime
) -> None:
    """Its end stands in the ledger from the removal's begin."""
    assert retention_ends(decision, record, NOON) == ends


@pytest.mark.parametrize(
    ("after", "kept"),
    [(-MINUTE, True), (timedelta(microseconds=-1), True), (timedelta(), False), (DAY, False)],
)
def test_the_retention_ends_to_the_moment(after: timedelta, *, kept: bool) -> None:
    """Nothing is deleted a moment before."""
    found = remove(REMOVAL, SUSPENDED_NOW, LEAVING, NOON + 7 * DAY + after)

    assert (found == (InSync(REMOVAL, SUSPENDED_NOW),)) is kept
    assert (found == (DELETE,)) is not kept
