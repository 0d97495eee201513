"""What was refused, or is not propagated yet, comes right with the next sweep at the latest."""

import pytest
from stories import End, Play

from shared.conventions import execution_role_arn
from simulator.quirks import Quirks
from simulator.studio import Place

T = "222222222222/eu-west-1/d-one"
PLACE = Place(*T.split("/"))
SUSPENDED = "Suspended-eu-west-1"
JOIN, LEAVE = (f"{word}: {{user: ada, group: scientists}}" for word in ("join", "leave"))
SWEEP = "sweep: {}"


def company(days: int = 30) -> str:
    return f"""
version: 1
directory:
  groups: [scientists, leads]
  users: [ada, bob]
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings:
  - {{target: {T}, group: scientists, role: Scientist, priority: 20, retention_days: {days}}}
  - {{target: {T}, group: leads, role: Lead, priority: 10, retention_days: {days}}}
"""


def application(end: End) -> str:
    arn = end.world.services.studio.place(PLACE).application_arn
    assert arn is not None
    return arn


def user_id(end: End, name: str = "ada") -> str:
    person = end.world.services.identity_store.find_user(name)
    assert person is not None
    return person.user_id


def later_roles(end: End) -> dict[str, str]:
    """Return the roles as they are now, after the story."""
    (domain,) = end.world.services.studio.snapshot()
    return {str(p.sso_user): str(p.role).rpartition("/")[2] for p in domain.profiles}


def settled(end: End) -> None:
    """Nothing crashed, nothing was lost, and another sweep writes nothing."""
    before = len(end.world.gateway.changes)
    end.world.sweep()
    end.world.wait(3600)

    assert end.world.lambdas.crashes == 0
    assert end.world.dead_letters() == 0
    assert len(end.world.gateway.changes) == before


def test_where_a_profile_needs_an_assignment_the_next_sweep_makes_it(play: Play) -> None:
    """Once somebody was assigned by hand the next sweep makes their profile."""
    quirks = Quirks(create_needs_assignment=True)
    end = play(JOIN, "wait: {hours: 1}", SWEEP, company=company(), quirks=quirks)
    end.world.services.application_access.assign(application(end), "USER", user_id(end))
    end.world.sweep()
    end.world.wait(3600)

    assert later_roles(end) == {"ada": "Scientist"}
    settled(end)


def test_a_role_that_comes_to_exist_is_used_by_the_next_sweep(play: Play) -> None:
    """A join that was refused for want of the role is made good by the next sweep."""
    text = company().replace("domain: d-one", "domain: d-one, missing_roles: [Scientist]")
    end = play(JOIN, "wait: {hours: 1}", SWEEP, company=text)
    role = execution_role_arn("222222222222", "eu-west-1", "Scientist")
    end.world.services.studio.missing_roles.discard(role)
    end.world.sweep()
    end.world.wait(3600)

    assert later_roles(end) == {"ada": "Scientist"}
    settled(end)


@pytest.mark.parametrize("seconds", [3, 60, 1200])
def test_an_assignment_that_is_not_propagated_is_changed_without_a_sweep(
    play: Play, seconds: int
) -> None:
    """Somebody who leaves and comes back at once may sign in; who leaves again may not."""
    quirks = Quirks(assignment_propagation=seconds)
    wait = "wait: {hours: 1}"
    back = play(JOIN, LEAVE, JOIN, wait, company=company(), quirks=quirks)
    gone = play(JOIN, LEAVE, JOIN, LEAVE, wait, company=company(), quirks=quirks)
    left = play(JOIN, LEAVE, company=company(), quirks=quirks)

    assert (back.roles(), back.assigned()) == ({"2 ada": "Scientist"}, {"2 ada"})
    assert (gone.roles(), gone.assigned()) == ({"2 ada": SUSPENDED}, set())
    # The role goes at once, whatever becomes of the assignment.
    assert left.roles() == {"2 ada": SUSPENDED}
