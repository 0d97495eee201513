"""What Studio users request with the shipped roles: what must be allowed, and what must not.

Source of actions, resources and keys: the Service Authorization Reference.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from e2e.iam_requests import Context, IamRequest
from e2e.shipped import ACCOUNT, DOMAIN, PROFILE, REGION, role_arn

STUDIO = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/sagemaker"
ATHENA = f"arn:aws:athena:{REGION}:{ACCOUNT}"
OWNER = f"{STUDIO}:user-profile/{DOMAIN}/{PROFILE}"
PRIVATE = {"sagemaker:OwnerUserProfileArn": OWNER, "sagemaker:SpaceSharingType": "Private"}
HERE = {"aws:ResourceAccount": ACCOUNT}
ISOLATED: Context = {"sagemaker:NetworkIsolation": "true"}
OPEN: Context = {"sagemaker:NetworkIsolation": "false"}
SPACE, APP = f"{STUDIO}:space/{DOMAIN}/hers", f"{STUDIO}:app/{DOMAIN}/hers/jupyterlab/default"
WITH_NETWORK = ("HyperParameterTuningJob", "Model", "ProcessingJob", "TrainingJob")
PREFIXES = {"DataScientist": "datascientist", "MLEngineer": "mlengineer", "Analyst": "analyst"}
WITH_JOBS = ("DataScientist", "MLEngineer")


@dataclass(frozen=True, slots=True)
class User:
    """A user of a shipped role, who requests their role's resources or those of `whose`."""

    role: str
    whose: str = ""

    @property
    def prefix(self) -> str:
        """Return the prefix of the names that the user requests."""
        return self.whose or PREFIXES[self.role]

    def asks(self, action: str, resource: str, context: Context | None = None) -> IamRequest:
        """Return a request of the user."""
        return IamRequest(role_arn(self.role), action, resource, context or {})

    def named(self, kind: str, rest: str = "churn") -> str:
        """Return the ARN of a SageMaker resource of a kind."""
        return f"{STUDIO}:{kind}/{self.prefix}-{rest}"

    def makes(self, kind: str, context: Context) -> IamRequest:
        """Return the request to create a job or a model of a kind, as the API has it."""
        return self.asks(f"sagemaker:Create{kind}", self.named(_arn_kind(kind)), context)


def owned(person: User, network: Context) -> Iterator[IamRequest]:
    """Yield all requests for names of one role, by a user who runs jobs."""
    for kind in WITH_NETWORK:
        yield person.makes(kind, network)
        tagging = {"sagemaker:TaggingAction": f"Create{kind}"}
        yield person.asks("sagemaker:AddTags", person.named(_arn_kind(kind)), tagging)
        yield person.asks(f"sagemaker:Describe{kind}", person.named(_arn_kind(kind)))
    for kind in ("HyperParameterTuningJob", "ProcessingJob", "TrainingJob", "TransformJob"):
        yield person.asks(f"sagemaker:Stop{kind}", person.named(_arn_kind(kind)))
    tuning = person.named("hyper-parameter-tuning-job")
    yield person.asks("sagemaker:ListTrainingJobsForHyperParameterTuningJob", tuning)
    yield person.asks("sagemaker:DescribeTransformJob", person.named("transform-job"))
    yield person.makes("TransformJob", {"sagemaker:ModelArn": person.named("model")})
    yield from own_logs(person)


def own_logs(person: User) -> Iterator[IamRequest]:
    """Yield the writes and reads of logs of jobs and endpoints with names of one role."""
    stream = f"log-stream:{person.prefix}-churn/algo-1-1700000000"
    for kind in ("TrainingJobs", "ProcessingJobs", "TransformJobs"):
        for action in ("CreateLogStream", "GetLogEvents", "PutLogEvents"):
            yield person.asks(f"logs:{action}", f"{LOGS}/{kind}:{stream}")
    endpoint = f"{LOGS}/Endpoints/{person.prefix}-churn:log-stream:AllTraffic/i-0123456789abcdef0"
    yield person.asks("logs:GetLogEvents", endpoint)


def delivered(person: User) -> Iterator[IamRequest]:
    """Yield an engineer's requests for names of one role: pipelines, registry, endpoints."""
    pipeline, run = person.named("pipeline"), person.named("pipeline", "churn/execution/abc123")
    for action in ("Create", "Delete", "Describe", "Update"):
        yield person.asks(f"sagemaker:{action}Pipeline", pipeline)
    yield person.asks("sagemaker:StartPipelineExecution", pipeline)
    for action in ("Describe", "Retry", "Stop"):
        yield person.asks(f"sagemaker:{action}PipelineExecution", run)
    package = person.named("model-package", "churn/1")
    for action in ("Create", "Describe", "Update"):
        yield person.asks(f"sagemaker:{action}ModelPackage", package)
    yield person.asks("sagemaker:CreateModelPackageGroup", person.named("model-package-group"))
    tagging = {"sagemaker:TaggingAction": "CreatePipeline"}
    yield person.asks("sagemaker:AddTags", pipeline, tagging)
    models: Context = {"sagemaker:ModelArn": person.named("model")}
    config = person.named("endpoint-config")
    yield person.asks("sagemaker:CreateEndpointConfig", config, models)
    for action in ("CreateEndpoint", "UpdateEndpoint"):
        yield person.asks(f"sagemaker:{action}", person.named("endpoint"))
        yield person.asks(f"sagemaker:{action}", config)
    for action in ("DeleteEndpoint", "DescribeEndpoint", "InvokeEndpoint"):
        yield person.asks(f"sagemaker:{action}", person.named("endpoint"))
    yield person.asks("sagemaker:DeleteModel", person.named("model"))


