"""Fills in the placeholders of declared execution roles from the stack and its parameters."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Fn

from spoke.infrastructure.statements import LISTS

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_LIST = re.compile(rf"\$\{{({'|'.join(LISTS)})\}}")


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The value of each placeholder: a text of Fn::Sub, or a list of the stack's parameters."""

    texts: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]

    def fill_in(self, value: Any) -> Any:  # noqa: ANN401 (a JSON value of any depth)
        """Return the value with the placeholders of its texts filled in; IAM's variables stay."""
        match value:
            case str() if found := _LIST.search(value):
                return self._for_each(found[1], value[: found.start()], value[found.end() :])
            case str():
                return self.text(value)
            case list():
                return [self.fill_in(item) for item in value]
            case dict():
                return {key: self.fill_in(item) for key, item in value.items()}
        return value

    def text(self, text: str) -> str:
        """Return a text that holds no list.

        It uses Fn::Sub, which is shorter than tokens: a template of more than 51,200 bytes could
        not be deployed without a bucket. Source: CloudFormation quotas.
        """
        found = _VARIABLE.sub(lambda name: self.texts.get(name[1], f"${{!{name[1]}}}"), text)
        return Fn.sub(found) if "${AWS::" in found else found.replace("${!", "${")

    def _for_each(self, name: str, before: str, after: str) -> Sequence[str]:
        """Return the text once for each item of a list.

        The text that joins the items must be no function. Source: CloudFormation, Fn::Join.
        """
        items = list(self.lists[name])
        if not before + after:
            return items
        before, after = self.text(before), self.text(after)
        joined = Fn.join("", [before, Fn.join(f"{after},{before}", items), after])
        return Fn.split(",", joined)
