"""Evaluates templates as CloudFormation would deploy them: parameters and functions."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::AccountId": "222222222222",
    "AWS::Region": "eu-west-1",
}
SPOKE_PARAMETERS = {
    "HubAccount": "111111111111",
    "HubRegion": "eu-central-1",
    "OrganizationId": "o-exampleorgid",
}
# Stands for a value that CloudFormation leaves out.
NOTHING = object()

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]


def deployed(template: Template, parameters: Mapping[str, str]) -> Resources:
    """Return the resources by construct path, with every intrinsic function evaluated.

    A reference to a resource becomes `<path>`, and an attribute becomes `<path.Attribute>`.
    """
    evaluate = evaluation(template, parameters)
    return {
        _path(resource): evaluate(
            {key: part for key, part in resource.items() if key != "Metadata"}
        )
        for resource in template["Resources"].values()
        if "Condition" not in resource or evaluate.holds(resource["Condition"])
    }


def evaluation(template: Template, parameters: Mapping[str, str]) -> "Evaluation":
    """Return the evaluator of a template's intrinsic functions, with these parameters."""
    values: dict[str, Any] = dict(PSEUDO)
    for name, parameter in template.get("Parameters", {}).items():
        value = parameters.get(name, parameter.get("Default"))
        is_list = parameter["Type"] == "CommaDelimitedList"
        values[name] = value.split(",") if is_list and value is not None else value
    for logical_id, resource in template["Resources"].items():
        values[logical_id] = f"<{_path(resource)}>"
    return Evaluation(values, template.get("Conditions", {}))


def _path(resource: Mapping[str, Any]) -> str:
    path: str = resource["Metadata"]["aws:cdk:path"]
    return path.partition("/")[2].removesuffix("/Resource")


class Evaluation:
    """Evaluates the intrinsic functions that the two templates use."""

    def __init__(self, values: Mapping[str, Any], conditions: Mapping[str, Any]) -> None:
        self._values = values
        self._conditions = conditions
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": lambda name: NOTHING if name == "AWS::NoValue" else values[name],
            "Fn::GetAtt": lambda at: f"{values[at[0]][:-1]}.{at[1]}>",
            "Fn::Join": lambda given: given[0].join(self(given[1])),
            "Fn::Sub": self._substituted,
            "Fn::If": lambda given: self(given[1] if self.holds(given[0]) else given[2]),
            "Fn::Equals": lambda given: self(given[0]) == self(given[1]),
            "Fn::Not": lambda given: not self(given[0]),
            "Fn::Split": lambda given: self(given[1]).split(given[0]),
            "Fn::And": lambda given: all(self(each) for each in given),
            "Fn::Or": lambda given: any(self(each) for each in given),
            "Fn::Contains": lambda given: self(given[1]) in self(given[0]),
            "Condition": self.holds,
        }

    def holds(self, condition: str) -> bool:
        """Return whether a condition of the template is true."""
        return bool(self(self._conditions[condition]))

    def __call__(self, value: Any) -> Any:  # noqa: ANN401 (a JSON value of any depth)
        """Return a value of the template with every function in it evaluated."""
        if isinstance(value, list):
            return [part for part in map(self, value) if part is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (name := next(iter(value))) in self._functions:
            return self._functions[name](value[name])
        parts = {key: self(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part is not NOTHING}

    def _substituted(self, text: str) -> str:
        named = re.sub(r"\$\{([^!}]*)\}", lambda found: self._named(found[1]), text)
        return named.replace("${!", "${")

    def _named(self, name: str) -> str:
        resource, dot, attribute = name.partition(".")
        value = self._values[resource]
        return f"{value[:-1]}.{attribute}>" if dot else str(value)


def policies_of(resources: Resources, role: str) -> dict[str, dict[str, Any]]:
    """Return the policy documents of a role by their names, the stack's managed ones too.

    IAM's variables of the role's own tags are filled in.
    """
    properties = resources[role]["Properties"]
    managed = {
        arn[1:-1]: resources[arn[1:-1]]["Properties"]["PolicyDocument"]
        for arn in properties.get("ManagedPolicyArns", ())
        if arn[1:-1] in resources
    }
    inline = {each["PolicyName"]: each["PolicyDocument"] for each in properties["Policies"]}
    text = json.dumps(managed | inline)
    for tag in properties.get("Tags", ()):
        text = text.replace(f"${{aws:PrincipalTag/{tag['Key']}}}", tag["Value"])
    filled: dict[str, dict[str, Any]] = json.loads(text)
    return filled
