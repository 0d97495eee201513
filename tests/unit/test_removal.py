"""Rule 8: access first, the role next, and nothing is deleted before its time."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders import (
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


def next_step(
    profile: ObservedProfile | None, record: Record | None, decision: Removal = REMOVAL
) -> list[Action | SkipKind | InSync]:
    """Return the next actions of a removal at noon, with skips by their kind."""
    found = remove(decision, profile, record, NOON)
    return [each.kind if isinstance(each, Skip) else each for each in found]


@pytest.mark.parametrize(
    ("access", "first"),
    [
        (Access.ASSIGNED, [REVOKE]),
        # It is being made, or its end is not known: it may exist.
        (Access.UNSURE, [REVOKE]),
        (Access.REVOKED, []),
        (Access.UNTOUCHED, []),
        (Access.BY_HAND, []),
    ],
)
@pytest.mark.parametrize("status", [None, *ProfileStatus])
def test_access_is_revoked_before_anything_else(
    access: Access, first: list[Action], status: ProfileStatus | None
) -> None:
    """Law 8: once, whatever the state of the profile."""
    profile = replace(THERE, status=status, workload=runs(app(), private())) if status else None

    found = next_step(profile, replace(LEAVING, access=access))

    assert [each for each in found if isinstance(each, Revoke)] == first
    assert found[: len(first)] == first


@pytest.mark.parametrize(
    ("what", "then"),
    [
        ((), [SUSPEND]),
        ((private(), shared()), [SUSPEND]),
        # Running apps may block the deletion: it is tried all the same, and they are stopped.
        ((app(),), [SUSPEND, stop(app())]),
        (
            (app("a"), app("b", "Pending", space="ada-lab")),
            [SUSPEND, stop(app("a")), stop(app("b", "Pending", space="ada-lab"))],
        ),
        # What is being deleted blocks it for as long as that takes.
        ((app("a", "Deleting"),), [SkipKind.IN_FLIGHT]),
        ((app("a", "Deleting"), app("b")), [SUSPEND, stop(app("b"))]),
        ((app("a", "Failed"), app("b", "Deleted")), [SUSPEND]),
    ],
)
@pytest.mark.parametrize("decision", [REMOVAL, AT_ONCE])
def test_the_role_is_removed_next(
    what: tuple[App | Space, ...], then: list[Action | SkipKind], decision: Removal
) -> None:
    """Law 8: with retention or without."""
    assert next_step(replace(THERE, workload=runs(*what)), LEAVING, decision) == then
    assert next_step(replace(THERE, workload=runs(*what)), OVER, decision) == then


def test_a_role_that_could_not_be_removed_is_tried_again() -> None:
    """A failed update does not tell which role it left."""
    failed = replace(SUSPENDED_NOW, status=ProfileStatus.UPDATE_FAILED)

    assert next_step(failed, OVER) == [SUSPEND]


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
def test_an_app_that_started_meanwhile_is_stopped(
    record: Record, what: tuple[App | Space, ...], then: list[Action | SkipKind]
) -> None:
    """A restarted app is stopped again; no later step begins while an app runs."""
    assert next_step(replace(SUSPENDED_NOW, workload=runs(*what)), record) == then


@pytest.mark.parametrize("what", [(), (private(),), (app("a", "Failed"), private())])
def test_nothing_is_deleted_until_the_retention_ends(what: tuple[App | Space, ...]) -> None:
    """Law 9: a suspended profile is in sync, and nothing is deleted before that time."""
    profile = replace(SUSPENDED_NOW, workload=runs(*what))

    assert next_step(profile, LEAVING) == [InSync(REMOVAL, profile)]


@pytest.mark.parametrize("record", [ACTIVE, replace(LEAVING, access=Access.UNSURE)])
@pytest.mark.parametrize("profile", [SUSPENDED_NOW, None])
def test_who_may_still_sign_in_is_not_in_sync(
    record: Record, profile: ObservedProfile | None
) -> None:
    """Access that was granted again by hand is revoked before the user counts as suspended."""
    assert next_step(profile, record) == [REVOKE]


@pytest.mark.parametrize("record", [LEAVING, OVER])
@pytest.mark.parametrize("sharing", ["Shared", "", "A_New_Word", "private"])
def test_the_owner_of_a_shared_space_is_never_deleted(record: Record, sharing: str) -> None:
    """Rule 8: a space that is not certainly private counts as shared; the skip names it."""
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
        # The profile comes last. What failed and is still listed is tried once before it.
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
    assert next_step(replace(SUSPENDED_NOW, workload=runs(*what)), OVER) == then


@pytest.mark.parametrize("status", sorted(UNDER_WAY))
def test_a_studio_operation_in_progress_is_waited_for(status: ProfileStatus) -> None:
    """No change is requested while Studio changes the profile."""
    assert next_step(replace(THERE, status=status), OVER) == [SkipKind.IN_FLIGHT]


def test_a_profile_whose_creation_failed_is_deleted_at_once() -> None:
    """It never held any data."""
    assert next_step(replace(THERE, status=ProfileStatus.FAILED), LEAVING) == [DELETE]


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
def test_a_failed_deletion_is_repeated_by_the_same_steps(
    record: Record, what: tuple[App | Space, ...], then: list[Action | SkipKind], role_arn: str
) -> None:
    """What blocks it is removed first; only the role cannot be changed any more.

    Source: the facts of a Delete_Failed profile: it cannot be used or updated, only deleted again.
    """
    status = ProfileStatus.DELETE_FAILED
    profile = replace(THERE, role_arn=role_arn, status=status, workload=runs(*what))

    rests: list[Action | SkipKind | InSync] = [InSync(REMOVAL, profile)]

    assert next_step(profile, record) == (then or rests)


@pytest.mark.parametrize(
    ("decision", "record", "ends"),
    [
        (REMOVAL, None, NOON + 30 * DAY),
        (AT_ONCE, None, NOON),
        (REMOVAL, ACTIVE, NOON + 30 * DAY),
        # The ledger's date counts, whatever the rows say by now.
        (REMOVAL, LEAVING, NOON + 7 * DAY),
        (AT_ONCE, LEAVING, NOON + 7 * DAY),
        (REMOVAL._replace(retention_days=90), LEAVING, NOON + 7 * DAY),
    ],
)
def test_the_retention_starts_once(
    decision: Removal, record: Record | None, ends: datetime
) -> None:
    """Its end is in the ledger from the start of the removal."""
    assert retention_ends(decision, record, NOON) == ends


@pytest.mark.parametrize(
    ("after", "kept"),
    [(-MINUTE, True), (timedelta(microseconds=-1), True), (timedelta(), False), (DAY, False)],
)
def test_the_retention_ends_on_the_second(after: timedelta, *, kept: bool) -> None:
    """Nothing is deleted a moment before."""
    found = remove(REMOVAL, SUSPENDED_NOW, LEAVING, NOON + 7 * DAY + after)

    assert (found == (InSync(REMOVAL, SUSPENDED_NOW),)) is kept
    assert (found == (DELETE,)) is not kept
