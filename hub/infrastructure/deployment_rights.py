"""The actions that CloudFormation needs, by resource type.

Actions that the hub's template never needs are left out. Tables and logs outlive their stack, so
nothing here deletes one. Roles have no managed policies, so nothing attaches one.

Source: the schemas of CloudFormation's resource types; a test compares both.
"""


def _of(service: str, *names: str) -> list[str]:
    return [f"{service}:{name}" for name in names]


_TAGS = ("ListTagsForResource", "TagResource", "UntagResource")
OF_THE_STACK = {
    "Tables": _of(
        "dynamodb",
        "CreateTable",
        "DescribeContinuousBackups",
        "DescribeContributorInsights",
        "DescribeKinesisStreamingDestination",
        "DescribeTable",
        "DescribeTimeToLive",
        "GetResourcePolicy",
        "ListTagsOfResource",
        "TagResource",
        "UntagResource",
        "UpdateContinuousBackups",
        "UpdateTable",
        "UpdateTimeToLive",
    ),
    "Queues": _of(
        "sqs",
        "CreateQueue",
        "DeleteQueue",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ListQueueTags",
        "SetQueueAttributes",
        "TagQueue",
        "UntagQueue",
    ),
    "Topic": _of(
        "sns",
        "CreateTopic",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "SetTopicAttributes",
        "Subscribe",
        "TagResource",
        "UntagResource",
    ),
    "Functions": _of(
        "lambda",
        "CreateFunction",
        "DeleteFunction",
        "DeleteFunctionCodeSigningConfig",
        "GetFunction",
        "GetFunctionCodeSigningConfig",
        "GetFunctionRecursionConfig",
        "GetFunctionScalingConfig",
        "GetRuntimeManagementConfig",
        "PutFunctionCodeSigningConfig",
        "PutFunctionRecursionConfig",
        "TagResource",
        "UntagResource",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    ),
    "Logs": _of(
        "logs",
        "AssociateKmsKey",
        "CreateLogGroup",
        "DisassociateKmsKey",
        "GetDataProtectionPolicy",
        "ListTagsForResource",
        "PutRetentionPolicy",
        "TagResource",
        "UntagResource",
    ),
    "Watching": _of(
        "cloudwatch",
        "DeleteAlarms",
        "DeleteDashboards",
        "DescribeAlarms",
        "GetDashboard",
        "PutDashboard",
        "PutMetricAlarm",
        *_TAGS,
    ),
    "Events": _of(
        "events",
        "CreateEventBus",
        "DeleteEventBus",
        "DeleteRule",
        "DescribeEventBus",
        "DescribeRule",
        "ListTargetsByRule",
        "PutRule",
        "PutTargets",
        "RemoveTargets",
        "UpdateEventBus",
        *_TAGS,
    ),
}
EVENT_SOURCES = _of(
    "lambda",
    "CreateEventSourceMapping",
    "DeleteEventSourceMapping",
    "GetEventSourceMapping",
    "UpdateEventSourceMapping",
)
EVENT_SOURCE_TAGS = _of("lambda", "TagResource", "UntagResource")
# Source: the Service Authorization Reference: these have no resource-level permission, or a
# resource that nobody knows beforehand.
ON_ALL = [
    "events:PutPermission",
    "events:RemovePermission",
    "lambda:ListTags",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "sns:Unsubscribe",
]
SUBSCRIPTION = _of("sns", "GetSubscriptionAttributes", "SetSubscriptionAttributes")
ROLES = _of(
    "iam",
    "DeleteRole",
    "DeleteRolePolicy",
    "GetRole",
    "GetRolePolicy",
    "ListAttachedRolePolicies",
    "ListRolePolicies",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRole",
    "UpdateRoleDescription",
)
ROLES_WITH_BOUNDARY = _of("iam", "CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy")
PASS_TO_LAMBDA = ["iam:PassRole"]
# Lambda and DynamoDB create their own grants on the key.
KEY = _of("kms", "CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey")
NETWORK = _of(
    "ec2",
    "AuthorizeSecurityGroupEgress",
    "CreateSecurityGroup",
    "CreateTags",
    "DeleteSecurityGroup",
    "DeleteTags",
    "RevokeSecurityGroupEgress",
)
NETWORK_READS = _of(
    "ec2",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSubnets",
    "DescribeVpcs",
)
SIGNING = _of(
    "lambda",
    "CreateCodeSigningConfig",
    "DeleteCodeSigningConfig",
    "GetCodeSigningConfig",
    "UpdateCodeSigningConfig",
)
