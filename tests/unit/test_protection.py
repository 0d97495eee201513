"""A kept or protected user loses nothing, and may still receive what is missing."""

from dataclasses import replace

import pytest
from builders import (
    ACTIVE,
    ADA,
    AT_ONCE,
    DEMOTED,
    HOUR,
    LAB,
    NEW,
    NOON,
    PROMOTED,
    REMOVAL,
    SHOP,
    SUSPENDED_ROLE,
    UNDECIDED,
)

from hub.runtime.decisions.decision import Decision, Undecided
from hub.runtime.decisions.hub_state import HubState
from hub.runtime.decisions.protection import apply_protection, protected_profile
from hub.runtime.decisions.record import Record
from shared.model import UserId

HAS_NEW = replace(ACTIVE, role_arn=NEW)
SUSPENDED = replace(ACTIVE, role_arn=SUSPENDED_ROLE)
KEPT = HubState(kept={ADA.id: NOON + HOUR})
BY_ID = HubState(protected=frozenset({ADA.id}))
BY_NAME = HubState(protected=frozenset({f"{LAB}/ada"}))


def is_protected_by(decision: Decision, record: Record | None, state: HubState) -> bool:
    """Return whether protection skips a decision; the skip has a reason and a remedy.

    Without protection the decision stays unchanged.
    """
    found = apply_protection(decision, record, state, NOON)
    if found == decision:
        return False
    assert isinstance(found, Undecided)
    assert found.reason
    assert found.remedy
    assert (found.person, found.target) == (decision.person, decision.target)
    return True


@pytest.mark.parametrize(
    ("decision", "record", "kept", "protected"),
    [
        (REMOVAL, ACTIVE, True, True),
        (AT_ONCE, ACTIVE, True, True),
        (REMOVAL._replace(hold="last-row"), ACTIVE, True, True),
        # A removal under way stops where it is.
        (REMOVAL, SUSPENDED, True, True),
        # A kept user may get another role; a protected user keeps the present one.
        (PROMOTED, ACTIVE, False, True),
        (DEMOTED, ACTIVE, False, True),
        # A decision that removes nothing is never skipped.
        (PROMOTED, HAS_NEW, False, False),
        (PROMOTED, None, False, False),
        (PROMOTED, replace(ACTIVE, role_arn=""), False, False),
        # A suspended user has nothing to lose, and returns.
        (PROMOTED, SUSPENDED, False, False),
        (UNDECIDED, ACTIVE, False, False),
    ],
)
def test_what_protection_skips(
    decision: Decision, record: Record | None, *, kept: bool, protected: bool
) -> None:
    """By the user's id, or by the profile in its target."""
    assert is_protected_by(decision, record, KEPT) is kept
    assert is_protected_by(decision, record, BY_ID) is protected
    assert is_protected_by(decision, record, BY_NAME) is protected
    assert not is_protected_by(decision, record, HubState())


@pytest.mark.parametrize(
    "state",
    [
        HubState(kept={UserId("another"): NOON + HOUR}),
        HubState(kept={ADA.id: NOON}),
        HubState(kept={ADA.id: NOON - HOUR}),
        HubState(protected=frozenset({UserId("another")})),
        HubState(protected=frozenset({f"{SHOP}/ada", f"{LAB}/ada-2", "ada"})),
    ],
)
def test_protection_of_another_user_or_time_skips_nothing(state: HubState) -> None:
    """Nor does the protection of a profile of that name elsewhere, or one that has expired."""
    assert not is_protected_by(REMOVAL, ACTIVE, state)


@pytest.mark.parametrize("name", ["ada", "Ada", "ADA"])
def test_a_protected_profile_is_known_however_it_is_written(name: str) -> None:
    """Studio compares names without case."""
    state = HubState(protected=frozenset({protected_profile(LAB, "aDa")}))

    assert is_protected_by(REMOVAL._replace(profile_name=name), ACTIVE, state)


def test_the_remedy_names_the_command() -> None:
    """An operator can copy it."""
    protected = apply_protection(REMOVAL, ACTIVE, BY_ID, NOON)
    kept = apply_protection(REMOVAL, ACTIVE, KEPT, NOON)

    assert isinstance(protected, Undecided)
    assert isinstance(kept, Undecided)
    assert protected.remedy == "to end it: studio-hub protect a3d46882 --off --yes"
    assert kept.remedy == "to end it: studio-hub keep a3d46882 --days 0 --yes"
    assert "until 2026-11-23 13:00 UTC" in kept.reason
