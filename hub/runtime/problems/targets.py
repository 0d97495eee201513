"""Problems of a target: its account, its domain, and who may sign in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from hub.runtime.problems.hub import UNREADABLE
from hub.runtime.problems.kind import Problem, ProblemKind, Severity
from shared.model import Target
from shared.naming import role_name

UNREACHABLE: Final = ProblemKind(
    name="unreachable",
    severity=Severity.HIGH,
    remedy="deploy the spoke stack in the account, or correct its parameters",
    docs="operations.md#what-is-late-or-fails",
    is_remembered=True,
)
UNREADABLE_TAGS: Final = ProblemKind(
    name="unreadable-tags",
    severity=Severity.HIGH,
    remedy="let the spoke's roles read tags: compare the spoke stack with this version's",
    docs="safety.md#only-the-hubs-own-profiles",
    is_remembered=True,
)
QUOTA: Final = ProblemKind(
    name="quota",
    severity=Severity.MEDIUM,
    remedy="raise the account's quota of Studio user profiles",
    docs="safety.md#against-uncertainty",
    is_remembered=True,
)
HELD: Final = ProblemKind(
    name="held",
    severity=Severity.MEDIUM,
    remedy="if that is right: studio-hub holds approve {digest}; if not: studio-hub holds reject "
    "{digest}",
    docs="operations.md#pending-approvals",
    is_remembered=True,
)
DEFAULT_ROLE: Final = ProblemKind(
    name="default-role",
    severity=Severity.HIGH,
    remedy="make the spoke's Suspended role, which permits nothing, the domain's default execution "
    "role",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
GROUP_ASSIGNMENT: Final = ProblemKind(
    name="group-assignment",
    severity=Severity.HIGH,
    remedy="remove the groups from the domain's application: the hub assigns each user",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
ASSIGN_BY_HAND: Final = ProblemKind(
    name="assign-by-hand",
    severity=Severity.MEDIUM,
    remedy="assign users in the console of account {target.account}: SageMaker AI > Admin "
    "configurations > Domains > {target.domain_id} > User profiles > Assign users and groups",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
ASSIGNED_BY_OTHERS: Final = ProblemKind(
    name="assigned-by-others",
    severity=Severity.HIGH,
    remedy="end their assignments by hand, unless a mapping is to grant them access",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
ASSIGNMENT_NOT_REQUIRED: Final = ProblemKind(
    name="assignment-not-required",
    severity=Severity.HIGH,
    remedy="in the account of Identity Center: aws sso-admin "
    "put-application-assignment-configuration --assignment-required --application-arn "
    "{application_arn}",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
ASSIGNMENT_UNREADABLE: Final = ProblemKind(
    name="assignment-unreadable",
    severity=Severity.MEDIUM,
    remedy="deploy the stacks StudioHub and StudioIdentity of this version, which hold the right "
    "sso:GetApplicationAssignmentConfiguration; the next daily sweep reads it again",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
PORTAL_OFF: Final = ProblemKind(
    name="portal-off",
    severity=Severity.MEDIUM,
    remedy="in account {target.account}: aws sagemaker update-domain --domain-id "
    "{target.domain_id} {options}; or, where users are to come in by SageMaker Unified Studio, "
    "remove the target's mappings",
    docs="safety.md#known-gaps",
    is_remembered=True,
)
ROLE_UNAVAILABLE: Final = ProblemKind(
    name="role-unavailable",
    severity=Severity.MEDIUM,
    remedy="make the roles in the account as the spoke stack does, or correct the rows; they are "
    "checked every hour, and now by: studio-hub doctor --target {target}",
    docs="operations.md#checks-of-a-target",
    is_remembered=True,
)
DOMAIN_UNUSABLE: Final = ProblemKind(
    name="domain-unusable",
    severity=Severity.MEDIUM,
    remedy="correct the target in its mapping rows, or make a domain there that signs users in by "
    "Identity Center, in its primary Region",
    docs="operations.md#checks-of-a-target",
    is_remembered=True,
)
QUOTA_TOO_LOW: Final = ProblemKind(
    name="quota-too-low",
    severity=Severity.MEDIUM,
    remedy="raise the account's quota of Studio user profiles, before some are refused",
    docs="operations.md#checks-of-a-target",
    is_remembered=True,
)
SPOKE_OUTDATED: Final = ProblemKind(
    name="spoke-outdated",
    severity=Severity.LOW,
    remedy="deploy this version's spoke stack in the account",
    docs="operations.md#checks-of-a-target",
    is_remembered=True,
)
CHECK_UNREADABLE: Final = ProblemKind(
    name="check-unreadable",
    severity=Severity.LOW,
    remedy="deploy this version's spoke stack, whose reader role has the rights, and look for a "
    "policy of the organization that denies them",
    docs="operations.md#checks-of-a-target",
    is_remembered=True,
)
# The daily scan of a domain's assignments checks these; their subjects end with the target.
ASSIGNMENTS: Final = (GROUP_ASSIGNMENT, ASSIGNED_BY_OTHERS)
# The checks of a target find these. Their subjects end with the target too.
CHECKS: Final = (
    ASSIGN_BY_HAND,
    ASSIGNMENT_NOT_REQUIRED,
    ASSIGNMENT_UNREADABLE,
    CHECK_UNREADABLE,
    DEFAULT_ROLE,
    DOMAIN_UNUSABLE,
    PORTAL_OFF,
    QUOTA_TOO_LOW,
    ROLE_UNAVAILABLE,
    SPOKE_OUTDATED,
)
# How to enable each setting again. Source: the SageMaker API model, UpdateDomain.
_ENABLED: Final = {
    "StudioWebPortal": "--default-user-settings StudioWebPortal=ENABLED",
    "StudioWebPortalAccess": "--domain-settings-for-update "
    "'UnifiedStudioSettings={StudioWebPortalAccess=ENABLED}'",
}


def unreachable(target: Target, error: str) -> Problem:
    """Return the problem of an account that refuses the hub."""
    return UNREACHABLE.of(str(target), error)


def unlisted(target: Target, error: str) -> Problem:
    """Return the problem of an account that does not list the domain's profiles."""
    return UNREADABLE.of(
        f"target {target}",
        error,
        remedy="compare the spoke stack in the account with this version's, look for a policy of "
        "the organization that denies the call, and check that the domain exists; nobody is "
        "removed meanwhile",
        target=target,
    )


