"""The result of a scenario, in the form that `--json` prints."""

from collections import Counter
from collections.abc import Sequence

from shared.conventions import MANAGED_BY
from simulator.embedded_aws import HUB_ACCOUNT, EmbeddedAws
from simulator.gateway import Change
from simulator.reported import Json, Reported
from simulator.studio import AppView, DomainView, ProfileView, SpaceView

_APP_GONE = "Deleted"


def result(
    aws: EmbeddedAws, refusals: Sequence[str], holds: list[Json], steps: Sequence[Json] = ()
) -> Json:
    """Return the end state of a scenario: all resources, what waits, and all problems.

    `refusals` are operations of users that Studio refused.
    """
    domains = aws.services.studio.snapshot()
    reported = Reported()
    reported.read(aws.lambdas.log)
    return {
        "profiles": [
            _profile(aws, domain, profile) for domain in domains for profile in domain.profiles
        ],
        "holds": holds,
        "problems": [*reported.problems(), *refused_operations(refusals)],
        "resolved_problems": reported.resolved(),
        "dead_letters": aws.dead_letters(),
        "changes": [changed(change) for change in aws.gateway.changes],
        "api_calls": dict(sorted(Counter(aws.gateway.calls).items())),
        "steps": list(steps),
    }


def refused_operations(refusals: Sequence[str]) -> list[Json]:
    """Return the operations of users that Studio refused, as problems."""
    remedy = "Studio refuses it in AWS, too: let the story do what people can do"
    return [
        {"kind": "refused-act", "subject": text, "reason": text, "remedy": remedy}
        for text in refusals
    ]


def owner_id(aws: EmbeddedAws, profile: ProfileView) -> str | None:
    """Return the id of the user of a profile, even after the user was renamed.

    A profile that was created for an unknown user name belongs to any later user of that name.
    """
    if profile.sso_user_id is not None or profile.sso_user is None:
        return profile.sso_user_id
    user = aws.services.identity_store.find_user(profile.sso_user)
    return user.user_id if user else None


def _profile(aws: EmbeddedAws, domain: DomainView, profile: ProfileView) -> Json:
    user_id = owner_id(aws, profile)
    assigned = (
        user_id is not None
        and domain.application_arn is not None
        and aws.services.application_access.is_assigned(domain.application_arn, "USER", user_id)
    )
    return {
        "account": profile.place.account,
        "region": profile.place.region,
        "domain": profile.place.domain_id,
        "name": profile.name,
        "user": profile.sso_user,
        "execution_role_arn": profile.role,
        "status": profile.status,
        "managed": dict(profile.tags).get(MANAGED_BY) == HUB_ACCOUNT,
        "assigned": assigned,
        "apps": [_app(app) for app in profile.apps if app.status != _APP_GONE],
        "spaces": [_space(space) for space in profile.spaces],
    }


def _app(app: AppView) -> Json:
    return {
        "name": app.name,
        "type": app.type,
        "status": app.status,
        "owner": app.owner,
        "space": app.space,
    }


def _space(space: SpaceView) -> Json:
    return {"name": space.name, "type": space.type, "status": space.status, "owner": space.owner}


def changed(change: Change) -> Json:
    """Return a change in its JSON form."""
    return {"operation": change.operation, "target": change.target, "name": change.name}
