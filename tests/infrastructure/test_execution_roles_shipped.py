"""All rights of the shipped group-level roles: a right more or less fails here."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from templates import policies_of

Resources = dict[str, dict[str, Any]]
Given = str | list[str]

STUDIO = "arn:*:sagemaker:*:222222222222"
OWN_PROFILE = f"{STUDIO}:user-profile/${{sagemaker:DomainId}}/${{sagemaker:UserProfileName}}"
OWN_PRIVATE = {
    "ArnLike": {"sagemaker:OwnerUserProfileArn": OWN_PROFILE},
    "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
}
THIS_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": "222222222222"}}
WHEN_MADE = {"Null": {"sagemaker:TaggingAction": "false"}}
SDK_BUCKET = "arn:aws:s3:::sagemaker-eu-west-1-222222222222"
BUCKETS = [SDK_BUCKET]
# What is denied whatever managed policy is attached.
WITH_NETWORK = (
    "sagemaker: CreateHyperParameterTuningJob CreateModel CreateProcessingJob CreateTrainingJob"
)
INSTANCE_TYPES = ["system", "*"]


def allow(
    sid: str, action: Given, resource: Given, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a statement; "service: One Two" are actions of one service."""
    if isinstance(action, str) and ": " in action:
        service, *names = action.split()
        action = [f"{service}{name}" for name in names]
    statement = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def deny(sid: str, action: Given, condition: dict[str, Any]) -> dict[str, Any]:
    return allow(sid, action, "*", condition) | {"Effect": "Deny"}


def studio(*kinds: str) -> list[str]:
    return [f"{STUDIO}:{kind}/*" for kind in kinds]


def named(prefix: str, *kinds: str) -> list[str]:
    return [f"{STUDIO}:{kind}/{prefix}-*" for kind in kinds]


IN_STUDIO = [
    allow(
        "SeeTheDomain",
        "sagemaker: DescribeApp DescribeDomain DescribeSpace DescribeUserProfile",
        studio("app", "domain", "space", "user-profile"),
    ),
    allow(
        "ListTheDomain",
        "sagemaker: ListApps ListDomains ListSpaces ListUserProfiles",
        "*",
    ),
    allow("OpenOnesOwnStudio", "sagemaker:CreatePresignedDomainUrl", OWN_PROFILE),
    allow(
        "KeepOnesOwnSpaces",
        "sagemaker: CreateSpace DeleteSpace UpdateSpace",
        f"{STUDIO}:space/${{sagemaker:DomainId}}/*",
        OWN_PRIVATE,
    ),
    allow(
        "RunOnesOwnApps",
        "sagemaker: CreateApp DeleteApp",
        f"{STUDIO}:app/${{sagemaker:DomainId}}/*",
        OWN_PRIVATE,
    ),
    allow(
        "TagSpacesAndAppsWhenMade",
        "sagemaker:AddTags",
        studio("app", "space"),
        {"StringEquals": {"sagemaker:TaggingAction": ["CreateApp", "CreateSpace"]}},
    ),
    deny(
        "NoRemoteAccess",
        "sagemaker:*",
        {
            "Null": {"sagemaker:RemoteAccess": "false"},
            "StringNotEquals": {"sagemaker:RemoteAccess": ["DISABLED"]},
        },
    ),
    deny(
        "OnlyNamedInstanceTypes",
        "sagemaker:*",
        {"ForAnyValue:StringNotLike": {"sagemaker:InstanceTypes": INSTANCE_TYPES}},
    ),
]
IN_NETWORK = [
    *(
        deny(
            sid,
            WITH_NETWORK,
            {"Null": {key: "true"}, "BoolIfExists": {"sagemaker:NetworkIsolation": "false"}},
        )
        for sid, key in (
            ("NoJobWithoutSubnets", "sagemaker:VpcSubnets"),
            ("NoJobWithoutSecurityGroups", "sagemaker:VpcSecurityGroupIds"),
        )
    ),
    deny(
        "NoJobInOtherSubnets",
        "sagemaker:*",
        {"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": ["none"]}},
    ),
    deny(
        "NoJobInOtherSecurityGroups",
        "sagemaker:*",
        {"ForAnyValue:StringNotEquals": {"sagemaker:VpcSecurityGroupIds": ["none"]}},
    ),
    deny(
        "NoFileSystems",
        "sagemaker:*",
        {"Null": {"sagemaker:FileSystemId": "false"}},
    ),
    allow(
        "MakeInterfaces",
        "ec2:CreateNetworkInterface",
        "arn:*:ec2:*:222222222222:network-interface/*",
    ),
    allow(
        "MakeInterfacesInJobSubnets",
        "ec2:CreateNetworkInterface",
        "arn:*:ec2:*:*:subnet/*",
        {"StringEquals": {"ec2:SubnetID": ["none"]}},
    ),
    allow(
        "MakeInterfacesWithJobSecurityGroups",
        "ec2:CreateNetworkInterface",
        "arn:*:ec2:*:*:security-group/*",
        {"StringEquals": {"ec2:SecurityGroupID": ["none"]}},
    ),
    allow(
        "LendAndDeleteInterfacesOfJobSubnets",
        "ec2: CreateNetworkInterfacePermission DeleteNetworkInterface "
        "DeleteNetworkInterfacePermission",
        "arn:*:ec2:*:222222222222:network-interface/*",
        {"ArnLike": {"ec2:Subnet": ["arn:*:ec2:*:*:subnet/none"]}},
    ),
    allow(
        "SeeNetworks",
        "ec2: DescribeDhcpOptions DescribeNetworkInterfaces DescribeSecurityGroups "
        "DescribeSubnets DescribeVpcs",
        "*",
    ),
]
FIND_BUCKETS = allow("FindStudioBuckets", "s3:GetBucketLocation", "arn:*:s3:::*", THIS_ACCOUNT)
READ_SHARED = allow("ReadSharedData", "s3:GetObject", [f"{SDK_BUCKET}/shared/*"], THIS_ACCOUNT)


