"""Which events of the directory give a request, what it says, and that rules and reader agree."""

import json
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from moto.events.models import EventPattern

from shared.directory_events.reader import read_event
from shared.directory_events.routes import event_patterns
from shared.directory_events.types import (
    DirectoryEvent,
    GroupChange,
    IdentitySourceChanged,
    Ignored,
    MembershipChange,
    MembershipDeleted,
    UnidentifiedChange,
    UserChange,
)
from shared.errors import UnreadableMessageError

SAMPLES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text())
    for path in sorted((Path(__file__).parents[1] / "fixtures" / "events").glob("*.json"))
}
STORE = "d-9967abc123"
REGION = "eu-central-1"
ADA = "a3d46882-6071-7063-2f5e-91b4c7d80e21"
GROUP = "33e47872-9051-70c8-1b7a-0f2d5c9e4a10"
MEMBERSHIP = "73a4e8f2-c0b1-7055-8d9a-2c6f41e7b930"
BOTH, USER, OF_GROUP = (
    (MembershipChange, (ADA, GROUP)),
    (UserChange, (ADA,)),
    (GroupChange, (GROUP,)),
)
POST = ("04c8e458-a021-702e-f9d1-7f430ff2c752", "14f83478-a061-708f-8de4-a3a2b99e9d89")
# What each sample reports, and about whom; None is a call that changed nothing.
TOLD: dict[str, tuple[type, tuple[str, ...]] | None] = {
    "api_CreateGroup": OF_GROUP,
    "api_CreateGroupMembership": BOTH,
    "api_CreateGroupMembership_failed": None,
    "api_CreateUser": USER,
    "api_DeleteGroup": OF_GROUP,
    "api_DeleteGroupMembership": (MembershipDeleted, (MEMBERSHIP,)),
    "api_DeleteUser": USER,
    "api_UpdateGroup": OF_GROUP,
    "console_AddMemberToGroup": BOTH,
    "console_CreateGroup": OF_GROUP,
    "console_CreateUser": USER,
    "console_DeleteGroup": OF_GROUP,
    "console_DeleteUser": USER,
    "console_DisableUser": USER,
    "console_RemoveMemberFromGroup": BOTH,
    "console_UpdateGroup": OF_GROUP,
    "console_UpdateUser": USER,
    "native_GroupCreated": OF_GROUP,
    "native_GroupDeleted": OF_GROUP,
    "native_GroupMembershipCreated": BOTH,
    "native_GroupUpdated": OF_GROUP,
    "native_UserCreated": USER,
    "native_UserDeleted": USER,
    "native_UserUpdated": USER,
    "post_AddMemberToGroup": (MembershipChange, POST),
    "scim_CreateGroup_failed": None,
    "scim_CreateUser": USER,
    "scim_DeleteGroup": OF_GROUP,
    "scim_DeleteUser": USER,
    "scim_PatchGroup_add": OF_GROUP,
    "scim_PatchGroup_remove": OF_GROUP,
    "scim_PatchUser": USER,
    "scim_PatchUser_failed": None,
    "scimlegacy_AddMemberToGroup": BOTH,
    "scimlegacy_DeleteUser": USER,
    "scimlegacy_EnableUser": USER,
    "trap_identitystore_DescribeUser": None,
}
UNDERSTOOD = sorted(name for name, told in TOLD.items() if told)
CLOUDTRAIL = [name for name in UNDERSTOOD if not name.startswith("native_")]
PATTERNS: list[Any] = [
    EventPattern.load(json.dumps(pattern)) for pattern in event_patterns(REGION).values()
]


def sample(name: str, /, **detail: object) -> dict[str, Any]:
    envelope = deepcopy(SAMPLES[name])
    envelope["detail"] |= detail
    return envelope


def asked(name: str, **request: object) -> dict[str, Any]:
    envelope = sample(name)
    envelope["detail"]["requestParameters"] |= request
    return envelope


