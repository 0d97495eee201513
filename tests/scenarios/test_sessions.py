"""Sessions in other accounts: each function enters by a role of its own, and says who it is."""

from stories import Play

from shared.conventions import (
    access_role_name,
    hub_role_names,
    reader_role_name,
    source_identity,
)
from simulator.world import HUB_ACCOUNT, HUB_REGION, World

REGIONS = "eu-west-1", "us-east-1"


def entered(world: World) -> set[tuple[str, str, str]]:
    """Return what CloudTrail of the other accounts tells: role, session name, SourceIdentity."""
    return {
        (role, name, session.source_identity)
        for session in world.gateway.sessions.all
        if session.caller.account != HUB_ACCOUNT
        for _, role, name in [str(session.caller.session_arn).split("/")]
    }


def test_who_reads_enters_by_another_role_than_who_changes(play: Play) -> None:
    """A spoke lets `reconcile` into the one role and look into the other, and knows them apart."""
    end = play("join: {user: bob, group: scientists}", "sweep: {}")
    reconcile, look = hub_role_names(HUB_REGION)

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}
    assert entered(end.world) == {
        (name_in(region), function, source_identity(HUB_ACCOUNT, function))
        for region in REGIONS
        for name_in, function in ((access_role_name, reconcile), (reader_role_name, look))
    }
