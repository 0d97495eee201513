"""The command line, called as from a shell."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from operators import Company, company

from cli.audit import caller_arn
from cli.main import run
from simulator.clients import shared_models

Command = Callable[..., tuple[int, str, str]]


_built = typer.main.get_command


@cache
def _tree(app: typer.Typer, _registered: tuple[object, ...]) -> object:
    return _built(app)


@pytest.fixture(scope="module", autouse=True)
def quick_commands() -> Iterator[None]:
    """Read the models of AWS once, and build the tree of commands once, not for each command."""
    with pytest.MonkeyPatch.context() as patch, shared_models():
        # A test may add a command.
        patch.setattr(
            typer.main, "get_command", lambda app: _tree(app, tuple(app.registered_commands))
        )
        yield


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Return a function that runs `studio-hub` and returns its exit code and its two outputs."""
    monkeypatch.delenv("AWS_REGION", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        # Each command is a process of its own, and may have other credentials than the last one.
        caller_arn.cache_clear()
        monkeypatch.setattr("sys.argv", ["studio-hub", *arguments])
        with pytest.raises(SystemExit) as stopped:
            run()
        said = capsys.readouterr()
        code = stopped.value.code
        assert isinstance(code, int)
        return code, said.out, said.err

    return call


@pytest.fixture
def refuse() -> Iterator[Callable[..., None]]:
    """Give a function that has AWS refuse an operation, where it has the given parameters.

    To be named after `hub`, which has its own way of calling AWS until it ends.
    """
    refused: list[tuple[str, dict[str, Any]]] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (of botocore)

    def answer(self: BaseClient, operation: str, given: dict[str, Any]) -> Any:  # noqa: ANN401 (botocore's)
        if any(name == operation and given.items() >= of.items() for name, of in refused):
            denied: Any = {"Code": "AccessDeniedException", "Message": "no permission"}
            raise ClientError({"Error": denied}, operation)
        return call(self, operation, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", answer)
        yield lambda operation, **parameters: refused.append((operation, parameters))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Company]:
    """Deploy a hub in a small company, with an operator's credentials in the environment."""
    with company(monkeypatch, tmp_path) as deployed:
        yield deployed
