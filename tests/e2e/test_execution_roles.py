"""The shipped group-level roles: each does its work, on its own things; nothing is deployed."""

from collections.abc import Callable, Mapping
from itertools import permutations

import pytest
from e2e.evaluator import Decision, not_allowed, not_refused
from e2e.shipped import ACCOUNT, BUCKETS, NARROWED, REGION, shipped_roles
from e2e.shipped_needs import wanted, wanted_when_narrowed
from e2e.shipped_requests import (
    ISOLATED,
    OPEN,
    PREFIXES,
    PRIVATE,
    SPACE,
    STUDIO,
    User,
    delivered,
    in_vpc,
    kept,
    owned,
    pulled,
    queried,
    stored,
    with_key,
)
from templates import Template

pytestmark = pytest.mark.e2e

Judge = Callable[..., list[Decision]]

DEFAULT: Mapping[str, str] = {}
SDK_BUCKET = f"sagemaker-{REGION}-{ACCOUNT}"
DEEP_LEARNING_CONTAINERS = "763104351884"
STRANGER = "999999999999"
OTHER_SUBNET, OTHER_GROUP = "subnet-ffffffffffffffff0", "sg-ffffffffffffffff0"


@pytest.mark.parametrize(
    ("parameters", "bucket"),
    [(DEFAULT, SDK_BUCKET), (NARROWED, BUCKETS[0])],
    ids=["default", "all"],
)
def test_a_role_does_its_work(
    judge_shipped: Judge, parameters: Mapping[str, str], bucket: str
) -> None:
    """With the stack's defaults, and with all that it can be told: train, deliver, query."""
    assert not_allowed(judge_shipped(wanted(bucket), parameters)) == []


def test_the_parameters_open_what_they_name(judge_shipped: Judge) -> None:
    """Subnets, security groups, buckets, registries, instance types and remote access."""
    assert not_allowed(judge_shipped(wanted_when_narrowed(), NARROWED)) == []
    default = [
        pulled(User("DataScientist"), DEEP_LEARNING_CONTAINERS),
        with_key(
            User("DataScientist").makes("TrainingJob", ISOLATED),
            "sagemaker:InstanceTypes",
            ["ml.p5.48xlarge"],
        ),
    ]
    assert not_allowed(judge_shipped(default, DEFAULT)) == []


@pytest.mark.parametrize(("name", "other"), [*permutations(PREFIXES, 2)])
def test_no_role_uses_what_another_made(judge_shipped: Judge, name: str, other: str) -> None:
    """Not its jobs, models, pipelines, endpoints, logs, data or query results."""
    person = User(name, whose=PREFIXES[other])
    requests = [
        *owned(person, ISOLATED),
        *delivered(person),
        *kept(person, BUCKETS[0]),
        *queried(person, BUCKETS[0]),
    ]

    assert not_refused(judge_shipped(requests, NARROWED)) == []


def test_what_names_no_role_runs_ones_own_alone(judge_shipped: Judge) -> None:
    """A transform and an endpoint run their models, with their models' role, image and network."""
    person, other = User("MLEngineer"), User("DataScientist").named("model")
    own = person.named("model")
    config = person.named("endpoint-config")
    requests = [
        person.asks(action, resource, context)
        for action, resource in (
            ("sagemaker:CreateTransformJob", person.named("transform-job")),
            ("sagemaker:CreateEndpointConfig", config),
        )
        for context in (
            {},
            {"sagemaker:ModelArn": other},
            {"sagemaker:ModelArn": f"{STUDIO}:model/somebodys"},
        )
    ]
    mixed = person.asks("sagemaker:CreateEndpointConfig", config, {"sagemaker:ModelArn": own})

    assert not_refused(judge_shipped(requests, NARROWED)) == []
    assert not_allowed(judge_shipped([mixed], NARROWED)) == []


