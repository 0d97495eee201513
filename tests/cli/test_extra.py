"""`demo` and `simulate` where the extra `simulator` is not installed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_WITHOUT = """
import sys
sys.modules[{module!r}] = None
from cli.main import run
run()
"""


@pytest.mark.parametrize("module", ["aws_lambda_powertools", "moto", "time_machine"])
def test_without_the_extra_simulate_tells_what_to_install(module: str, tmp_path: Path) -> None:
    """Where one library of the extra `simulator` is missing, simulate exits 1 and says so."""
    (tmp_path / "story.yaml").write_text("version: 1\n", encoding="utf-8")
    finished = subprocess.run(  # noqa: S603 (our own interpreter, our own words)
        [sys.executable, "-c", _WITHOUT.format(module=module), "simulate", tmp_path / "story.yaml"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    assert (finished.returncode, finished.stdout) == (1, "")
    assert f"there is no {module}\n" in finished.stderr
    assert finished.stderr.endswith("pipx install --force '.[simulator]'\n")
