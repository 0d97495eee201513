"""What docs/deploy.md tells a reader to type is typed here."""

import pytest
from e2e.accounts import FIRST, HUB, INSTANCE, MANAGEMENT, ORGANIZATION
from e2e.cloud import Cloud
from e2e.operations import organization_has_a_trail
from e2e.pages import Script, run_script, scripts
from e2e.stacks import build

from shared.storage import LEDGER_KEY

pytestmark = pytest.mark.e2e

# Whose credentials a block of commands names in its first line.
ACCOUNTS = {
    "management account": MANAGEMENT,
    "each event account": MANAGEMENT,
    "that event account": MANAGEMENT,
    "hub account": HUB,
    "Studio account": FIRST.account,
}
SCRIPTS = scripts("deploy.md")
# MiniStack has no StackSets.
NOT_HERE = "aws cloudformation create-stack-set"
# What a command must answer here, by a piece of it: an empty answer is none.
SAID = {
    "sso-admin list-instances": INSTANCE,
    "describe-organization": ORGANIZATION,
    "describe-trails": "TRAIL",
    "get-trail-status": "true",
    "--stack-name StudioSpoke": "AccessRoleArn",
    "mappings check": "no mistake",
    "list-user-profiles": "ada",
    '"dry-run"': "dry-run",
    "studio-hub sweep": "Queued",
}
HERE = [each for each in SCRIPTS if not each.text.startswith(NOT_HERE)]


def test_the_functions_are_the_same_wherever_they_are_packed(played: Cloud) -> None:
    """The package has one hash in both places where the run synthesized it."""
    hashes = [
        {path.name for path in build(name).glob("asset.*")} for name in ("cdk.out", "cdk.out-again")
    ]

    assert played.assembly == build("cdk.out-again")
    assert hashes[0] == hashes[1] != set()


def test_the_pages_commands_are_tried() -> None:
    """All of them but one block."""
    assert len(HERE) == len(SCRIPTS) - 1 > 5


@pytest.fixture(scope="module")
def organization(played: Cloud) -> Cloud:
    """Give the management account the trail that the page asks for, and let time go by."""
    organization_has_a_trail(played)
    # A sweep of everything is due since the story's last chapter, and refused until then.
    played.aws.client("dynamodb", HUB).delete_item(
        TableName=played.hub["LedgerTable"],
        Key=dict(zip(LEDGER_KEY, ({"S": "hub"}, {"S": "full-sweep"}), strict=True)),
    )
    return played


@pytest.mark.parametrize("script", HERE, ids=[each.text.splitlines()[0] for each in HERE])
def test_the_commands_of_a_page_work_as_they_stand(organization: Cloud, script: Script) -> None:
    """Each with the credentials that it asks for; what is deployed already is not changed."""
    if "mappings add" in script.text:
        # Whoever reads the page has no row yet.
        organization.aws.client("dynamodb", HUB).delete_item(
            TableName=organization.hub["MappingsTable"],
            Key={"group": {"S": "ml-scientists"}, "target": {"S": str(FIRST)}},
        )
    said = run_script(organization, script, ACCOUNTS[script.whose])

    assert [word for word in SAID if word in script.text and SAID[word] not in said] == []
    assert said.count("(no changes)") == script.text.count("npx --no-install cdk")
