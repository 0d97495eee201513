"""The shipped group-level roles, judged from the synthesized template: nothing is deployed here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import permutations

import pytest
from e2e.evaluator import Verdict, evaluate, install_evaluator
from e2e.iam_requests import IamRequest
from e2e.shipped import (
    ACCOUNT,
    BUCKETS,
    DOMAIN,
    NARROWED,
    REGION,
    REGISTRY,
    SECURITY_GROUP,
    SUBNETS,
    role_arn,
    shipped_roles,
    spoke_template,
)
from e2e.shipped_requests import (
    APP,
    ISOLATED,
    LOGS,
    OPEN,
    OWNER,
    PREFIXES,
    PRIVATE,
    SPACE,
    STUDIO,
    WITH_JOBS,
    WITH_NETWORK,
    Person,
    always,
    delivered,
    in_studio,
    in_vpc,
    interfaces,
    kept,
    own_logs,
    owned,
    pulled,
    queried,
    stored,
    with_key,
)
from e2e.stacks import build
from templates import Template

pytestmark = pytest.mark.e2e

Judge = Callable[..., list[Verdict]]

DEFAULT: Mapping[str, str] = {}
SDK_BUCKET = f"sagemaker-{REGION}-{ACCOUNT}"
DEEP_LEARNING_CONTAINERS, STRANGER = "763104351884", "999999999999"
IN_VPC = in_vpc(SUBNETS, [SECURITY_GROUP])
OTHER_SUBNET, OTHER_GROUP = "subnet-ffffffffffffffff0", "sg-ffffffffffffffff0"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return spoke_template(tmp_path_factory.mktemp("spoke"))


@pytest.fixture(scope="module")
def judge_shipped(template: Template) -> Judge:
    logs = build("logs")
    logs.mkdir(parents=True, exist_ok=True)
    script = install_evaluator(build("evaluator"), logs / "npm.log")

    def judged(requests: Iterable[IamRequest], parameters: Mapping[str, str]) -> list[Verdict]:
        verdicts = evaluate(script, shipped_roles(template, parameters), [*requests])
        # A key that the action does not have proves nothing: IAM would not send it.
        assert [(str(each), each.ignored) for each in verdicts if each.ignored] == []
        return verdicts

    return judged


def not_allowed(verdicts: Iterable[Verdict]) -> list[str]:
    return [str(each) for each in verdicts if each.result != "Allowed"]


def not_refused(verdicts: Iterable[Verdict]) -> list[str]:
    refused = {"ImplicitlyDenied", "ExplicitlyDenied"}
    return [str(each) for each in verdicts if each.result not in refused]


def not_denied(verdicts: Iterable[Verdict]) -> list[str]:
    return [str(each) for each in verdicts if each.result != "ExplicitlyDenied"]


def wanted(bucket: str) -> Iterator[IamRequest]:
    """Yield what each role must be able to do, whatever the parameters are."""
    for name in PREFIXES:
        yield from in_studio(Person(name))
        yield from own_logs(Person(name))
    for name in WITH_JOBS:
        person = Person(name)
        yield from owned(person, ISOLATED)
        yield from kept(person, bucket)
        yield stored(person, "GetObject", bucket, "shared/customers.csv")
        yield from always(person)
        location = {"aws:ResourceAccount": ACCOUNT}
        yield person.asks("s3:GetBucketLocation", f"arn:aws:s3:::{bucket}", location)
    yield from delivered(Person("MLEngineer"))
    analyst, scientist = Person("Analyst"), Person("DataScientist")
    yield from queried(analyst, bucket)
    yield stored(analyst, "GetObject", bucket, "shared/customers.csv")
    location = {"aws:ResourceAccount": ACCOUNT}
    yield analyst.asks("s3:GetBucketLocation", f"arn:aws:s3:::{bucket}", location)
    yield analyst.asks("athena:ListWorkGroups", "*")
    yield analyst.asks("athena:ListDatabases", f"arn:aws:athena:{REGION}:{ACCOUNT}:datacatalog/x")
    yield analyst.asks("glue:GetTables", f"arn:aws:glue:{REGION}:{ACCOUNT}:database/sales")
    experiment = f"{STUDIO}:experiment/churn"
    yield scientist.asks("sagemaker:CreateExperiment", experiment)
    yield scientist.asks("sagemaker:ListExperiments", "*")
    tagging = {"sagemaker:TaggingAction": "CreateExperiment"}
    yield scientist.asks("sagemaker:AddTags", experiment, tagging)
    yield Person("MLEngineer").asks("sagemaker:ListPipelines", "*")


def wanted_when_narrowed() -> Iterator[IamRequest]:
    """Yield what the parameters of the stack open."""
    for name in WITH_JOBS:
        person = Person(name)
        yield from owned(person, IN_VPC)
        yield from kept(person, BUCKETS[1])
        yield from interfaces(person, SUBNETS[1], SECURITY_GROUP)
        yield pulled(person, REGISTRY)
        for types in (["ml.m5.4xlarge"], ["ml.t3.medium", "ml.m5.large"]):
            yield with_key(person.makes("TrainingJob", ISOLATED), "sagemaker:InstanceTypes", types)
        remote = {**PRIVATE, "sagemaker:RemoteAccess": "ENABLED"}
        yield person.asks("sagemaker:CreateSpace", SPACE, remote)


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
        pulled(Person("DataScientist"), DEEP_LEARNING_CONTAINERS),
        with_key(
            Person("DataScientist").makes("TrainingJob", ISOLATED),
            "sagemaker:InstanceTypes",
            ["ml.p5.48xlarge"],
        ),
    ]
    assert not_allowed(judge_shipped(default, DEFAULT)) == []


@pytest.mark.parametrize(("name", "other"), [*permutations(PREFIXES, 2)])
def test_no_role_uses_what_another_made(judge_shipped: Judge, name: str, other: str) -> None:
    """Not its jobs, models, pipelines, endpoints, logs, data or query results."""
    person = Person(name, whose=PREFIXES[other])
    requests = [
        *owned(person, ISOLATED),
        *delivered(person),
        *kept(person, BUCKETS[0]),
        *queried(person, BUCKETS[0]),
    ]

    assert not_refused(judge_shipped(requests, NARROWED)) == []


def test_what_names_no_role_runs_ones_own_alone(judge_shipped: Judge) -> None:
    """A transform and an endpoint run their models, with their models' role, image and network."""
    person, other = Person("MLEngineer"), Person("DataScientist").named("model")
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
    person, bucket = Person("DataScientist"), BUCKETS[0]
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
    person, bucket = Person("DataScientist"), BUCKETS[0]
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
        stored(Person("Analyst"), "PutObject", bucket, "analyst/tables/a"),
        stored(Person("Analyst"), "DeleteObject", bucket, "analyst/athena-results/1.csv"),
    ]

    assert not_refused(judge_shipped(requests, NARROWED)) == []


