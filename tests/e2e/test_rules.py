import json
from pathlib import Path

import pytest
from e2e.accounts import HUB, MANAGEMENT, REGION, STRANGER
from e2e.cloud import Cloud

pytestmark = pytest.mark.e2e

EVENTS = Path(__file__).parents[1] / "fixtures" / "events"
DIRECTORY_BUS = "studio-hub-directory"


def matched(
    cloud: Cloud, event: dict[str, object], origin: str, where: str = HUB, bus: str = "default"
) -> bool:
    """Tell whether a rule of a deployed bus lets an event through that happened in an account."""
    events = cloud.aws.client("events", where)
    patterns = [
        rule["EventPattern"]
        for rule in events.list_rules(EventBusName=bus)["Rules"]
        if "EventPattern" in rule
    ]
    here = json.dumps({**event, "account": origin, "region": REGION, "id": "1", "resources": []})
    return any(
        events.test_event_pattern(EventPattern=pattern, Event=here)["Result"]
        for pattern in patterns
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in EVENTS.glob("*.json")))
def test_the_deployed_rules_hear_what_happened(cloud: Cloud, name: str) -> None:
    """Every route is observed, in the hub and by forwarding; a failed call and a read are not."""
    event = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    expected = not (name.startswith("trap_") or name.endswith("_failed"))

    assert matched(cloud, event, HUB) is expected
    assert matched(cloud, event, MANAGEMENT, MANAGEMENT) is expected
    assert matched(cloud, event, MANAGEMENT, HUB, DIRECTORY_BUS) is expected


@pytest.mark.parametrize(
    ("origin", "where", "bus"),
    [
        (STRANGER, HUB, DIRECTORY_BUS),
        (HUB, HUB, DIRECTORY_BUS),
        (MANAGEMENT, HUB, "default"),
        (STRANGER, MANAGEMENT, "default"),
    ],
)
def test_no_rule_hears_another_account(cloud: Cloud, origin: str, where: str, bus: str) -> None:
    """What an account has to say is heard on its own way alone, whoever may put it there."""
    names = [path.stem for path in sorted(EVENTS.glob("*.json"))]

    assert not [
        name
        for name in names
        if matched(
            cloud, json.loads((EVENTS / f"{name}.json").read_text("utf-8")), origin, where, bus
        )
    ]
