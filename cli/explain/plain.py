"""An explanation as JSON; docs/explain.md describes the fields."""

from datetime import datetime
from typing import Any

from cli.explain.facts import Explained, obstacle_remedy, wins
from cli.output import pause_json
from hub.runtime.decisions.actions import describe
from hub.runtime.decisions.decision import (
    Decision,
    DesiredProfile,
    Removal,
    RowAnswer,
    Undecided,
)
from hub.runtime.reconcile.explain import TargetExplanation


def plain(found: Explained) -> dict[str, Any]:
    """Return the whole explanation, with every target."""
    person = found.explanation.user.snapshot.person
    shown = found.shown()
    return {
        "user": found.user_name or None,
        "user_id": person.id,
        "user_status": str(person.user_status),
        "groups": list(found.mapped_groups.values()),
        "other_groups": sorted(
            found.explanation.user.snapshot.member_of - found.mapped_groups.keys()
        ),
        "kept_until": _iso(found.kept_until),
        "protected": found.is_protected,
        **pause_json(found.state),
        "mode": found.mode or None,
        "in_sync": found.explanation.is_in_sync,
        "targets": [_target(each, found) for each in found.explanation.targets if each in shown],
        "other_targets": [
            str(each.target) for each in found.explanation.targets if each not in shown
        ],
    }


def _target(each: TargetExplanation, found: Explained) -> dict[str, Any]:
    record, hold = each.record, each.hold
    return {
        "target": str(each.target),
        "state": str(record.state) if record else None,
        "since": _iso(record.since) if record else None,
        "profile": record.profile_name if record else None,
        "role_arn": (record.role_arn or None) if record else None,
        "access": str(record.access) if record else None,
        "given_by": (record.given_by or None) if record else None,
        "started": _iso(record.started) if record else None,
        "deletion": _iso(each.deletion),
        "efs_uid": (record.efs_uid or None) if record else None,
        "deleted_spaces": list(record.spaces) if record else [],
        "protected": found.is_profile_protected(each.target, record),
        "rows": [_row(answer, each) for answer in each.answers],
        "decision": _decision(each.decision),
        "read_in_studio": each.is_observed,
        "not_read_because": each.not_observed or None,
        "next": {
            "in_sync": each.is_in_sync,
            "is_due": each.is_due,
            "retry_at": _iso(record.retry_at) if record else None,
            "actions": [
                {"action": action.kind, "what": describe(action)} for action in each.actions
            ],
            "skips": [
                {"kind": str(skip.kind), "reason": skip.reason, "remedy": skip.remedy or None}
                for skip in each.skips
            ],
        },
        "obstacle": {
            "kind": record.obstacle.kind,
            "reason": record.obstacle.detail,
            "remedy": obstacle_remedy(record) or None,
        }
        if record and record.obstacle
        else None,
        "hold": {"digest": hold.digest, "cause": hold.cause, "reason": hold.why} if hold else None,
    }


def _row(answer: RowAnswer, each: TargetExplanation) -> dict[str, Any]:
    row = answer.row
    return {
        "group": answer.group or None,
        "pattern": (row.pattern or None) if row else None,
        "applies": answer.reason.applies.value,
        "reason": answer.reason.name.lower().replace("_", "-"),
        "why": answer.reason.text,
        "wins": wins(answer, each),
        "priority": row.priority if row else None,
        "role_arn": row.role_arn if row else None,
        "retention_days": row.retention_days if row else None,
        "enabled": row.enabled if row else None,
        "note": (row.note or None) if row else None,
    }


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    match decision:
        case DesiredProfile():
            role, reason = decision.role_arn, str(decision.because)
            return {"decision": "desired", "role_arn": role, "reason": reason}
        case Removal():
            return {"decision": "removal", "role_arn": None, "reason": decision.reason}
        case Undecided():
            return {"decision": "undecided", "role_arn": None, "reason": decision.reason}
        case None:
            return None


def _iso(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
