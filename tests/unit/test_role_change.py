"""Rule 9: a role change takes effect, and stops no app that may go on."""

from dataclasses import replace

import pytest
from builders import (
    ACTIVE,
    ADA,
    DEMOTED,
    HOUR,
    LAB,
    MINUTE,
    NEW,
    NOON,
    OLD,
    PROMOTED,
    SUSPENDED_ROLE,
    THERE,
    app,
    private,
    runs,
    shared,
)

from hub.runtime.decisions.actions import Action, ChangeRole, Resume, Skip, SkipKind, StopApp
from hub.runtime.decisions.decision import DesiredProfile
from hub.runtime.decisions.observed import App, ObservedProfile, ProfileStatus
from hub.runtime.decisions.record import Record
from hub.runtime.decisions.role_change import bring_to_role

HAS_IT = replace(THERE, role_arn=NEW)
# A change that had to stop running apps and that the ledger records as started.
STOPPING = replace(ACTIVE, started=NOON - HOUR)
EARLIER, DELAYED = NOON - MINUTE, NOON + MINUTE


def change(decision: DesiredProfile, old: str = OLD, *, keeps: bool) -> ChangeRole:
    return ChangeRole(ADA, LAB, "ada", old, NEW, decision.because, keeps)


def stop(what: App) -> StopApp:
    return StopApp(ADA, LAB, "ada", what)


def steps(
    decision: DesiredProfile, profile: ObservedProfile, record: Record | None = ACTIVE
) -> list[Action | SkipKind]:
    found = bring_to_role(decision, profile, record)
    return [each.kind if isinstance(each, Skip) else each for each in found]


@pytest.mark.parametrize("what", [(), (app(),), (app("a", "Deleting"),), (app("a", "Pending"),)])
def test_a_promotion_keeps_running_apps(what: tuple[App, ...]) -> None:
    """A row still grants the old role: apps may keep it until the user restarts them."""
    profile = replace(THERE, workload=runs(*what))

    assert steps(PROMOTED, profile) == [change(PROMOTED, keeps=True)]


@pytest.mark.parametrize(
    ("what", "then"),
    [
        ((), [change(DEMOTED, keeps=False)]),
        ((private(), shared()), [change(DEMOTED, keeps=False)]),
        ((app("a", "Failed"), app("b", "Deleted")), [change(DEMOTED, keeps=False)]),
        ((app("a"),), [stop(app("a"))]),
        ((app("a"), app("b", "Pending")), [stop(app("a")), stop(app("b", "Pending"))]),
        ((app("a", "Deleting"), app("b")), [stop(app("b"))]),
        ((app("a", "Deleting"),), [SkipKind.IN_FLIGHT]),
    ],
)
@pytest.mark.parametrize("record", [None, ACTIVE, STOPPING])
def test_a_demotion_stops_running_apps_before_it_changes_anything(
    what: tuple[App, ...], then: list[Action | SkipKind], record: Record | None
) -> None:
    """No row grants the old role: no app goes on with it while the profile has the new one."""
    assert steps(DEMOTED, replace(THERE, workload=runs(*what)), record) == then


def test_a_role_that_no_row_granted_keeps_no_app() -> None:
    """A promotion from a role that no row granted stops what runs with it."""
    profile = replace(THERE, role_arn="arn:aws:iam::222222222222:role/x", workload=runs(app()))

    assert steps(PROMOTED, profile) == [stop(app())]


def test_an_app_is_kept_for_the_row_that_grants_its_role_not_for_the_ledger() -> None:
    """A row that applied yesterday is no reason to keep an app today."""
    assert OLD in {grant.role_arn for grant in ACTIVE.because}
    assert steps(DEMOTED, replace(THERE, workload=runs(app())), ACTIVE) == [stop(app())]


@pytest.mark.parametrize("decision", [PROMOTED, DEMOTED])
def test_a_suspended_user_is_resumed(decision: DesiredProfile) -> None:
    """What still runs was started without any role, and is stopped first."""
    back = replace(THERE, role_arn=SUSPENDED_ROLE)

    assert steps(decision, back) == [Resume(ADA, LAB, "ada", NEW, decision.because)]
    assert steps(decision, replace(back, workload=runs(app()))) == [stop(app())]
    assert steps(decision, replace(back, workload=runs(app(status="Deleting")))) == [
        SkipKind.IN_FLIGHT
    ]


@pytest.mark.parametrize(
    ("what", "then"),
    [
        ((), []),
        ((app("a", created=DELAYED),), []),
        # At the moment of the change it existed with the new role.
        ((app("a", created=NOON),), []),
        ((app("a", created=EARLIER),), [stop(app("a", created=EARLIER))]),
        # Studio returns no start time: it counts as old.
        ((app("a"),), [stop(app("a"))]),
        ((app("a", "Failed", created=EARLIER), app("b", "Deleted", created=EARLIER)), []),
        ((app("a", "Deleting", created=EARLIER),), [SkipKind.IN_FLIGHT]),
        (
            (app("a", created=DELAYED), app("b", created=EARLIER)),
            [stop(app("b", created=EARLIER))],
        ),
    ],
)
def test_an_app_started_before_the_change_is_stopped_after_it(
    what: tuple[App, ...], then: list[Action | SkipKind]
) -> None:
    """An app that started between the stop and the change has the old role."""
    assert steps(DEMOTED, replace(HAS_IT, workload=runs(*what)), STOPPING) == then


@pytest.mark.parametrize(
    ("profile", "record"),
    [
        (HAS_IT, None),
        (HAS_IT, ACTIVE),
        (replace(HAS_IT, modified=""), STOPPING),
    ],
)
def test_a_change_that_stopped_nothing_keeps_running_apps(
    profile: ObservedProfile, record: Record | None
) -> None:
    """Only a change that had to stop apps looks for apps that started meanwhile."""
    assert steps(PROMOTED, replace(profile, workload=runs(app(created=EARLIER))), record) == []


def test_a_failed_update_is_requested_again() -> None:
    """The profile may show the new role and work with the old one."""
    failed = replace(HAS_IT, status=ProfileStatus.UPDATE_FAILED, workload=runs(app()))

    assert steps(DEMOTED, failed) == [change(DEMOTED, NEW, keeps=True)]
