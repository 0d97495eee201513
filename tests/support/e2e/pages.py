"""The commands of a documentation page, run exactly as they are written."""

import os
import re
from dataclasses import dataclass
from textwrap import dedent

from e2e.cloud import Cloud
from e2e.deployment import ROOT
from e2e.processes import output_of
from e2e.stacks import build

_BLOCK = re.compile(r"^ *```sh\n([^`]*)^ *```$", re.MULTILINE)
_TIMEOUT = 120  # seconds


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of one block; its first line is a comment that names the credentials."""

    whose: str
    text: str


def scripts(page: str) -> list[Script]:
    """Return each block of commands of a page in `docs`."""
    blocks = _BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    found = [dedent(block).partition("\n") for block in blocks]
    return [Script(first.removeprefix("# "), rest) for first, _, rest in found]


def run_script(cloud: Cloud, script: Script, account: str) -> str:
    """Run a script with an account's credentials, and return its output.

    Raises CommandError if one of the commands fails.
    """
    own = cloud.aws.environment(account)
    environment = own | {
        "PATH": os.pathsep.join((str(build("venv") / "bin"), own["PATH"])),
        # The assembly stands for the app with a reader's context, and nobody can answer prompts.
        "CDK_APP": str(cloud.assembly),
        "CDK_REQUIRE_APPROVAL": "never",
    }
    command = ["bash", "-euo", "pipefail", "-c", f"exec 2>&1\n{script.text}"]
    return output_of(command, environment, timeout=_TIMEOUT)
