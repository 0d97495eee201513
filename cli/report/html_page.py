"""The access review as one HTML file that needs no network and runs no code but its own.

The data stand in a script element that is no program. The page's program makes all elements, and
puts texts into them as text. The policy of the page allows that program and that style sheet, by
their digests, and nothing else.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template
from typing import Any, Final

from cli.report.plain import cells, iso
from cli.report.review import CANNOT_KNOW, Review
from cli.report.rows import ReportRow
from shared.visible import visible

# The cells that the page shows; the page's program reads them by these names.
_CELLS: Final = (
    *("user", "user_id", "user_status", "account", "region", "domain", "profile"),
    *("role", "role_arn", "state", "since", "group", "priority", "over", "reason"),
    *("last_change_at", "last_change", "deletion", "pattern"),
)
# In a script element only these could end it, or begin a comment that hides its end. In JSON they
# stand in strings alone, where an escape means the same. Source: the HTML standard, "Restrictions
# for contents of script elements".
_ESCAPES: Final = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"})


def html_text(review: Review) -> str:
    """Return the whole page; it is ASCII but for the page's own texts."""
    style, program = _file("page.css"), _file("page.js")
    return Template(_file("page.html")).substitute(
        style=style,
        program=program,
        style_digest=_digest(style),
        program_digest=_digest(program),
        data=data_text(_data(review)),
    )


def data_text(data: Mapping[str, Any]) -> str:
    """Return data as JSON that may stand in a script element, whatever texts it has."""
    return json.dumps(data, separators=(",", ":")).translate(_ESCAPES)


def _data(review: Review) -> dict[str, Any]:
    source = review.source
    return {
        "facts": [
            ["Made", f"{source.created_at:%Y-%m-%d %H:%M} UTC"],
            ["By", visible(source.created_by)],
            ["Covers", str(review.target) if review.target else "all targets"],
            ["Hub", f"account {source.hub_account}, {source.hub_region}"],
            ["Ledger", visible(source.ledger)],
            ["Last sweep on request", _swept(review)],
        ],
        "paused": visible(review.pause or review.paused),
        "people": review.people,
        "states": list(review.states.items()),
        "exceptions": list(review.exceptions.items()),
        "findings": [
            [visible(text) for text in (each.kind, each.subject, each.detail)]
            for each in review.findings
        ],
        "cannotKnow": CANNOT_KNOW,
        "cells": [*_CELLS, "exceptions"],
        "rows": [_row(row) for row in review.rows],
    }


def _swept(review: Review) -> str:
    at = iso(review.swept_at)
    begun = f"begun {at[:16].replace('T', ' ')} UTC" if at else "none known"
    return f"{begun}; the report does not know when the hourly sweeps were"


def _row(row: ReportRow) -> list[Any]:
    """Return a row's texts, in the order of the cells: arrays make a smaller file than objects."""
    texts = cells(row)
    exceptions = [[str(each.kind), visible(each.detail)] for each in row.exceptions]
    return [*(texts[name] for name in _CELLS), exceptions]


@cache
def _file(name: str) -> str:
    """Return one of the page's own files."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return the digest by which a Content-Security-Policy allows an element of this text."""
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode("ascii")
