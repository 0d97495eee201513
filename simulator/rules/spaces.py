"""Rules of Studio spaces and apps."""

from simulator.rules.common import Rule

SPACE_UNKNOWN = Rule(
    "spaces.unknown",
    "An unknown space, or one whose deletion is complete, is ResourceNotFound.",
    "SageMaker service model; text inferred",
    "A",
)
SPACE_EXISTS = Rule(
    "spaces.exists",
    "Space names are compared without regard to case; creating one that exists is ResourceInUse.",
    "SageMaker service model; case inferred from profiles",
    "C",
)
SPACE_OWNER_AND_SHARING = Rule(
    "spaces.owner-and-sharing",
    "OwnershipSettings and SpaceSharingSettings come together or not at all.",
    "SageMaker API reference, CreateSpace; error code inferred",
    "C",
)
SPACE_OWNER_STATUS = Rule(
    "spaces.owner-status",
    "A space is refused while its owner's profile is not InService.",
    "text seen by others; error code inferred",
    "B",
)
SPACE_MANAGED_RESOURCES = Rule(
    "spaces.managed-resources",
    "CreateSpace with SpaceManagedResources ENABLED also makes the owner's profile where there is "
    "none, without tags and settings; the app that it makes too is left out.",
    "SageMaker service model, SpaceSettings; the profile's tags and settings inferred",
    "B",
)
SPACE_QUOTA = Rule(
    "spaces.quota",
    "At the quota of spaces CreateSpace is ResourceLimitExceeded.",
    "SageMaker service model",
    "A",
)
SPACE_LIFE = Rule(
    "spaces.life",
    "A space is Pending, then InService; Deleting for some 20 s, then gone; its owner never "
    "changes.",
    "SageMaker service model (UpdateSpace has no OwnershipSettings); time seen by others",
    "B",
)
SPACE_UPDATE_STATUS = Rule(
    "spaces.update-status",
    "Only a space that is InService or Update_Failed can be updated: else ResourceInUse.",
    "inferred",
    "C",
)
SPACE_DELETE_PENDING = Rule(
    "spaces.delete-pending",
    "DeleteSpace on a Pending space is a ValidationException.",
    "seen by others",
    "B",
)
SPACE_DELETE_STATUS = Rule(
    "spaces.delete-status",
    "A space that is Updating or Deleting cannot be deleted: ResourceInUse.",
    "inferred",
    "C",
)
SPACE_HAS_APPS = Rule(
    "spaces.has-apps",
    "A space with an app that is neither Deleted nor Failed cannot be deleted: ResourceInUse.",
    "SageMaker developer guide (2023), domain-space-delete; text inferred",
    "A",
)
SPACE_LISTING = Rule(
    "spaces.listing",
    "ListSpaces shows owner and sharing type in summaries and cannot filter by them.",
    "SageMaker service model",
    "A",
)
APP_UNKNOWN = Rule(
    "apps.unknown",
    "An app that never was, or was deleted more than a day ago, is ResourceNotFound.",
    "SageMaker service model; text inferred",
    "A",
)
APP_HOME = Rule(
    "apps.home",
    "An app belongs to a profile or to a space, never to both: JupyterLab and CodeEditor to "
    "spaces, Canvas, TensorBoard and RStudio to profiles.",
    "SageMaker developer guide; error code inferred",
    "A",
)
APP_HOME_STATUS = Rule(
    "apps.home-status",
    "An app starts only while its profile or space is InService.",
    "inferred from CreateSpace",
    "C",
)
APP_EXISTS = Rule(
    "apps.exists",
    "A space runs one app, and a profile one of each type and name: another is ResourceInUse.",
    "SageMaker developer guide; SageMaker service model",
    "B",
)
APP_LIFE = Rule(
    "apps.life",
    "An app is Pending, then InService; Deleting for minutes, then Deleted, and listed and "
    "described as Deleted for 24 hours, unless it is started again under its name.",
    "SageMaker API reference, DescribeApp; SageMaker developer guide, studio-updated-running-stop",
    "A",
)
APP_ROLE = Rule(
    "apps.role",
    "An app keeps the execution role that it was started with; in a shared space that is the "
    "domain's.",
    "SageMaker API reference, UserSettings; keeping it inferred from UpdateDomain",
    "C",
)
APP_DELETED = Rule(
    "apps.deleted",
    "DeleteApp on a Deleted app is a ValidationException.",
    "text: hashicorp/terraform-provider-aws, resource aws_sagemaker_app",
    "B",
)
APP_FAILED = Rule(
    "apps.failed",
    "DeleteApp on a Failed app is a ValidationException with a text of its own.",
    "text: hashicorp/terraform-provider-aws, resource aws_sagemaker_app",
    "B",
)
APP_PENDING = Rule(
    "apps.pending",
    "DeleteApp on a Pending app is ResourceInUse (quirk `delete_pending_app`).",
    "SageMaker developer guide (2023): only apps that are ready can be deleted; code inferred",
    "C",
)
APP_DELETING = Rule(
    "apps.deleting",
    "DeleteApp on a Deleting app is ResourceInUse.",
    "inferred",
    "C",
)
APP_FILTERS = Rule(
    "apps.filters",
    "ListApps filters by profile or by space, never by both; apps in spaces carry their space and "
    "no profile, so a profile's listing does not show them.",
    "SageMaker service model; logs in rebuy-de/aws-nuke issue 1184",
    "B",
)
APP_TAGS = Rule(
    "apps.tags",
    "Apps carry their profile's tags of the moment they start, and the ARNs of domain and profile.",
    "SageMaker API reference, CreateUserProfile",
    "A",
)

RULES = (
    SPACE_UNKNOWN,
    SPACE_EXISTS,
    SPACE_OWNER_AND_SHARING,
    SPACE_OWNER_STATUS,
    SPACE_MANAGED_RESOURCES,
    SPACE_QUOTA,
    SPACE_LIFE,
    SPACE_UPDATE_STATUS,
    SPACE_DELETE_PENDING,
    SPACE_DELETE_STATUS,
    SPACE_HAS_APPS,
    SPACE_LISTING,
    APP_UNKNOWN,
    APP_HOME,
    APP_HOME_STATUS,
    APP_EXISTS,
    APP_LIFE,
    APP_ROLE,
    APP_DELETED,
    APP_FAILED,
    APP_PENDING,
    APP_DELETING,
    APP_FILTERS,
    APP_TAGS,
)
