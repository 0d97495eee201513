"""The baseline: the event handler of the well-known blog post, extended to several accounts.

It acts on the event alone: a join creates a profile in each account of the group, a leave deletes
it. Source: "Onboard users to Amazon SageMaker Studio with Active Directory group-specific IAM
roles", AWS Machine Learning blog, 2023.
"""

import json
from typing import Any

import boto3
from botocore.exceptions import ClientError

from shared.conventions import SystemRole, external_id
from shared.model import Target
from shared.naming import profile_name
from simulator.embedded_aws import HUB_ACCOUNT, IDENTITY_STORE
from simulator.setup import MAPPINGS


def handler(event: dict[str, Any], _context: object) -> None:
    """Create or delete the profiles of the one user that a console event names."""
    for record in event["Records"]:
        detail = json.loads(record["body"])["detail"]
        request = detail.get("requestParameters") or {}
        if detail.get("eventName") == "AddMemberToGroup":
            _for_each_account(request["groupId"], request["member"]["memberId"], joins=True)
        elif detail.get("eventName") == "RemoveMemberFromGroup":
            _for_each_account(request["groupId"], request["memberId"], joins=False)


def _for_each_account(group_id: str, user_id: str, *, joins: bool) -> None:
    directory = boto3.client("identitystore")
    group = directory.describe_group(IdentityStoreId=IDENTITY_STORE, GroupId=group_id)
    user = directory.describe_user(IdentityStoreId=IDENTITY_STORE, UserId=user_id)["UserName"]
    rows = boto3.client("dynamodb").query(
        TableName=MAPPINGS,
        KeyConditionExpression="#group = :group",
        ExpressionAttributeNames={"#group": "group"},
        ExpressionAttributeValues={":group": {"S": group["DisplayName"]}},
    )["Items"]
    for row in rows:
        target = Target.parse(row["target"]["S"])
        name = profile_name(user, user_id)  # type: ignore[arg-type]
        studio = _studio(target)
        try:
            if joins:
                studio.create_user_profile(
                    DomainId=target.domain_id,
                    UserProfileName=name,
                    SingleSignOnUserIdentifier="UserName",
                    SingleSignOnUserValue=user,
                    UserSettings={"ExecutionRole": row["execution_role_arn"]["S"]},
                )
            else:
                studio.delete_user_profile(DomainId=target.domain_id, UserProfileName=name)
        except ClientError as error:
            print(json.dumps({"message": "FAILED", "error": str(error)}))  # noqa: T201 (its log)


def _studio(target: Target) -> Any:  # noqa: ANN401 (a SageMaker client)
    keys = boto3.client("sts").assume_role(
        RoleArn=SystemRole.ACCESS.arn(target.account, target.region),
        RoleSessionName="blog-post",
        ExternalId=external_id(HUB_ACCOUNT, target.account),
    )["Credentials"]
    return boto3.client(
        "sagemaker",
        region_name=target.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
