"""What was reported is open until the hub says that it is over."""

from typing import Any

from simulator.reported import Reported


def problem(kind: str, subject: str, reason: str = "why") -> dict[str, Any]:
    return {"message": "PROBLEM", "kind": kind, "subject": subject, "reason": reason, "remedy": ""}


def resolved(subject: str, kind: str = "") -> dict[str, Any]:
    return {"message": "RESOLVED", "subject": subject, "kind": kind}


def kinds(problems: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["kind"], each["subject"]) for each in problems]


def test_the_latest_of_each_subject_is_open() -> None:
    """A subject is listed once, with what was reported of it last."""
    reported = Reported()
    opened, _ = reported.read([problem("a", "x"), problem("a", "y"), problem("b", "x")])

    assert kinds(opened) == [("a", "x"), ("a", "y"), ("b", "x")]
    assert kinds(reported.problems()) == [("b", "x"), ("a", "y")]


def test_what_is_over_is_open_no_more() -> None:
    """One kind of a subject ends alone, and the others show; without a kind all of it ends."""
    reported = Reported()
    reported.read([problem("a", "x"), problem("b", "x"), problem("a", "y")])

    _, closed = reported.read([resolved("x", "b")])
    assert kinds(closed) == [("b", "x")]
    assert set(kinds(reported.problems())) == {("a", "x"), ("a", "y")}
    reported.read([problem("b", "x")])
    _, closed = reported.read([resolved("x")])
    assert set(kinds(closed)) == {("a", "x"), ("b", "x")}
    assert kinds(reported.problems()) == [("a", "y")]
    assert set(kinds(reported.resolved())) == {("a", "x"), ("b", "x")}


def test_what_began_anew_is_not_over() -> None:
    """A problem that ended and was reported again is open, and not among those that are over."""
    reported = Reported()
    opened, closed = reported.read([problem("a", "x"), resolved("x"), problem("a", "x", "again")])

    assert (kinds(opened), kinds(closed)) == ([("a", "x")], [("a", "x")])
    assert [each["reason"] for each in reported.problems()] == ["again"]
    assert reported.resolved() == []


def test_an_end_without_a_beginning_is_nothing() -> None:
    """Whoever reports of anything again is told of no end of what nobody reported."""
    reported = Reported()

    assert reported.read([resolved("x"), resolved("x", "a"), {"message": "CHANGE"}]) == ([], [])
    assert reported.resolved() == []


def test_what_is_reported_again_is_not_news() -> None:
    """A step that only repeats a problem opened none."""
    reported = Reported()
    reported.read([problem("a", "x")])

    assert reported.read([problem("a", "x", "more")]) == ([], [])
    assert [each["reason"] for each in reported.problems()] == ["more"]


def test_each_crash_is_a_problem_of_its_own() -> None:
    """Messages have no names: their problems differ by what was said."""
    reported = Reported()
    reported.read([{"message": "CRASH", "error": "one"}, {"message": "CRASH", "error": "two"}])

    assert [each["reason"] for each in reported.problems()] == ["one", "two"]
    assert {each["subject"] for each in reported.problems()} == {"a message"}