def kept(person: User, bucket: str) -> Iterator[IamRequest]:
    """Yield the reads and writes below one role's prefix in a bucket."""
    for action in ("DeleteObject", "GetObject", "PutObject"):
        yield stored(person, action, bucket, f"{person.prefix}/churn/model.tar.gz")
    listing = {**HERE, "s3:prefix": f"{person.prefix}/churn/"}
    yield person.asks("s3:ListBucket", f"arn:aws:s3:::{bucket}", listing)


def stored(person: User, action: str, bucket: str, key: str) -> IamRequest:
    """Return a request for an object of this account."""
    return person.asks(f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}", HERE)


def queried(person: User, bucket: str) -> Iterator[IamRequest]:
    """Yield an analyst's requests for names of one role."""
    for group in (f"studio-{person.prefix}", f"studio-{person.prefix}-cheap"):
        for action in ("GetQueryResults", "StartQueryExecution", "StopQueryExecution"):
            yield person.asks(f"athena:{action}", f"{ATHENA}:workgroup/{group}")
    yield stored(person, "GetObject", bucket, f"{person.prefix}/table/part-0")
    yield stored(person, "PutObject", bucket, f"{person.prefix}/athena-results/1.csv")
    listing = {**HERE, "s3:prefix": f"{person.prefix}/table/"}
    yield person.asks("s3:ListBucket", f"arn:aws:s3:::{bucket}", listing)


def interfaces(person: User, subnet: str, group: str) -> Iterator[IamRequest]:
    """Yield SageMaker's requests to put a job of a role into a subnet.

    EC2 checks each resource of a call separately.
    """
    interface = f"{EC2}:network-interface/eni-0123456789abcdef0"
    within = {"ec2:Subnet": f"{EC2}:subnet/{subnet}"}
    create = "ec2:CreateNetworkInterface"
    yield person.asks(create, f"{EC2}:subnet/{subnet}", {"ec2:SubnetID": subnet})
    yield person.asks(create, f"{EC2}:security-group/{group}", {"ec2:SecurityGroupID": group})
    for action in (
        "CreateNetworkInterfacePermission",
        "DeleteNetworkInterface",
        "DeleteNetworkInterfacePermission",
    ):
        yield person.asks(f"ec2:{action}", interface, within)


def in_studio(person: User) -> Iterator[IamRequest]:
    """Yield what every user may do in Studio, with any parameters of the stack."""
    yield person.asks("sagemaker:CreatePresignedDomainUrl", OWNER)
    yield person.asks("sagemaker:DescribeSpace", SPACE)
    yield person.asks("sagemaker:ListSpaces", "*")
    for action in ("CreateSpace", "DeleteSpace", "UpdateSpace"):
        yield person.asks(f"sagemaker:{action}", SPACE, PRIVATE)
    without = {**PRIVATE, "sagemaker:RemoteAccess": "DISABLED"}
    yield person.asks("sagemaker:UpdateSpace", SPACE, without)
    for types in (["system"], ["ml.t3.medium"]):
        app: Context = {**PRIVATE, "sagemaker:InstanceTypes": types}
        yield person.asks("sagemaker:CreateApp", APP, app)
    yield person.asks("sagemaker:DeleteApp", APP, PRIVATE)
    yield person.asks("sagemaker:AddTags", SPACE, {"sagemaker:TaggingAction": "CreateSpace"})
    yield person.asks("logs:CreateLogGroup", f"{LOGS}/TrainingJobs")
    yield person.asks("logs:PutLogEvents", f"{LOGS}/studio:log-stream:{DOMAIN}/hers/JupyterLab/1")
    namespace = {"cloudwatch:namespace": "/aws/sagemaker/TrainingJobs"}
    yield person.asks("cloudwatch:PutMetricData", "*", namespace)


def always(person: User) -> Iterator[IamRequest]:
    """Yield what a user who runs jobs needs as well, with any parameters of the stack."""
    yield person.asks("sagemaker:ListTrainingJobs", "*")
    to_studio = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    yield person.asks("iam:PassRole", role_arn(person.role), to_studio)
    yield person.asks("ecr:GetAuthorizationToken", "*")
    yield person.asks("ec2:DescribeSubnets", "*")
    interface = f"{EC2}:network-interface/*"
    yield person.asks("ec2:CreateNetworkInterface", interface)
    yield pulled(person, ACCOUNT)
    default = f"arn:aws:s3:::sagemaker-{REGION}-{ACCOUNT}"
    yield person.asks("s3:ListBucket", default, HERE)


def pulled(person: User, registry: str) -> IamRequest:
    """Return the pull of an image from an account's registry."""
    repository = f"arn:aws:ecr:{REGION}:{registry}:repository/pytorch-training"
    return person.asks("ecr:BatchGetImage", repository, {"aws:ResourceAccount": registry})


def in_vpc(subnets: Sequence[str], groups: Sequence[str]) -> Context:
    """Return the network of a job in a VPC; absent parts have no keys."""
    context: dict[str, str | list[str]] = dict(OPEN)
    if subnets:
        context["sagemaker:VpcSubnets"] = list(subnets)
    if groups:
        context["sagemaker:VpcSecurityGroupIds"] = list(groups)
    return context


def with_key(request: IamRequest, key: str, value: str | list[str]) -> IamRequest:
    """Return the request with one more key of its context."""
    return replace(request, context={**request.context, key: value})


def _arn_kind(kind: str) -> str:
    """Return a kind as ARNs spell it."""
    hyphened = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind)
    return hyphened.removeprefix("-")
