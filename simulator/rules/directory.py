"""Rules of the Identity Store: one directory for the whole organization."""

from simulator.rules.common import Rule

ONE_STORE = Rule(
    "directory.one-store",
    "One store answers whichever account and Region calls; another IdentityStoreId is a "
    "ResourceNotFoundException of ResourceType IDENTITY_STORE.",
    "IAM Identity Center user guide (one organization instance); Identity Store service model",
    "A",
)
USER_UNKNOWN = Rule(
    "directory.user-unknown",
    "An unknown or deleted user is a ResourceNotFoundException of ResourceType USER.",
    "Identity Store service model",
    "A",
)
LISTED_FIRST = Rule(
    "directory.listed-first",
    "A new user may be listed, with their memberships, before reads by id know them: those answer "
    "as for an unknown user (quirk `user_readable_after`, in seconds).",
    "inferred: the consistency of the Identity Store is undocumented",
    "C",
)
GROUP_UNKNOWN = Rule(
    "directory.group-unknown",
    "An unknown or deleted group is a ResourceNotFoundException of ResourceType GROUP, also when "
    "its memberships are listed.",
    "Identity Store service model; moto 5.2.5 differs",
    "A",
)
MEMBERSHIP_UNKNOWN = Rule(
    "directory.membership-unknown",
    "An unknown or deleted membership is a ResourceNotFoundException of ResourceType "
    "GROUP_MEMBERSHIP, also when it is deleted once more.",
    "Identity Store service model",
    "A",
)
NAME_UNKNOWN = Rule(
    "directory.name-unknown",
    "GetUserId and GetGroupId of a name that nobody has are a ResourceNotFoundException.",
    "Identity Store service model",
    "A",
)
USER_NAME_TAKEN = Rule(
    "directory.user-name-taken",
    "User names are unique without regard to case: ConflictException with Reason "
    "UNIQUENESS_CONSTRAINT_VIOLATION.",
    "Identity Store service model; SCIM developer guide; case-insensitivity seen by others",
    "B",
)
GROUP_NAME_TAKEN = Rule(
    "directory.group-name-taken",
    "Group names are unique without regard to case: ConflictException with Reason "
    "UNIQUENESS_CONSTRAINT_VIOLATION.",
    "Identity Store service model; case-insensitivity inferred",
    "C",
)
MEMBER_TWICE = Rule(
    "directory.member-twice",
    "Adding a member a second time is a ConflictException.",
    "Identity Store service model; moto 5.2.5 differs",
    "A",
)
MEMBERSHIPS_FOLLOW = Rule(
    "directory.memberships-follow",
    "Deleting a user or a group takes its memberships along.",
    "inferred from CloudTrail traces of deletions",
    "C",
)
NAME_LOOKUP = Rule(
    "directory.name-lookup",
    "A look-up by name takes the exact spelling first, then any other case.",
    "Identity Store user names are case-insensitive (seen by others); order inferred",
    "C",
)
DISABLE = Rule(
    "directory.disable",
    "A user is ENABLED or DISABLED; no public operation changes that (console and SCIM do).",
    "Identity Store service model: DescribeUser returns UserStatus, UpdateUser cannot set it",
    "A",
)
NEEDS_NAME = Rule(
    "directory.needs-name",
    "CreateUser needs UserName, DisplayName and Name with both its parts, and CreateGroup a "
    "DisplayName, though the service model does not mark them required.",
    "Identity Store API reference, CreateUser",
    "A",
)
FILTERS = Rule(
    "directory.filters",
    "ListUsers filters by UserName alone and ListGroups by DisplayName alone.",
    "error text seen by others: Only filter with value 'userName' is allowed",
    "B",
)
ALTERNATE = Rule(
    "directory.alternate",
    "Users are found by userName, emails.value or an external id, groups by displayName or an "
    "external id; any other path is a ValidationException.",
    "Identity Store API reference, GetUserId and GetGroupId",
    "A",
)
UPDATE_PATH = Rule(
    "directory.update-path",
    "UpdateUser and UpdateGroup set one attribute per operation, no value removes it; what "
    "identifies or enables a user cannot be set.",
    "Identity Store API reference, UpdateUser",
    "A",
)

RULES = (
    ONE_STORE,
    USER_UNKNOWN,
    LISTED_FIRST,
    GROUP_UNKNOWN,
    MEMBERSHIP_UNKNOWN,
    NAME_UNKNOWN,
    USER_NAME_TAKEN,
    GROUP_NAME_TAKEN,
    MEMBER_TWICE,
    MEMBERSHIPS_FOLLOW,
    NAME_LOOKUP,
    DISABLE,
    NEEDS_NAME,
    FILTERS,
    ALTERNATE,
    UPDATE_PATH,
)
