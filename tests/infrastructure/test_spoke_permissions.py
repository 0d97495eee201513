"""All rights of the hub in a spoke, and of a user who lost access."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.conventions import VERSION

Template = dict[str, Any]
Resources = dict[str, dict[str, Any]]

HUB, HUB_REGION = "111111111111", "eu-central-1"
SPOKE, REGION = "222222222222", "eu-west-1"
PROFILES = f"arn:aws:sagemaker:{REGION}:{SPOKE}:user-profile/*"
PASSED_TO_STUDIO = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
WHILE_CREATING = {"sagemaker:TaggingAction": "CreateUserProfile"}
TRUSTED_BY_STUDIO = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "StudioOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": {"StringEquals": {"aws:SourceAccount": SPOKE}},
        }
    ],
}
PROFILES_POLICY = {
    "PolicyName": "Profiles",
    "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "CreateProfilesThatAreOurs",
                "Effect": "Allow",
                "Action": "sagemaker:CreateUserProfile",
                "Resource": PROFILES,
                "Condition": {
                    "StringEquals": {"aws:RequestTag/studio-hub:managed-by": HUB},
                    "Null": {"aws:RequestTag/studio-hub:user-id": "false"},
                    "ForAllValues:StringEquals": {
                        "aws:TagKeys": ["studio-hub:managed-by", "studio-hub:user-id"]
                    },
                },
            },
            {
                "Sid": "TagProfilesWhileCreating",
                "Effect": "Allow",
                "Action": "sagemaker:AddTags",
                "Resource": PROFILES,
                "Condition": {"StringEquals": WHILE_CREATING},
            },
            {
                "Sid": "ChangeAndRemoveOurProfiles",
                "Effect": "Allow",
                "Action": ["sagemaker:UpdateUserProfile", "sagemaker:DeleteUserProfile"],
                "Resource": PROFILES,
                "Condition": {"StringEquals": {"aws:ResourceTag/studio-hub:managed-by": HUB}},
            },
            {
                "Sid": "StopApps",
                "Effect": "Allow",
                "Action": "sagemaker:DeleteApp",
                "Resource": f"arn:aws:sagemaker:{REGION}:{SPOKE}:app/*",
            },
            {
                "Sid": "DeletePrivateSpaces",
                "Effect": "Allow",
                "Action": "sagemaker:DeleteSpace",
                "Resource": f"arn:aws:sagemaker:{REGION}:{SPOKE}:space/*",
                "Condition": {"StringEquals": {"sagemaker:SpaceSharingType": "Private"}},
            },
            {
                "Sid": "ReadDomains",
                "Effect": "Allow",
                "Action": "sagemaker:DescribeDomain",
                "Resource": f"arn:aws:sagemaker:{REGION}:{SPOKE}:domain/*",
            },
            {
                "Sid": "ReadProfiles",
                "Effect": "Allow",
                "Action": ["sagemaker:DescribeUserProfile", "sagemaker:ListTags"],
                "Resource": PROFILES,
            },
            {
                "Sid": "ListAppsAndSpaces",
                "Effect": "Allow",
                "Action": ["sagemaker:ListApps", "sagemaker:ListSpaces"],
                "Resource": "*",
            },
            {
                "Sid": "PassRolesOfGroups",
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": [
                    f"arn:aws:iam::{SPOKE}:role/studio-hub/*",
                    f"arn:aws:iam::{SPOKE}:role/studio-hub-system/Suspended-{REGION}",
                ],
                "Condition": PASSED_TO_STUDIO,
            },
            {
                "Sid": "NeverTagWhatIsThere",
                "Effect": "Deny",
                "Action": "sagemaker:AddTags",
                "Resource": "*",
                "Condition": {"StringNotEquals": WHILE_CREATING},
            },
            {
                "Sid": "NeverUntag",
                "Effect": "Deny",
                "Action": "sagemaker:DeleteTags",
                "Resource": "*",
            },
            {
                "Sid": "NeverDeleteWhatIsShared",
                "Effect": "Deny",
                "Action": "sagemaker:DeleteSpace",
                "Resource": "*",
                "Condition": {"StringNotEquals": {"sagemaker:SpaceSharingType": "Private"}},
            },
            {
                "Sid": "NeverStopWhatIsShared",
                "Effect": "Deny",
                "Action": "sagemaker:DeleteApp",
                "Resource": "*",
                "Condition": {"StringEquals": {"sagemaker:SpaceSharingType": "Shared"}},
            },
            *(
                {
                    "Sid": sid,
                    "Effect": "Deny",
                    "Action": "sagemaker:*UserProfile",
                    "Resource": "*",
                    "Condition": {"Null": {key: "false"}},
                }
                for sid, key in (
                    ("NeverSetSecurityGroups", "sagemaker:VpcSecurityGroupIds"),
                    ("NeverSetLifecycleConfigurations", "sagemaker:StudioLifecycleConfigArns"),
                    ("NeverSetImages", "sagemaker:ImageArns"),
                    ("NeverSetImageVersions", "sagemaker:ImageVersionArns"),
                    ("NeverSetInstanceTypes", "sagemaker:InstanceTypes"),
                    ("NeverSetSharingKey", "sagemaker:DomainSharingOutputKmsKeyArn"),
                )
            ),
        ],
    },
}
READS_POLICY = {
    "PolicyName": "Reads",
    "PolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadDomains",
                "Effect": "Allow",
                "Action": "sagemaker:DescribeDomain",
                "Resource": f"arn:aws:sagemaker:{REGION}:{SPOKE}:domain/*",
            },
            {
                "Sid": "ReadProfiles",
                "Effect": "Allow",
                "Action": ["sagemaker:DescribeUserProfile", "sagemaker:ListTags"],
                "Resource": PROFILES,
            },
            {
                "Sid": "CheckRoles",
                "Effect": "Allow",
                "Action": ["iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"],
                "Resource": f"arn:aws:iam::{SPOKE}:role/*",
            },
            {
                "Sid": "ReadWhatIsPassed",
                "Effect": "Allow",
                "Action": "iam:GetRolePolicy",
                "Resource": f"arn:aws:iam::{SPOKE}:role/studio-hub-system/StudioHubSpoke-{REGION}",
            },
            {
                "Sid": "ListProfiles",
                "Effect": "Allow",
                "Action": ["sagemaker:ListUserProfiles", "servicequotas:GetServiceQuota"],
                "Resource": "*",
            },
        ],
    },
}


def test_the_access_role_may_do_exactly_this(spoke: Resources) -> None:
    """The access role manages our profiles with group roles, stops apps and deletes spaces."""
    role = dict(spoke["Access/Role"]["Properties"])

    del role["AssumeRolePolicyDocument"], role["Description"]
    assert role == {
        "RoleName": f"StudioHubSpoke-{REGION}",
        "Path": "/studio-hub-system/",
        "MaxSessionDuration": 3600,
        "Policies": [PROFILES_POLICY],
    }


def test_the_reader_role_may_do_exactly_this(spoke: Resources) -> None:
    """The reader role describes and lists, and changes nothing; its tag tells the version."""
    role = dict(spoke["Access/Reader"]["Properties"])

    del role["AssumeRolePolicyDocument"], role["Description"]
    assert role == {
        "RoleName": f"StudioHubSpokeReader-{REGION}",
        "Path": "/studio-hub-system/",
        "MaxSessionDuration": 3600,
        "Policies": [READS_POLICY],
        "Tags": [{"Key": "studio-hub:version", "Value": VERSION}],
    }


def test_additional_roles_are_named_one_by_one(deploy_spoke: Callable[..., Resources]) -> None:
    """The roles in the parameter may be passed to Studio too, and nothing else changes."""
    handmade = ["arn:aws:iam::222222222222:role/Handmade", "arn:aws:iam::222222222222:role/x/Y"]
    spoke = deploy_spoke(AdditionalPassableRoleArns=",".join(handmade))

    assert spoke["Access/Role"]["Properties"]["Policies"] == [PROFILES_POLICY]
    assert spoke["Access/AdditionalRoles"]["Properties"] == {
        "PolicyName": "AdditionalRoles",
        "Roles": ["<Access/Role>"],
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "PassAdditionalRoles",
                    "Effect": "Allow",
                    "Action": "iam:PassRole",
                    "Resource": handmade,
                    "Condition": PASSED_TO_STUDIO,
                }
            ],
        },
    }
    assert "Access/AdditionalRoles" not in deploy_spoke()


@pytest.mark.parametrize(("role", "function"), [("Role", "Reconcile"), ("Reader", "Scan")])
def test_each_role_trusts_one_function_of_the_hub(
    spoke: Resources, role: str, function: str
) -> None:
    """Each role trusts one role of the hub, in the organization, with the right id."""
    name = f"StudioHub-{function}-{HUB_REGION}"
    only = {"aws:PrincipalArn": f"arn:aws:iam::{HUB}:role/studio-hub-system/{name}"}

    assert spoke[f"Access/{role}"]["Properties"]["AssumeRolePolicyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "HubFunction",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {
                        "aws:PrincipalOrgID": "o-exampleorgid",
                        "sts:ExternalId": f"studio-hub/{HUB}/{SPOKE}",
                    },
                    "ArnEquals": only,
                },
            },
            {
                "Sid": "HubFunctionNamesItself",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
                "Action": "sts:SetSourceIdentity",
                "Condition": {
                    "StringEquals": {
                        "aws:PrincipalOrgID": "o-exampleorgid",
                        "sts:SourceIdentity": f"{name}@{HUB}",
                    },
                    "ArnEquals": only,
                },
            },
        ],
    }


def test_the_suspended_role_may_do_nothing(spoke: Resources) -> None:
    """Studio of this account may assume it, and everything is denied to it."""
    role = dict(spoke["Suspended/Role"]["Properties"])

    del role["Description"]
    assert role == {
        "RoleName": f"Suspended-{REGION}",
        "Path": "/studio-hub-system/",
        "AssumeRolePolicyDocument": TRUSTED_BY_STUDIO,
        "Policies": [
            {
                "PolicyName": "Nothing",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "NothingAtAll",
                            "Effect": "Deny",
                            "Action": "*",
                            "Resource": "*",
                        }
                    ],
                },
            }
        ],
    }
