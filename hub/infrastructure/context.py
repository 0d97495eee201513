"""The context of cdk.json, parsed once; every mistake is told at once, by the name of its key."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from difflib import get_close_matches

from shared.errors import PermanentError


class ContextError(PermanentError):
    """Context that no stack can be made of; the message lists every mistake in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the company decides about its hub.

    Attributes:
        event_accounts: where Identity Center's events are written; its owner is one of them.
        studio_accounts: the only ones to whose applications people are assigned; empty for all,
            which `mode: apply` has to say as `*`.
        identity_key_arn: encrypts the directory; None where AWS's own key does.
        identity_account: people are assigned to applications there: the account that owns Identity
            Center, or its delegated administrator.
        identity_instance: whose applications these are, by the last part of the instance's ARN;
            None for any, which `mode: apply` has to say as `*`.
        unannounced_alarm: changes in an hour, found by a sweep, that no event had told: an alarm.
        removal_limit_count: removals that may begin in an hour in a target, or
        removal_limit_percent: so many of a hundred of our profiles there, whichever is more.
        alarm_email: None where nobody is to be mailed.
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
    unannounced_alarm: int
    lambda_runtime: str
    lambda_architecture: str


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: str
    allowed: str


_OF_OTHERS = re.compile("[:/]")
# Sources: IAM account ids; Organizations', Identity Store's and SSO Admin's API models for their
# ids; Lambda's developer guide for runtimes and instruction sets.
_ACCOUNT = _Form(r"\d{12}", "the 12 digits of an AWS account, in quotes")
_REGION = _Form(r"[a-z]{2}(-[a-z]+)+-\d{1,2}", "an AWS Region, for example eu-west-1")
_ORGANIZATION = _Form(r"o-[a-z0-9]{10,32}", "an organization's id, for example o-exampleorgid")
_STORE = _Form(
    r"d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "the id of Identity Center's identity store, for example d-1234567890",
)
_INSTANCE = _Form(
    r"(sso)?ins-[a-zA-Z0-9.-]{16}",
    "the last part of the ARN of Identity Center's instance, for example ssoins-1234567890abcdef",
)
# In so many words: what reaches every application is chosen, never left over from an empty key.
_ANY = "*"
_COUNT = _Form(r"\d{1,6}", "a whole number from 0 to 999999")
_PERCENT = _Form(r"\d{1,2}|100", "a whole number from 0 to 100")
_MODE = _Form("apply|report", "apply, or report (decide and report, write nothing to Studio)")
_KEY = _Form(
    r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[\w-]+",
    "the ARN of the KMS key that Identity Center is encrypted with, or nothing",
)
_EMAIL = _Form(r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address, or nothing")
_RUNTIME = _Form(r"python3\.1[1-4]", "python3.11, python3.12, python3.13 or python3.14")
_ARCHITECTURE = _Form("arm64|x86_64", "arm64 or x86_64")


def read_context(value_of: Callable[[str], object], keys: Iterable[str] = ()) -> Context:
    """Return the context; `value_of` gives the value of a key, None where there is none.

    Of the `keys` that there are, those of the CDK and of other tools have a colon or a slash in
    them; any other is one of these or a mistake.

    Raises:
        ContextError: it names every key that is missing, unknown or wrong, and what is allowed.
    """
    reader = _Reader(value_of)
    reader.refuse_unknown(keys)
    hub_account = reader.text("hub_account", _ACCOUNT)
    mode = reader.text("mode", _MODE, "apply")
    context = Context(
        hub_account=hub_account,
        hub_region=reader.text("hub_region", _REGION),
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
        unannounced_alarm=reader.number("unannounced_alarm", _COUNT, 20),
        lambda_runtime=reader.text("lambda_runtime", _RUNTIME, "python3.13"),
        lambda_architecture=reader.text("lambda_architecture", _ARCHITECTURE, "arm64"),
    )
    if reader.mistakes:
        raise ContextError(
            "the context (cdk.json, or -c key=value) is wrong:\n"
            + "\n".join(f"  {mistake}" for mistake in reader.mistakes)
        )
    return context


class _Reader:
    """Reads key by key and keeps every mistake."""

    def __init__(self, value_of: Callable[[str], object]) -> None:
        self._value_of = value_of
        self.mistakes: list[str] = []

    def text(self, key: str, form: _Form, default: str | None = None) -> str:
        value = self._value_of(key)
        if value in (None, ""):
            if default is None:
                self.mistakes.append(f"{key}: is missing; give {form.allowed}")
            return default or ""
        return self._check(key, value, form)

    def refuse_unknown(self, keys: Iterable[str]) -> None:
        """Refuse keys that nobody reads: a misspelt one would be left out in silence."""
        known = [field.name for field in fields(Context)]
        for key in sorted(set(keys) - {*known}):
            if not _OF_OTHERS.search(key):
                near = get_close_matches(key.lower(), known, 1)
                meant = f"is {near[0]} meant?" if near else f"give {', '.join(known)}"
                self.mistakes.append(f"{key}: is not known; {meant}")

    def one_of(self, key: str, known: tuple[str, ...], allowed: str) -> str:
        """Return one of the known accounts, the first where none is named."""
        account = self.text(key, _ACCOUNT, known[0])
        # An account that is wrong itself is told of above, and one is enough for each mistake.
        if account and all(known) and account not in known:
            self.mistakes.append(f"{key}: {account!r} is not allowed; give {allowed}")
        return account

    def number(self, key: str, form: _Form, default: int) -> int:
        value = self._value_of(key)
        if value in (None, ""):
            return default
        # `-c` knows texts only; a truth value is no number.
        given = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(given, str) and re.fullmatch(form.pattern, given, re.ASCII):
            return int(given)
        self.mistakes.append(f"{key}: {value!r} is not allowed; give {form.allowed}")
        return default

    def limit(self, key: str, form: _Form, mode: str) -> str | None:
        """Return what narrows the hub's rights; None for `*`, and for nothing in `mode: report`."""
        value = self._value_of(key)
        if value == _ANY or self._is_unset(key, form.allowed, mode):
            return None
        return self._check(key, value, _Form(form.pattern, f"{form.allowed}, or {_ANY} for any"))

    def limiting_accounts(self, key: str, mode: str) -> tuple[str, ...]:
        """Return the accounts that narrow the hub's rights; none for `*`, as `limit` has it."""
        if self._value_of(key) in (_ANY, [_ANY]) or self._is_unset(
            key, "a list of account ids", mode
        ):
            return ()
        return self.accounts(key)

    def _is_unset(self, key: str, allowed: str, mode: str) -> bool:
        """Tell whether a key is empty, which is a mistake where the hub writes."""
        empty = self._value_of(key) in (None, "", [], [""])
        if empty and mode == "apply":
            self.mistakes.append(
                f"{key}: is missing, and mode is apply; give {allowed}, or {_ANY} for any"
            )
        return empty

    def accounts(self, key: str) -> tuple[str, ...]:
        value = self._value_of(key)
        # `-c` knows texts only, so a list comes from there with commas in it.
        listed = value.split(",") if isinstance(value, str) else value
        if listed in (None, [], [""]):
            return ()
        if not isinstance(listed, list):
            self.mistakes.append(f"{key}: {value!r} is not allowed; give a list of account ids")
            return ()
        found = {
            self._check(key, item.strip() if isinstance(item, str) else item, _ACCOUNT)
            for item in listed
        }
        return tuple(sorted(found))

    def _check(self, key: str, value: object, form: _Form) -> str:
        # A number is no account id: it would have lost its leading zeros.
        if isinstance(value, str) and re.fullmatch(form.pattern, value, re.ASCII):
            return value
        self.mistakes.append(f"{key}: {value!r} is not allowed; give {form.allowed}")
        return ""
