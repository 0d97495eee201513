"""The stories that the benchmark measures."""

from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends

from cli.benchmark.company import Company, Size, found, row
from cli.benchmark.costs import Cost, measured, megabytes, memory_of_handlers
from cli.simulation.deployment import deployed_hub
from simulator.directory_operations import DirectoryOperations
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.setup import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable

LARGE = Size(users=10_000, groups=200, targets=50)
DIFFERENCES = 100
BURST = 1_000
_PAGE = 100
_LEDGER_PAGE = 1024 * 1024


def single_changes() -> dict[str, Any]:
    """Return the cost of one join, role change, leave and unmapped event, until all are done."""
    with deployed_hub() as aws:
        _two_targets(aws)
        operations = _operations(aws)
        aws.services.identity_store.add_group("unmapped")
        names = [f"user-{number:05d}" for number in range(2)]
        for group in ("group-0000", "group-0001"):
            _deliver(aws, operations.join(names[0], group, "console"))
        steps: dict[str, Callable[[], Any]] = {
            "join": lambda: operations.join(names[1], "group-0000", "console"),
            "role_change": lambda: operations.join(names[1], "group-0001", "console"),
            "leave_for_another_role": lambda: operations.leave(names[1], "group-0001", "console"),
            "leave_for_good": lambda: operations.leave(names[1], "group-0000", "console"),
            "unmapped": lambda: operations.join(names[1], "unmapped", "console"),
        }
        aws.wait(600)
        costs = {}
        for name, operation in steps.items():
            aws.clock.forward(60)
            with measured(aws) as cost:
                _deliver(aws, operation())
                aws.wait(600)
            costs[name] = cost.plain()
        return costs


def burst(joins: int = BURST) -> dict[str, Any]:
    """Return the cost of many simultaneous joins of a group that is mapped to two targets."""
    with deployed_hub() as aws:
        _two_targets(aws, people=joins)
        operations = _operations(aws)
        with measured(aws) as cost:
            for number in range(joins):
                for event in operations.join(f"user-{number:05d}", "group-0000", "console"):
                    aws.deliver(event)
            aws.run()
            aws.wait(60)
        profiles = sum(len(domain.profiles) for domain in aws.services.studio.snapshot())
        return {
            "joins": joins,
            "profiles": profiles,
            "calls_per_join": round(cost.total() / joins, 1),
            **cost.plain(),
        }


def sweeps(size: Size = LARGE, drifts: int = DIFFERENCES) -> dict[str, Any]:
    """Return the costs of a sweep without drift, and of a sweep that finds drift."""
    with deployed_hub() as aws:
        company = found(aws, size)
        _sweep(aws)
        with measured(aws) as idle:
            _sweep(aws)
        bound = lower_bound(size)
        _spoil(aws, company, size, drifts)
        with measured(aws) as busy:
            _sweep(aws)
            aws.wait(600)
        pages = _page_calls(idle)
        return {
            "users": size.users,
            "groups": size.groups,
            "targets": size.targets,
            "nothing_to_do": {
                **idle.plain(),
                "page_calls": pages,
                "lower_bound": bound,
                "lower_bound_total": sum(bound.values()),
                "ratio": round(pages / sum(bound.values()), 3),
                "memory_mb": megabytes(memory_of_handlers() + idle.growth),
            },
            "differences": {"count": drifts, **busy.plain()},
        }


def lower_bound(size: Size) -> dict[str, int]:
    """Return the fewest pages to read, by operation: each item once, in full pages."""
    members, profiles = size.users // size.groups, size.users // size.targets
    table = dynamodb_backends[HUB_ACCOUNT][HUB_REGION].get_table(LEDGER)
    ledger = sum(item.size() for item in table.all_items())
    return {
        "identitystore.ListGroupMemberships": size.groups * _pages(members),
        "identitystore.ListUsers": _pages(size.users),
        "identitystore.ListGroups": _pages(size.groups),
        "sagemaker.ListUserProfiles": size.targets * _pages(profiles),
        # Read once a day; every user is assigned.
        "sso-admin.ListApplicationAssignments": size.targets * _pages(profiles),
        # Queries of the ledger: each group's snapshot, each target, the hub's state.
        "dynamodb.Query": size.groups + size.targets + 1,
        # The mappings, and the whole ledger once a day.
        "dynamodb.Scan": 1 + -(-ledger // _LEDGER_PAGE),
    }


def _page_calls(cost: Cost) -> int:
    listing = (".List", ".Query", ".Scan")
    return sum(n for name, n in cost.calls.items() if any(word in name for word in listing))


def _pages(count: int) -> int:
    return -(-count // _PAGE)


def _sweep(aws: EmbeddedAws) -> None:
    aws.sweep()
    # A sweep's time has whole seconds, so what the sweep reads must be newer.
    aws.clock.forward(1)
    aws.run()


def _spoil(aws: EmbeddedAws, company: Company, size: Size, drifts: int) -> None:
    """Create drift: half of it users who leave without an event, half users who join."""
    store = aws.services.identity_store
    for number in range(drifts // 2):
        store.remove_membership(company.users[number], company.groups[number % size.groups])
        newcomer = store.add_user(f"new-{number:03d}")
        store.add_membership(newcomer.user_id, company.groups[-1 - number % size.groups])


def _two_targets(aws: EmbeddedAws, people: int = 2) -> None:
    """Make a company of two targets; its first group is mapped to both, its second to one."""
    company = found(aws, Size(users=0, groups=2, targets=2))
    for number in range(people):
        aws.services.identity_store.add_user(f"user-{number:05d}")
    aws.put_mapping(row(0, company.targets[1]))
    aws.put_mapping(row(1, company.targets[0]) | {"priority": 1})
    aws.delete_mapping("group-0001", str(company.targets[1]))
    aws.skip_row_changes()


def _operations(aws: EmbeddedAws) -> DirectoryOperations:
    return DirectoryOperations(aws.services.identity_store, HUB_ACCOUNT, aws.clock.now)


def _deliver(aws: EmbeddedAws, events: tuple[dict[str, Any], ...]) -> None:
    for event in events:
        aws.deliver(event)
    aws.run()
