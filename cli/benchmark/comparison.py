"""Plays one story for the hub and for the blog post's handler; compares cost and errors."""

from typing import Any

from cli.benchmark import blog_post
from cli.benchmark.costs import measured
from cli.simulation.deployment import deployed_hub
from shared.conventions import iam_role_arn
from shared.model import Target
from simulator.directory_operations import DirectoryOperations
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.lambda_service import EventSource, Function

_ONE = Target.parse("222222222222/eu-west-1/d-one")
_TWO = Target.parse("333333333333/eu-west-1/d-two")
# (group, target) -> (role, priority)
_ROWS = {
    ("scientists", _ONE): ("Scientist", 20),
    ("scientists", _TWO): ("Analyst", 20),
    ("leads", _ONE): ("Lead", 10),
}
_PEOPLE = ("ada", "bob", "cy", "dee", "eve", "fay")


def compare() -> dict[str, Any]:
    """Return the results of both: their calls, and which users are not as desired."""
    return {"story": list(_STORY), "hub": _play(baseline=False), "blog_post": _play(baseline=True)}


# Describes the steps of `_story`, in the same order.
_STORY = (
    "ada, bob, cy and fay join scientists by the console",
    "ada joins leads too: a mapping grants her Lead",
    "bob joins leads, then leaves it again: a mapping grants him Scientist",
    "cy leaves scientists by the public API, which names a membership only",
    "dee joins scientists by SCIM, which hides her",
    "eve joins scientists, and the event is lost",
    "fay is disabled by the console",
    "a sweep (of which the blog post has none)",
)


def _story(aws: EmbeddedAws) -> None:
    operations = DirectoryOperations(aws.services.identity_store, HUB_ACCOUNT, aws.clock.now)
    joins = [operations.join(user, "scientists", "console") for user in ("ada", "bob", "cy", "fay")]
    for events in joins:
        _deliver(aws, events)
    _deliver(aws, operations.join("ada", "leads", "console"))
    _deliver(aws, operations.join("bob", "leads", "console"))
    _deliver(aws, operations.leave("bob", "leads", "console"))
    _deliver(aws, operations.leave("cy", "scientists", "api"))
    _deliver(aws, operations.join("dee", "scientists", "scim"))
    operations.join("eve", "scientists", "none")
    _deliver(aws, operations.set_status("fay", "DISABLED", "console"))


def _play(*, baseline: bool) -> dict[str, Any]:
    with deployed_hub() as aws:
        _found(aws)
        if baseline:
            _deploy_baseline(aws)
        with measured(aws) as cost:
            _story(aws)
            if not baseline:
                aws.sweep()
            aws.wait(600)
        return {"wrong": _wrong(aws), **cost.plain()}


def _found(aws: EmbeddedAws) -> None:
    store = aws.services.identity_store
    for group in ("scientists", "leads"):
        store.add_group(group)
    for name in _PEOPLE:
        store.add_user(name)
    for target in (_ONE, _TWO):
        aws.add_spoke(target)
    for (group, target), (role, priority) in _ROWS.items():
        aws.put_mapping(
            {
                "group": group,
                "target": str(target),
                "execution_role_arn": iam_role_arn(target.account, target.region, role),
                "priority": priority,
                "retention_days": 0,
            }
        )
    aws.skip_row_changes()


def _deploy_baseline(aws: EmbeddedAws) -> None:
    """Replace the hub's functions with the blog post's handler, with the role of `reconcile`."""
    reconcile = next(s.function for s in aws.lambdas.sources if s.function.name == "reconcile")
    function = Function("blog-post", blog_post.handler, reconcile.environment, 60)
    aws.lambdas.sources = [EventSource(aws.queues["events"], function, 1, partial=False)]
    aws.lambdas.streams = []


def _wrong(aws: EmbeddedAws) -> list[str]:
    """Return the users whose role is not the desired one, with both roles."""
    has = {
        ("/".join(domain.place), profile.sso_user): (profile.role or "").rpartition("/")[2]
        for domain in aws.services.studio.snapshot()
        for profile in domain.profiles
    }
    wrong = []
    for name in _PEOPLE:
        for target in (_ONE, _TWO):
            wanted, found = _desired(aws, name, target), has.get((str(target), name))
            if wanted != found:
                wrong.append(f"{name} in {target}: {found or 'nothing'}, not {wanted or 'nothing'}")
    return wrong


def _desired(aws: EmbeddedAws, name: str, target: Target) -> str | None:
    store = aws.services.identity_store
    user = store.find_user(name)
    if user is None or user.status == "DISABLED":
        return None
    groups = {store.group(of.group_id).name for of in store.groups_of(user.user_id)}
    rows = [(row[1], row[0]) for key, row in _ROWS.items() if key[0] in groups and key[1] == target]
    return min(rows)[1] if rows else None


def _deliver(aws: EmbeddedAws, events: tuple[dict[str, Any], ...]) -> None:
    for event in events:
        aws.deliver(event)
    aws.wait(60)
