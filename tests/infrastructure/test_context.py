"""The context of cdk.json: defaults, forms of `-c`, and all mistakes reported at once."""

import json
from pathlib import Path

import pytest

from hub.infrastructure.context import Context, ContextError, read_context
from hub.infrastructure.context_reader import Network

ROOT = Path(__file__).parents[2]
NETWORK = ["vpc-0123456789abcdef0", "subnet-0123456789abcdef1", "subnet-0123456789abcdef0"]
OF_THE_COMPANY = {
    "kms_key_arn": "arn:aws:kms:eu-west-1:111111111111:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f",
    "code_signing_profile_arn": "arn:aws:signer:eu-west-1:111111111111:/signing-profiles/"
    "StudioHub/abcdefghij",
}
REQUIRED: dict[str, object] = {
    "hub_account": "111111111111",
    "hub_region": "eu-west-1",
    "organization_id": "o-exampleorgid",
    "identity_store_id": "d-1234567890",
    "identity_instance": "ssoins-1234567890abcdef",
    "studio_accounts": ["222222222222"],
}


def test_defaults_suit_a_hub_in_the_management_account() -> None:
    """Six facts of the company are enough."""
    assert read_context(REQUIRED.get) == Context(
        hub_account="111111111111",
        hub_region="eu-west-1",
        organization_id="o-exampleorgid",
        identity_store_id="d-1234567890",
        event_accounts=("111111111111",),
        identity_account="111111111111",
        identity_instance="ssoins-1234567890abcdef",
        identity_key_arn=None,
        studio_accounts=("222222222222",),
        mode="apply",
        removal_limit_count=5,
        removal_limit_percent=10,
        alarm_email=None,
        drift_alarm=20,
        lambda_runtime="python3.13",
        lambda_architecture="arm64",
        kms_key_arn=None,
        vpc=None,
        code_signing_profile_arn=None,
    )


def test_the_shipped_context_is_complete_and_synthesizes() -> None:
    """cdk.json shows every key, with invented ids that are accepted."""
    shipped = json.loads((ROOT / "cdk.json").read_text())["context"]

    assert set(Context.__dataclass_fields__) == set(shipped)
    assert read_context(shipped.get) == read_context(REQUIRED.get)


@pytest.mark.parametrize(
    "given",
    [
        ["333333333333", "111111111111", "333333333333"],
        "333333333333,111111111111",
        "111111111111, 333333333333",
    ],
)
def test_event_accounts_come_as_list_or_text(given: object) -> None:
    """A list in cdk.json and commas after -c mean the same, in any order."""
    context = read_context((REQUIRED | {"event_accounts": given}).get)

    assert context.event_accounts == ("111111111111", "333333333333")


