"""The parameters of a spoke's deployment; CloudFormation refuses invalid values."""

from aws_cdk import CfnCondition, CfnParameter, Fn, Stack

# Sources: IAM account ids; Organizations' API model; IAM's characters of names and paths.
_ACCOUNT = r"^\d{12}$"
_REGION = r"^[a-z]{2}(-[a-z]+)+-\d{1,2}$"
_ORGANIZATION = r"^o-[a-z0-9]{10,32}$"
# Without a wildcard: a role to pass is named, never matched.
_ROLE_OR_NOTHING = r"^$|^arn:aws[a-z-]*:iam::\d{12}:role/[\w+=.@/-]+$"
_POLICY_OR_NOTHING = r"^$|^arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\w+=,.@/-]+$"


class Parameters:
    """The parameters of the stack and the conditions that follow from them.

    They stand in the stack itself, because an operator types their names.
    """

    def __init__(self, stack: Stack) -> None:
        self.hub_account = CfnParameter(
            stack,
            "HubAccount",
            description="The account of the StudioHub stack",
            allowed_pattern=_ACCOUNT,
            constraint_description="the 12 digits of an AWS account",
        ).value_as_string
        self.hub_region = CfnParameter(
            stack,
            "HubRegion",
            description="The Region of the StudioHub stack, which is Identity Center's",
            allowed_pattern=_REGION,
            constraint_description="an AWS Region, for example eu-west-1",
        ).value_as_string
        self.organization_id = CfnParameter(
            stack,
            "OrganizationId",
            description="The organization that hub and spoke belong to",
            allowed_pattern=_ORGANIZATION,
            constraint_description="an organization's id, for example o-exampleorgid",
        ).value_as_string
        execution_roles = CfnParameter(
            stack,
            "ExecutionRoles",
            description=(
                "create: this stack makes the group-level execution roles; choose it for one stack "
                "of an account, since IAM is global. existing: they are there already"
            ),
            default="create",
            allowed_values=["create", "existing"],
            constraint_description="create or existing",
        ).value_as_string
        additional = CfnParameter(
            stack,
            "AdditionalPassableRoleArns",
            type="CommaDelimitedList",
            description=(
                "Roles outside the path /studio-hub/ that mapping rows may name, as ARNs with "
                "commas between them; empty for none"
            ),
            default="",
            allowed_pattern=_ROLE_OR_NOTHING,
            constraint_description="ARNs of IAM roles, without wildcards, or nothing",
        )
        self.permissions_boundary_arn = CfnParameter(
            stack,
            "PermissionsBoundaryArn",
            description="Permissions boundary of the group-level roles; empty for none",
            default="",
            allowed_pattern=_POLICY_OR_NOTHING,
            constraint_description="the ARN of an IAM policy, or nothing",
        ).value_as_string
        self.additional_role_arns = additional.value_as_list
        self.creates_roles = CfnCondition(
            stack,
            "CreatesExecutionRoles",
            expression=Fn.condition_equals(execution_roles, "create"),
        )
        self.has_boundary = CfnCondition(
            stack,
            "HasPermissionsBoundary",
            expression=Fn.condition_not(Fn.condition_equals(self.permissions_boundary_arn, "")),
        )
        self.has_additional_roles = CfnCondition(
            stack,
            "HasAdditionalPassableRoles",
            expression=Fn.condition_not(
                Fn.condition_equals(Fn.join("", self.additional_role_arns), "")
            ),
        )
