"""Names as other people write them: in another case, in other scripts, and very long."""

from stories import COMPANY, Play

ONE = "222222222222/eu-west-1/d-one"


def test_a_user_name_in_another_case_is_no_rename(play: Play) -> None:
    """Rule 5: nothing changes, nothing is reported, and no sweep reconciles the user again."""
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
    assert "user-renamed" not in {line.get("kind") for line in end.aws.lambdas.log}


def test_groups_without_latin_letters_have_roles_of_their_own(play: Play) -> None:
    """Rule 15: no group's permissions ever go to another by accident."""
    end = play(
        "sweep: {}",
        company="""
version: 1
directory:
  groups: [研究者, 管理者]
  users: [{name: rin, groups: [研究者]}, {name: ken, groups: [管理者]}]
targets: [{account: "222222222222", region: eu-west-1, domain: d-one}]
mappings:
  - {group: 研究者, target: 222222222222/eu-west-1/d-one}
  - {group: 管理者, target: 222222222222/eu-west-1/d-one}
""",
    )

    assert end.problems() == []
    assert len(set(end.roles().values())) == len(end.roles()) == 2


SPACE_BEHIND = f'"{ONE} "'


def test_a_row_whose_target_is_mistyped_removes_nothing(play: Play) -> None:
    """Rule 3: a row is retyped with a space behind its target, and the right one is deleted."""
    steps = (
        "join: {user: bob, group: scientists}",
        "sweep: {}",
        f"map: {{group: scientists, target: {SPACE_BEHIND}, role: Scientist}}",
        f"unmap: {{group: scientists, target: {ONE}}}",
        "wait: {minutes: 1}",
        "sweep: {}",
    )
    end = play(*steps)

    assert end.roles()["2 bob"] == "Scientist"
    assert end.assigned() == {"2 bob", "3 bob"}
    assert end.json["holds"] == []
    assert {kind for kind, _ in end.problems()} == {"bad-row", "undecided"}


def test_once_the_mistyped_row_is_gone_everybody_is_reconciled_again(play: Play) -> None:
    """Rule 3: what it protected goes on, even for users in no group any more, without a sweep."""
    apply_protection = (
        "join: {user: bob, group: scientists}",
        "sweep: {}",
        f"map: {{group: scientists, target: {SPACE_BEHIND}, role: Scientist}}",
        "leave: {user: bob, group: scientists}",
        "wait: {minutes: 1}",
    )
    frozen = play(*apply_protection)
    assert frozen.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}

    end = play(
        *apply_protection,
        f"unmap: {{group: scientists, target: {SPACE_BEHIND}}}",
        "wait: {minutes: 5}",
    )
    assert end.roles() == {}


LONG = "x" * 1020


def test_one_long_group_name_stops_nobody(play: Play) -> None:
    """Rules 13 and 16: its members, like all others, still join and leave."""
    company = COMPANY.replace("groups: [", f"groups: [{LONG}, ")
    company += f"  - {{target: {ONE}, group: {LONG}, role: Long, priority: 1, retention_days: 0}}\n"

    end = play(
        "join: {user: bob, group: scientists}",
        f"join: {{user: ada@example.com, group: {LONG}, via: scim}}",
        "wait: {minutes: 1}",
        "leave: {user: bob, group: scientists}",
        "wait: {minutes: 5}",
        "sweep: {}",
        company=company,
    )

    assert end.roles() == {"2 ada@example.com": "Long"}
    assert end.problems() == []
    assert end.json["dead_letters"] == 0


def test_two_rows_for_one_group_are_reported_and_one_of_them_may_go(play: Play) -> None:
    """Group names have no case: a user who loses the better row keeps the other."""
    company = """
version: 1
directory:
  groups: [Data-Eng]
  users: [{name: wim, groups: [Data-Eng]}]
targets: [{account: "222222222222", region: eu-west-1, domain: d-one}]
mappings:
  - {group: Data-Eng, target: 222222222222/eu-west-1/d-one, role: A, priority: 20}
  - {group: data-eng, target: 222222222222/eu-west-1/d-one, role: B, priority: 10}
"""
    both = play("sweep: {}", company=company)
    assert both.roles() == {"2 wim": "B"}
    assert both.problems() == [("same-group-twice", f"mappings of {ONE}")]

    unmap = f"unmap: {{group: data-eng, target: {ONE}}}"
    end = play("sweep: {}", unmap, "wait: {minutes: 5}", "sweep: {}", company=company)
    assert end.roles() == {"2 wim": "A"}
    assert end.assigned() == {"2 wim"}
    assert end.writes() == ["2 CreateUserProfile", "2 UpdateUserProfile"]
    assert end.json["holds"] == []
