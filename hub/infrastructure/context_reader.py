"""Reads the values of context keys by their forms, and collects every mistake for one message."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

_OF_OTHERS = re.compile("[:/]")
# Rights on every application need an explicit choice; an empty key must not grant them.
_ANY = "*"
_FEWEST_SUBNETS = 2


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a value, and what a message says is allowed."""

    pattern: str
    allowed: str


# Source: IAM account ids.
ACCOUNT = Form(r"\d{12}", "the 12 digits of an AWS account, in quotes")
# Source: the API model of EC2 for its ids.
_NETWORK = Form(
    r"vpc-[0-9a-f]{8,17}|subnet-[0-9a-f]{8,17}",
    "the id of one VPC and the ids of its subnets, two at least, or nothing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The company's VPC and subnets for the functions."""

    vpc_id: str
    subnet_ids: tuple[str, ...]


class ContextReader:
    """Reads key by key and collects every mistake.

    Attributes:
        mistakes: what is wrong, each by the name of its key.
    """

    def __init__(self, value_of: Callable[[str], object]) -> None:
        self._value_of = value_of
        self.mistakes: list[str] = []

    def text(self, key: str, form: Form, default: str | None = None) -> str:
        """Return a text of the form; a key that has no default must be there."""
        value = self._value_of(key)
        if value in (None, ""):
            if default is None:
                self.mistakes.append(f"{key}: is missing; give {form.allowed}")
            return default or ""
        return self._check(key, value, form)

    def refuse_unknown(self, keys: Iterable[str], known: Sequence[str]) -> None:
        """Refuse unknown keys: a misspelt key would otherwise be ignored silently."""
        for key in sorted(set(keys) - {*known}):
            if not _OF_OTHERS.search(key):
                near = get_close_matches(key.lower(), known, 1)
                meant = f"is {near[0]} meant?" if near else f"give {', '.join(known)}"
                self.mistakes.append(f"{key}: is not known; {meant}")

    def one_of(self, key: str, known: tuple[str, ...], allowed: str) -> str:
        """Return one of the known accounts; the first if none is named."""
        account = self.text(key, ACCOUNT, known[0])
        # A malformed account is reported above; each mistake is reported once.
        if account and all(known) and account not in known:
            self.mistakes.append(f"{key}: {account!r} is not allowed; give {allowed}")
        return account

    def number(self, key: str, form: Form, default: int) -> int:
        """Return a whole number, given as a number or as a text."""
        value = self._value_of(key)
        if value in (None, ""):
            return default
        # `-c` gives texts only; a truth value is no number.
        given = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(given, str) and re.fullmatch(form.pattern, given, re.ASCII):
            return int(given)
        self.mistakes.append(f"{key}: {value!r} is not allowed; give {form.allowed}")
        return default

    def regional(self, key: str, form: Form, region: str) -> str | None:
        """Return an ARN in the hub's Region, where the hub's services need it."""
        arn = self.text(key, form, "")
        # A malformed Region is reported above.
        if arn and region and arn.split(":")[3] != region:
            self.mistakes.append(f"{key}: {arn!r} is not allowed; give {form.allowed}")
        return arn or None

    def network(self, key: str) -> Network | None:
        """Return where the functions run; the prefix of an id tells its kind."""
        before = len(self.mistakes)
        ids = self._listed(key, _NETWORK)
        if not ids or len(self.mistakes) > before:
            return None
        vpcs = [each for each in ids if each.startswith("vpc-")]
        subnets = tuple(each for each in ids if each not in vpcs)
        # Two, because a subnet is in one Availability Zone.
        if len(vpcs) != 1 or len(subnets) < _FEWEST_SUBNETS:
            given = ", ".join(ids)
            self.mistakes.append(f"{key}: {given!r} is not allowed; give {_NETWORK.allowed}")
            return None
        return Network(vpc_id=vpcs[0], subnet_ids=subnets)

    def limit(self, key: str, form: Form, mode: str) -> str | None:
        """Return what narrows the hub's rights; None for `*`, and for nothing in `mode: report`."""
        value = self._value_of(key)
        if value == _ANY or self._is_unset(key, form.allowed, mode):
            return None
        return self._check(key, value, Form(form.pattern, f"{form.allowed}, or {_ANY} for any"))

    def limiting_accounts(self, key: str, mode: str) -> tuple[str, ...]:
        """Return the accounts that narrow the hub's rights; none for `*`, as in `limit`."""
        if self._value_of(key) in (_ANY, [_ANY]) or self._is_unset(
            key, "a list of account ids", mode
        ):
            return ()
        return self.accounts(key)

    def _is_unset(self, key: str, allowed: str, mode: str) -> bool:
        """Return whether a key is empty; in `mode: apply` this is a mistake."""
        empty = self._value_of(key) in (None, "", [], [""])
        if empty and mode == "apply":
            self.mistakes.append(
                f"{key}: is missing, and mode is apply; give {allowed}, or {_ANY} for any"
            )
        return empty

    def accounts(self, key: str) -> tuple[str, ...]:
        """Return each account once, sorted."""
        return self._listed(key, ACCOUNT, "a list of account ids")

    def _listed(self, key: str, form: Form, allowed: str = "") -> tuple[str, ...]:
        """Return each item once, sorted."""
        value = self._value_of(key)
        # `-c` gives texts only, so a list arrives as a text with commas.
        listed = value.split(",") if isinstance(value, str) else value
        if listed in (None, [], [""]):
            return ()
        if not isinstance(listed, list):
            self.mistakes.append(f"{key}: {value!r} is not allowed; give {allowed or form.allowed}")
            return ()
        found = {
            self._check(key, item.strip() if isinstance(item, str) else item, form)
            for item in listed
        }
        return tuple(sorted(found))

    def _check(self, key: str, value: object, form: Form) -> str:
        # A number is no account id: it would have lost its leading zeros.
        if isinstance(value, str) and re.fullmatch(form.pattern, value, re.ASCII):
            return value
        self.mistakes.append(f"{key}: {value!r} is not allowed; give {form.allowed}")
        return ""