def test_a_name_that_only_looks_like_ones_own_is_not(judge_shipped: Judge) -> None:
    """The prefix ends with its hyphen or slash, stands first, and is in lower case."""
    person, bucket = User("DataScientist"), BUCKETS[0]
    requests = [
        *(
            person.asks("sagemaker:StopTrainingJob", f"{STUDIO}:training-job/{name}")
            for name in ("datascientist", "datascientists-a", "a-datascientist-b", "churn")
        ),
        *(
            stored(person, action, bucket, key)
            for action in ("GetObject", "PutObject")
            for key in (
                "datascientist",
                "datascientists/a",
                "mlengineer/datascientist/a",
                f"mlengineer/{BUCKETS[1]}/datascientist/a",
                "mlengineer/shared/a",
            )
        ),
        stored(person, "PutObject", bucket, "shared/a"),
        stored(person, "DeleteObject", bucket, "shared/a"),
    ]

    assert not_refused(judge_shipped(requests, NARROWED)) == []


def test_data_lies_in_named_buckets_of_this_account(judge_shipped: Judge) -> None:
    """Not in one that only begins like them, nor in another account's; lists show one's own."""
    person, bucket = User("DataScientist"), BUCKETS[0]
    own = "datascientist/churn/train.csv"
    theirs = {"aws:ResourceAccount": STRANGER}
    listed = f"arn:aws:s3:::{bucket}"
    here = {"aws:ResourceAccount": ACCOUNT}
    requests = [
        stored(person, "PutObject", f"{bucket}-2", own),
        stored(person, "PutObject", SDK_BUCKET, own),
        person.asks("s3:PutObject", f"arn:aws:s3:::{bucket}/{own}", theirs),
        person.asks("s3:PutObject", f"arn:aws:s3:::{bucket}/{own}"),
        person.asks("s3:ListBucket", listed, here),
        person.asks("s3:ListBucket", listed, {**here, "s3:prefix": ""}),
        person.asks("s3:ListBucket", listed, {**here, "s3:prefix": "data"}),
        person.asks("s3:ListBucket", listed, {**here, "s3:prefix": "mlengineer/"}),
        stored(User("Analyst"), "PutObject", bucket, "analyst/tables/a"),
        stored(User("Analyst"), "DeleteObject", bucket, "analyst/athena-results/1.csv"),
    ]

    assert not_refused(judge_shipped(requests, NARROWED)) == []


def test_each_right_is_needed(judge_shipped: Judge, shipped_template: Template) -> None:
    """Whatever statement is taken from a role, something that it must do is refused."""
    decisions = [
        *judge_shipped(wanted(BUCKETS[0]), NARROWED),
        *judge_shipped(wanted(SDK_BUCKET), DEFAULT),
        *judge_shipped(wanted_when_narrowed(), NARROWED),
    ]
    needed = {
        (each.request.role, each.allowed_by[0]) for each in decisions if len(each.allowed_by) == 1
    }

    assert sorted(given(shipped_template, "Allow") - needed) == []


def test_each_denial_is_tried(judge_shipped: Judge, shipped_template: Template) -> None:
    """What is denied stays so whatever managed policy a company attaches to a role."""
    requests = []
    for name in PREFIXES:
        person = User(name)
        remote = {**PRIVATE, "sagemaker:RemoteAccess": "ENABLED"}
        requests.append(person.asks("sagemaker:CreateSpace", SPACE, remote))
        large = with_key(person.makes("TrainingJob", ISOLATED), "sagemaker:InstanceTypes", ["x"])
        requests.append(large)
        for network in (OPEN, in_vpc([OTHER_SUBNET], [OTHER_GROUP])):
            job = person.makes("TrainingJob", network)
            requests.append(with_key(job, "sagemaker:FileSystemId", "fs-0123456789abcdef0"))
    parameters = NARROWED | {"SpaceRemoteAccess": "deny"}
    tried = {
        (each.request.role, sid)
        for each in judge_shipped(requests, parameters)
        for sid in each.denied_by
    }

    assert tried == given(shipped_template, "Deny")


def given(shipped_template: Template, effect: str) -> set[tuple[str, str]]:
    roles = shipped_roles(shipped_template, NARROWED)
    return {
        (role, sid)
        for role in roles.policies
        for sid, its_effect in roles.statements(role).items()
        if its_effect == effect
    }
