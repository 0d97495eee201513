"""Problems of one user in one target, and of profiles that the hub does not manage."""

from typing import Final

from hub.runtime.problems.kind import Problem, ProblemKind, Severity
from hub.runtime.problems.targets import UNREADABLE_TAGS
from shared.model import Target
from shared.naming import role_name

UNDECIDED: Final = ProblemKind(
    name="undecided",
    severity=Severity.HIGH,
    remedy="correct the rows, or the groups' names in them: studio-hub mappings check",
    docs="safety.md#against-uncertainty",
)
OWNS_SHARED_SPACE: Final = ProblemKind(
    name="owns-shared-space",
    severity=Severity.LOW,
    remedy="copy what is needed from the shared space and delete it by hand: its owner cannot be "
    "changed; the removal continues by itself then",
    docs="safety.md#no-lost-files",
)
SIGN_IN_BY_HAND: Final = ProblemKind(
    name="sign-in-by-hand",
    severity=Severity.MEDIUM,
    remedy="end the sign-in in the domain's console, then delete private spaces and profile by "
    "hand, then: studio-hub sweep --user {user}",
    docs="safety.md#no-lost-files",
)
END_SIGN_IN_BY_HAND: Final = ProblemKind(
    name="end-sign-in-by-hand",
    severity=Severity.HIGH,
    remedy="end the sign-in in the console of account {target.account}: SageMaker AI > Admin "
    "configurations > Domains > {target.domain_id} > User profiles: remove the assignment",
    docs="safety.md#no-lost-files",
)
HAS_UNMANAGED_PROFILE: Final = ProblemKind(
    name="has-unmanaged-profile",
    severity=Severity.MEDIUM,
    remedy="take it over: studio-hub adopt {user} --target {target}; or delete it by hand, then: "
    "studio-hub sweep --user {user}",
    docs="safety.md#only-the-hubs-own-profiles",
)
NAME_TAKEN: Final = ProblemKind(
    name="name-taken",
    severity=Severity.MEDIUM,
    remedy="wait until the other user's profile is deleted; or, if nothing in it is needed, delete "
    "it by hand, then: studio-hub sweep --user {user}",
    docs="safety.md#only-the-hubs-own-profiles",
)
UNMANAGED_PROFILE: Final = ProblemKind(
    name="unmanaged-profile",
    severity=Severity.MEDIUM,
    remedy="leave it; take it over: studio-hub adopt USER --target {target}; or delete it by hand: "
    "if a mapping grants the user a profile, they get a managed one",
    docs="safety.md#only-the-hubs-own-profiles",
)
REFUSED: Final = ProblemKind(
    name="refused",
    severity=Severity.MEDIUM,
    remedy="remove the cause that the reason names; the next hourly sweep tries again; to retry "
    "now: studio-hub sweep --user {user}",
    docs="planning.md#what-is-blocked",
)
RENAMED: Final = ProblemKind(
    name="renamed",
    severity=Severity.MEDIUM,
    remedy="let the user save their files elsewhere, then delete the profile by hand: they get a "
    "new one with the next sweep",
    docs="lifecycle.md#what-can-happen-to-a-user-or-a-group",
)
RESTARTS: Final = ProblemKind(
    name="restarts",
    severity=Severity.HIGH,
    remedy="ask the user to leave their apps stopped for two minutes",
    docs="lifecycle.md#another-role",
)
APPS_RUNNING: Final = ProblemKind(
    name="apps-running",
    severity=Severity.MEDIUM,
    remedy="ask the user to stop their apps; the change is tried again with every sweep",
    docs="lifecycle.md#another-role",
)
DRY_RUN: Final = ProblemKind(
    name="dry-run",
    severity=Severity.LOW,
    remedy="deploy with mode: apply",
    docs="deploy.md#5--the-first-mapping",
)
# What prevents a change of a user's profile, by the kind of the skip or of the record's obstacle.
OF_SKIP: Final = {
    kind.name: kind
    for kind in (
        *(UNDECIDED, OWNS_SHARED_SPACE, SIGN_IN_BY_HAND, HAS_UNMANAGED_PROFILE, NAME_TAKEN),
        UNREADABLE_TAGS,
    )
}
# Another profile has the name, or signs in the user. Source: the SageMaker API model's error of
# CreateUserProfile. Of UpdateUserProfile and DeleteUserProfile it means that apps or spaces run.
IN_USE: Final = "ResourceInUse"
# More about some refusals, by AWS error code.
_REFUSED: Final = {
    IN_USE: "find the domain's profile with this user name, and delete it if it is not needed; the "
    "next hourly sweep finds out whose it is, and tries again",
    "AccessDeniedException": "compare the spoke stack in the account with this version's; the next "
    "hourly sweep tries again",
}


