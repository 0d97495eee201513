"""Law 12, where a role can be given in one account and not in another."""

from datetime import UTC, datetime

import pytest
from planned_company import LIMIT, operator, silent
from stories import Play

from cli.mapping_rows import read_rows
from cli.mappings.observe import Sources
from cli.mappings.plan import make_plan
from simulator.embedded_aws import HUB_REGION
from simulator.setup import LEDGER, MAPPINGS

ONE, TWO = "222222222222/eu-west-1/d-one", "333333333333/us-east-1/d-two"
COMPANY = """
version: 1
directory: {groups: [ml-lab], users: [{name: ada, groups: [ml-lab]}]}
targets:
  - {account: "222222222222", region: eu-west-1, domain: d-one}
  - {account: "333333333333", region: us-east-1, domain: d-two, missing_roles: [Lab]}
mappings: []
"""
KNOWN = tuple(f"map: {{group: nobody, target: {place}, role: Lab}}" for place in (ONE, TWO))


@pytest.mark.parametrize("group", ["ml-lab", "ml-*"])
def test_an_unavailable_role_is_foretold_of_its_own_account(
    play: Play, monkeypatch: pytest.MonkeyPatch, group: str
) -> None:
    """Also where the rows of both accounts are alike: nobody gains there what cannot be given."""
    end = play(*KNOWN, "sweep: {}", company=COMPANY)
    operator(monkeypatch, end.aws)
    rows = read_rows(MAPPINGS, HUB_REGION)
    new = [{**row, "group": group} for row in rows]
    sources = Sources.open(LEDGER, end.aws.services.identity_store.store_id, HUB_REGION)
    plan = make_plan(rows, [*rows, *new], sources, LIMIT, datetime.now(UTC), silent)

    assert [str(effect.target) for effect in plan.effects] == [ONE]
    steps = (f'map: {{group: "{group}", target: {place}, role: Lab}}' for place in (ONE, TWO))
    end = play(*KNOWN, "sweep: {}", *steps, "sweep: {}", company=COMPANY)
    assert end.roles() == {"2 ada": "Lab"}
