"""The access review as CSV: RFC 4180 in UTF-8, safe to open in a spreadsheet program."""

import csv
import io
from typing import Final

from cli.report.plain import cells
from cli.report.review import Review

COLUMNS: Final = (
    *("user", "user_id", "user_status", "account", "region", "domain", "profile"),
    *("role", "role_arn", "state", "since", "access", "group", "priority", "over", "reason"),
    *("last_change_at", "last_change", "deletion", "exceptions"),
)
# Spreadsheet programs run a cell that begins so as a formula, the wide forms in East Asian
# versions. Source: OWASP, "CSV Injection".
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(review: Review) -> str:
    """Return a header and a line for each row; the findings have no line."""
    out = io.StringIO()
    # The default dialect is that of RFC 4180: CRLF, and quotes where they are needed.
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in review.rows:
        texts = cells(row)
        writer.writerow([harmless(texts[name]) for name in COLUMNS])
    return out.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula: an apostrophe comes first."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