def read(envelope: dict[str, Any]) -> DirectoryEvent | Ignored:
    """Read an envelope as a hub whose store and Region are the envelope's own."""
    request = envelope["detail"].get("requestParameters") or {}
    store = str(request.get("identityStoreId", STORE)).rpartition("/")[2]
    return read_event(envelope, store, REGION)


def whom(event: DirectoryEvent | Ignored) -> tuple[str, ...]:
    names = [field.name for field in fields(event) if field.name.endswith("_id")]
    return tuple(getattr(event, name) for name in names if name != "event_id")


def matches(envelope: dict[str, Any]) -> bool:
    return any(pattern.matches_event(envelope) for pattern in PATTERNS)


def test_no_sample_is_left_out() -> None:
    """Each file of the fixtures has its line in the table."""
    assert TOLD.keys() == SAMPLES.keys()


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_each_sample_says_whom_to_reconcile(name: str) -> None:
    """Each route has its ids in another place. Each gives a request with its own event's id."""
    envelope, told = SAMPLES[name], TOLD[name]
    event = read(envelope)

    assert told is not None
    assert (type(event), whom(event)) == told
    assert not isinstance(event, Ignored)
    assert event.event_id == envelope["detail"].get("eventID", envelope["id"])
    assert event.at.isoformat().startswith(envelope["time"].rstrip("Z"))


@pytest.mark.parametrize("name", sorted(TOLD.keys() - set(UNDERSTOOD)))
def test_what_changed_nothing_is_ignored_for_a_reason(name: str) -> None:
    """Failed calls and reads give no request and raise no error."""
    ignored = read(SAMPLES[name])

    assert isinstance(ignored, Ignored)
    assert ignored.reason


def variations() -> dict[str, dict[str, Any]]:
    """Return every sample as it is, and variations that look like one and are not."""
    found = {name: sample(name) for name in SAMPLES}
    for name in CLOUDTRAIL:
        found |= {
            f"{name} failed": sample(name, errorCode="AccessDenied"),
            f"{name} that only read": sample(name, readOnly=True),
            f"{name} of quicksight": sample(name, eventSource="quicksight.amazonaws.com"),
            f"{name} of iam": sample(name, eventSource="iam.amazonaws.com"),
            f"{name} by insight": sample(name)
            | {"detail-type": "AWS Service Event via CloudTrail"},
            f"{name} of our own making": sample(name) | {"source": "my.app"},
        }
    for name in sorted(set(UNDERSTOOD) - set(CLOUDTRAIL)):
        found[f"{name} of another Region"] = sample(name) | {"region": "us-east-1"}
        found[f"{name} of somebody else"] = sample(name) | {"source": "my.app", "detail": {}}
    crossed = sample("console_AddMemberToGroup", eventSource="identitystore.amazonaws.com")
    return found | {"a console's name from the API's source": crossed}


@pytest.mark.parametrize(("name", "envelope"), variations().items(), ids=list(variations()))
def test_the_rules_match_exactly_what_the_reader_accepts(
    name: str, envelope: dict[str, Any]
) -> None:
    """Patterns and reader agree: nothing that is paid for is ignored, and nothing is lost."""
    assert matches(envelope) is (name in UNDERSTOOD)
    if name in UNDERSTOOD:
        assert not isinstance(read(envelope), Ignored)
    elif not name.endswith("of our own making"):  # shaped like CloudTrail's, but never sent
        assert isinstance(read(envelope), Ignored)