@pytest.mark.parametrize("name", WITH_JOBS)
@pytest.mark.parametrize("kind", WITH_NETWORK)
def test_nothing_runs_on_the_open_network(judge_shipped: Judge, name: str, kind: str) -> None:
    """A job or a model is isolated, or in named subnets with named security groups."""
    person = Person(name)
    networks = [
        OPEN,
        {},
        in_vpc(SUBNETS, []),
        in_vpc([], [SECURITY_GROUP]),
        in_vpc([*SUBNETS, OTHER_SUBNET], [SECURITY_GROUP]),
        in_vpc(SUBNETS, [SECURITY_GROUP, OTHER_GROUP]),
        {**in_vpc([OTHER_SUBNET], [SECURITY_GROUP]), **ISOLATED},
    ]

    verdicts = judge_shipped([person.makes(kind, each) for each in networks], NARROWED)
    assert not_denied(verdicts) == []
    # Without parameters there is no network at all.
    assert not_denied(judge_shipped([person.makes(kind, IN_VPC)], DEFAULT)) == []


def test_interfaces_are_made_for_jobs_alone(judge_shipped: Judge) -> None:
    """In the named subnets with the named security groups; without parameters nowhere."""
    person = Person("DataScientist")
    elsewhere = interfaces(person, OTHER_SUBNET, OTHER_GROUP)

    assert not_refused(judge_shipped(elsewhere, NARROWED)) == []
    named = interfaces(person, SUBNETS[0], SECURITY_GROUP)
    assert not_refused(judge_shipped(named, DEFAULT)) == []
    analyst = interfaces(Person("Analyst"), SUBNETS[0], SECURITY_GROUP)
    assert not_refused(judge_shipped(analyst, NARROWED)) == []


