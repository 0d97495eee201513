"""Pattern rows: one row registers an account for every group that the company's names call for."""

import pytest
from stories import Play

ONE = "222222222222/eu-west-1/d-one"
NEW = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"
COMPANY = """
version: 1
directory:
  groups: [ml-scientists, others]
  users: [ada, bob, {name: eve, groups: [ml-scientists]}, {name: oto, groups: [others]}]
targets: [{account: "222222222222", region: eu-west-1, domain: d-one}]
mappings: []
"""
TWO = "222222222222/eu-west-1/d-two"
SMALL_LIMIT = """
version: 1
settings: {removal_limit: {count: 2, percent: 0}}
directory: {users: [u1, u2, u3, u4, u5, u6, u7]}
targets: [{account: "222222222222", region: eu-west-1, domain: d-two}]
"""
PATTERN = f'map: {{group: "ml-*", target: {ONE}, role: "*", retention_days: 0}}'


def test_one_row_registers_an_account(play: Play) -> None:
    """Groups come, are renamed and go, and the pattern is narrowed: right at each step."""
    end = play(
        PATTERN,
        f"expect: {{user: eve, target: {ONE}, role: scientists, state: active}}",
        f"expect: {{user: oto, target: {ONE}, profile: none}}",
        "create_group: {group: ml-leads, users: [ada]}",
        "wait: {minutes: 2}",
        f"expect: {{user: ada, target: {ONE}, role: leads, state: active}}",
        "create_group: {group: ml-analysts, via: scim}",
        "join: {user: bob, group: ml-analysts, via: scim}",
        "wait: {minutes: 2}",
        f"expect: {{user: bob, target: {ONE}, role: analysts, state: active}}",
        # Renamed within the pattern: the role of the new name.
        "rename_group: {group: ml-leads, to: ml-managers}",
        "wait: {minutes: 2}",
        f"expect: {{user: ada, target: {ONE}, role: managers, state: active}}",
        # Deleted: held.
        "delete_group: {group: ml-analysts}",
        "wait: {minutes: 2}",
        "sweep: {}",
        "expect: {holds: 1}",
        f"expect: {{user: bob, target: {ONE}, role: analysts}}",
        "approve: {}",
        "wait: {minutes: 5}",
        f"expect: {{user: bob, target: {ONE}, profile: none}}",
        "expect: {holds: 0}",
        # Narrowed by the operator: who is in no group of it any more leaves.
        f'map: {{group: "ml-sci*", target: {ONE}, role: Science, retention_days: 0}}',
        "wait: {minutes: 2}",
        f"expect: {{user: eve, target: {ONE}, role: Science, state: active}}",
        f'unmap: {{group: "ml-*", target: {ONE}}}',
        "wait: {minutes: 5}",
        f"expect: {{user: ada, target: {ONE}, profile: none}}",
        f"expect: {{user: eve, target: {ONE}, role: Science, state: active}}",
        "sweep: {}",
        company=COMPANY,
    )

    assert end.roles() == {"2 eve": "Science"}
    assert end.problems() == []


def test_an_account_lives_by_one_row_and_what_takes_much_is_held(play: Play) -> None:
    """Three groups come, one is renamed, two go, and the pattern is narrowed by its operator."""
    end = play(
        f"expect: {{user: u1, target: {TWO}, profile: none}}",
        f'map: {{group: "team-*", target: {TWO}, role: "Team-*", retention_days: 0}}',
        # They come by three routes.
        "create_group: {group: team-red, users: [u1, u2, u3], via: scim}",
        "create_group: {group: team-blue, users: [u4, u5, u6], via: console}",
        "create_group: {group: team-tmp, users: [u7], via: none}",
        "sweep: {hourly: true}",
        "wait: {minutes: 2}",
        *(f"expect: {{user: u{n}, target: {TWO}, role: Team-red, state: active}}" for n in (1, 3)),
        *(f"expect: {{user: u{n}, target: {TWO}, role: Team-blue, state: active}}" for n in (4, 6)),
        f"expect: {{user: u7, target: {TWO}, role: Team-tmp, state: active}}",
        # One is renamed: its people get the role of its new name.
        "rename_group: {group: team-red, to: team-rose, via: scim}",
        "wait: {minutes: 2}",
        *(f"expect: {{user: u{n}, target: {TWO}, role: Team-rose, state: active}}" for n in (1, 3)),
        "expect: {holds: 0, problems: []}",
        # A small one goes, and is held as every deleted group is.
        "delete_group: {group: team-tmp, via: api}",
        "wait: {minutes: 2}",
        "expect: {holds: 1}",
        f"expect: {{user: u7, target: {TWO}, role: Team-tmp}}",
        "approve: {}",
        "wait: {minutes: 5}",
        f"expect: {{user: u7, target: {TWO}, profile: none}}",
        "sweep: {}",
        "expect: {holds: 0}",
        # Narrowed: three would lose what they have, and two an hour may.
        f'map: {{group: "team-ro*", target: {TWO}, role: "Ro-*", retention_days: 0}}',
        "wait: {minutes: 2}",
        *(f"expect: {{user: u{n}, target: {TWO}, role: Ro-se, state: active}}" for n in (1, 3)),
        f'unmap: {{group: "team-*", target: {TWO}}}',
        "wait: {minutes: 5}",
        *(f"expect: {{user: u{n}, target: {TWO}, role: Team-blue, state: held}}" for n in (4, 6)),
        "expect: {holds: 1}",
        "approve: {}",
        "wait: {minutes: 5}",
        *(f"expect: {{user: u{n}, target: {TWO}, profile: none}}" for n in (4, 6)),
        # The last one goes: nobody is left to the row, and it says so.
        "delete_group: {group: team-rose, via: scim}",
        "wait: {minutes: 2}",
        *(f"expect: {{user: u{n}, target: {TWO}, role: Ro-se, state: held}}" for n in (1, 3)),
        "approve: {}",
        "wait: {minutes: 5}",
        "sweep: {}",
        "expect: {holds: 0, problems: [unmatched-pattern]}",
        company=SMALL_LIMIT,
    )

    assert [step["unmet"] for step in end.json["steps"] if step.get("unmet")] == []
    assert end.roles() == {}