def unreadable_tags(target: Target, names: Sequence[str], error: str) -> Problem:
    """Return the problem of profiles whose tags cannot be read; one covers the whole target."""
    return UNREADABLE_TAGS.of(
        profiles_in(target),
        f"the tags of {len(names)} profiles cannot be read, so their owners are unknown; the "
        f"first is {names[0]}: {error}",
        target=target,
    )


def quota(target: Target, user_id: str, error: str) -> Problem:
    """Return the problem that an account has no profiles left; one covers the whole target."""
    return QUOTA.of(str(target), error, target=target, user_id=user_id)


def held(target: Target, cause: str, what: str, remedy: str) -> Problem:
    """Return the problem of a hold that awaits an operator."""
    return HELD.of(held_subject(target, cause), f"held: {what}", remedy=remedy, target=target)


def held_remedy(digest: str, *, is_rejected: bool) -> str:
    """Return the commands by which an operator decides a hold."""
    if is_rejected:
        return f"if it is right after all: studio-hub holds approve {digest}"
    return HELD.remedy.format(digest=digest)


def default_role(target: Target, role_arn: str) -> Problem:
    """Return the problem of a domain whose default role may permit something."""
    return DEFAULT_ROLE.of(
        f"default role of {target}",
        f"an unmanaged profile works with {role_name(role_arn)}",
        target=target,
    )


def group_assignment(target: Target, groups: Iterable[str]) -> Problem:
    """Return the problem of groups that may sign in to a domain.

    Source: Amazon SageMaker administration workshop: a user who signs in without a profile gets
    one, with the domain's default role.
    """
    return GROUP_ASSIGNMENT.of(
        f"groups assigned to {target}",
        "members of these groups may sign in before they have a profile, and get one with the "
        f"domain's default role: {', '.join(sorted(groups))}",
        target=target,
    )


