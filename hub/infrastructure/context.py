"""The context of cdk.json, parsed once; it reports every mistake at once, by its key."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from hub.infrastructure.context_reader import ACCOUNT, ContextReader, Form, Network
from shared.errors import PermanentError


class ContextError(PermanentError):
    """Context that no stack can be built from; the message lists every mistake in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The company's settings of its hub.

    Attributes:
        event_accounts: where Identity Center's events are written; its owner is one of them.
        studio_accounts: the only ones to whose applications users are assigned; empty for all,
            which `mode: apply` has to say as `*`.
        identity_key_arn: encrypts the directory; None if AWS's own key does.
        identity_account: users are assigned to applications there: the account that owns Identity
            Center, or its delegated administrator.
        identity_instance: the owner of these applications, by the last part of the instance's ARN;
            None for any, which `mode: apply` has to say as `*`.
        drift_alarm: an alarm starts above this much drift in an hour that a sweep found and
            no event announced.
        removal_limit_count: removals that may begin in an hour in a target, or
        removal_limit_percent: this percentage of our profiles there, whichever is more.
        alarm_email: None if nobody gets mail.
        kms_key_arn: the company's key for all data of the hub; None for the keys of AWS.
        vpc: the functions run in its subnets; None for the network of Lambda.
        code_signing_profile_arn: the signature that a function's package must have; None for none.
    """

    hub_account: str
    hub_region: str
    organization_id: str
    identity_store_id: str
    event_accounts: tuple[str, ...]
    identity_account: str
    identity_instance: str | None
    identity_key_arn: str | None
    studio_accounts: tuple[str, ...]
    mode: str
    removal_limit_count: int
    removal_limit_percent: int
    alarm_email: str | None
    drift_alarm: int
    lambda_runtime: str
    lambda_architecture: str
    kms_key_arn: str | None
    vpc: Network | None
    code_signing_profile_arn: str | None


# Sources: Organizations', Identity Store's and SSO Admin's API models for their ids; Lambda's
# developer guide for runtimes and instruction sets.
_REGION = Form(r"[a-z]{2}(-[a-z]+)+-\d{1,2}", "an AWS Region, for example eu-west-1")
_ORGANIZATION = Form(r"o-[a-z0-9]{10,32}", "an organization's id, for example o-exampleorgid")
_STORE = Form(
    r"d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "the id of Identity Center's identity store, for example d-1234567890",
)
_INSTANCE = Form(
    r"(sso)?ins-[a-zA-Z0-9.-]{16}",
    "the last part of the ARN of Identity Center's instance, for example ssoins-1234567890abcdef",
)
_COUNT = Form(r"\d{1,6}", "a whole number from 0 to 999999")
_PERCENT = Form(r"\d{1,2}|100", "a whole number from 0 to 100")
_MODE = Form("apply|report", "apply, or report (decide and report, write nothing to Studio)")
_KEY = Form(
    r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+",
    "the ARN of the KMS key that Identity Center is encrypted with, or nothing",
)
_OWN_KEY = Form(
    r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+",
    "the ARN of a KMS key in the hub's Region, or nothing",
)
# Source: the API model of Signer for its ARNs. Lambda requires the version.
_SIGNING_PROFILE = Form(
    r"arn:aws[a-z-]*:signer:[a-z0-9-]+:\d{12}:/signing-profiles/\w{2,64}/\w{10}",
    "the ARN of a version of a signing profile in the hub's Region, or nothing",
)
_EMAIL = Form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address, or nothing")
_RUNTIME = Form(r"python3\.1[1-4]", "python3.11, python3.12, python3.13 or python3.14")
_ARCHITECTURE = Form("arm64|x86_64", "arm64 or x86_64")


def read_context(value_of: Callable[[str], object], keys: Iterable[str] = ()) -> Context:
    """Return the context; `value_of` gives the value of a key, None if there is none.

    Among the `keys`, those of the CDK and of other tools contain a colon or a slash. Any other key
    is one of these or a mistake.

    Raises:
        ContextError: it names every key that is missing, unknown or wrong, and what is allowed.
    """
    reader = ContextReader(value_of)
    reader.refuse_unknown(keys, [field.name for field in fields(Context)])
    hub_account = reader.text("hub_account", ACCOUNT)
    region = reader.text("hub_region", _REGION)
    mode = reader.text("mode", _MODE, "apply")
    context = Context(
        hub_account=hub_account,
        hub_region=region,
        organization_id=reader.text("organization_id", _ORGANIZATION),
        identity_store_id=reader.text("identity_store_id", _STORE),
        event_accounts=(event_accounts := reader.accounts("event_accounts") or (hub_account,)),
        identity_account=reader.one_of(
            "identity_account", (hub_account, *event_accounts), "the hub's or one of event_accounts"
        ),
        identity_instance=reader.limit("identity_instance", _INSTANCE, mode),
        identity_key_arn=reader.text("identity_key_arn", _KEY, "") or None,
        studio_accounts=reader.limiting_accounts("studio_accounts", mode),
        mode=mode,
        removal_limit_count=reader.number("removal_limit_count", _COUNT, 5),
        removal_limit_percent=reader.number("removal_limit_percent", _PERCENT, 10),
        alarm_email=reader.text("alarm_email", _EMAIL, "") or None,
        drift_alarm=reader.number("drift_alarm", _COUNT, 20),
        lambda_runtime=reader.text("lambda_runtime", _RUNTIME, "python3.13"),
        lambda_architecture=reader.text("lambda_architecture", _ARCHITECTURE, "arm64"),
        kms_key_arn=reader.regional("kms_key_arn", _OWN_KEY, region),
        vpc=reader.network("vpc"),
        code_signing_profile_arn=reader.regional(
            "code_signing_profile_arn", _SIGNING_PROFILE, region
        ),
    )
    if reader.mistakes:
        raise ContextError(
            "the context (cdk.json, or -c key=value) is wrong:\n"
            + "\n".join(f"  {mistake}" for mistake in reader.mistakes)
        )
    return context
