"""What the hub may do in a spoke: every right beside its need, and nothing that is not called.

Source of what each action can be limited to: the Service Authorization Reference of Amazon
SageMaker AI. `${...}` stands for what CloudFormation fills in.
"""

from typing import Any

from shared.conventions import ROLE_PATH
from shared.ownership import MANAGED_BY, USER_ID

PASSED_TO_STUDIO = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
_SHARING = "sagemaker:SpaceSharingType"
_PRIVATE = {_SHARING: "Private"}
_WHILE_CREATING = {"sagemaker:TaggingAction": "CreateUserProfile"}
# The settings of a profile that have a condition key, by what each denial is called. All other
# settings have none, and docs/security.md lists them.
_SETTINGS = {
    "NeverSetSecurityGroups": "sagemaker:VpcSecurityGroupIds",
    "NeverSetLifecycleConfigurations": "sagemaker:StudioLifecycleConfigArns",
    "NeverSetImages": "sagemaker:ImageArns",
    "NeverSetImageVersions": "sagemaker:ImageVersionArns",
    "NeverSetInstanceTypes": "sagemaker:InstanceTypes",
    "NeverSetSharingKey": "sagemaker:DomainSharingOutputKmsKeyArn",
}


def rights(hub_account: str, suspended_role_arn: str) -> list[dict[str, Any]]:
    """Return the statements of the access role's policy, which `reconcile` has."""
    return [
        *_profiles(hub_account),
        *_apps_and_spaces(),
        *_reads(),
        _list_apps_and_spaces(),
        _pass_roles(suspended_role_arn),
        *_never(),
        *_only_the_role(),
    ]


def reading_rights() -> list[dict[str, Any]]:
    """Return the statements of the reader role's policy, which `scan` has: it changes nothing."""
    return [*_reads(), _list_profiles()]


def _profiles(hub_account: str) -> list[dict[str, Any]]:
    ours = {"StringEquals": {f"aws:ResourceTag/{MANAGED_BY}": hub_account}}
    return [
        {
            # A profile is made with both tags by which it is ours, and with no other: one without
            # them could never be changed or removed again, one with more could pass for another's.
            "Sid": "CreateProfilesThatAreOurs",
            "Effect": "Allow",
            "Action": "sagemaker:CreateUserProfile",
            "Resource": _in_studio("user-profile"),
            "Condition": {
                "StringEquals": {f"aws:RequestTag/{MANAGED_BY}": hub_account},
                "Null": {f"aws:RequestTag/{USER_ID}": "false"},
                "ForAllValues:StringEquals": {"aws:TagKeys": [MANAGED_BY, USER_ID]},
            },
        },
        {
            # Creating with tags asks for this too. Only while creating: who could tag a profile
            # that is there could make it ours, and then remove it.
            "Sid": "TagProfilesWhileCreating",
            "Effect": "Allow",
            "Action": "sagemaker:AddTags",
            "Resource": _in_studio("user-profile"),
            "Condition": {"StringEquals": _WHILE_CREATING},
        },
        {
            # A role change, suspension and removal, of what carries our tag alone.
            "Sid": "ChangeAndRemoveOurProfiles",
            "Effect": "Allow",
            "Action": ["sagemaker:UpdateUserProfile", "sagemaker:DeleteUserProfile"],
            "Resource": _in_studio("user-profile"),
            "Condition": ours,
        },
    ]


def _apps_and_spaces() -> list[dict[str, Any]]:
    return [
        {
            # Whoever lost access, or got another role, works on with the old one until the apps
            # stop. Apps carry no mark of ours, so this is every app of account and Region.
            "Sid": "StopApps",
            "Effect": "Allow",
            "Action": "sagemaker:DeleteApp",
            "Resource": _in_studio("app"),
        },
        {
            # A profile cannot be deleted before its private spaces are. Spaces carry no mark of
            # ours either.
            "Sid": "DeletePrivateSpaces",
            "Effect": "Allow",
            "Action": "sagemaker:DeleteSpace",
            "Resource": _in_studio("space"),
            "Condition": {"StringEquals": _PRIVATE},
        },
    ]


def _reads() -> list[dict[str, Any]]:
    return [
        {
            # By what application people come into the domain, and with what role those without a
            # profile of ours.
            "Sid": "ReadDomains",
            "Effect": "Allow",
            "Action": "sagemaker:DescribeDomain",
            "Resource": _in_studio("domain"),
        },
        {
            # What a profile is, and whose it is: its tags tell.
            "Sid": "ReadProfiles",
            "Effect": "Allow",
            "Action": ["sagemaker:DescribeUserProfile", "sagemaker:ListTags"],
            "Resource": _in_studio("user-profile"),
        },
    ]


def _list_profiles() -> dict[str, Any]:
    return {
        # Who is here: a sweep compares it with what should be. It has no resource-level
        # permission: it lists every domain of account and Region.
        "Sid": "ListProfiles",
        "Effect": "Allow",
        "Action": "sagemaker:ListUserProfiles",
        "Resource": "*",
    }


def _list_apps_and_spaces() -> dict[str, Any]:
    return {
        # What would be in the way of a role change or a removal. These have no resource-level
        # permission: they list every domain of account and Region.
        "Sid": "ListAppsAndSpaces",
        "Effect": "Allow",
        "Action": ["sagemaker:ListApps", "sagemaker:ListSpaces"],
        "Resource": "*",
    }


def _pass_roles(suspended_role_arn: str) -> dict[str, Any]:
    return {
        # Whatever the hub is told to give, it can give only roles made for Studio users, and the
        # one without any permission.
        "Sid": "PassRolesOfGroups",
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": [
            f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role{ROLE_PATH}*",
            suspended_role_arn,
        ],
        "Condition": PASSED_TO_STUDIO,
    }


def _never() -> list[dict[str, Any]]:
    return [
        {
            # Holds whatever policy somebody attaches to this role one day.
            "Sid": "NeverTagWhatIsThere",
            "Effect": "Deny",
            "Action": "sagemaker:AddTags",
            "Resource": "*",
            "Condition": {"StringNotEquals": _WHILE_CREATING},
        },
        {
            "Sid": "NeverUntag",
            "Effect": "Deny",
            "Action": "sagemaker:DeleteTags",
            "Resource": "*",
        },
        {
            # Others work in a shared space, and it is gone for good. A space whose sharing is not
            # told counts as shared.
            "Sid": "NeverDeleteWhatIsShared",
            "Effect": "Deny",
            "Action": "sagemaker:DeleteSpace",
            "Resource": "*",
            "Condition": {"StringNotEquals": _PRIVATE},
        },
        {
            # An app in a shared space belongs to the space. Apps of a profile have no such key.
            "Sid": "NeverStopWhatIsShared",
            "Effect": "Deny",
            "Action": "sagemaker:DeleteApp",
            "Resource": "*",
            "Condition": {"StringEquals": {_SHARING: "Shared"}},
        },
    ]


def _only_the_role() -> list[dict[str, Any]]:
    # The hub sends the execution role and no other setting. One statement a key: of several keys in
    # one condition all would have to be sent. Of the actions that the wildcard covers, creating and
    # updating alone have these keys; it keeps the template small.
    return [
        {
            "Sid": sid,
            "Effect": "Deny",
            "Action": "sagemaker:*UserProfile",
            "Resource": "*",
            "Condition": {"Null": {key: "false"}},
        }
        for sid, key in _SETTINGS.items()
    ]


def _in_studio(kind: str) -> str:
    return f"arn:${{AWS::Partition}}:sagemaker:${{AWS::Region}}:${{AWS::AccountId}}:{kind}/*"