def test_every_mistake_is_reported_at_once() -> None:
    """Each line names a key, shows its value, and says what is allowed."""
    wrong = {
        "hub_account": 111111111111,
        "hub_region": "Ireland",
        "identity_store_id": "ssoins-1",
        "event_accounts": ["111111111111", "management"],
        "identity_account": "owner",
        "identity_instance": "arn:aws:sso:::instance/*",
        "identity_key_arn": "alias/identity-center",
        "studio_accounts": ["all"],
        "mode": "dry-run",
        "removal_limit_count": -1,
        "removal_limit_percent": "101",
        "alarm_email": "somebody",
        "drift_alarm": "few",
        "lambda_runtime": "python3.9",
        "lambda_architecture": "amd64",
        "kms_key_arn": "alias/studio-hub",
        "vpc": ["subnet-0123456789abcdef0", "sg-0123456789abcdef0"],
        "code_signing_profile_arn": "StudioHub",
    }

    with pytest.raises(ContextError) as caught:
        read_context(wrong.get)

    assert str(caught.value) == (
        """\
the context (cdk.json, or -c key=value) is wrong:
  hub_account: 111111111111 is not allowed; give the 12 digits of an AWS account, in quotes
  hub_region: 'Ireland' is not allowed; give an AWS Region, for example eu-west-1
  mode: 'dry-run' is not allowed; \
give apply, or report (decide and report, write nothing to Studio)
  organization_id: is missing; give an organization's id, for example o-exampleorgid
  identity_store_id: 'ssoins-1' is not allowed; \
give the id of Identity Center's identity store, for example d-1234567890
  event_accounts: 'management' is not allowed; give the 12 digits of an AWS account, in quotes
  identity_account: 'owner' is not allowed; give the 12 digits of an AWS account, in quotes
  identity_instance: 'arn:aws:sso:::instance/*' is not allowed; give the last part of the ARN of \
Identity Center's instance, for example ssoins-1234567890abcdef, or * for any
  identity_key_arn: 'alias/identity-center' is not allowed; \
give the ARN of the KMS key that Identity Center is encrypted with, or nothing
  studio_accounts: 'all' is not allowed; give the 12 digits of an AWS account, in quotes
  removal_limit_count: -1 is not allowed; give a whole number from 0 to 999999
  removal_limit_percent: '101' is not allowed; give a whole number from 0 to 100
  alarm_email: 'somebody' is not allowed; give an e-mail address, or nothing
  drift_alarm: 'few' is not allowed; give a whole number from 0 to 999999
  lambda_runtime: 'python3.9' is not allowed; \
give python3.11, python3.12, python3.13 or python3.14
  lambda_architecture: 'amd64' is not allowed; give arm64 or x86_64
  kms_key_arn: 'alias/studio-hub' is not allowed; \
give the ARN of a KMS key in the hub's Region, or nothing
  vpc: 'sg-0123456789abcdef0' is not allowed; \
give the id of one VPC and the ids of its subnets, two at least, or nothing
  code_signing_profile_arn: 'StudioHub' is not allowed; \
give the ARN of a version of a signing profile in the hub's Region, or nothing"""
    )


def test_a_key_that_is_not_read_is_a_mistake() -> None:
    """If ignored, a misspelt `mode` would let the hub write; other tools' keys are ignored."""
    keys = [*REQUIRED, "Mode", "hub_acount", "color", "aws:cdk:bundling", "@aws-cdk/core:newStyle"]

    with pytest.raises(ContextError) as caught:
        read_context(REQUIRED.get, keys)

    assert str(caught.value).splitlines()[1:] == [
        "  Mode: is not known; is mode meant?",
        f"  color: is not known; give {', '.join(Context.__dataclass_fields__)}",
        "  hub_acount: is not known; is hub_account meant?",
    ]


@pytest.mark.parametrize("given", [{"a": 1}, 111111111111, [111111111111]])
def test_event_accounts_of_another_kind_are_refused(given: object) -> None:
    """No list is guessed from a mapping or from numbers."""
    with pytest.raises(ContextError, match="event_accounts: "):
        read_context((REQUIRED | {"event_accounts": given}).get)


@pytest.mark.parametrize("account", ["111111111111", "333333333333"])
def test_the_identity_account_may_be_an_event_account(account: str) -> None:
    """Identity Center's account is the hub's, or one whose events the hub receives."""
    given = {"event_accounts": ["333333333333"], "identity_account": account}

    assert read_context((REQUIRED | given).get).identity_account == account


def test_the_identity_account_must_be_the_hubs_or_an_event_account() -> None:
    """An account that is neither is refused; the error names both."""
    with pytest.raises(ContextError) as caught:
        read_context((REQUIRED | {"identity_account": "333333333333"}).get)

    assert str(caught.value).splitlines()[1:] == [
        "  identity_account: '333333333333' is not allowed; give the hub's or one of event_accounts"
    ]


@pytest.mark.parametrize("nothing", [None, "", [], [""]])
def test_a_hub_that_writes_is_limited_or_says_that_it_is_not(nothing: object) -> None:
    """An empty key never allows every application: the error names both and what to write."""
    given = REQUIRED | {"identity_instance": None, "studio_accounts": nothing}

    with pytest.raises(ContextError) as caught:
        read_context((given | {"mode": "apply"}).get)

    assert str(caught.value).splitlines()[1:] == [
        (
            "  identity_instance: is missing, and mode is apply; give the last part of the ARN of "
            "Identity Center's instance, for example ssoins-1234567890abcdef, or * for any"
        ),
        (
            "  studio_accounts: is missing, and mode is apply; give a list of account ids, "
            "or * for any"
        ),
    ]


