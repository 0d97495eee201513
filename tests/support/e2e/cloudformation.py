"""The IAM rights that CloudFormation needs to deploy the hub, for the resources of a run.

MiniStack's CloudFormation creates resources without the rights of its role. The rights are those
that the schema of each resource type lists, on the names of this run.
"""

import json
from collections.abc import Iterator

from cloudformation_rights import rights_asked_for_by
from e2e.accounts import HUB, REGION
from e2e.cloud import Cloud
from e2e.iam_requests import Context, IamRequest
from e2e.roles import Roles

EXECUTION_ROLE = f"arn:aws:iam::{HUB}:role/cdk-hnb659fds-cfn-exec-role-{HUB}-{REGION}"
_FUNCTION = f"arn:aws:lambda:{REGION}:{HUB}:function:"
_HERE = f"{REGION}:{HUB}:"
# The start of a resource's ARN; CloudFormation's name for it follows.
_ARNS = {
    "AWS::CloudWatch::Alarm": f"cloudwatch:{_HERE}alarm:",
    "AWS::CloudWatch::Dashboard": f"cloudwatch::{HUB}:dashboard/",
    "AWS::DynamoDB::Table": f"dynamodb:{_HERE}table/",
    "AWS::Events::EventBus": f"events:{_HERE}event-bus/",
    "AWS::Events::Rule": f"events:{_HERE}rule/",
    "AWS::IAM::Role": f"iam::{HUB}:role/studio-hub-system/",
    "AWS::Lambda::EventSourceMapping": f"lambda:{_HERE}event-source-mapping:",
    "AWS::Lambda::Function": f"lambda:{_HERE}function:",
    "AWS::Logs::LogGroup": f"logs:{_HERE}log-group:",
    "AWS::SQS::Queue": f"sqs:{_HERE}",
}
# Rights without a resource of their own, or needed on all resources at once.
_ON_ALL = {
    "events:PutPermission",
    "events:RemovePermission",
    "lambda:CreateEventSourceMapping",
    "logs:DescribeIndexPolicies",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
}
# Rights that the stack needs only with the keys `kms_key_arn`, `vpc` and `code_signing_profile_arn`
# of the context, which a run does not set.
_NOT_HERE = ("ec2:", "kms:", "lambda:GetCodeSigningConfig", "logs:DescribeLogGroups")


def execution_roles(cloud: Cloud) -> Roles:
    """Return CloudFormation's role in the hub's account, with its attached policies."""
    iam = cloud.aws.client("iam", HUB)
    name = EXECUTION_ROLE.rpartition("/")[2]
    policies = {}
    for each in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = each["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        document = found["Document"]
        policies[each["PolicyName"]] = (
            json.loads(document) if isinstance(document, str) else document
        )
    return Roles({EXECUTION_ROLE: policies}, {})


def asked_by_deployment(cloud: Cloud) -> Iterator[IamRequest]:
    """Yield each right that the stack's resources need, and those of the bootstrap."""
    cloudformation = cloud.aws.client("cloudformation", HUB)
    resources = cloudformation.describe_stack_resources(StackName="StudioHub")["StackResources"]
    for resource in resources:
        arn = _arn(resource["ResourceType"], resource["PhysicalResourceId"])
        if arn is None:
            continue
        for action in sorted(rights_asked_for_by(resource["ResourceType"])):
            # The rights on what a function reads, and on passed roles, follow below.
            own = action.split(":")[0] == arn.split(":")[2]
            if own and action != "iam:PassRole" and not action.startswith(_NOT_HERE):
                yield asked(action, arn)
        if resource["ResourceType"] == "AWS::IAM::Role":
            yield passing(arn, "lambda.amazonaws.com")
    bucket = f"arn:aws:s3:::cdk-hnb659fds-assets-{HUB}-{REGION}/package.zip"
    version = f"arn:aws:ssm:{REGION}:{HUB}:parameter/cdk-bootstrap/hnb659fds/version"
    yield asked("s3:GetObject", bucket)
    yield asked("ssm:GetParameters", version)


def asked(action: str, arn: str) -> IamRequest:
    """Return the use of a right by CloudFormation on a resource."""
    context: Context = {}
    if action.endswith("EventSourceMapping"):
        context = {"lambda:FunctionArn": f"{_FUNCTION}StudioHub-Intake"}
    return IamRequest(EXECUTION_ROLE, action, "*" if action in _ON_ALL else arn, context)


def passing(role: str, service: str) -> IamRequest:
    """Return the right to pass a role to a service."""
    return IamRequest(EXECUTION_ROLE, "iam:PassRole", role, {"iam:PassedToService": service})


def _arn(resource_type: str, physical_id: str) -> str | None:
    """Return the ARN of a resource; None if its type has no ARN of its own."""
    if physical_id.startswith("arn:"):
        return physical_id
    begins = _ARNS.get(resource_type)
    if begins is None:
        return None
    # The physical id is a queue's URL; for a rule on another bus it is the bus, a bar and the rule.
    name = physical_id.rpartition("/")[2] if "://" in physical_id else physical_id
    # MiniStack puts a path into the names of log groups; AWS names them like other resources.
    name = name.replace("/aws/cloudformation/StudioHub/", "StudioHub-")
    return f"arn:aws:{begins}{name.replace('|', '/')}"
