"""Actions as text: operators read the reason beside the change."""

import pytest
from apply_harness import (
    ASSIGN,
    CHANGE,
    CREATE,
    DELETE,
    DISCARD,
    RESUME,
    REVOKE,
    SPACE,
    STOP_A,
    SUSPEND,
)
from builders import BECAUSE, app

from hub.runtime.decisions.actions import Action, Discard, Resume, Revoke, StopApp, describe

IN_SPACE = StopApp(STOP_A.person, STOP_A.target, "ada", app("a", space="ada-lab"))


def test_an_action_equals_no_action_of_another_kind() -> None:
    """Also where all their other fields are equal."""
    resume: Action = Resume(*CREATE[:-1])
    revoke: Action = Revoke(*DISCARD[:-1])

    assert resume != CREATE
    assert revoke != DISCARD
    assert Discard(*DISCARD[:-1]) == DISCARD


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            CREATE,
            "create ada with New, because ml-leads (priority 10) over ml-scientists (priority 20)",
        ),
        (ASSIGN, "grant access to ada"),
        (CHANGE, f"change ada from Old to New, because {BECAUSE}"),
        (RESUME, f"resume ada with New, because {BECAUSE}"),
        (REVOKE, "revoke access of ada: left"),
        (SUSPEND, "suspend ada: left"),
        (STOP_A, "stop JupyterLab a of ada"),
        (IN_SPACE, "stop JupyterLab a in ada-lab of ada"),
        (SPACE, "delete the private space lab of ada"),
        (DELETE, "delete ada: left"),
        (DISCARD, "discard ada, to create it again: it is Failed"),
    ],
)
def test_an_action_says_what_it_does_and_why(action: Action, words: str) -> None:
    """As the end of a sentence that begins with the actor, planned or done."""
    assert describe(action) == words
