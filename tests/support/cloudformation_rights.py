"""The IAM rights that CloudFormation needs for a resource type, from the type's own schema.

Source: the schemas of CloudFormation's registry, as cfn-lint ships them: each handler lists its
rights. They list whatever a type can need. `UNUSED` is what our templates never need, by reason.
"""

import json
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

_HANDLERS = ("create", "read", "update", "delete")
UNUSED = {
    "tables are neither imported nor replicated, and no stream of Kinesis follows them": {
        "dynamodb:AssociateTableReplica",
        "dynamodb:BatchWriteItem",
        "dynamodb:CreateTableReplica",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeImport",
        "dynamodb:DisableKinesisStreamingDestination",
        "dynamodb:EnableKinesisStreamingDestination",
        "dynamodb:GetItem",
        "dynamodb:ImportTable",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
        "dynamodb:UpdateKinesisStreamingDestination",
        "iam:CreateServiceLinkedRole",
        "kinesis:DescribeStream",
        "kinesis:PutRecords",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "s3:GetObjectMetadata",
        "s3:ListBucket",
    },
    "tables have no policy of their own and no contributor insights": {
        "dynamodb:DeleteResourcePolicy",
        "dynamodb:PutResourcePolicy",
        "dynamodb:UpdateContributorInsights",
    },
    "tables and logs are kept when the stack goes": {"dynamodb:DeleteTable", "logs:DeleteLogGroup"},
    "logs are neither delivered, indexed, masked nor locked, and always have a retention": {
        "firehose:TagDeliveryStream",
        "logs:CreateLogDelivery",
        "logs:DeleteDataProtectionPolicy",
        "logs:DeleteIndexPolicy",
        "logs:DeleteResourcePolicy",
        "logs:DeleteRetentionPolicy",
        "logs:DescribeResourcePolicies",
        "logs:PutBearerTokenAuthentication",
        "logs:PutDataProtectionPolicy",
        "logs:PutIndexPolicy",
        "logs:PutLogGroupDeletionProtection",
        "logs:PutResourcePolicy",
        "s3:REST.PUT.OBJECT",
    },
    "the topic masks nothing": {"sns:PutDataProtectionPolicy"},
    "functions have no layers, files, versions, reserved copies or scaling of their own": {
        "elasticfilesystem:DescribeMountTargets",
        "lambda:AssociateRuntimeAlias",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetLayerVersion",
        "lambda:PassCapacityProvider",
        "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency",
        "lambda:PutFunctionScalingConfig",
        "lambda:PutRuntimeManagementConfig",
        "s3files:ListMountTargets",
    },
    "roles have inline policies alone, and keep the boundary that they have": {
        "iam:AttachRolePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DetachRolePolicy",
    },
    "the key is named by its ARN, its grants end with what holds them, the buses have no key": {
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ListAliases",
        "kms:ReEncrypt",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
        "kms:RevokeGrant",
    },
    "the security group lets nobody in and its rule is never reworded": {
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:DescribeInstances",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    },
}


@cache
def rights_named_by(resource_type: str, region: str = "eu-west-1") -> frozenset[str]:
    """Return every right that the handlers of a resource type list."""
    handlers = _schema("resources", _schema("providers", region)[resource_type])["handlers"]
    return frozenset(
        chain.from_iterable(handlers[name]["permissions"] for name in _HANDLERS if name in handlers)
    )


@cache
def _schema(folder: str, name: str) -> Any:  # noqa: ANN401 (JSON)
    path = files("cfnlint.data.schemas") / folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def rights_asked_for_by(resource_type: str) -> frozenset[str]:
    """Return the rights that CloudFormation needs for a resource of our templates."""
    return rights_named_by(resource_type) - frozenset(chain.from_iterable(UNUSED.values()))
