"""What users with each shipped role must be able to do."""

from collections.abc import Iterator

from e2e.iam_requests import IamRequest
from e2e.shipped import ACCOUNT, BUCKETS, REGION, REGISTRY, SECURITY_GROUP, SUBNETS
from e2e.shipped_requests import (
    ISOLATED,
    PREFIXES,
    PRIVATE,
    SPACE,
    STUDIO,
    WITH_JOBS,
    User,
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

_IN_VPC = in_vpc(SUBNETS, [SECURITY_GROUP])


def wanted(bucket: str) -> Iterator[IamRequest]:
    """Yield what each role must be able to do, with any parameters."""
    for name in PREFIXES:
        yield from in_studio(User(name))
        yield from own_logs(User(name))
    for name in WITH_JOBS:
        person = User(name)
        yield from owned(person, ISOLATED)
        yield from kept(person, bucket)
        yield stored(person, "GetObject", bucket, "shared/customers.csv")
        yield from always(person)
        location = {"aws:ResourceAccount": ACCOUNT}
        yield person.asks("s3:GetBucketLocation", f"arn:aws:s3:::{bucket}", location)
    yield from delivered(User("MLEngineer"))
    analyst, scientist = User("Analyst"), User("DataScientist")
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
    yield User("MLEngineer").asks("sagemaker:ListPipelines", "*")


def wanted_when_narrowed() -> Iterator[IamRequest]:
    """Yield what the parameters of the stack allow."""
    for name in WITH_JOBS:
        person = User(name)
        yield from owned(person, _IN_VPC)
        yield from kept(person, BUCKETS[1])
        yield from interfaces(person, SUBNETS[1], SECURITY_GROUP)
        yield pulled(person, REGISTRY)
        for types in (["ml.m5.4xlarge"], ["ml.t3.medium", "ml.m5.large"]):
            yield with_key(person.makes("TrainingJob", ISOLATED), "sagemaker:InstanceTypes", types)
        remote = {**PRIVATE, "sagemaker:RemoteAccess": "ENABLED"}
        yield person.asks("sagemaker:CreateSpace", SPACE, remote)
