"""Counts the AWS calls of single changes, and tells which take more than they may."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from cli.benchmark.company import Size, found, row
from cli.benchmark.costs import Cost, measured
from cli.simulation.deployment import deployed_hub
from simulator.directory_operations import DirectoryOperations
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws

# The most calls of a change in a busy hub.
MOST: Final[Mapping[str, int]] = {
    "join, 1 target": 8,
    "role change, 1 target": 8,
    "return to the first role, 1 target": 16,
    "leave for good, 1 target": 17,
    "join of an unmapped group, 1 target": 1,
    "join, 2 targets": 11,
    "leave for good, 2 targets": 26,
}
_PEOPLE: Final = 7
# Seconds until nothing is left to do; the sessions in the spokes last longer.
_SETTLED: Final = 120

Events = tuple[dict[str, Any], ...]
_Change = Callable[[DirectoryOperations, str], Events]


def _joins(directory: DirectoryOperations, user: str) -> Events:
    return directory.join(user, "group-0000", "console")


def _is_promoted(directory: DirectoryOperations, user: str) -> Events:
    # This group has precedence in one target.
    return directory.join(user, "group-0001", "console")


def _is_demoted(directory: DirectoryOperations, user: str) -> Events:
    return directory.leave(user, "group-0001", "console")


def _leaves(directory: DirectoryOperations, user: str) -> Events:
    return directory.leave(user, "group-0000", "console")


def _joins_another(directory: DirectoryOperations, user: str) -> Events:
    return directory.join(user, "unmapped", "console")


# Each change, after those that it needs.
_CHANGES: Final[Mapping[str, tuple[_Change, ...]]] = {
    "join": (_joins,),
    "role change": (_joins, _is_promoted),
    "return to the first role": (_joins, _is_promoted, _is_demoted),
    "leave for good": (_joins, _leaves),
    "join of an unmapped group": (_joins_another,),
}


def single_changes() -> dict[str, Any]:
    """Return the cost of each change alone, and its calls in a busy hub.

    Alone, the hub reads the mappings and its own state for this change. A hub is busy if requests
    of the same moment had them read already. Each other call is made in any case.
    """
    return {
        f"{name}, {targets} target{'s' * (targets > 1)}": _cost_of(changes, targets)
        for targets in (1, 2)
        for name, changes in _CHANGES.items()
    }


def two_groups(aws: EmbeddedAws, targets: int, people: int) -> DirectoryOperations:
    """Map one group to all targets and another to one of them; return what changes memberships."""
    company = found(aws, Size(users=0, groups=2, targets=targets))
    for number in range(people):
        aws.services.identity_store.add_user(_user(number))
    for target in company.targets:
        aws.put_mapping(row(0, target))
        aws.delete_mapping("group-0001", str(target))
    aws.put_mapping(row(1, company.targets[0]) | {"priority": 1})
    aws.skip_row_changes()
    return DirectoryOperations(aws.services.identity_store, HUB_ACCOUNT, aws.clock.now)


def _cost_of(changes: tuple[_Change, ...], targets: int) -> dict[str, Any]:
    """Return the cost of the last of some changes of a user."""
    with deployed_hub() as aws:
        directory = two_groups(aws, targets, _PEOPLE)
        aws.services.identity_store.add_group("unmapped")
        alone, other, *others = map(_user, range(_PEOPLE))
        *earlier, change = changes
        # An execution environment makes some calls once.
        _cost(aws, _joins(directory, others.pop()))
        for before in earlier:
            _cost(aws, before(directory, alone), before(directory, other))
        cost = _cost(aws, change(directory, alone))
        # Of requests of one moment, the second reads what is newer than the third.
        without = _cost(aws, *(_joins(directory, others.pop()) for _ in range(2)))
        busy = _cost(
            aws,
            *(_joins(directory, others.pop()) for _ in range(2)),
            change(directory, other),
        )
        more = Cost(Counter(busy.calls) - without.calls)
        return {**cost.plain(), "busy_calls": more.total(), "busy_by_operation": dict(more.calls)}


def _cost(aws: EmbeddedAws, *changes: Events) -> Cost:
    """Return the cost of changes of one moment."""
    with measured(aws) as cost:
        for events in changes:
            for event in events:
                aws.deliver(event)
        aws.run()
        aws.wait(_SETTLED)
    return cost


def _user(number: int) -> str:
    return f"user-{number:05d}"
