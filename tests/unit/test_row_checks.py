"""Problems of rows together, though each of them parses."""

import pytest

from hub.runtime.decisions.mapping_rows import between_rows, parse_table
from shared.model import GroupId, GroupIds, MappingTable

LAB = "222222222222/eu-west-1/d-research0001"
SHOP = "222222222222/eu-central-1/d-retail0001"
ELSEWHERE = "333333333333/eu-west-1/d-other0001"
ID = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"


def role(name: str, account: str = "222222222222") -> str:
    return f"arn:aws:iam::{account}:role/studio-hub/{name}"


def table(*rows: dict[str, object]) -> MappingTable:
    """Return rows of one target, each with its own priority where none is given."""
    whole = [{"target": LAB, "priority": n} | row for n, row in enumerate(rows)]
    parsed = parse_table(whole)
    assert not parsed.bad
    return parsed


@pytest.mark.parametrize(
    ("rows", "ids", "kinds"),
    [
        # Rows that agree.
        ([], {}, []),
        ([{"group": "a"}, {"group": "b"}], {}, []),
        ([{"group": "a"}, {"group": "A", "target": ELSEWHERE}], {}, []),
        ([{"group": "a", "priority": 1}, {"group": "b", "target": SHOP, "priority": 1}], {}, []),
        ([{"group": "a"}, {"group": "a", "target": SHOP}], {}, []),
        # One group.
        (
            [{"group": "a", "execution_role_arn": role("x")}, {"group": "A"}],
            {},
            ["same-group-twice"],
        ),
        (
            [{"group": "a"}, {"group": "old-a", "group_id": ID}],
            {"a": GroupId(ID)},
            ["same-group-twice"],
        ),
        ([{"group": "a"}, {"group": "A"}], {}, ["same-group-twice", "same-role"]),
        # Ties.
        ([{"group": "a", "priority": 1}, {"group": "b", "priority": 1}], {}, ["equal-priority"]),
        # Roles: several groups may share one on purpose, but never by convention.
        (
            [{"group": g, "execution_role_arn": role("x")} for g in ("a", "b")],
            {},
            [],
        ),
        ([{"group": "a"}, {"group": "b", "execution_role_arn": role("a")}], {}, []),
        ([{"group": "a"}, {"group": "b", "execution_role_arn": role("A")}], {}, ["same-role"]),
        ([{"group": "ML Leads"}, {"group": "ML-Leads-0b900b43"}], {}, ["same-role"]),
        ([{"group": "管理者"}, {"group": "全社員"}], {}, []),
    ],
)
def test_problems_of_rows_together(
    rows: list[dict[str, object]], ids: GroupIds, kinds: list[str]
) -> None:
    """One group twice, ties, and roles that IAM treats as one; each with its remedy."""
    found = between_rows(table(*rows), ids)

    assert sorted(problem.kind.name for problem in found) == sorted(kinds)
    assert all(problem.remedy for problem in found)


def test_the_names_in_a_problem_can_be_seen() -> None:
    """Two names that look the same are shown differently."""
    (tie,) = between_rows(table({"group": "a ", "priority": 5}, {"group": "a", "priority": 5}), {})

    assert r"a, a\x20" in tie.reason