@pytest.mark.parametrize("spelling", ["Group Membership", "GroupMembership"])
@pytest.mark.parametrize(
    ("end", "resources", "told"),
    [
        ("Created", ("membership", "group", "user"), BOTH),
        ("Deleted", ("membership", "group", "user"), BOTH),
        ("Deleted", ("membership",), (MembershipDeleted, (MEMBERSHIP,))),
        ("Deleted", ("membership", "group"), OF_GROUP),
        ("Created", ("group",), OF_GROUP),
        ("Created", ("membership",), (UnidentifiedChange, ())),
        ("Created", ("user",), (UnidentifiedChange, ())),
        ("Deleted", (), (UnidentifiedChange, ())),
    ],
)
def test_native_membership_events_have_the_ids_of_their_resources(
    spelling: str, end: str, resources: tuple[str, ...], told: tuple[type, tuple[str, ...]]
) -> None:
    """Both spellings are read. An undocumented id may be missing; a scan finds the user then."""
    ids = {"membership": MEMBERSHIP, "group": GROUP, "user": ADA}
    envelope = sample("native_GroupMembershipCreated") | {
        "detail-type": f"{spelling} {end}",
        "resources": [f"arn:aws:identitystore:::{kind}/{ids[kind]}" for kind in resources],
    }

    event = read(envelope)

    assert matches(envelope)
    assert (type(event), whom(event)) == told


@pytest.mark.parametrize("resources", [None, [], "text", [7, None], ["arn:aws:x:::user/nobody"]])
@pytest.mark.parametrize("name", ["native_UserUpdated", "native_GroupDeleted"])
def test_an_unreadable_native_event_is_an_unidentified_change(name: str, resources: object) -> None:
    """It is a change of the directory all the same: a full sweep follows."""
    assert isinstance(read(sample(name) | {"resources": resources}), UnidentifiedChange)


@pytest.mark.parametrize(
    ("name", "resources", "told"),
    [
        ("native_GroupUpdated", ("user",), (UnidentifiedChange, ())),
        ("native_GroupUpdated", ("user", "group"), OF_GROUP),
        ("native_UserUpdated", ("user", "group"), USER),
    ],
)
def test_a_native_event_is_about_what_its_name_says(
    name: str, resources: tuple[str, ...], told: tuple[type, tuple[str, ...]]
) -> None:
    """Other entries in its resources do not matter."""
    ids = {"group": GROUP, "user": ADA}
    arns = [f"arn:aws:identitystore:::{kind}/{ids[kind]}" for kind in resources]

    event = read(sample(name) | {"resources": arns})

    assert (type(event), whom(event)) == told


def test_a_native_event_of_another_store_is_ignored() -> None:
    """An account instance in the same account emits such events too."""
    assert isinstance(read_event(sample("native_UserUpdated"), "d-0000000000", REGION), Ignored)


@pytest.mark.parametrize("lack", [{"id": ""}, {"id": None}, {"time": "now"}, {"time": None}])
def test_a_native_event_without_its_id_or_time_is_unreadable(lack: dict[str, object]) -> None:
    """The request needs both: the id for deduplication, the time for freshness."""
    with pytest.raises(UnreadableMessageError, match="User Updated without its id or time"):
        read(sample("native_UserUpdated") | lack)


@pytest.mark.parametrize("source", ["sso-directory.amazonaws.com", "sso.amazonaws.com"])
@pytest.mark.parametrize(
    "name",
    [
        "AssociateDirectory",
        "DisassociateDirectory",
        "EnableExternalIdPConfigurationForDirectory",
        "DisableExternalIdPConfigurationForDirectory",
    ],
)
def test_a_change_of_the_identity_source_is_reported(source: str, name: str) -> None:
    """Rule 11: a new identity source may delete every user, so the hub pauses."""
    envelope = sample("console_DeleteUser", eventSource=source, eventName=name)

    event = read(envelope)

    assert matches(envelope)
    assert isinstance(event, IdentitySourceChanged)
    assert event.name == name


@pytest.mark.parametrize(
    ("of", "name", "told"),
    [
        ("scim_PatchUser", "PutUser", USER),
        ("api_DeleteUser", "UpdateUser", USER),
        ("console_DisableUser", "EnableUser", USER),
        ("console_UpdateUser", "UpdateUserName", USER),
        ("console_UpdateGroup", "UpdateGroupDisplayName", OF_GROUP),
    ],
)
def test_event_names_without_a_sample(
    of: str, name: str, told: tuple[type, tuple[str, ...]]
) -> None:
    """Their ids are where the samples of their route have them."""
    event = read(sample(of, eventName=name))

    assert matches(sample(of, eventName=name))
    assert (type(event), whom(event)) == told