@pytest.mark.parametrize("kind", ["HyperParameterTuningJob", "TrainingJob"])
def test_no_job_mounts_a_file_system(judge_shipped: Judge, kind: str) -> None:
    """The domain's has the home directories of all its people."""
    request = Person("DataScientist").makes(kind, IN_VPC)
    mounting = with_key(request, "sagemaker:FileSystemId", "fs-0123456789abcdef0")

    assert not_denied(judge_shipped([mounting], NARROWED)) == []


@pytest.mark.parametrize("name", PREFIXES)
def test_no_space_lets_a_remote_ide_in(judge_shipped: Judge, name: str) -> None:
    """Denied when it is made and later, unless the parameter allows it."""
    remote = {**PRIVATE, "sagemaker:RemoteAccess": "ENABLED"}
    requests = [
        Person(name).asks(f"sagemaker:{action}Space", SPACE, remote)
        for action in ("Create", "Update")
    ]

    assert not_denied(judge_shipped(requests, DEFAULT)) == []
    assert not_allowed(judge_shipped(requests, {"SpaceRemoteAccess": "allow"})) == []


def test_instance_types_are_the_named_ones(judge_shipped: Judge) -> None:
    """For apps, spaces, jobs, transforms and endpoints; one that is not named is one too many."""
    person = Person("MLEngineer")
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
        foreign = [pulled(Person(name), STRANGER)]
        assert not_refused(judge_shipped(foreign, DEFAULT)) == []
        unnamed = [*foreign, pulled(Person(name), DEEP_LEARNING_CONTAINERS)]
        assert not_refused(judge_shipped(unnamed, NARROWED)) == []


@pytest.mark.parametrize("name", PREFIXES)
def test_nobody_becomes_more_than_their_role(judge_shipped: Judge, name: str) -> None:
    """No other role is passed, nothing existing is tagged, no other's space is touched."""
    person = Person(name)
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


def test_each_right_is_needed(judge_shipped: Judge, template: Template) -> None:
    """Whatever statement is taken from a role, something that it must do is refused."""
    verdicts = [
        *judge_shipped(wanted(BUCKETS[0]), NARROWED),
        *judge_shipped(wanted(SDK_BUCKET), DEFAULT),
        *judge_shipped(wanted_when_narrowed(), NARROWED),
    ]
    needed = {
        (each.request.role, each.allowed_by[0]) for each in verdicts if len(each.allowed_by) == 1
    }

    assert sorted(given(template, "Allow") - needed) == []


def test_each_denial_is_tried(judge_shipped: Judge, template: Template) -> None:
    """What is denied stays so whatever managed policy a company attaches to a role."""
    requests = []
    for name in PREFIXES:
        person = Person(name)
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

    assert tried == given(template, "Deny")


def given(template: Template, effect: str) -> set[tuple[str, str]]:
    roles = shipped_roles(template, NARROWED)
    return {
        (role, sid)
        for role in roles.policies
        for sid, its_effect in roles.statements(role).items()
        if its_effect == effect
    }
