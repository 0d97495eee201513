"""The section "A day" of docs/operations.md, run as a reader types it."""

import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from e2e.accounts import HUB
from e2e.cloud import Cloud
from e2e.deployment import ROOT
from e2e.operations import Operation
from e2e.processes import said_by
from e2e.stacks import build

_SECTION = re.compile(r"^## A day$(.*?)^## ", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^### (.*)$((?:.|\n)*?)(?=^### |\Z)", re.MULTILINE)
_BLOCK = re.compile(r"^```(sh|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a reader copies from the last line of the command before.
_DIGEST, _PRINTED = "DIGEST", re.compile(r"(?:--digest|holds show|holds approve) ([0-9a-f]{8})\b")
_FILE = "mappings.yaml"
_TIMEOUT = 240  # seconds; `doctor` waits for 180


class Block(NamedTuple):
    """The commands of a block, or what is to be added to the file of mappings."""

    language: str
    text: str


def parts() -> dict[str, tuple[Block, ...]]:
    """Return the blocks of each part of the section, by its heading."""
    (section,) = _SECTION.findall((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    return {
        title: tuple(Block(*block) for block in _BLOCK.findall(text))
        for title, text in _PART.findall(section)
    }


def commands() -> list[str]:
    """Return every command of the section."""
    blocks = [block for part in parts().values() for block in part]
    return [line for block in blocks if block.language == "sh" for line in block.text.splitlines()]


def folder() -> Path:
    """Return the directory in which the commands run."""
    return build("day")


def part_of_the_day(title: str) -> Operation:
    """Return the operation that runs the commands of a part, with the hub's credentials."""

    def run(cloud: Cloud) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        for block in parts()[title]:
            if block.language == "yaml":
                with (folder() / _FILE).open("a", encoding="utf-8") as file:
                    file.write(block.text)
                continue
            for line in block.text.splitlines():
                _run(cloud, line)

    return run


def _run(cloud: Cloud, line: str) -> None:
    own = cloud.aws.environment(HUB)
    environment = own | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), own["PATH"])),
        "COLUMNS": "80",
    }
    digests = [digest for said in cloud.said for digest in _PRINTED.findall(said.text)]
    typed = line.replace(_DIGEST, digests[-1]) if digests else line
    cloud.said.append(said_by(typed, environment, folder(), timeout=_TIMEOUT)._replace(line=line))