def logs(prefix: str) -> list[dict[str, Any]]:
    group = "arn:*:logs:*:222222222222:log-group:/aws/sagemaker"
    return [
        allow("FindStudioLogs", "logs: CreateLogGroup DescribeLogStreams", f"{group}/*"),
        allow(
            "WriteAndReadOnesOwnLogs",
            "logs: CreateLogStream GetLogEvents PutLogEvents",
            [
                f"{group}/*Jobs:log-stream:{prefix}-*",
                f"{group}/Endpoints/{prefix}-*:log-stream:*",
            ],
        ),
        allow(
            "WriteStudioLogs",
            "logs: CreateLogStream PutLogEvents",
            f"{group}/studio:log-stream:*",
        ),
        allow(
            "MeasureStudioJobs",
            "cloudwatch:PutMetricData",
            "*",
            {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}},
        ),
    ]


def list_own(prefix: str) -> dict[str, Any]:
    listing = {"StringLike": {"s3:prefix": [f"{prefix}/*", "shared/*"]}}
    return allow("ListOnesOwnData", "s3:ListBucket", BUCKETS, THIS_ACCOUNT | listing)


def own_models(prefix: str) -> dict[str, Any]:
    return {
        "ForAllValues:ArnLike": {"sagemaker:ModelArn": f"{STUDIO}:model/{prefix}-*"},
        "Null": {"sagemaker:ModelArn": "false"},
    }


