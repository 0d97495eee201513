"""Rules of AssumeRole: who may assume which role, and for how long."""

from simulator.rules.common import Rule

ROLE_UNKNOWN = Rule(
    "trust.role-unknown",
    "Assuming a role that does not exist is AccessDenied, with the same text as one that does "
    "not trust the caller.",
    "IAM user guide, troubleshooting roles; moto 5.2.5 differs",
    "B",
)
NOT_TRUSTED = Rule(
    "trust.not-trusted",
    "The role's trust policy must allow the caller: principal, action and every condition; an "
    "explicit Deny wins; a condition key that the request does not carry does not match.",
    "IAM user guide, policy evaluation logic",
    "A",
)
PRINCIPAL_ARN = Rule(
    "trust.principal-arn",
    "aws:PrincipalArn of an assumed-role session is the role's ARN, path included.",
    "IAM user guide, global condition keys",
    "A",
)
SOURCE_IDENTITY = Rule(
    "trust.source-identity",
    "A SourceIdentity needs sts:SetSourceIdentity in the role's trust policy beside "
    "sts:AssumeRole; without it the whole request is AccessDenied.",
    "IAM user guide, monitor and control actions taken with assumed roles",
    "A",
)
CHAINED_HOUR = Rule(
    "trust.chained-hour",
    "A role session that assumes another role gets one hour at most: more is a ValidationError.",
    "AWS knowledge centre, iam-role-chaining-limit",
    "A",
)
MAX_SESSION = Rule(
    "trust.max-session",
    "A session is no longer than the role's MaxSessionDuration: more is a ValidationError.",
    "STS API reference, AssumeRole",
    "A",
)
EXPIRED = Rule(
    "trust.expired",
    "Credentials of a chained session end with it: ExpiredTokenException. Sessions that the "
    "set-up began do not end, as a function's own credentials are renewed for it.",
    "STS API reference, common errors; the exception is a decision of this project",
    "B",
)
UNKNOWN_CONDITION = Rule(
    "trust.unknown-condition",
    "An operator, condition key or principal form that the simulator does not know stops the run "
    "with an error of its own: it never guesses.",
    "decision of this project",
    "C",
)
SETUP = Rule(
    "trust.setup",
    "Credentials that belong to no role session are the simulator's own set-up: they may assume "
    "any role that exists.",
    "decision of this project",
    "C",
)

RULES = (
    ROLE_UNKNOWN,
    NOT_TRUSTED,
    PRINCIPAL_ARN,
    SOURCE_IDENTITY,
    CHAINED_HOUR,
    MAX_SESSION,
    EXPIRED,
    UNKNOWN_CONDITION,
    SETUP,
)
