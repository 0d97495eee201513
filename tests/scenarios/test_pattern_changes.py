"""Pattern rows that end, come back or cannot be read: whoever is in their groups is served."""

import pytest
from stories import Play

ONE = "222222222222/eu-west-1/d-one"
COMPANY = f"""
version: 1
directory:
  groups: [ml-scientists, others]
  users: [ada, bob, {{name: eve, groups: [ml-scientists]}}, {{name: oto, groups: [others]}}]
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings: [{{group: others, target: {ONE}, role: Own, retention_days: 0}}]
"""
ROW = f'group: "ml-*", target: {ONE}, role: "*", retention_days: 0'
PATTERN, NO_PATTERN = f"map: {{{ROW}}}", f'unmap: {{group: "ml-*", target: {ONE}}}'
SOON = "wait: {minutes: 2}"


@pytest.mark.parametrize(
    "ended",
    [
        (NO_PATTERN,),
        (f'map: {{group: "ml-x*", target: {ONE}, role: X}}', NO_PATTERN),
        (f"map: {{{ROW.replace('days: 0', 'days: -1')}}}",),
    ],
    ids=["removed", "narrowed", "with a mistake"],
)
def test_who_joined_while_a_pattern_did_not_count_is_served_when_it_does(
    play: Play, ended: tuple[str, ...]
) -> None:
    """As by a row that names the group: without any event, and before the hourly sweep."""
    end = play(
        PATTERN,
        "sweep: {}",
        *ended,
        SOON,
        "join: {user: bob, group: ml-scientists}",
        SOON,
        f"expect: {{user: bob, target: {ONE}, profile: none}}",
        PATTERN,
        SOON,
        company=COMPANY,
    )

    assert end.roles() == {"2 bob": "scientists", "2 eve": "scientists", "2 oto": "Own"}


@pytest.mark.parametrize("group", ["others", "ml-scientists"])
def test_a_name_that_cannot_be_read_delays_nobody(play: Play, group: str) -> None:
    """Rule 11: what is known of a group goes on, by whichever row; the refusal is reported."""
    end = play(
        PATTERN,
        "sweep: {}",
        "fault: {service: identitystore, operation: DescribeGroup, error: AccessDeniedException, "
        "times: 9}",
        f"join: {{user: bob, group: {group}, via: scim}}",
        SOON,
        company=COMPANY,
    )

    assert {name for name in end.roles() if "bob" in name} == {"2 bob"}
    assert {kind for kind, _ in end.problems()} == {"unreadable"}


def test_the_groups_of_one_pattern_row_are_no_tie(play: Play) -> None:
    """Nobody can give them other priorities; a row of another group can be given one."""
    end = play(
        PATTERN,
        "create_group: {group: ml-a, users: [eve]}",
        SOON,
        f"expect: {{user: eve, target: {ONE}, role: a}}",
        "expect: {problems: []}",
        "join: {user: oto, group: ml-a}",
        SOON,
        "expect: {problems: [equal-priority]}",
        f"map: {{group: others, target: {ONE}, role: Own, priority: 5, retention_days: 0}}",
        SOON,
        "sweep: {}",
        company=COMPANY,
    )

    assert end.roles() == {"2 eve": "a", "2 oto": "Own"}
    assert end.problems() == []


def test_a_deleted_group_of_a_pattern_is_not_ended_by_removing_the_row(play: Play) -> None:
    """Law 11: the row is of all the other groups too; the remedy that is given works."""
    steps = (
        PATTERN,
        "create_group: {group: ml-leads, users: [ada]}",
        SOON,
        "delete_group: {group: ml-leads}",
        SOON,
    )
    end = play(*steps, company=COMPANY)
    (remedy,) = (each["remedy"] for each in end.json["problems"] if each["kind"] == "group-deleted")
    assert "the pattern row stays" in remedy

    end = play(*steps, "approve: {}", "wait: {minutes: 5}", "sweep: {}", company=COMPANY)

    assert end.roles() == {"2 eve": "scientists", "2 oto": "Own"}
    assert end.problems() == []


def test_groups_are_listed_once_for_all_rows_of_a_pattern(play: Play) -> None:
    """A pattern for five hundred targets costs one listing, not five hundred."""
    two = "333333333333/us-east-1/d-two"
    company = COMPANY.replace(
        "domain: d-one}",
        'domain: d-one}, {account: "333333333333", region: us-east-1, domain: d-two}',
    )
    again = PATTERN.replace(ONE, two)

    def listings(*steps: str) -> int:
        end = play(PATTERN, SOON, *steps, SOON, company=company)
        assert end.roles()["2 eve"] == "scientists"
        return int(end.json["api_calls"]["identitystore.ListGroups"])

    assert listings(again, again.replace('"*"', "Own"), "sweep: {hourly: true}") == 2
    assert listings(NO_PATTERN, PATTERN) == 2
    end = play(PATTERN, SOON, again, SOON, company=company)
    assert end.roles()["3 eve"] == "scientists"


def test_a_row_that_did_not_parse_leaves_its_group_to_the_pattern(play: Play) -> None:
    """Who joined meanwhile is served when the row is removed, without any event."""
    end = play(
        PATTERN,
        "sweep: {}",
        f"map: {{group: ml-scientists, target: {ONE}, priority: -5}}",
        "join: {user: bob, group: ml-scientists}",
        SOON,
        f"unmap: {{group: ml-scientists, target: {ONE}}}",
        SOON,
        company=COMPANY,
    )

    assert end.roles() == {"2 bob": "scientists", "2 eve": "scientists", "2 oto": "Own"}
    assert end.problems() == []