def with_jobs(name: str) -> list[dict[str, Any]]:
    """Return the rights of a role that reads, writes and runs jobs as itself."""
    prefix = name.lower()
    jobs = named(prefix, "hyper-parameter-tuning-job", "model", "processing-job", "training-job")
    jobs += named(prefix, "transform-job")
    return [
        *IN_STUDIO,
        *logs(prefix),
        FIND_BUCKETS,
        list_own(prefix),
        READ_SHARED,
        allow(
            "FindTheDefaultBucket",
            "s3:ListBucket",
            "arn:*:s3:::sagemaker-*-222222222222",
            THIS_ACCOUNT | {"Null": {"s3:prefix": "true"}},
        ),
        allow(
            "ReadAndWriteOnesOwnData",
            "s3: AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts PutObject",
            [f"{SDK_BUCKET}/{prefix}/*"],
            THIS_ACCOUNT,
        ),
        allow(
            "RunOnesOwnJobs",
            f"{WITH_NETWORK} DescribeHyperParameterTuningJob DescribeModel DescribeProcessingJob "
            "DescribeTrainingJob DescribeTransformJob ListTrainingJobsForHyperParameterTuningJob "
            "StopHyperParameterTuningJob StopProcessingJob StopTrainingJob StopTransformJob",
            jobs,
        ),
        allow(
            "TransformWithOnesOwnModels",
            "sagemaker:CreateTransformJob",
            f"{STUDIO}:transform-job/{prefix}-*",
            own_models(prefix),
        ),
        allow("TagJobsWhenMade", "sagemaker:AddTags", jobs, WHEN_MADE),
        allow(
            "ListJobs",
            "sagemaker: ListHyperParameterTuningJobs ListModels ListProcessingJobs "
            "ListTrainingJobs ListTransformJobs",
            "*",
        ),
        allow(
            "PullImages",
            "ecr: BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer",
            "arn:*:ecr:*:*:repository/*",
            {"StringEquals": {"aws:ResourceAccount": ["222222222222", "763104351884"]}},
        ),
        allow("SignInToRegistries", "ecr:GetAuthorizationToken", "*"),
        *IN_NETWORK,
        allow(
            "PassOnlyItself",
            "iam:PassRole",
            f"arn:aws:iam::222222222222:role/studio-hub/{name}",
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
    ]


def test_a_data_scientist_explores_and_trains(spoke: Resources) -> None:
    """Own spaces, own data, own jobs as oneself, experiments."""
    experiments = studio("experiment", "experiment-trial", "experiment-trial-component")

    assert statements(spoke, "DataScientist") == [
        *with_jobs("DataScientist"),
        allow(
            "KeepExperiments",
            "sagemaker: AssociateTrialComponent BatchPutMetrics CreateExperiment CreateTrial "
            "CreateTrialComponent DescribeExperiment DescribeTrial DescribeTrialComponent "
            "UpdateExperiment UpdateTrial UpdateTrialComponent",
            experiments,
        ),
        allow("TagExperimentsWhenMade", "sagemaker:AddTags", experiments, WHEN_MADE),
        allow(
            "ListExperiments",
            "sagemaker: ListExperiments ListTrialComponents ListTrials",
            "*",
        ),
    ]


def test_an_ml_engineer_delivers(spoke: Resources) -> None:
    """Own spaces, own data, own jobs as oneself, own pipelines, models and endpoints."""
    assert statements(spoke, "MLEngineer") == [
        *with_jobs("MLEngineer"),
        allow(
            "RunOnesOwnPipelines",
            "sagemaker: CreatePipeline DeletePipeline DescribePipeline DescribePipelineExecution "
            "ListPipelineExecutionSteps ListPipelineExecutions "
            "RetryPipelineExecution "
            "StartPipelineExecution StopPipelineExecution UpdatePipeline",
            f"{STUDIO}:pipeline/mlengineer-*",
        ),
        allow(
            "RegisterOnesOwnModels",
            "sagemaker: CreateModelPackage CreateModelPackageGroup DescribeModelPackage "
            "DescribeModelPackageGroup UpdateModelPackage",
            named("mlengineer", "model-package", "model-package-group"),
        ),
        allow(
            "ServeOnesOwnModels",
            "sagemaker: CreateEndpoint DeleteEndpoint DeleteEndpointConfig DeleteModel "
            "DescribeEndpoint DescribeEndpointConfig InvokeEndpoint UpdateEndpoint "
            "UpdateEndpointWeightsAndCapacities",
            named("mlengineer", "endpoint", "endpoint-config", "model"),
        ),
        allow(
            "ConfigureEndpointsOfOnesOwnModels",
            "sagemaker:CreateEndpointConfig",
            f"{STUDIO}:endpoint-config/mlengineer-*",
            own_models("mlengineer"),
        ),
        allow(
            "TagDeliverablesWhenMade",
            "sagemaker:AddTags",
            named(
                "mlengineer",
                "endpoint",
                "endpoint-config",
                "model-package",
                "model-package-group",
                "pipeline",
            ),
            WHEN_MADE,
        ),
        allow(
            "ListDeliverables",
            "sagemaker: ListEndpointConfigs ListEndpoints ListModelPackageGroups "
            "ListModelPackages ListPipelines",
            "*",
        ),
    ]


def test_an_analyst_reads(spoke: Resources) -> None:
    """Own spaces, own and shared data to read, queries in work groups made for the role."""
    athena = "arn:*:athena:*:222222222222"
    glue = "arn:*:glue:*:222222222222"

    assert statements(spoke, "Analyst") == [
        *IN_STUDIO,
        *logs("analyst"),
        FIND_BUCKETS,
        list_own("analyst"),
        READ_SHARED,
        allow("ReadOnesOwnData", "s3:GetObject", [f"{SDK_BUCKET}/analyst/*"], THIS_ACCOUNT),
        allow(
            "WriteQueryResults",
            "s3: AbortMultipartUpload ListMultipartUploadParts PutObject",
            [f"{SDK_BUCKET}/analyst/athena-results/*"],
            THIS_ACCOUNT,
        ),
        allow(
            "QueryInOnesOwnWorkGroups",
            "athena: BatchGetQueryExecution GetQueryExecution GetQueryResults GetWorkGroup "
            "ListQueryExecutions StartQueryExecution StopQueryExecution",
            [f"{athena}:workgroup/studio-analyst", f"{athena}:workgroup/studio-analyst-*"],
        ),
        allow(
            "ReadDataCatalogs",
            "athena: GetDataCatalog GetDatabase GetTableMetadata ListDatabases ListTableMetadata",
            f"{athena}:datacatalog/*",
        ),
        allow("ListAthena", "athena: ListDataCatalogs ListWorkGroups", "*"),
        allow(
            "ReadTheGlueCatalog",
            "glue: BatchGetPartition GetDatabase GetDatabases GetPartition GetPartitions GetTable "
            "GetTables",
            [f"{glue}:catalog", f"{glue}:database/*", f"{glue}:table/*"],
        ),
    ]


def test_lists_expand_to_one_entry_for_each_item(deploy_spoke: Callable[..., Resources]) -> None:
    """The statements contain the subnets, buckets, registries and types of the parameters."""
    narrowed = deploy_spoke(
        JobSubnetIds="subnet-0a1b2c3d,subnet-0a1b2c3e",
        JobSecurityGroupIds="sg-0a1b2c3d",
        DataBucketArns="arn:aws:s3:::one,arn:aws:s3:::two",
        ImageRegistryAccounts="444444444444,555555555555",
        InstanceTypes="ml.t3.medium,ml.m5.*",
        SpaceRemoteAccess="allow",
    )
    by_sid = {each["Sid"]: each for each in statements(narrowed, "DataScientist")}
    lent = by_sid["LendAndDeleteInterfacesOfJobSubnets"]["Condition"]["ArnLike"]["ec2:Subnet"]
    types = by_sid["OnlyNamedInstanceTypes"]["Condition"]["ForAnyValue:StringNotLike"]
    remote = by_sid["NoRemoteAccess"]["Condition"]["StringNotEquals"]

    assert by_sid["ReadAndWriteOnesOwnData"]["Resource"] == [
        "arn:aws:s3:::one/datascientist/*",
        "arn:aws:s3:::two/datascientist/*",
    ]
    assert lent == [
        "arn:*:ec2:*:*:subnet/subnet-0a1b2c3d",
        "arn:*:ec2:*:*:subnet/subnet-0a1b2c3e",
    ]
    assert by_sid["PullImages"]["Condition"]["StringEquals"]["aws:ResourceAccount"] == [
        "222222222222",
        "444444444444",
        "555555555555",
    ]
    assert types["sagemaker:InstanceTypes"] == ["system", "ml.t3.medium", "ml.m5.*"]
    assert remote["sagemaker:RemoteAccess"] == ["DISABLED", "ENABLED"]


@pytest.mark.parametrize("name", ["DataScientist", "MLEngineer", "Analyst"])
def test_iam_takes_a_role_with_long_lists(
    deploy_spoke: Callable[..., Resources], name: str
) -> None:
    """With as many subnets and groups as a job may have, and lists as long as companies write."""
    wide = deploy_spoke(
        JobSubnetIds=",".join(f"subnet-{number:017x}" for number in range(16)),
        JobSecurityGroupIds=",".join(f"sg-{number:017x}" for number in range(5)),
        DataBucketArns=",".join(f"arn:aws:s3:::studio-data-bucket-{number}" for number in range(8)),
        ImageRegistryAccounts=",".join(f"{number:012}" for number in range(20)),
        InstanceTypes=",".join(f"ml.m{number}.24xlarge" for number in range(30)),
    )
    sizes = {
        policy: len(json.dumps(document, separators=(",", ":")))
        for policy, document in policies_of(wide, f"Roles/{name}").items()
    }

    # Source: IAM quotas: all inline policies of a role together, and one managed policy.
    assert sizes.pop("Needs") <= 10_240
    assert [policy for policy, size in sizes.items() if size > 6_144] == []


def statements(spoke: Resources, name: str) -> list[dict[str, Any]]:
    return [
        each
        for document in policies_of(spoke, f"Roles/{name}").values()
        for each in document["Statement"]
    ]
