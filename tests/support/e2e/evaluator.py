"""Asks a third-party policy evaluator what a deployed role may do.

iam:SimulatePrincipalPolicy of MiniStack 1.5.33 cannot be used: it finds no role that has a path,
and takes no context. @cloud-copilot/iam-simulate has every operator. It checks actions, resources
and condition keys against the Service Authorization Reference.
"""

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2e.deployment import ROOT
from e2e.iam_requests import IamRequest
from e2e.local_aws import for_installing
from e2e.processes import run
from e2e.roles import Roles

_HERE = ROOT / "tests" / "e2e"
_TIMEOUT = 120  # seconds


@dataclass(frozen=True, slots=True)
class Decision:
    """The evaluator's decision on a request.

    `allowed_by` and `denied_by` are the Sids of the statements that match. `ignored` are context
    keys that the action does not have: a condition on one is never true.
    """

    request: IamRequest
    result: str
    allowed_by: tuple[str, ...]
    denied_by: tuple[str, ...]
    ignored: tuple[str, ...]
    errors: str

    @property
    def allowed(self) -> bool:
        """Return whether the role may do it."""
        return self.result == "Allowed"

    def __str__(self) -> str:
        said = f" ({self.errors})" if self.errors else ""
        return f"{self.result}{said}: {self.request}"


def install_evaluator(into: Path, log: Path) -> Path:
    """Install the locked evaluator and return the path of its script."""
    into.mkdir(parents=True, exist_ok=True)
    lock = (_HERE / "package-lock.json").read_bytes()
    mark = into / "installed"
    for name in ("package.json", "package-lock.json", "evaluate.mjs"):
        shutil.copyfile(_HERE / name, into / name)
    if not mark.exists() or mark.read_bytes() != lock:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(into)]
        run(command, for_installing(), log, timeout=_TIMEOUT)
        mark.write_bytes(lock)
    return into / "evaluate.mjs"


def evaluate(script: Path, roles: Roles, requests: Sequence[IamRequest]) -> list[Decision]:
    """Return the evaluator's decision on each request, by the deployed policies."""
    question = {
        "policies": {
            role: [{"name": name, "policy": policy} for name, policy in policies.items()]
            for role, policies in roles.policies.items()
        },
        "trusts": roles.trusts,
        "requests": [
            {
                "role": request.role,
                "action": request.action,
                "resource": request.resource,
                "context": request.context,
                "sessionPolicy": json.loads(request.session_policy or "null"),
            }
            for request in requests
        ],
    }
    asked = json.dumps(question, indent=1)
    script.with_name("question.json").write_text(asked, encoding="utf-8")
    answer = subprocess.run(  # noqa: S603 (our own script)
        ["node", str(script)],  # noqa: S607 (node is found as npx is)
        input=asked,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=True,
    )
    return [
        Decision(
            request,
            decided["result"],
            tuple(decided["allowedBy"]),
            tuple(decided["deniedBy"]),
            tuple(decided["ignored"]),
            json.dumps(decided["errors"]) if "errors" in decided else "",
        )
        for request, decided in zip(requests, json.loads(answer.stdout), strict=True)
    ]


def not_allowed(decisions: Iterable[Decision]) -> list[str]:
    """Return the requests that are not allowed."""
    return [str(each) for each in decisions if not each.allowed]


def not_refused(decisions: Iterable[Decision]) -> list[str]:
    """Return the requests that are not refused; one that cannot be evaluated is not refused."""
    refused = {"ImplicitlyDenied", "ExplicitlyDenied"}
    return [str(each) for each in decisions if each.result not in refused]


def not_denied(decisions: Iterable[Decision]) -> list[str]:
    """Return the requests without an explicit deny, whatever else is granted."""
    return [str(each) for each in decisions if each.result != "ExplicitlyDenied"]
