"""A reported problem is open until the hub reports it as resolved."""

from typing import Any

from simulator.reported import Reported


def problem(kind: str, subject: str, reason: str = "why") -> dict[str, Any]:
    return {"message": "PROBLEM", "kind": kind, "subject": subject, "reason": reason, "remedy": ""}


def resolved(subject: str, kind: str = "") -> dict[str, Any]:
    return {"message": "RESOLVED", "subject": subject, "kind": kind}


def kinds(problems: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["kind"], each["subject"]) for each in problems]


def test_the_latest_problem_of_each_subject_is_open() -> None:
    """A subject is listed once, with its last report."""
    reported = Reported()
    opened, _ = reported.read([problem("a", "x"), problem("a", "y"), problem("b", "x")])

    assert kinds(opened) == [("a", "x"), ("a", "y"), ("b", "x")]
    assert kinds(reported.problems()) == [("b", "x"), ("a", "y")]


def test_a_resolved_problem_is_not_open() -> None:
    """One kind of a subject ends alone, and the others show; without a kind all of them end."""
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


def test_a_problem_that_recurs_is_not_resolved() -> None:
    """A problem that ended and was reported again is open, and not among the resolved ones."""
    reported = Reported()
    opened, closed = reported.read([problem("a", "x"), resolved("x"), problem("a", "x", "again")])

    assert (kinds(opened), kinds(closed)) == ([("a", "x")], [("a", "x")])
    assert [each["reason"] for each in reported.problems()] == ["again"]
    assert reported.resolved() == []


def test_an_end_without_a_report_is_ignored() -> None:
    """Nothing is resolved that nobody reported before."""
    reported = Reported()

    assert reported.read([resolved("x"), resolved("x", "a"), {"message": "CHANGE"}]) == ([], [])
    assert reported.resolved() == []


def test_a_repeated_report_is_not_new() -> None:
    """A step that only repeats a problem opened none."""
    reported = Reported()
    reported.read([problem("a", "x")])

    assert reported.read([problem("a", "x", "more")]) == ([], [])
    assert [each["reason"] for each in reported.problems()] == ["more"]


def test_each_crash_is_a_problem_of_its_own() -> None:
    """Messages have no names: their problems differ by their text."""
    reported = Reported()
    reported.read([{"message": "CRASH", "error": "one"}, {"message": "CRASH", "error": "two"}])

    assert [each["reason"] for each in reported.problems()] == ["one", "two"]
    assert {each["subject"] for each in reported.problems()} == {"a message"}
