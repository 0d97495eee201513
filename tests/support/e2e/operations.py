"""The operations of an e2e run: group changes, mapping rows, and manual changes."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from e2e.accounts import (
    ABROAD,
    BESIDE,
    FIRST,
    HUB,
    MANAGEMENT,
    REGION,
    SECOND,
    TARGETS,
    additional_role_arn,
    place,
)
from e2e.cloud import Cloud
from e2e.expectations import role_arn
from e2e.processes import output_of

from shared.model import Target
from simulator.directory_events import Event
from simulator.directory_operations import Via

# The role of each group in each target; the first two groups exist from the start.
SCIENTISTS = {
    FIRST: "DataScientist",
    SECOND: "Analyst",
    BESIDE: "MLEngineer",
    ABROAD: "DataScientist",
}
LEADS = {target: additional_role_arn(target.account) for target in (FIRST, SECOND, ABROAD)}
GUESTS = {SECOND: "MLEngineer"}
_KEPT = 7  # days that the profile of a guest stays
UNREADABLE = "00000000-0000-4000-8000-00000000e2e0"
_COMMAND = 60  # seconds for a command of an operator

Operation = Callable[[Cloud], object]


def joins(user: str, group: str, via: Via) -> Operation:
    """Return the operation that adds a user to a group."""
    return lambda cloud: happen(cloud, lambda: cloud.operations.join(user, group, via))


def leaves(user: str, group: str, via: Via) -> Operation:
    """Return the operation that removes a user from a group."""
    return lambda cloud: happen(cloud, lambda: cloud.operations.leave(user, group, via))


def happen(cloud: Cloud, operation: Callable[[], Sequence[Event]]) -> None:
    """Change the directory; send its events to the queue as the rules would."""
    with cloud.lock:
        events = operation()
    _send(cloud, events)


def works_and_leaves(user: str, group: str, via: Via) -> Operation:
    """Return the operation that starts an app in a space of every target, then removes its user."""

    def operation(cloud: Cloud) -> None:
        with cloud.lock:
            for target in TARGETS:
                cloud.services.studio.start_app(place(target), user, "JupyterLab", "private")
        leaves(user, group, via)(cloud)

    return operation


def studio_hub(cloud: Cloud, *arguments: str) -> str:
    """Run the operator's command line in the hub account; CommandError if it fails."""
    command = [str(Path(sys.executable).with_name("studio-hub")), *arguments]
    return output_of(command, cloud.aws.environment(HUB), timeout=_COMMAND)


def accounts_are_registered(cloud: Cloud) -> None:
    """Add users and groups, and add rows by the command line."""
    with cloud.lock:
        store = cloud.services.identity_store
        for group in ("ml-scientists", "ml-leads"):
            store.add_group(group)
        for user in ("ada", "grace", "alan", "bert", "eve"):
            store.add_user(user)
    _add_rows(cloud, "ml-scientists", SCIENTISTS, 20)
    company_has_roles_of_its_own(cloud)
    # With tables by name the identity store is not known: a row holds only the group's name.
    tables = "--table", cloud.hub["MappingsTable"], "--ledger", cloud.hub["LedgerTable"]
    _add_rows(cloud, "ml-leads", LEADS, 10, *tables)


def organization_has_a_trail(cloud: Cloud) -> None:
    """Create a trail in the management account; EventBridge gets API calls through it."""
    bucket = "trail-of-the-organization"
    cloud.aws.client("s3", MANAGEMENT).create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    trails = cloud.aws.client("cloudtrail", MANAGEMENT)
    trails.create_trail(Name="TRAIL", S3BucketName=bucket, IsMultiRegionTrail=True)
    trails.start_logging(Name="TRAIL")


def guests_are_mapped(cloud: Cloud) -> None:
    """Write a row of a group that does not exist."""
    _add_rows(cloud, "ml-guests", GUESTS, 30, days=_KEPT)


def guests_are_made(cloud: Cloud) -> None:
    """Create that group, with a member."""
    happen(cloud, lambda: cloud.operations.create_group("ml-guests", None, ["grace"], "api"))


def nobody_can_read_an_event(cloud: Cloud) -> None:
    """Send an event of the directory that does not identify its user."""
    with cloud.lock:
        (event,) = cloud.operations.set_status("alan", "ENABLED", "native")
    _send(cloud, [{**event, "id": UNREADABLE, "resources": []}])


def profiles_are_made_by_hand(cloud: Cloud) -> None:
    """Create unmanaged profiles where each spoke's reader role lists them, and sweep."""
    make_by_hand(cloud, "by-hand", "by-hand-too")
    for target in (SECOND, ABROAD):
        make_by_hand(cloud, "by-hand", target=target)
    studio_hub(cloud, "sweep")


