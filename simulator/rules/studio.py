"""Rules of Studio domains, user profiles and tags."""

from simulator.rules.common import Rule

DOMAIN_UNKNOWN = Rule(
    "studio.domain-unknown",
    "An unknown domain is ResourceNotFound, in listings too (quirk `list_unknown_domain`).",
    "SageMaker service model (DescribeDomain); listings inferred",
    "C",
)
OLD_DOMAIN = Rule(
    "studio.old-domain",
    "A domain made before October 2023 shows no SingleSignOnApplicationArn.",
    "SageMaker developer guide, domain-groups",
    "A",
)
DOMAIN_CREATION = Rule(
    "studio.domain-creation",
    "CreateDomain with AuthMode SSO makes an application in Identity Center too. The domain is "
    "InService at once: its minutes of Pending are left out.",
    "SageMaker API reference, CreateDomain; SageMaker developer guide, domain-groups",
    "B",
)
PROFILE_UNKNOWN = Rule(
    "studio.profile-unknown",
    "An unknown profile, or one whose deletion is complete, is ResourceNotFound.",
    "SageMaker service model; text inferred",
    "A",
)
PROFILE_EXISTS = Rule(
    "studio.profile-exists",
    "Profile names are compared without regard to case; creating one that exists, in whatever "
    "status (Deleting included), is ResourceInUse.",
    "SageMaker API reference, CreateUserProfile; Deleting inferred",
    "A",
)
SSO_MEMBERS = Rule(
    "studio.sso-members",
    "SingleSignOnUserIdentifier and -Value are both required in an SSO domain and forbidden "
    "elsewhere.",
    "SageMaker API reference, CreateUserProfile; error code inferred",
    "A",
)
SSO_USER_UNKNOWN = Rule(
    "studio.sso-user-unknown",
    "The SSO value must be a user name of the directory: else ValidationException (quirk "
    "`unknown_sso_user`).",
    "SageMaker API reference says it must match; one public run book saw no check",
    "C",
)
SECOND_PROFILE = Rule(
    "studio.second-profile",
    "One SSO user has one profile in a domain: another is refused (quirk `second_profile`).",
    "Amazon SageMaker administration workshop, domain-sso; error code inferred",
    "C",
)
PROFILE_QUOTA = Rule(
    "studio.profile-quota",
    "At the quota of profiles of a domain CreateUserProfile is ResourceLimitExceeded.",
    "SageMaker service model; seen by others; the quota's scope is not certain",
    "B",
)
UNMANAGED_ROLE = Rule(
    "studio.foreign-role",
    "An execution role of another account is AccessDeniedException.",
    "IAM user guide, iam:PassRole does not cross accounts; error code inferred",
    "C",
)
MISSING_ROLE = Rule(
    "studio.missing-role",
    "An execution role that does not exist is a ValidationException in CreateUserProfile and "
    "UpdateUserProfile; which roles those are, the story says.",
    "text of CreateTransformJob: awslabs/predictive-maintenance-using-machine-learning issue 3; "
    "for profiles inferred",
    "C",
)
NEEDS_ASSIGNMENT = Rule(
    "studio.needs-assignment",
    "CreateUserProfile is accepted for somebody who is not assigned to the domain's application "
    "(quirk `create_needs_assignment`: a ValidationException).",
    "hashicorp/terraform-provider-aws issue 28958, aws/aws-cdk issue 23627; documents say that the "
    "user must be assigned first",
    "B",
)
FAILS_LATER = Rule(
    "studio.fails-later",
    "An operation that was accepted may end in a failed status with a FailureReason (quirk "
    "`first_attempt_fails`: operations whose first attempt on each thing does).",
    "SageMaker API reference, statuses of profiles, spaces and apps; the reason's text inferred",
    "A",
)
UNIFIED_PORTAL = Rule(
    "studio.unified-portal",
    "Nobody signs in to a domain whose UnifiedStudioSettings have StudioWebPortalAccess DISABLED.",
    "SageMaker service model, UnifiedStudioSettings",
    "A",
)
PROFILE_LIFE = Rule(
    "studio.profile-life",
    "A profile is Pending, then InService; Updating, then InService; Deleting, then gone; or ends "
    "in Failed, Update_Failed, Delete_Failed with a FailureReason. LastModifiedTime moves with "
    "each of these.",
    "SageMaker API reference, DescribeUserProfile; workshop sample (about 2 s)",
    "A",
)
PROFILE_UPDATE_STATUS = Rule(
    "studio.profile-update-status",
    "Only a profile that is InService or Update_Failed can be updated: else ResourceInUse.",
    "SageMaker developer guide, domain statuses; error code inferred",
    "C",
)
PROFILE_UPDATE_APPS = Rule(
    "studio.profile-update-apps",
    "UpdateUserProfile is ResourceInUse while an app of the profile is Pending, InService or "
    "Deleting; apps in its private spaces count too (quirk `update_with_space_apps`), apps in "
    "shared spaces do not.",
    "SageMaker developer guide (2023), rstudio-add-existing; spaces and text inferred",
    "C",
)
PROFILE_UPDATE_MERGES = Rule(
    "studio.profile-update-merges",
    "UpdateUserProfile replaces the top-level members of UserSettings that it names; the others "
    "stay.",
    "SageMaker developer guide examples; hashicorp/terraform-provider-aws issue 43127",
    "B",
)
PROFILE_DELETE_STATUS = Rule(
    "studio.profile-delete-status",
    "A profile that is Pending, Updating or Deleting cannot be deleted: ResourceInUse.",
    "inferred",
    "C",
)
PROFILE_HAS_APPS = Rule(
    "studio.profile-has-apps",
    "A profile with apps of its own or in its spaces that are neither Deleted nor Failed cannot "
    "be deleted: ResourceInUse (quirk `failed_app_blocks_profile`).",
    "SageMaker developer guide, domain-user-profile-remove; text: "
    "aws/amazon-sagemaker-feedback issue 113",
    "B",
)
PROFILE_HAS_SPACES = Rule(
    "studio.profile-has-spaces",
    "A profile that owns a space, private or shared, cannot be deleted: ResourceInUse, with "
    "another text than for apps.",
    "SageMaker developer guide, domain-user-profile-remove; text seen by others",
    "B",
)
PROFILE_LISTING = Rule(
    "studio.profile-listing",
    "ListUserProfiles shows DomainId, name, status and times: no SSO value, role or tags; pages of "
    "10 unless asked otherwise.",
    "SageMaker service model",
    "A",
)
PROFILE_DESCRIPTION = Rule(
    "studio.profile-description",
    "DescribeUserProfile shows no tags, and no UserSettings for a profile made without them.",
    "SageMaker service model; workshop sample output",
    "A",
)
HOME_DIRECTORY = Rule(
    "studio.home-directory",
    "A profile that is made again gets another HomeEfsFileSystemUid, so an empty home.",
    "aws-samples/sagemaker-studio-efs-recovery-serverless",
    "A",
)
UNMANAGED_PROFILE = Rule(
    "studio.stray-profile",
    "An assigned person without a profile who signs in gets one named after them with a number, "
    "without settings and so with the domain's default role, and without tags.",
    "Amazon SageMaker administration workshop, domain-sso",
    "A",
)
NO_ASSIGNMENT_MADE = Rule(
    "studio.no-assignment-made",
    "CreateUserProfile assigns nobody to the domain's application (quirk "
    "`create_profile_assigns`), and an assignment makes no profile.",
    "boto/boto3 issue 3180; aws/aws-cdk issue 23627",
    "B",
)
SIGN_IN_BY_NAME = Rule(
    "studio.sign-in-by-name",
    "Who signs in enters the profile whose SSO value is their user name, so a renamed user does "
    "not find theirs (quirk `sign_in_matches`).",
    "inferred",
    "C",
)
TAG_TARGET = Rule(
    "studio.tag-target",
    "Tags of something that does not exist are ResourceNotFound.",
    "inferred",
    "C",
)
TAG_QUOTA = Rule(
    "studio.tag-quota",
    "More than 50 tags on one resource are ResourceLimitExceeded.",
    "SageMaker API reference, AddTags; error code inferred",
    "C",
)

RULES = (
    DOMAIN_UNKNOWN,
    OLD_DOMAIN,
    DOMAIN_CREATION,
    PROFILE_UNKNOWN,
    PROFILE_EXISTS,
    SSO_MEMBERS,
    SSO_USER_UNKNOWN,
    SECOND_PROFILE,
    PROFILE_QUOTA,
    UNMANAGED_ROLE,
    MISSING_ROLE,
    NEEDS_ASSIGNMENT,
    FAILS_LATER,
    UNIFIED_PORTAL,
    PROFILE_LIFE,
    PROFILE_UPDATE_STATUS,
    PROFILE_UPDATE_APPS,
    PROFILE_UPDATE_MERGES,
    PROFILE_DELETE_STATUS,
    PROFILE_HAS_APPS,
    PROFILE_HAS_SPACES,
    PROFILE_LISTING,
    PROFILE_DESCRIPTION,
    HOME_DIRECTORY,
    UNMANAGED_PROFILE,
    NO_ASSIGNMENT_MADE,
    SIGN_IN_BY_NAME,
    TAG_TARGET,
    TAG_QUOTA,
)
