"""Makes a company of any size that is in sync already, without any call of the hub."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from hub.runtime.adapters.group_snapshots import DynamoGroupSnapshots
from hub.runtime.adapters.ledger import DynamoLedger
from hub.runtime.decisions.record import Access, Record, State
from shared.conventions import iam_role_arn, tags
from shared.model import AccountId, Grant, GroupId, Target, UserId
from shared.naming import profile_name
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.setup import LEDGER
from simulator.studio import Place

REGION = "eu-west-1"
PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a company; each user is in one group, and `others` are in none.

    Each group has one row if there are more groups than targets. Otherwise each target has one.
    """

    users: int
    groups: int
    targets: int
    others: int = 0

    @property
    def rows(self) -> int:
        """Return the number of mapping rows."""
        return max(self.groups, self.targets)

    @property
    def profiles(self) -> int:
        """Return the number of profiles in each target."""
        return self.rows * self.users // self.groups // self.targets


@dataclass(frozen=True, slots=True)
class Company:
    """The ids of a company's users and groups, in the order of their numbers."""

    users: tuple[UserId, ...]
    groups: tuple[GroupId, ...]
    targets: tuple[Target, ...]


def found(aws: EmbeddedAws, size: Size) -> Company:
    """Make a company that is in sync, and return its ids."""
    store = aws.services.identity_store
    targets = tuple(
        Target(AccountId(f"{200_000_000_000 + number}"), REGION, f"d-{number:04d}")
        for number in range(size.targets)
    )
    groups = tuple(
        GroupId(store.add_group(f"group-{number:04d}").group_id) for number in range(size.groups)
    )
    for target in targets:
        aws.add_spoke(target)
    mapped: dict[int, list[Target]] = defaultdict(list)
    for number in range(size.rows):
        target = targets[number % size.targets]
        mapped[number % size.groups].append(target)
        aws.put_mapping(row(number % size.groups, target))
    aws.skip_row_changes()
    direct: Any = DirectWrites()
    ledger, group_snapshots = DynamoLedger(direct, LEDGER), DynamoGroupSnapshots(direct, LEDGER)
    users = []
    for number in range(size.users):
        name = f"user-{number:05d}"
        user_id = UserId(store.add_user(name).user_id)
        users.append(user_id)
        group = number % size.groups
        membership = store.add_membership(user_id, groups[group])
        group_snapshots.save(groups[group], {user_id: membership.membership_id}, ())
        for target in mapped[group]:
            ledger.write(_recorded(aws, user_id, name, (group, groups[group]), target))
    for group_id in groups:
        group_snapshots.note(group_id, deleted=False)
    for number in range(size.others):
        store.add_user(f"other-{number:06d}")
    return Company(tuple(users), groups, targets)


def _recorded(
    aws: EmbeddedAws, user_id: UserId, name: str, of: tuple[int, GroupId], target: Target
) -> Record:
    """Make a user's profile and assignment in a target, and return the record of them."""
    studio, (group, group_id) = aws.services.studio, of
    role = iam_role_arn(target.account, target.region, f"Role{group}")
    place = Place(target.account, target.region, target.domain_id)
    application = studio.place(place).application_arn
    aws.services.application_access.assign(str(application), "USER", user_id)
    profile = studio.make_profile_by_hand(
        place,
        name=profile_name(name, user_id),
        user_name=name,
        role=role,
        tags=tags(HUB_ACCOUNT, user_id),
    )
    return Record(
        user_id=user_id,
        target=target,
        state=State.ACTIVE,
        access=Access.ASSIGNED,
        user_name=name,
        profile_name=profile.name,
        # The format in which botocore returns the listing's time.
        modified=datetime.fromtimestamp(profile.modified, UTC).astimezone().isoformat(),
        role_arn=role,
        given_by=f"group-{group:04d}",
        because=(Grant(PRIORITY, f"group-{group:04d}", role, 0, group_id),),
    )


def row(group: int, target: Target) -> dict[str, object]:
    """Return the mapping row of a group by its number."""
    return {
        "group": f"group-{group:04d}",
        "target": str(target),
        "execution_role_arn": iam_role_arn(target.account, target.region, f"Role{group}"),
        "priority": PRIORITY,
        "retention_days": 0,
    }


class DirectWrites:
    """A DynamoDB client that puts items into the embedded table without a request."""

    def put_item(self, *, TableName: str, Item: dict[str, Any], **_: object) -> None:  # noqa: N803 (the API's words)
        """Put an item, whatever its condition."""
        dynamodb_backends[HUB_ACCOUNT][HUB_REGION].put_item(TableName, Item)

    def transact_write_items(self, *, TransactItems: list[Any]) -> None:  # noqa: N803 (the API's words)
        """Put each item of a transaction."""
        for each in TransactItems:
            self.put_item(**each["Put"])

    def batch_write_item(self, *, RequestItems: dict[str, list[Any]]) -> dict[str, Any]:  # noqa: N803 (the API's words)
        """Put each item of a batch; none is left over."""
        for table, requests in RequestItems.items():
            for request in requests:
                self.put_item(TableName=table, Item=request["PutRequest"]["Item"])
        return {}
