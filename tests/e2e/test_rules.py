import json
from pathlib import Path

import pytest
from e2e.cloud import HUB, REGION, Cloud

pytestmark = pytest.mark.e2e

EVENTS = Path(__file__).parents[1] / "fixtures" / "events"


def matched(cloud: Cloud, event: dict[str, object]) -> bool:
    """Tell whether a deployed rule lets an event through, as if it came from the hub's account."""
    events = cloud.aws.client("events", HUB)
    patterns = [
        rule["EventPattern"] for rule in events.list_rules()["Rules"] if "EventPattern" in rule
    ]
    here = json.dumps({**event, "account": HUB, "region": REGION, "id": "1", "resources": []})
    return any(
        events.test_event_pattern(EventPattern=pattern, Event=here)["Result"]
        for pattern in patterns
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_the_deployed_rules_hear_what_happened(cloud: Cloud, name: str) -> None:
    """Every route is heard; a failed call and a read are not."""
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))

    assert matched(cloud, event) is not (name.startswith("trap_") or name.endswith("_failed"))