def test_the_default_mode_needs_the_limits_too() -> None:
    """A context without `mode` writes, so it must say which applications may be assigned where."""
    with pytest.raises(ContextError, match="studio_accounts: is missing, and mode is apply"):
        read_context((REQUIRED | {"studio_accounts": []}).get)


@pytest.mark.parametrize("accounts", ["*", ["*"]])
def test_any_is_written_explicitly(accounts: object) -> None:
    """`*` is how a company allows assignments to every application."""
    given = REQUIRED | {"identity_instance": "*", "studio_accounts": accounts, "mode": "apply"}

    context = read_context(given.get)

    assert (context.identity_instance, context.studio_accounts) == (None, ())


def test_any_and_some_accounts_are_no_list() -> None:
    """A list of accounts is exact: a `*` among them is a mistake."""
    with pytest.raises(ContextError, match=r"studio_accounts: '\*' is not allowed"):
        read_context((REQUIRED | {"studio_accounts": ["222222222222", "*"]}).get)


def test_a_hub_that_only_reports_may_leave_the_limits_empty() -> None:
    """Nobody is assigned in `mode: report`, so a first trial needs fewer values."""
    given = REQUIRED | {"mode": "report", "identity_instance": "", "studio_accounts": []}

    context = read_context(given.get)

    assert (context.identity_instance, context.studio_accounts) == (None, ())


@pytest.mark.parametrize("given", [[*NETWORK], ",".join(NETWORK), ", ".join(sorted(NETWORK))])
def test_a_network_is_its_ids(given: object) -> None:
    """One VPC and its subnets, in any order, as list or text."""
    assert read_context((REQUIRED | {"vpc": given}).get).vpc == Network(
        vpc_id="vpc-0123456789abcdef0",
        subnet_ids=("subnet-0123456789abcdef0", "subnet-0123456789abcdef1"),
    )


@pytest.mark.parametrize(
    "given", [NETWORK[:1], NETWORK[:2], NETWORK[1:], [*NETWORK, "vpc-12345678"]]
)
def test_half_a_network_is_a_mistake(given: list[str]) -> None:
    """Exactly one VPC, and at least two subnets: a subnet is in one Availability Zone."""
    with pytest.raises(ContextError, match=r"vpc: .* give the id of one VPC"):
        read_context((REQUIRED | {"vpc": given}).get)


@pytest.mark.parametrize(("key", "arn"), OF_THE_COMPANY.items())
def test_key_and_signing_profile_are_of_the_hubs_region(key: str, arn: str) -> None:
    """A key or profile of another Region would be refused in the middle of a deployment."""
    assert getattr(read_context((REQUIRED | {key: arn}).get), key) == arn
    with pytest.raises(ContextError, match=f"{key}: .* in the hub's Region"):
        read_context((REQUIRED | {key: arn, "hub_region": "eu-central-1"}).get)


@pytest.mark.parametrize(("given", "number"), [(0, 0), ("7", 7), ("", 10), (100, 100)])
def test_the_removal_limit_comes_as_number_or_text(given: object, number: int) -> None:
    """A number in cdk.json and a text after -c mean the same; no removal at all is a limit too."""
    context = read_context((REQUIRED | {"removal_limit_percent": given}).get)

    assert context.removal_limit_percent == number


@pytest.mark.parametrize("given", [True, 2.5, "five", [5]])
def test_a_limit_that_is_no_number_is_refused(given: object) -> None:
    """No limit is guessed from a truth value, a fraction or a text."""
    with pytest.raises(ContextError, match="removal_limit_count: "):
        read_context((REQUIRED | {"removal_limit_count": given}).get)
