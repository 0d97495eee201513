"""Rule 16: for any name of a group or a user, every service limit holds."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from builders import ACTIVE, ADA, LAB
from hypothesis import given
from hypothesis import strategies as st

from hub.runtime.adapters.hub_state import DynamoHubState
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.adapters.messaging import EventBus
from hub.runtime.decisions.mapping_rows import parse_row
from hub.runtime.decisions.profile_events import ProfileEvent, ProfileEventType
from hub.runtime.decisions.transitions import ended_grants
from shared.messages import deduplication_id, encode, message_group
from shared.model import BadMapping, Because, Grant, GroupId, GroupMapping, GroupPattern, UserId
from shared.naming import profile_name
from shared.requests import ScanRequest, Subject

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
GROUP_ID = GroupId("33e47872-9051-70c8-1b7a-0f2d5c9e4a10")
# Source: the Identity Store API model: a display name has up to 1,024 characters, a user name 128.
LONGEST = "\U0001f600" * 1024
anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
group_names = anything | st.sampled_from([LONGEST, "x" * 1020, "é" * 1024, "#", "name#x", " "])
user_names = anything.map(lambda name: name[:128]) | st.sampled_from(["\U0001f600" * 128, "-"])


class Recorder:
    """Stands for a client of any service, and keeps the write calls it receives."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __getattr__(self, operation: str) -> Any:  # noqa: ANN401 (any operation)
        def call(**request: Any) -> dict[str, Any]:  # noqa: ANN401 (as boto3 takes it)
            self.asked.append(request)
            return {}

        return call


def size(value: object) -> int:
    """Return how many bytes a value takes, and somewhat more."""
    return len(json.dumps(value, ensure_ascii=False, default=str).encode())


@given(group_names)
def test_a_groups_name_is_kept_under_a_key_that_fits(name: str) -> None:
    """A sort key has at most 1,024 bytes; the full name is stored beside it."""
    client: Any = Recorder()

    DynamoHubState(client, "ledger").remember_group(name, GROUP_ID)

    (request,) = client.asked
    assert len(request["Item"]["sk"]["S"].encode()) <= 1024
    assert request["Item"]["name"]["S"] == name


@given(group_names)
def test_a_scan_request_for_any_name_fits_a_queue(name: str) -> None:
    """Message group and deduplication id: 128 letters, digits and punctuation; a body 256 KB."""
    request = ScanRequest(
        Subject.NAME, name, NOON, "an-event", NOON, event_driven=True, target=str(LAB)
    )

    for id_ in (message_group(request), deduplication_id(request)):
        assert re.fullmatch(r"[!-~]{1,128}", id_)
    assert len(encode(request)) < 256 * 1024


@given(group_names, user_names)
def test_every_name_makes_names_that_iam_and_studio_take(group: str, user: str) -> None:
    """A role of 64 characters, a profile of 63; a row that the table cannot hold is a mistake."""
    row = parse_row({"group": group, "target": str(LAB)})

    if len(group) > 1024 or len(group.encode()) > 2048 or group.count("*") > 1:
        assert isinstance(row, BadMapping)
    elif "*" in group:
        assert isinstance(row, GroupPattern)
    else:
        assert isinstance(row, GroupMapping)
        assert re.fullmatch(r"[\w+=,.@-]{1,64}", row.role_arn.rpartition("/")[2], re.ASCII)
    made = profile_name(user, UserId("a3d46882"))
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", made)


@given(st.integers(1, 400), st.integers(0, 400), st.sampled_from(["x", "é", "\U0001f600"]))
def test_a_record_fits_however_many_long_group_names_a_user_has(
    now: int, before: int, letter: str
) -> None:
    """An item has at most 400 KB; the winner is always stored, and most others."""
    longest = letter * (2048 // len(letter.encode()) - 4)
    grants = [Grant(n, f"{n:04}{longest}", "role/R", 30 + n, GROUP_ID) for n in range(now)]
    others = tuple(Grant(n, f"{n:04}-{longest}", "role/R", n, GROUP_ID) for n in range(before))
    because = Because.of(grants)
    record = replace(ACTIVE, because=because, given_by=grants[0].group)
    record = replace(
        record,
        user_name="\U0001f600" * 128,
        ended=ended_grants(replace(record, because=others), because, NOON),
    )
    client: Any = Recorder()

    DynamoLedger(client, "ledger").write(record)

    (request,) = client.asked
    assert size(request["Item"]) < 400 * 1000
    assert because[0] == grants[0]
    assert len(because) == min(now, len(because))
    assert len(because) == now or len(because) > 50
    assert max((each.retention_days for each in record.ended), default=0) == max(before - 1, 0)


@given(st.sampled_from(["x", "\U0001f600", "\x1b", '"']))
def test_ten_events_fit_one_call(letter: str) -> None:
    """The entries of one PutEvents have at most 256 KB together."""
    long = letter * 100_000
    told = ProfileEvent(
        ProfileEventType.SUSPENDED,
        NOON,
        ADA.id,
        letter * 128,
        LAB,
        "ada",
        "role/R",
        "role/Old",
        long,
        long,
        "an-event",
        "200005",
        tuple(f"space-{n:055}" for n in range(1000)),
    )
    client: Any = Recorder()

    EventBus(client, "studio-hub").publish([told] * 10)

    (request,) = client.asked
    assert len(request["Entries"]) == 10
    assert sum(len(each["Detail"].encode()) + 300 for each in request["Entries"]) < 256 * 1024
