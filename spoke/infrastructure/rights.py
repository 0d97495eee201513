"""The hub's rights in a spoke: each one beside its need, and only for actions that are called.

Source of what each action can be limited to: the Service Authorization Reference of Amazon
SageMaker AI. CloudFormation fills in `${...}`.
"""

from typing import Any

from shared.conventions import MANAGED_BY, ROLE_PATH, SYSTEM_PATH, USER_ID, SystemRole

PASSED_TO_STUDIO = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
_SHARING = "sagemaker:SpaceSharingType"
_PRIVATE = {_SHARING: "Private"}
_WHILE_CREATING = {"sagemaker:TaggingAction": "CreateUserProfile"}
# The settings of a profile that have a condition key, by the name of each denial. All other
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
    """Return the statements of the access role's policy, for `reconcile`."""
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
    """Return the statements of the reader role's policy, for `scan`: it changes nothing."""
    return [*_reads(), *_checks(), _list_profiles()]


def _profiles(hub_account: str) -> list[dict[str, Any]]:
    ours = {"StringEquals": {f"aws:ResourceTag/{MANAGED_BY}": hub_account}}
    return [
        {
            # A profile is created with both tags that mark it as ours, and with no other. Without
            # them it could never be changed or removed again. With more it could pass for another
            # owner's.
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
            # Creating with tags needs this too. It applies only during creation: the right to tag
            # an existing profile could make it ours, and then remove it.
            "Sid": "TagProfilesWhileCreating",
            "Effect": "Allow",
            "Action": "sagemaker:AddTags",
            "Resource": _in_studio("user-profile"),
            "Condition": {"StringEquals": _WHILE_CREATING},
        },
        {
            # A role change, suspension and removal, only of profiles with our tag.
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
            # A user who lost access or got another role works on with the old one until the apps
            # stop. Apps carry no tag of ours, so this covers every app of account and Region.
            "Sid": "StopApps",
            "Effect": "Allow",
            "Action": "sagemaker:DeleteApp",
            "Resource": _in_studio("app"),
        },
        {
            # A profile cannot be deleted before its private spaces are. Spaces carry no tag of ours
            # either.
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
            # The domain's application, and its default role for users without a profile of ours.
            "Sid": "ReadDomains",
            "Effect": "Allow",
            "Action": "sagemaker:DescribeDomain",
            "Resource": _in_studio("domain"),
        },
        {
            # A profile's state, and its owner by its tags.
            "Sid": "ReadProfiles",
            "Effect": "Allow",
            "Action": ["sagemaker:DescribeUserProfile", "sagemaker:ListTags"],
            "Resource": _in_studio("user-profile"),
        },
    ]


def _list_profiles() -> dict[str, Any]:
    return {
        # The existing profiles: a scan compares them with the desired state. And how many there may
        # be. Neither has resource-level permissions: the first lists every domain of account and
        # Region.
        "Sid": "ListProfiles",
        "Effect": "Allow",
        "Action": ["sagemaker:ListUserProfiles", "servicequotas:GetServiceQuota"],
        "Resource": "*",
    }


def _checks() -> list[dict[str, Any]]:
    roles = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role"
    return [
        {
            # Whether each role that rows name exists and trusts Studio, whether a domain's default
            # role has any policy, and the version of this stack. Rows and domains name roles of any
            # path. It shows no policy's content.
            "Sid": "CheckRoles",
            "Effect": "Allow",
            "Action": ["iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"],
            "Resource": f"{roles}/*",
        },
        {
            # Which roles outside the hub's own path the hub may pass.
            "Sid": "ReadWhatIsPassed",
            "Effect": "Allow",
            "Action": "iam:GetRolePolicy",
            "Resource": f"{roles}{SYSTEM_PATH}{SystemRole.ACCESS.name_in('${AWS::Region}')}",
        },
    ]


def _list_apps_and_spaces() -> dict[str, Any]:
    return {
        # Apps and spaces that block a role change or a removal. These have no resource-level
        # permission: they list every domain of account and Region.
        "Sid": "ListAppsAndSpaces",
        "Effect": "Allow",
        "Action": ["sagemaker:ListApps", "sagemaker:ListSpaces"],
        "Resource": "*",
    }


def _pass_roles(suspended_role_arn: str) -> dict[str, Any]:
    return {
        # Whatever a mapping row names, the hub can pass only roles for Studio users, and the one
        # without any permission.
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
            # This holds whatever policy somebody attaches to this role later.
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
            # Others work in a shared space, and its deletion is permanent. A space without a known
            # sharing type counts as shared.
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
    # The hub sends the execution role and no other setting. Each key has its own statement: of
    # several keys in one condition all would have to be sent. Of the actions that the wildcard
    # covers, only creating and updating have these keys. The wildcard keeps the template small.
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
