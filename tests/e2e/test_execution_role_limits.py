"""What limits all shipped group-level roles alike: network, images, machines, ways in."""

from collections.abc import Callable, Mapping

import pytest
from e2e.evaluator import Decision, not_allowed, not_denied, not_refused
from e2e.shipped import DOMAIN, NARROWED, SECURITY_GROUP, SUBNETS, role_arn
from e2e.shipped_requests import (
    APP,
    ISOLATED,
    LOGS,
    OPEN,
    OWNER,
    PREFIXES,
    PRIVATE,
    SPACE,
    WITH_JOBS,
    WITH_NETWORK,
    User,
    in_vpc,
    interfaces,
    pulled,
    with_key,
)

pytestmark = pytest.mark.e2e

Judge = Callable[..., list[Decision]]

DEFAULT: Mapping[str, str] = {}
DEEP_LEARNING_CONTAINERS = "763104351884"
STRANGER = "999999999999"
IN_VPC = in_vpc(SUBNETS, [SECURITY_GROUP])
OTHER_SUBNET, OTHER_GROUP = "subnet-ffffffffffffffff0", "sg-ffffffffffffffff0"


@pytest.mark.parametrize("name", WITH_JOBS)
@pytest.mark.parametrize("kind", WITH_NETWORK)
def test_nothing_runs_on_the_open_network(judge_shipped: Judge, name: str, kind: str) -> None:
    """A job or a model is isolated, or in named subnets with named security groups."""
    person = User(name)
    networks = [
        OPEN,
        {},
        in_vpc(SUBNETS, []),
        in_vpc([], [SECURITY_GROUP]),
        in_vpc([*SUBNETS, OTHER_SUBNET], [SECURITY_GROUP]),
        in_vpc(SUBNETS, [SECURITY_GROUP, OTHER_GROUP]),
        {**in_vpc([OTHER_SUBNET], [SECURITY_GROUP]), **ISOLATED},
    ]

    decisions = judge_shipped([person.makes(kind, each) for each in networks], NARROWED)
    assert not_denied(decisions) == []
    # Without parameters there is no network at all.
    assert not_denied(judge_shipped([person.makes(kind, IN_VPC)], DEFAULT)) == []


def test_interfaces_are_made_for_jobs_alone(judge_shipped: Judge) -> None:
    """In the named subnets with the named security groups; without parameters nowhere."""
    person = User("DataScientist")
    elsewhere = interfaces(person, OTHER_SUBNET, OTHER_GROUP)

    assert not_refused(judge_shipped(elsewhere, NARROWED)) == []
    named = interfaces(person, SUBNETS[0], SECURITY_GROUP)
    assert not_refused(judge_shipped(named, DEFAULT)) == []
    analyst = interfaces(User("Analyst"), SUBNETS[0], SECURITY_GROUP)
    assert not_refused(judge_shipped(analyst, NARROWED)) == []


@pytest.mark.parametrize("kind", ["HyperParameterTuningJob", "TrainingJob"])
def test_no_job_mounts_a_file_system(judge_shipped: Judge, kind: str) -> None:
    """The domain's has the home directories of all its people."""
    request = User("DataScientist").makes(kind, IN_VPC)
    mounting = with_key(request, "sagemaker:FileSystemId", "fs-0123456789abcdef0")

    assert not_denied(judge_shipped([mounting], NARROWED)) == []


@pytest.mark.parametrize("name", PREFIXES)
def test_no_space_lets_a_remote_ide_in(judge_shipped: Judge, name: str) -> None:
    """Denied when it is made and later, unless the parameter allows it."""
    remote = {**PRIVATE, "sagemaker:RemoteAccess": "ENABLED"}
    requests = [
        User(name).asks(f"sagemaker:{action}Space", SPACE, remote)
        for action in ("Create", "Update")
    ]

    assert not_denied(judge_shipped(requests, DEFAULT)) == []
    assert not_allowed(judge_shipped(requests, {"SpaceRemoteAccess": "allow"})) == []


def test_instance_types_are_the_named_ones(judge_shipped: Judge) -> None:
    """For apps, spaces, jobs, transforms and endpoints; one that is not named is one too many."""
    person = User("MLEngineer")
    models = {"sagemaker:ModelArn": person.named("model")}
    requests = [
        person.asks("sagemaker:CreateApp", APP, PRIVATE),
        person.asks("sagemaker:CreateSpace", SPACE, PRIVATE),
        person.asks("sagemaker:UpdateSpace", SPACE, PRIVATE),
        *(person.makes(kind, ISOLATED) for kind in WITH_NETWORK if kind != "Model"),
        person.makes("TransformJob", models),
        person.asks("sagemaker:CreateEndpointConfig", person.named("endpoint-config"), models),
    ]
    large = [
        with_key(each, "sagemaker:InstanceTypes", ["ml.t3.medium", "ml.p5.48xlarge"])
        for each in requests
    ]

    assert not_allowed(judge_shipped(requests, NARROWED)) == []
    assert not_denied(judge_shipped(large, NARROWED)) == []


def test_images_are_of_named_registries(judge_shipped: Judge) -> None:
    """This account's, and those that the parameter names: by default AWS's for deep learning."""
    for name in WITH_JOBS:
        unmanaged = [pulled(User(name), STRANGER)]
        assert not_refused(judge_shipped(unmanaged, DEFAULT)) == []
        unnamed = [*unmanaged, pulled(User(name), DEEP_LEARNING_CONTAINERS)]
        assert not_refused(judge_shipped(unnamed, NARROWED)) == []


@pytest.mark.parametrize("name", PREFIXES)
def test_nobody_becomes_more_than_their_role(judge_shipped: Judge, name: str) -> None:
    """No other role is passed, nothing existing is tagged, no other's space is touched."""
    person = User(name)
    others = {**PRIVATE, "sagemaker:OwnerUserProfileArn": OWNER.replace("/ada", "/bob")}
    shared = {**PRIVATE, "sagemaker:SpaceSharingType": "Shared"}
    to_lambda = {"iam:PassedToService": "lambda.amazonaws.com"}
    to_studio = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    requests = [
        *(
            person.asks("iam:PassRole", role_arn(other), to_studio)
            for other in (*PREFIXES, "Admin")
            if other != name
        ),
        person.asks("iam:PassRole", role_arn(name), to_lambda),
        person.asks("sagemaker:AddTags", person.named("training-job")),
        person.asks("sagemaker:AddTags", OWNER, {"sagemaker:TaggingAction": "CreateUserProfile"}),
        person.asks("sagemaker:UpdateUserProfile", OWNER),
        person.asks("sagemaker:CreatePresignedDomainUrl", OWNER.replace("/ada", "/bob")),
        person.asks("sagemaker:CreateSpace", SPACE, shared),
        *(
            person.asks(action, resource, context)
            for action, resource in (
                ("sagemaker:DeleteSpace", SPACE),
                ("sagemaker:CreateApp", APP),
                ("sagemaker:DeleteApp", APP),
            )
            for context in (others, shared)
        ),
        person.asks("sagemaker:Search", "*"),
        person.asks("sagemaker:StartSession", SPACE),
        # What others' apps print.
        person.asks("logs:GetLogEvents", f"{LOGS}/studio:log-stream:{DOMAIN}/his/JupyterLab/1"),
    ]

    assert not_refused(judge_shipped(requests, NARROWED)) == []
