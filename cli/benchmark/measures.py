"""The stories that the benchmark measures."""

from typing import Any

from moto.dynamodb.models import dynamodb_backends

from cli.benchmark.changes import two_groups
from cli.benchmark.company import Company, Size, found
from cli.benchmark.costs import Cost, measured, megabytes, memory_of_handlers, sampled
from cli.simulation.deployment import deployed_hub
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws
from simulator.setup import LEDGER

LARGE = Size(users=10_000, groups=200, targets=500, others=190_000)
DIFFERENCES = 100
BURST = 1_000
_PAGE = 100
_LEDGER_PAGE = 1024 * 1024


def burst(joins: int = BURST) -> dict[str, Any]:
    """Return the cost of many simultaneous joins of a group that is mapped to two targets.

    The share of the hub's own code is that beside clients that speak HTTP, as on AWS.
    """
    with deployed_hub(over_http=True) as aws:
        operations = two_groups(aws, targets=2, people=joins + 1)
        # The first join has the targets checked, and opens the sessions there.
        for event in operations.join("user-00000", "group-0000", "console"):
            aws.deliver(event)
        aws.wait(120)
        with measured(aws) as cost, sampled() as samples:
            for number in range(1, joins + 1):
                for event in operations.join(f"user-{number:05d}", "group-0000", "console"):
                    aws.deliver(event)
            aws.run()
            aws.wait(60)
        profiles = sum(len(domain.profiles) for domain in aws.services.studio.snapshot())
        return {
            "joins": joins,
            "profiles": profiles,
            "calls_per_join": round(cost.total() / joins, 1),
            "own_share_of_cpu": round(samples["own"] / samples.total(), 3),
            **cost.plain(),
        }


def sweeps(size: Size = LARGE, drifts: int = DIFFERENCES) -> dict[str, Any]:
    """Return the costs of a sweep without drift, and of a sweep that finds drift.

    `memory_mb` is the size of a process with all functions and their clients, and the growth of
    this process during the sweep, the embedded AWS's own growth included.
    """
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
    members, profiles = size.users // size.groups, size.profiles
    table = dynamodb_backends[HUB_ACCOUNT][HUB_REGION].get_table(LEDGER)
    ledger = sum(item.size() for item in table.all_items())
    return {
        "identitystore.ListGroupMemberships": size.groups * _pages(members),
        "identitystore.ListUsers": _pages(size.users + size.others),
        "identitystore.ListGroups": _pages(size.groups),
        "sagemaker.ListUserProfiles": size.targets * _pages(profiles),
        # Read once a day; every user is assigned.
        "sso-admin.ListApplicationAssignments": size.targets * _pages(profiles),
        # Queries of the ledger: each group's snapshot, each target, the hub's state. Profiles are
        # compared every hour and assignments once a day. Each comparison reads the target's records
        # after its listing, so that what is created meanwhile is not taken for unknown.
        "dynamodb.Query": size.groups + 2 * size.targets + 1,
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