def skipped(
    kind: ProblemKind, user: str, user_id: str, target: Target, reason: str, remedy: str
) -> Problem:
    """Return the problem of a change that is not made."""
    subject = in_target(user, target)
    return kind.of(subject, reason, remedy=remedy, target=target, user_id=user_id)


def refused(user: str, user_id: str, target: Target, error: str, remedy: str) -> Problem:
    """Return the problem of a change that AWS refused."""
    subject = in_target(user, target)
    return REFUSED.of(subject, error, remedy=remedy, target=target, user_id=user_id)


def refused_remedy(code: str, user_id: str) -> str:
    """Return what to do about a refusal with this AWS error code."""
    return _REFUSED.get(code, REFUSED.remedy.format(user=user_id))


def end_sign_in_by_hand(user: str, user_id: str, target: Target) -> Problem:
    """Return the problem of a leaver whose access only an operator can end."""
    return END_SIGN_IN_BY_HAND.of(
        in_target(user, target),
        "the user leaves, and the domain has no application, so the hub cannot end the sign-in",
        target=target,
        user_id=user_id,
    )


def renamed(
    user: str, user_id: str, target: Target, *, profile_name: str, old_user_name: str
) -> Problem:
    """Return the problem of a profile that was made for a user name that the user had before.

    Source: the SageMaker API model: UpdateUserProfile cannot change SingleSignOnUserValue.
    """
    return RENAMED.of(
        in_target(user, target),
        f"the profile {profile_name} was made for {old_user_name}, and Studio cannot change that: "
        f"{user} may be unable to sign in",
        target=target,
        user_id=user_id,
    )


def restarts(user: str, user_id: str, target: Target, count: int) -> Problem:
    """Return the problem of a user who repeatedly restarts apps that a role change stopped."""
    return RESTARTS.of(
        in_target(user, target),
        f"a role change stopped their apps, and they started them again {count} times: the old "
        "role is still in use",
        target=target,
        user_id=user_id,
    )


def apps_running(user: str, user_id: str, target: Target, reason: str) -> Problem:
    """Return the problem of a promotion that running apps delay."""
    return APPS_RUNNING.of(
        in_target(user, target),
        f"the better role waits for running apps, which may continue with the old one: {reason}",
        target=target,
        user_id=user_id,
    )


def unmanaged_profile(target: Target, name: str, user_name: str, role_arn: str) -> Problem:
    """Return the problem of a profile that does not carry our tags."""
    return UNMANAGED_PROFILE.of(
        in_target(name, target),
        f"a profile that the hub did not make, for {user_name or 'nobody'}, with the role "
        f"{role_name(role_arn) or 'of the domain'}",
        target=target,
    )


def dry_run(user: str, user_id: str, target: Target, action: str, what: str) -> Problem:
    """Return what report mode withholds: an action, by its name in CHANGE lines."""
    return DRY_RUN.of(
        f"{action} for {in_target(user, target)}",
        f"would {what}",
        target=target,
        user_id=user_id,
    )


def in_target(name: str, target: Target) -> str:
    """Return the subject of a problem of one user or profile in one target."""
    return f"{name} in {target}"
