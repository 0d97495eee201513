"""The access review as JSON, as CSV (RFC 4180, UTF-8), and the cells that page and CSV share."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from cli.report.review import CANNOT_KNOW, Review
from cli.report.rows import ReportRow
from shared.model import Grant
from shared.naming import role_name
from shared.visible import visible

COLUMNS: Final = (
    *("user", "user_id", "user_status", "account", "region", "domain", "profile"),
    *("role", "role_arn", "state", "since", "access", "group", "priority", "over", "reason"),
    *("last_change_at", "last_change", "deletion", "exceptions", "pattern"),
)
# Spreadsheet programs run a cell that begins so as a formula, the wide forms in East Asian
# versions. Source: OWASP, "CSV Injection".
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def json_text(review: Review) -> str:
    """Return the review as JSON in ASCII, with names as they are; docs/access-review.md."""
    return json.dumps(document(review), indent=1) + "\n"


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


def document(review: Review) -> dict[str, Any]:
    """Return the review in its JSON form."""
    return {
        "created_at": iso(review.source.created_at),
        "created_by": review.source.created_by,
        "hub": {
            "account": review.source.hub_account,
            "region": review.source.hub_region,
            "ledger": review.source.ledger,
            "paused": review.paused or None,
            "last_requested_sweep": iso(review.swept_at),
        },
        "target": str(review.target) if review.target else None,
        "totals": {
            "people": review.people,
            "states": dict(review.states),
            "exceptions": dict(review.exceptions),
        },
        "findings": [
            each._asdict() | {"target": str(each.target) if each.target else None}
            for each in review.findings
        ],
        "cannot_know": list(CANNOT_KNOW),
        "rows": [_row(row) for row in review.rows],
    }


def _row(row: ReportRow) -> dict[str, Any]:
    grant = row.grant
    return {
        "user": row.user_name,
        "user_id": row.user_id or None,
        "user_status": row.user_status or None,
        "account": row.target.account,
        "region": row.target.region,
        "domain": row.target.domain_id,
        "profile": row.profile_name,
        "role": row.role or None,
        "role_arn": row.role_arn or None,
        "state": row.state,
        "since": iso(row.since),
        "access": row.access or None,
        "because": _grant(grant) if grant else None,
        "over": [_grant(each) for each in row.over],
        "reason": row.reason or None,
        "last_change_at": iso(row.last_change.at) if row.last_change else None,
        "last_change": row.last_change.what if row.last_change else None,
        "deletion": iso(row.deletion),
        "exceptions": [each._asdict() for each in row.exceptions],
    }


def _grant(grant: Grant) -> dict[str, Any]:
    found = {"group": grant.group, "priority": grant.priority, "role": role_name(grant.role_arn)}
    return found | ({"pattern": grant.pattern} if grant.pattern else {})


def cells(row: ReportRow) -> Mapping[str, str]:
    """Return the texts of a row by column, in order; what a screen would hide is escaped."""
    grant, changed = row.grant, row.last_change
    texts = {
        "user": row.user_name,
        "user_id": row.user_id,
        "user_status": row.user_status,
        "account": row.target.account,
        "region": row.target.region,
        "domain": row.target.domain_id,
        "profile": row.profile_name,
        "role": row.role,
        "role_arn": row.role_arn,
        "state": row.state,
        "since": iso(row.since) or "",
        "access": row.access,
        "group": grant.group if grant else "",
        "priority": str(grant.priority) if grant else "",
        "over": "; ".join(f"{each}: {role_name(each.role_arn)}" for each in row.over),
        "reason": row.reason,
        "last_change_at": (iso(changed.at) or "") if changed else "",
        "last_change": changed.what if changed else "",
        "deletion": iso(row.deletion) or "",
        "exceptions": "; ".join(f"{each.kind}: {each.detail}" for each in row.exceptions),
        "pattern": grant.pattern if grant else "",
    }
    return {name: visible(text) for name, text in texts.items()}


def iso(time: datetime | None) -> str | None:
    """Return a time in ISO 8601, in UTC to the second; None for none."""
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else None
