"""Rule 3: each row answers yes, no or unknown, with one reason."""

from dataclasses import replace

import pytest
from builders import LAB, grant, record, row, snapshot

from hub.runtime.decisions.decision import Applies, RowReason
from hub.runtime.decisions.desired import TargetRows, row_answers
from hub.runtime.decisions.record import Record, State
from shared.model import DirectorySnapshot, GroupId, GroupMapping, Unresolved

A = row("a")
DISABLED = replace(A, enabled=False)
IN, OUT = snapshot("a"), snapshot("b")
THERE = record(grant(A))


def named(what: GroupId | Unresolved, **more: object) -> DirectorySnapshot:
    """Return a snapshot in which the group's name has this id, or none."""
    return OUT._replace(groups={"a": what}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mapping", "of", "there", "reason"),
    [
        (A, IN, None, RowReason.MEMBER),
        (DISABLED, IN, THERE, RowReason.KEPT),
        (DISABLED, IN, None, RowReason.DISABLED),
        (DISABLED, OUT, THERE, RowReason.NOT_A_MEMBER),
        (A, OUT, THERE, RowReason.NOT_A_MEMBER),
        (A, named(Unresolved.UNKNOWN), None, RowReason.NO_SUCH_GROUP),
        (A, named(Unresolved.UNKNOWN), THERE, RowReason.NAME_GONE),
        (
            A,
            named(Unresolved.UNKNOWN),
            replace(THERE, state=State.REMOVED),
            RowReason.NO_SUCH_GROUP,
        ),
        (A, named(Unresolved.UNREADABLE), None, RowReason.UNREADABLE_NAME),
        (
            A,
            named(GroupId("id-a"), doubtful=frozenset({GroupId("id-a")})),
            THERE,
            RowReason.UNREADABLE_GROUP,
        ),
        (A, OUT._replace(complete=False), None, RowReason.INCOMPLETE),
        (A, named(Unresolved.UNKNOWN, complete=False), None, RowReason.INCOMPLETE),
    ],
)
def test_a_row_answers_with_its_reason(
    mapping: GroupMapping, of: DirectorySnapshot, there: Record | None, reason: RowReason
) -> None:
    """The reason says whether it applies, and a removed record counts as none."""
    pinned = mapping if of in (IN, OUT) else replace(mapping, group_id=None)

    (answer,) = row_answers(TargetRows(LAB, (pinned,)), of, there)

    assert answer == ("a", reason, pinned)


@pytest.mark.parametrize("mapping", [A, DISABLED])
def test_a_row_of_an_unavailable_role_is_unknown(mapping: GroupMapping) -> None:
    """Rule 14: also a disabled row that gave the role; for nobody outside its group."""
    for of, reason in ((IN, RowReason.ROLE_UNAVAILABLE), (OUT, RowReason.NOT_A_MEMBER)):
        (answer,) = row_answers(TargetRows(LAB, (mapping,)), of, THERE, {"role/a"})

        assert answer.reason is reason


def test_rows_that_do_not_parse_answer_last() -> None:
    """Those of the target always; those without a target only where they may be of this one."""
    of = TargetRows(LAB, (A,), unparsed=("c",), targetless=("a", "z"))

    answers = row_answers(of, IN._replace(groups={"a": GroupId("id-a")}), None)

    assert [(each.group, each.reason) for each in answers] == [
        ("a", RowReason.MEMBER),
        ("c", RowReason.UNPARSED),
        ("a", RowReason.UNPARSED_TARGET),
    ]


def test_every_answer_has_reasons_in_different_words() -> None:
    """Whoever reads a reason knows which one it is."""
    assert {reason.applies for reason in RowReason} == set(Applies)
    assert len({reason.text for reason in RowReason}) == len(RowReason)
