"""Law 12: what a plan of mappings foretells is what the hub does."""

import os

import pytest
from planned_company import LIMIT, TARGETS, PlannedCompany, Roles, Row, operator

from cli.mappings.apply import Applied
from cli.mappings.outcome import ChangeKind
from cli.mappings.plan import Plan
from cli.simulation.deployment import deployed_hub
from hub.runtime.decisions.removal_limit import LIMIT as BY_LIMIT

SEEDS = range(max(6, int(os.environ.get("STORIES", "20")) // 4))
# A company whose removals are decided only with the members of a group that is mapped just now.
TOGETHER = 21


def foretold(plan: Plan, before: Roles) -> Roles:
    """Return the role of everybody after a plan; who is held keeps what they have."""
    roles = dict(before)
    for effect in plan.effects:
        for change, users in effect.changes:
            for user in users if not change.held else ():
                roles[effect.target, user] = change.after
    return {key: role for key, role in roles.items() if role}


def limited(plan: Plan) -> set[tuple[object, str]]:
    """Return whose loss the removal limit would hold, by target and user."""
    return {
        (effect.target, user)
        for effect in plan.effects
        for change, users in effect.changes
        if change.held == BY_LIMIT and change.kind is ChangeKind.LOSS
        for user in users
    }


def wanted_rows(company: PlannedCompany) -> list[Row]:
    """Return random rows that a file can hold."""
    return [row for row in company.rows() if row["target"] != "nowhere"]


@pytest.mark.parametrize("seed", [TOGETHER, *SEEDS])
def test_the_plan_of_one_target_is_what_happens(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For everybody, and for every hold, after the hub has taken the new rows and swept."""
    with deployed_hub(limit=LIMIT) as aws:
        operator(monkeypatch, aws)
        company = PlannedCompany(aws, seed)
        before, place = company.roles(), str(TARGETS[0])
        stay = [row for row in company.table() if row["target"] != place]
        plan = company.plan([*stay, *(r for r in wanted_rows(company) if r["target"] == place)])
        outcome = company.apply(plan)
        company.settle()

        assert outcome is (Applied.DONE if plan.changes else Applied.NOTHING_TO_DO)
        assert company.roles() == foretold(plan, before)
        assert company.plan(company.table()).changes == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plan_with_pattern_rows_is_what_happens(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of rows that name their groups: for everybody, and for every hold."""
    with deployed_hub(limit=LIMIT) as aws:
        operator(monkeypatch, aws)
        company = PlannedCompany(aws, seed, ("*s", "b*", "*ats"))
        before, place = company.roles(), str(TARGETS[0])
        stay = [row for row in company.table() if row["target"] != place]
        plan = company.plan([*stay, *(r for r in wanted_rows(company) if r["target"] == place)])
        company.apply(plan)
        company.settle()

        assert company.roles() == foretold(plan, before)
        assert company.plan(company.table()).changes == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plan_of_several_targets_is_what_happens(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of one target, but some of those whom the limit would hold may begin within the limit.

    A user who is reconciled for one target may begin there what another target's scan would hold.
    """
    with deployed_hub(limit=LIMIT) as aws:
        operator(monkeypatch, aws)
        company = PlannedCompany(aws, seed)
        before = company.roles()
        plan = company.plan(wanted_rows(company))
        company.apply(plan)
        company.settle()
        after, expected, held = company.roles(), foretold(plan, before), limited(plan)
        begun = [key for key in held if key not in after]

        assert {k: r for k, r in after.items() if k not in held} == {
            k: r for k, r in expected.items() if k not in held
        }
        assert all(sum(k[0] == target for k in begun) <= LIMIT.count for target in TARGETS)
        assert all(after[key] == before[key] for key in held if key in after)
