"""Sessions in other accounts: each function assumes its own role and names itself."""

from stories import Play

from shared.conventions import SystemRole, source_identity
from simulator.embedded_aws import HUB_ACCOUNT, HUB_REGION, EmbeddedAws

REGIONS = "eu-west-1", "us-east-1"


def assumed_sessions(aws: EmbeddedAws) -> set[tuple[str, str, str]]:
    """Return what CloudTrail of the other accounts has: role, session name, SourceIdentity."""
    return {
        (role, name, session.source_identity)
        for session in aws.gateway.sessions.all
        if session.caller.account != HUB_ACCOUNT
        for _, role, name in [str(session.caller.session_arn).split("/")]
    }


def test_the_reading_function_assumes_another_role_than_the_changing_one(play: Play) -> None:
    """A spoke trusts `reconcile` with one role and `scan` with another."""
    end = play("join: {user: bob, group: scientists}", "sweep: {}")

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert assumed_sessions(end.aws) == {
        (assumed.name_in(region), function, source_identity(HUB_ACCOUNT, function))
        for region in REGIONS
        for assumed, function in (
            (SystemRole.ACCESS, SystemRole.RECONCILE.name_in(HUB_REGION)),
            (SystemRole.READER, SystemRole.SCAN.name_in(HUB_REGION)),
        )
    }
