"""The stacks, synthesized once and deployed with the real CDK, each to its account."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from e2e.local_aws import MiniStack, for_installing
from e2e.processes import run

ROOT = Path(__file__).parents[3]
_TIMEOUT = 300  # seconds
_WITH_RIGHTS = ("AWS::IAM::Role", "AWS::IAM::Policy")
_CDK = ("npx", "--no-install", "cdk")


@dataclass(frozen=True, slots=True)
class Deployment:
    """A synthesized app, and the AWS that its stacks are deployed to."""

    aws: MiniStack
    assembly: Path
    log: Path

    def bootstrap(self, account: str, policy: str) -> None:
        """Bootstrap an account for the CDK; `policy` is all that CloudFormation may do there."""
        place = f"aws://{account}/{self.aws.region}"
        self._cdk(account, "bootstrap", place, "--cloudformation-execution-policies", policy)

    def deploy(
        self,
        stack: str,
        account: str,
        parameters: Mapping[str, str] | None = None,
        region: str = "",
    ) -> dict[str, str]:
        """Deploy a stack to an account, in the hub's Region or another, and return its outputs."""
        given = [part for pair in (parameters or {}).items() for part in _parameter(*pair)]
        command = ("deploy", stack, "--require-approval", "never", *given)
        self._cdk(account, *command, region=region)
        cloudformation = self.aws.client("cloudformation", account, region=region)
        found = cloudformation.describe_stacks(StackName=_name(stack))["Stacks"][0]
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}

    def destroy(self, stack: str, account: str, region: str = "") -> None:
        """Destroy a stack; first disable its protection, as an operator does."""
        self.aws.client("cloudformation", account, region=region).update_termination_protection(
            StackName=_name(stack), EnableTerminationProtection=False
        )
        self._cdk(account, "destroy", stack, "--force", region=region)

    def _cdk(self, account: str, *arguments: str, region: str = "") -> None:
        command = [*_CDK, *arguments, "--app", str(self.assembly), "--ci", "--no-color"]
        run(command, self.aws.environment(account, region), self.log, timeout=_TIMEOUT)


def synthesize(assembly: Path, log: Path, context: Mapping[str, str]) -> None:
    """Write the app's templates and assets."""
    given = [part for key, value in context.items() for part in ("-c", f"{key}={value}")]
    command = [*_CDK, "synth", "--quiet", "--output", str(assembly), *given]
    run(command, for_installing(), log, timeout=_TIMEOUT)


def take_out(assembly: Path, sid: str) -> Sequence[str]:
    """Remove every statement of a Sid from the roles of all templates; return those roles."""
    found: list[str] = []
    for template in sorted(assembly.glob("*.template.json")):
        content = json.loads(template.read_text(encoding="utf-8"))
        resources = content["Resources"]
        owners = [
            name
            for name, resource in resources.items()
            if resource["Type"] in _WITH_RIGHTS and _without(resource["Properties"], sid)
        ]
        for name in owners:
            # AWS refuses a policy without statements.
            if resources[name]["Properties"].get("PolicyDocument", {}).get("Statement") == []:
                del resources[name]
        template.write_text(json.dumps(content), encoding="utf-8")
        found += [f"{template.name.partition('.')[0]}/{role}" for role in owners]
    return found


def _without(part: Any, sid: str) -> int:  # noqa: ANN401 (a template's JSON)
    """Remove a statement from all policies in a part of a template; return the count."""
    if isinstance(part, list):
        return sum(_without(item, sid) for item in part)
    if not isinstance(part, dict):
        return 0
    statements = part.get("Statement")
    if isinstance(statements, list):
        part["Statement"] = [each for each in statements if each.get("Sid") != sid]
        return len(statements) - len(part["Statement"])
    return sum(_without(item, sid) for item in part.values())


def _name(stack: str) -> str:
    """Return the name of a stack by its id in the app, which may end in an account."""
    return stack.partition("-")[0]


def _parameter(name: str, value: str) -> tuple[str, str]:
    return "--parameters", f"{name}={value}"
