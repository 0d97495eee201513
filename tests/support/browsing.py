"""One page in a real browser, used as a person does: by its fields, buttons and keys."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from chromium import chromium, driver
from e2e.local_aws import for_installing
from e2e.processes import running

if TYPE_CHECKING:
    import subprocess

_CELLS = "[...document.querySelectorAll('#body tr')].map((row) => row.children[{column}].innerText)"


@dataclass(frozen=True, slots=True)
class Browser:
    """A running browser with one open page."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def open(
        self,
        file: Path,
        width: int = 1280,
        height: int = 900,
        colors: Literal["light", "dark"] = "light",
    ) -> None:
        """Open a file in a new window of this size; forget what was seen before."""
        self._do("open", url=file.as_uri(), width=width, height=height, colors=colors)

    def fill(self, selector: str, text: str) -> None:
        """Replace the text of a field."""
        self._do("fill", selector=selector, text=text)

    def select(self, selector: str, label: str) -> None:
        """Choose an option by the text that it shows."""
        self._do("select", selector=selector, label=label)

    def click(self, selector: str) -> None:
        """Click the first element that matches."""
        self._do("click", selector=selector)

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        for key in keys:
            self._do("press", key=key)

    def value(self, script: str) -> Any:  # noqa: ANN401 (whatever the script returns)
        """Return the value of a JavaScript expression in the page."""
        return self._do("evaluate", script=script)

    def text(self, selector: str) -> str:
        """Return the text of an element as it shows."""
        return str(self.value(f"document.querySelector({json.dumps(selector)}).innerText"))

    def column(self, number: int = 0) -> list[str]:
        """Return the first line of a column's cell, for each row in the page."""
        cells = self.value(_CELLS.format(column=number))
        return [str(cell).partition("\n")[0] for cell in cells]

    def printed(self) -> bytes:
        """Print the page and return the PDF."""
        return base64.b64decode(self._do("pdf"))

    def seen(self) -> dict[str, list[str]]:
        """Return the `requests`, `dialogs` and `errors` since the page was opened."""
        found: dict[str, list[str]] = self._do("seen")
        return found

    def close(self) -> None:
        """End the browser, which has a process group of its own."""
        self._do("close")

    def _do(self, command: str, **how: object) -> Any:  # noqa: ANN401 (a command's own value)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        line = json.dumps({"command": command, **how}) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        received = self.process.stdout.readline()
        assert received, f"the browser ended: {self.log.read_text(encoding='utf-8')}"
        answer = json.loads(received)
        assert "error" not in answer, f"{command}: {answer['error']}"
        return answer["value"]


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """Run a browser; chromium.NoBrowserError if there is none."""
    command = ["node", str(driver()), str(chromium())]
    log = folder / "browser.log"
    with running(command, for_installing(), log, answers=True) as process:
        browser = Browser(process, log)
        yield browser
        browser.close()