@pytest.mark.parametrize("via", ["scim", "console", "api", "native", "none"])
def test_a_group_that_is_created_grants_and_one_that_is_deleted_takes_nothing(
    play: Play, via: str
) -> None:
    """By whatever route; what no event announces is found by the hourly sweep."""
    later = ("wait: {minutes: 2}", *(["sweep: {hourly: true}"] if via == "none" else []))
    end = play(
        PATTERN,
        f"create_group: {{group: ml-new, users: [ada, bob], via: {via}}}",
        *later,
        f"expect: {{user: ada, target: {ONE}, role: new, state: active}}",
        f"delete_group: {{group: ml-new, via: {via}}}",
        *later,
        "expect: {holds: 1}",
        company=COMPANY,
    )

    assert [step["unmet"] for step in end.json["steps"] if step.get("unmet")] == []
    assert end.roles() == {"2 eve": "scientists", "2 ada": "new", "2 bob": "new"}


def test_groups_that_leave_a_pattern_together_are_one_hold(play: Play) -> None:
    """A pattern that suddenly matches nothing, or half, takes nothing before it is approved."""
    end = play(
        PATTERN,
        "create_group: {group: ml-leads, users: [ada, bob]}",
        "wait: {minutes: 2}",
        "rename_group: {group: ml-leads, to: x-leads, via: none}",
        "sweep: {hourly: true}",
        "expect: {holds: 1}",
        "rename_group: {group: ml-scientists, to: x-scientists, via: none}",
        "sweep: {hourly: true}",
        "wait: {days: 2}",
        "sweep: {}",
        "expect: {problems: [held, held, unmatched-pattern]}",
        company=COMPANY,
    )

    assert [step["unmet"] for step in end.json["steps"] if step.get("unmet")] == []
    assert end.roles() == {"2 eve": "scientists", "2 ada": "leads", "2 bob": "leads"}
    assert sorted(len(hold["people"]) for hold in end.json["holds"]) == [1, 2]


def test_groups_are_listed_hourly_only_for_pattern_rows(play: Play) -> None:
    """Once a sweep of a hundred groups; without a pattern row only the daily sweep lists them."""

    def listings(*steps: str) -> int:
        calls = play(*steps, company=COMPANY).json["api_calls"]
        return int(calls.get("identitystore.ListGroups", 0))

    hourly = "sweep: {hourly: true}"
    own = f"map: {{group: others, target: {ONE}}}"

    assert listings(PATTERN, hourly, hourly) - listings(PATTERN) == 2
    assert listings(own, hourly, hourly) == 0
    assert listings(own, "sweep: {}") == 1


@pytest.mark.parametrize("via", ["scim", "console", "api", "native", "none"])
def test_a_group_that_is_renamed_out_of_a_pattern_takes_nothing(play: Play, via: str) -> None:
    """What it takes is held, whatever the route; renamed back, nothing is left of the hold."""
    steps = (
        PATTERN,
        f"rename_group: {{group: ml-scientists, to: researchers, via: {via}}}",
        "wait: {minutes: 2}",
        "sweep: {}",
        f"expect: {{user: eve, target: {ONE}, role: scientists, state: held}}",
        "expect: {holds: 1}",
    )
    end = play(
        *steps,
        f"rename_group: {{group: researchers, to: ml-scientists, via: {via}}}",
        "sweep: {}",
        f"expect: {{user: eve, target: {ONE}, role: scientists, state: active}}",
        "expect: {holds: 0}",
        company=COMPANY,
    )
    assert end.problems() == []

    end = play(*steps, "approve: {}", "wait: {minutes: 5}", "sweep: {}", company=COMPANY)

    assert end.roles() == {}
    assert ("unmatched-pattern", f"pattern ml-* in {ONE}") in end.problems()


