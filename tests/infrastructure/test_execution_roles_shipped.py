"""Every right of the shipped group-level roles, in full: a right more or less fails here."""

from typing import Any

Resources = dict[str, dict[str, Any]]
Given = str | list[str]

STUDIO = "arn:aws:sagemaker:*:222222222222"
OWN_PROFILE = f"{STUDIO}:user-profile/${{sagemaker:DomainId}}/${{sagemaker:UserProfileName}}"
OWN_PRIVATE = {
    "ArnLike": {"sagemaker:OwnerUserProfileArn": OWN_PROFILE},
    "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
}
THIS_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": "222222222222"}}
WHEN_MADE = {"Null": {"sagemaker:TaggingAction": "false"}}
BUCKETS = ["arn:aws:s3:::sagemaker-*-222222222222", "arn:aws:s3:::studio-*"]
OBJECTS = [f"{bucket}/*" for bucket in BUCKETS]


def allow(
    sid: str, action: Given, resource: Given, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a statement; "service: One Two" are actions of one service."""
    if isinstance(action, str) and ": " in action:
        service, *names = action.split()
        action = [f"{service}{name}" for name in names]
    statement = {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def studio(*kinds: str) -> list[str]:
    return [f"{STUDIO}:{kind}/*" for kind in kinds]


def jobs_of(verb: str) -> list[str]:
    kinds = ("HyperParameterTuningJob", "ProcessingJob", "TrainingJob", "TransformJob")
    return [f"sagemaker:{verb}{kind}" for kind in kinds]


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
    allow(
        "WriteAndReadStudioLogs",
        "logs: CreateLogGroup CreateLogStream DescribeLogStreams GetLogEvents PutLogEvents",
        "arn:aws:logs:*:222222222222:log-group:/aws/sagemaker/*",
    ),
    allow(
        "MeasureStudioJobs",
        "cloudwatch:PutMetricData",
        "*",
        {"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}},
    ),
]
LIST_BUCKETS = allow("ListStudioBuckets", "s3: GetBucketLocation ListBucket", BUCKETS, THIS_ACCOUNT)
JOBS = studio("hyper-parameter-tuning-job", "model", "processing-job", "training-job")
JOBS += studio("transform-job")


def with_jobs(name: str) -> list[dict[str, Any]]:
    """Return what a role has that reads, writes and runs jobs as itself."""
    return [
        *IN_STUDIO,
        LIST_BUCKETS,
        allow(
            "ReadAndWriteStudioBuckets",
            "s3: AbortMultipartUpload DeleteObject GetObject ListMultipartUploadParts PutObject",
            OBJECTS,
            THIS_ACCOUNT,
        ),
        allow(
            "RunJobs",
            sorted(
                [
                    *jobs_of("Create"),
                    *jobs_of("Describe"),
                    *jobs_of("Stop"),
                    "sagemaker:CreateModel",
                    "sagemaker:DescribeModel",
                    "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
                ]
            ),
            JOBS,
        ),
        allow("TagJobsWhenMade", "sagemaker:AddTags", JOBS, WHEN_MADE),
        allow(
            "ListJobs",
            "sagemaker: ListHyperParameterTuningJobs ListModels ListProcessingJobs "
            "ListTrainingJobs ListTransformJobs",
            "*",
        ),
        allow(
            "PassOnlyItself",
            "iam:PassRole",
            f"arn:aws:iam::222222222222:role/studio-hub/{name}",
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        allow(
            "PullImages",
            "ecr: BatchCheckLayerAvailability BatchGetImage GetDownloadUrlForLayer",
            "arn:aws:ecr:*:*:repository/*",
        ),
        allow("SignInToRegistries", "ecr:GetAuthorizationToken", "*"),
    ]


def test_a_data_scientist_explores_and_trains(spoke: Resources) -> None:
    """Own spaces, studio buckets, jobs as oneself, experiments."""
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
            "FindExperiments",
            "sagemaker: ListExperiments ListTrialComponents ListTrials Search",
            "*",
        ),
    ]


def test_an_ml_engineer_delivers(spoke: Resources) -> None:
    """Own spaces, studio buckets, jobs as oneself, pipelines, registry, endpoints."""
    assert statements(spoke, "MLEngineer") == [
        *with_jobs("MLEngineer"),
        allow(
            "RunPipelines",
            "sagemaker: CreatePipeline DeletePipeline DescribePipeline "
            "DescribePipelineDefinitionForExecution DescribePipelineExecution "
            "ListPipelineExecutionSteps ListPipelineExecutions ListPipelineParametersForExecution "
            "RetryPipelineExecution StartPipelineExecution StopPipelineExecution UpdatePipeline",
            f"{STUDIO}:pipeline/*",
        ),
        allow(
            "RegisterModels",
            "sagemaker: CreateModelPackage CreateModelPackageGroup DescribeModelPackage "
            "DescribeModelPackageGroup UpdateModelPackage",
            studio("model-package", "model-package-group"),
        ),
        allow(
            "ServeModels",
            "sagemaker: CreateEndpoint CreateEndpointConfig DeleteEndpoint DeleteEndpointConfig "
            "DeleteModel DescribeEndpoint DescribeEndpointConfig InvokeEndpoint UpdateEndpoint "
            "UpdateEndpointWeightsAndCapacities",
            studio("endpoint", "endpoint-config", "model"),
        ),
        allow(
            "TagDeliverablesWhenMade",
            "sagemaker:AddTags",
            studio(
                "endpoint", "endpoint-config", "model-package", "model-package-group", "pipeline"
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
    """Own spaces, studio buckets to read, queries in work groups made for Studio."""
    athena = "arn:aws:athena:*:222222222222"
    glue = "arn:aws:glue:*:222222222222"

    assert statements(spoke, "Analyst") == [
        *IN_STUDIO,
        LIST_BUCKETS,
        allow("ReadStudioBuckets", "s3:GetObject", OBJECTS, THIS_ACCOUNT),
        allow(
            "WriteQueryResults",
            "s3: AbortMultipartUpload ListMultipartUploadParts PutObject",
            "arn:aws:s3:::studio-*/athena-results/*",
            THIS_ACCOUNT,
        ),
        allow(
            "QueryInStudioWorkGroups",
            "athena: BatchGetQueryExecution GetQueryExecution GetQueryResults GetWorkGroup "
            "ListQueryExecutions StartQueryExecution StopQueryExecution",
            f"{athena}:workgroup/studio-*",
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


def statements(spoke: Resources, name: str) -> list[dict[str, Any]]:
    (policy,) = spoke[f"Roles/{name}"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found