def make_by_hand(cloud: Cloud, *names: str, target: Target = FIRST) -> None:
    """Create profiles without the hub."""
    with cloud.lock:
        for name in names:
            cloud.services.studio.make_profile_by_hand(
                place(target), name=name, user_name=None, role=additional_role_arn(target.account)
            )


def one_is_deleted_by_hand(cloud: Cloud) -> None:
    """Delete one of these, and scan its target."""
    cloud.aws.client("sagemaker", FIRST.account).delete_user_profile(
        DomainId=FIRST.domain_id, UserProfileName="by-hand"
    )
    while cloud.profile(FIRST, "by-hand"):
        time.sleep(0.1)  # a scan that still lists it would not forget it
    studio_hub(cloud, "sweep", "--target", str(FIRST))


def two_join_without_an_event(cloud: Cloud) -> None:
    """Add users to a group without events, and scan the group."""
    with cloud.lock:
        for user in ("alan", "bert"):
            cloud.operations.join(user, "ml-scientists", "none")
        group = cloud.services.identity_store.find_group("ml-scientists")
    studio_hub(cloud, "sweep", "--group", group.group_id if group else "")


def two_leave(cloud: Cloud) -> None:
    """Remove more users within the hour than the removal limit allows."""
    for user in ("alan", "bert"):
        leaves(user, "ml-scientists", "console")(cloud)


def the_holds_are_approved(cloud: Cloud) -> None:
    """Approve each hold, as an operator who reviewed it."""
    listed = json.loads(studio_hub(cloud, "holds", "list", "--json"))
    found = {each["target"]: sorted(one["user"] for one in each["people"]) for each in listed}
    assert found == {str(target): ["alan", "bert"] for target in TARGETS}, found
    for each in listed:
        studio_hub(cloud, "holds", "approve", each["digest"])


def analysts_are_hired(cloud: Cloud) -> None:
    """Add a group with two users, and a user in no mapped group."""
    with cloud.lock:
        store = cloud.services.identity_store
        store.add_group("ml-analysts")
        for user in ("carol", "dave", "erin"):
            store.add_user(user)
        for user in ("carol", "dave"):
            cloud.operations.join(user, "ml-analysts", "none")


def analysts_leave(cloud: Cloud) -> None:
    """Remove both from the group without events."""
    with cloud.lock:
        for user in ("carol", "dave"):
            cloud.operations.leave(user, "ml-analysts", "none")


def the_hub_only_reports(cloud: Cloud) -> None:
    """Deploy the hub in report mode, over unmanaged profiles; then users join and leave."""
    make_by_hand(cloud, *(f"old-{number}" for number in range(20)))
    cloud.redeploy_hub(mode="report")
    cloud.mark = len(cloud.calls)
    joins("eve", "ml-scientists", "console")(cloud)
    leaves("ada", "ml-scientists", "console")(cloud)


def company_has_roles_of_its_own(cloud: Cloud) -> None:
    """Create the roles that the company lets the hub pass: a role that is missing is not given."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    for account in sorted({target.account for target in LEADS}):
        name = additional_role_arn(account).rpartition("/")[2]
        document = json.dumps(trust)
        cloud.aws.client("iam", account).create_role(
            RoleName=name, AssumeRolePolicyDocument=document
        )


def _add_rows(
    cloud: Cloud, group: str, roles: dict[Target, str], priority: int, *more: str, days: int = 0
) -> None:
    for target, role in roles.items():
        row = ["--group", group, *_target_and_role(cloud, target, role)]
        kept = ["--priority", str(priority), "--retention-days", str(days), "--yes"]
        studio_hub(cloud, "mappings", "add", *row, *kept, *more)


def _target_and_role(cloud: Cloud, target: Target, role: str) -> Sequence[str]:
    """Return a row's target and role as arguments, from the outputs of the stack that made both."""
    arn = role_arn(target, role)
    spoke = cloud.outputs[f"{target.account}/{target.region}"]
    if "Target" not in spoke or role == arn:
        return "--target", str(target), "--role-arn", arn
    pieces = [value for name, value in spoke.items() if name.startswith("Mapping")]
    (piece,) = (each for each in pieces if each.endswith(f"/{role}"))
    return piece.split()


def _send(cloud: Cloud, events: Sequence[Event]) -> None:
    sqs = cloud.aws.client("sqs", HUB)
    for event in events:
        sqs.send_message(QueueUrl=cloud.hub["EventsQueueUrl"], MessageBody=json.dumps(event))