@pytest.mark.parametrize("via", ["scim", "console", "api", "native", "none"])
def test_a_group_that_comes_to_a_pattern_grants_without_a_row(play: Play, via: str) -> None:
    """By whatever route; one that no event announced is found by the sweep."""
    end = play(
        PATTERN,
        f"rename_group: {{group: others, to: ml-others, via: {via}}}",
        "wait: {minutes: 2}",
        *(["sweep: {}"] if via == "none" else []),
        company=COMPANY,
    )

    assert end.roles() == {"2 eve": "scientists", "2 oto": "others"}


@pytest.mark.parametrize("via", ["scim", "console", "api", "native", "none"])
def test_a_recreated_group_grants_nothing_until_an_operator_confirms(play: Play, via: str) -> None:
    """Rule 3: the same name with another id is another group, also to a pattern row."""
    steps = (
        PATTERN,
        f"delete_group: {{group: ml-scientists, via: {via}}}",
        "wait: {minutes: 2}",
        "sweep: {}",
        "approve: {}",
        "wait: {minutes: 5}",
        f"create_group: {{group: ml-scientists, id: {NEW}, users: [bob], via: {via}}}",
        "wait: {minutes: 2}",
        "sweep: {}",
        "sweep: {}",
    )
    end = play(*steps, company=COMPANY)
    assert end.roles() == {}
    assert ("group-recreated", "group ml-scientists") in end.problems()

    own = f"group: ml-scientists, target: {ONE}, role: scientists, group_id: {NEW}"
    end = play(*steps, f"map: {{{own}}}", "wait: {minutes: 2}", "sweep: {}", company=COMPANY)

    assert end.roles() == {"2 bob": "scientists"}
    assert end.problems() == []


def test_a_group_with_the_name_of_another_stays_one_problem(play: Play) -> None:
    """Law 11: as long as it is there; no sweep closes it and opens it again."""
    end = play(
        PATTERN,
        "rename_group: {group: ml-scientists, to: ml-research}",
        "create_group: {group: ml-scientists, users: [bob]}",
        "wait: {minutes: 2}",
        "sweep: {}",
        "sweep: {}",
        company=COMPANY,
    )

    assert end.problems() == [("group-recreated", "group ml-scientists")]
    assert end.logged("RESOLVED") == []


def test_a_group_with_the_name_of_another_is_forgotten_with_it(play: Play) -> None:
    """Law 11: once it is gone too, nothing is reported of it any more."""
    end = play(
        PATTERN,
        "rename_group: {group: ml-scientists, to: ml-research}",
        "create_group: {group: ml-scientists, users: [bob]}",
        "wait: {minutes: 2}",
        "expect: {problems: [group-recreated]}",
        "delete_group: {group: ml-scientists}",
        "wait: {minutes: 2}",
        "sweep: {}",
        company=COMPANY,
    )

    assert end.roles() == {"2 eve": "research"}
    assert end.problems() == []


def test_a_pattern_row_that_was_always_there_is_found_by_a_sweep(play: Play) -> None:
    """As every row of a file's `mappings`, which causes no event; by convention without a role."""
    rows = f'mappings: [{{group: "ml-*", target: {ONE}}}, {{group: others, target: {ONE}}}]'
    end = play("sweep: {}", company=COMPANY.replace("mappings: []", rows))

    assert end.roles() == {"2 eve": "ml-scientists", "2 oto": "others"}
    assert end.problems() == []


@pytest.mark.parametrize("error", ["ThrottlingException", "AccessDeniedException"])
def test_an_incomplete_listing_of_groups_removes_nobody(play: Play, error: str) -> None:
    """Law 6: names that cannot be read take nothing, and what is known goes on."""
    end = play(
        PATTERN,
        f"fault: {{service: identitystore, operation: ListGroups, error: {error}, times: 40}}",
        "join: {user: ada, group: ml-scientists}",
        "sweep: {}",
        "wait: {minutes: 5}",
        company=COMPANY,
    )

    assert end.roles() == {"2 ada": "scientists", "2 eve": "scientists"}
    assert end.json["holds"] == []


def test_a_sweep_over_pattern_rows_that_finds_nothing_writes_nothing(play: Play) -> None:
    """Law 2."""
    steps = (PATTERN, "sweep: {}")
    before = play(*steps, company=COMPANY)
    calls = dict(before.json["api_calls"])

    end = play(*steps, "sweep: {}", company=COMPANY)

    for name in ("dynamodb.PutItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems"):
        assert end.json["api_calls"].get(name) == calls.get(name), name
