"""Rules of application assignments: who may open a domain."""

from simulator.rules.common import Rule

ONE_INSTANCE = Rule(
    "access.one-instance",
    "Every account sees the one organization instance, with its owner account and store id; "
    "another instance ARN is a ResourceNotFoundException.",
    "IAM Identity Center user guide (one organization instance); moto 5.2.5 differs",
    "A",
)
APPLICATION_UNKNOWN = Rule(
    "access.application-unknown",
    "An unknown application is a ResourceNotFoundException.",
    "sso-admin service model",
    "A",
)
PRINCIPAL_UNKNOWN = Rule(
    "access.principal-unknown",
    "Assigning somebody whom the directory does not know is a ResourceNotFoundException "
    "(quirk `unknown_principal`).",
    "inferred from the sso-admin service model",
    "C",
)
ASSIGNED_TWICE = Rule(
    "access.assigned-twice",
    "Assigning a principal that is assigned is a ConflictException (quirk `assign_twice`).",
    "treated so by public tools; others say that it succeeds",
    "C",
)
NOT_PROPAGATED = Rule(
    "access.not-propagated",
    "CreateApplicationAssignment and DeleteApplicationAssignment are a ConflictException while the "
    "opposite change is not propagated (quirk `assignment_propagation`, in seconds).",
    "IAM Identity Center API reference, ConflictException; the time and the text inferred",
    "B",
)
REQUIRED = Rule(
    "access.required",
    "A new application lets in assigned people alone (quirk `assignment_required`); "
    "PutApplicationAssignmentConfiguration changes that.",
    "IAM Identity Center API reference; the default of Studio's applications inferred",
    "C",
)
REVOKE_IDEMPOTENT = Rule(
    "access.revoke-idempotent",
    "Deleting an assignment that does not exist succeeds, also for a principal that is gone.",
    "sso-admin service model marks DeleteApplicationAssignment idempotent",
    "A",
)
DIRECT_ONLY = Rule(
    "access.direct-only",
    "DescribeApplicationAssignment and ListApplicationAssignments show direct assignments; "
    "ListApplicationAssignmentsForPrincipal shows those through groups too.",
    "IAM Identity Center API reference",
    "A",
)
MEMBER_NEEDS_FILTER = Rule(
    "access.member-needs-filter",
    "A member account must filter ListApplicationAssignmentsForPrincipal by application and "
    "ListApplications by its own account id.",
    "IAM Identity Center API reference; error code inferred",
    "C",
)
OTHER_ACCOUNT = Rule(
    "access.other-account",
    "Assignments are made and read by the instance's owner, a delegated administrator, or the "
    "account that owns the application (quirk `member_account_assigns`); others are denied.",
    "service authorization reference (sso:ApplicationAccount); never seen on real AWS",
    "C",
)
ASSIGNMENTS_STAY = Rule(
    "access.assignments-stay",
    "An assignment outlives its principal; it goes when it is deleted.",
    "inferred from account assignments, which stay behind when a user is deleted",
    "C",
)
ENTER = Rule(
    "access.enter",
    "A person may enter when assigned directly or through a group, or when the application "
    "requires no assignment; a disabled person may not.",
    "SageMaker developer guide, domain-groups; IAM Identity Center user guide",
    "A",
)

RULES = (
    ONE_INSTANCE,
    APPLICATION_UNKNOWN,
    PRINCIPAL_UNKNOWN,
    ASSIGNED_TWICE,
    NOT_PROPAGATED,
    REQUIRED,
    REVOKE_IDEMPOTENT,
    DIRECT_ONLY,
    MEMBER_NEEDS_FILTER,
    OTHER_ACCOUNT,
    ASSIGNMENTS_STAY,
    ENTER,
)
