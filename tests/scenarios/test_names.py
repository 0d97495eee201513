"""Names as other people write them: in another case, in other scripts, and very long."""

from stories import Play


def test_a_user_name_in_another_case_is_no_rename(play: Play) -> None:
    """Rule 5: nothing changes, nothing is reported, and no sweep looks at the person again."""
    steps = ("join: {user: ada@example.com, group: scientists}", "sweep: {}")
    before = play(*steps)
    written = before.json["changes"]

    end = play(
        *steps,
        "rename_user: {user: ada@example.com, to: Ada@Example.com, via: scim}",
        "wait: {minutes: 2}",
        "sweep: {}",
    )

    assert end.json["changes"] == written
    assert end.problems() == before.problems()
    assert "user-renamed" not in {line.get("kind") for line in end.world.lambdas.log}