def assign_by_hand(target: Target) -> Problem:
    """Return the problem of a domain that users can only be assigned to by hand.

    Source: SageMaker developer guide, "Add groups and users": domains made before October 2023 show
    no SingleSignOnApplicationArn.
    """
    return ASSIGN_BY_HAND.of(
        _assignments_of(target),
        "the domain shows no Identity Center application (it is older than October 2023), so users "
        "are assigned by hand",
        target=target,
    )


def assigned_by_others(target: Target, count: int) -> Problem:
    """Return the problem of users who may sign in and have no ledger record."""
    return ASSIGNED_BY_OTHERS.of(
        _assignments_of(target),
        f"{count} users may sign in whom the hub did not assign",
        target=target,
    )


def assignment_not_required(target: Target, application_arn: str) -> Problem:
    """Return the problem of a domain that every user of the directory may enter."""
    return ASSIGNMENT_NOT_REQUIRED.of(
        _assignments_of(target),
        "the domain's application requires no assignment: every user of the directory may sign in, "
        "and ending an assignment has no effect",
        remedy=ASSIGNMENT_NOT_REQUIRED.remedy.format(application_arn=application_arn),
        target=target,
    )


def assignment_unreadable(target: Target, error: str) -> Problem:
    """Return the problem of an application whose assignment requirement cannot be read."""
    return ASSIGNMENT_UNREADABLE.of(
        _assignments_of(target),
        f"it is unknown whether the domain's application requires an assignment: {error}",
        target=target,
    )


def portal_off(target: Target, settings: Sequence[str]) -> Problem:
    """Return the problem of a domain that users with a profile cannot open in Studio.

    Source: the SageMaker API model, StudioWebPortal and UnifiedStudioSettings: where it is
    DISABLED, the domain is opened in SageMaker Unified Studio alone, or not at all.
    """
    options = " ".join(_ENABLED[name] for name in settings)
    return PORTAL_OFF.of(
        f"portal of {target}",
        "nobody can open the domain in Studio, whatever profile they have: "
        f"{' and '.join(settings)} is DISABLED",
        remedy=PORTAL_OFF.remedy.format(target=target, options=options),
        target=target,
    )


def role_unavailable(target: Target, why: Mapping[str, str]) -> Problem:
    """Return the problem of roles that rows call for and that cannot be given, each with why."""
    found = "; ".join(f"{role_name(arn)}: {text}" for arn, text in sorted(why.items()))
    return ROLE_UNAVAILABLE.of(
        f"roles of {target}",
        f"users keep what they have, and nobody gets these roles: {found}",
        target=target,
    )


def domain_unusable(target: Target, why: str) -> Problem:
    """Return the problem of a domain in which no profile of a user can work."""
    return DOMAIN_UNUSABLE.of(f"domain of {target}", why, target=target)


def quota_too_low(target: Target, people: int, quota: int) -> Problem:
    """Return the problem that rows call for more profiles than the account may have."""
    reason = f"desired profiles: {people}, allowed by the account's quota: {quota}"
    return QUOTA_TOO_LOW.of(f"quota of {target}", reason, target=target)


def spoke_outdated(target: Target, found: str, wanted: str) -> Problem:
    """Return the problem of a spoke stack whose version is not the hub's."""
    of = f"of version {found}" if found else "of a version that does not name itself"
    return SPOKE_OUTDATED.of(
        f"spoke of {target}", f"the spoke's stack is {of}, and the hub of {wanted}", target=target
    )


def check_unreadable(target: Target, why: Mapping[str, str]) -> Problem:
    """Return the problem of checks that could not be made, each with why."""
    found = "; ".join(f"{id_}: {text}" for id_, text in sorted(why.items()))
    return CHECK_UNREADABLE.of(f"checks of {target}", found, target=target)


def held_subject(target: Target, cause: str) -> str:
    """Return the subject of the problem that removals are held for a cause."""
    return f"removals in {target} ({cause})"


def profiles_in(target: Target) -> str:
    """Return the subject of the problems of a target's profiles."""
    return f"profiles in {target}"


def _assignments_of(target: Target) -> str:
    return f"assignments of {target}"
