"""Writes the demo's transcript into the README, so that the README shows real output only."""

import os
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
# A page shows more columns than a terminal of 80.
_COLUMNS = "120"
BEGIN, END = "<!-- demo:begin -->\n", "<!-- demo:end -->"


def transcript() -> str:
    """Return what `studio-hub demo` prints, as a block of the README."""
    printed = subprocess.run(
        [sys.executable, "-c", "from cli.main import run; run()", "demo"],
        cwd=README.parent,
        env=os.environ | {"COLUMNS": _COLUMNS},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = "\n".join(line.rstrip() for line in printed.splitlines())
    return f"```text\n{lines}\n```\n"


def parts() -> tuple[str, str, str]:
    """Return the README before, inside and after its transcript."""
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    inside, after = rest.split(END)
    return before, inside, after


if __name__ == "__main__":
    before, _, after = parts()
    README.write_text(f"{before}{BEGIN}{transcript()}{END}{after}", encoding="utf-8")