def test_ids_may_be_given_as_arns() -> None:
    """The Identity Store API takes an ARN wherever it takes an id."""
    envelope = asked(
        "api_CreateGroupMembership",
        identityStoreId=f"arn:aws:identitystore::222233334444:identitystore/{STORE}",
        groupId=f"arn:aws:identitystore:::group/{GROUP}",
        memberId={"userId": f"arn:aws:identitystore:::user/{ADA}"},
    )

    assert read(envelope) == read(sample("api_CreateGroupMembership"))


def test_an_id_in_capitals_is_the_same_id() -> None:
    """The directory gives its ids in small letters."""
    envelope = asked("console_DeleteUser", userId=ADA.upper())

    assert read(envelope) == read(sample("console_DeleteUser"))


def test_ids_may_carry_the_legacy_prefix() -> None:
    """Directories made before 2020 prefix their ids with the store's ten digits."""
    old = f"93670dc30f-{ADA}"

    assert whom(read(asked("console_DisableUser", userId=old))) == (old,)


@pytest.mark.parametrize("name", [name for name in CLOUDTRAIL if not name.startswith("scim_")])
@pytest.mark.parametrize(
    "store", ["d-0000000000", "arn:aws:identitystore::999999999999:identitystore/d-0000000000"]
)
def test_events_of_another_identity_store_are_ignored(name: str, store: str) -> None:
    """An account instance in a member account emits the same events."""
    event = read_event(asked(name, identityStoreId=store), STORE, REGION)

    assert event == Ignored("of another identity store")


@pytest.mark.parametrize(
    "lack",
    [
        {"groupId": None},
        {"groupId": "HIDDEN_DUE_TO_SECURITY_REASONS"},
        {"groupId": f"{GROUP}, {GROUP}"},
        {"member": None},
        {"member": "HIDDEN_DUE_TO_SECURITY_REASONS"},
        {"member": {}},
        {"member": {"memberId": [ADA]}},
        {"member": {"memberId": "ada@example.com"}},
    ],
)
def test_an_event_without_its_ids_is_unreadable(lack: dict[str, object]) -> None:
    """It is never dropped: a changed shape must reach the dead-letter queue and the alarm."""
    missing = "a user" if "member" in lack else "a group"
    with pytest.raises(
        UnreadableMessageError, match=f"AddMemberToGroup .* does not name {missing}"
    ):
        read(asked("console_AddMemberToGroup", **lack))


@pytest.mark.parametrize("name", CLOUDTRAIL)
def test_every_event_of_cloudtrail_needs_its_ids(name: str) -> None:
    """Without request and response no event names its subject."""
    with pytest.raises(UnreadableMessageError, match="does not name"):
        read(sample(name, requestParameters=None, responseElements=None))


@pytest.mark.parametrize(
    "detail",
    [
        {"eventID": ""},
        {"eventID": None},
        {"eventTime": "now"},
        {"eventTime": "2026-11-20T09:15:42"},
        {"eventTime": None},
    ],
)
def test_an_event_without_its_time_or_id_is_unreadable(detail: dict[str, object]) -> None:
    """The request needs both: the id for deduplication, the time for freshness."""
    with pytest.raises(UnreadableMessageError, match="without its eventID or eventTime"):
        read(sample("console_AddMemberToGroup", **detail))


@pytest.mark.parametrize("body", [None, [], {}, "text", 7, {"detail": {}}, {"detail": "text"}])
def test_what_is_no_event_at_all_is_unreadable(body: object) -> None:
    """A body without eventSource and eventName belongs to no known route."""
    with pytest.raises(UnreadableMessageError, match="no event that CloudTrail writes"):
        read_event(body, STORE, REGION)
