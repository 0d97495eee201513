"""Mass removals are held for approval; joins go on meanwhile, and time releases no hold."""

from collections import Counter

import pytest
from stories import COMPANY, End, Play

T = "222222222222/eu-west-1/d-one"
SUSPENDED = "Suspended-eu-west-1"


def company(people: int = 100, members: int = 100, days: int = 7, more: str = "") -> str:
    """Return a company of so many users, the first of whom are in the group."""
    users = "\n".join(
        f"    - {{name: p{n}, groups: [{'all' if n < members else 'others'}]}}"
        for n in range(people)
    )
    return f"""
version: 1
directory:
  groups: [all, others, unmapped]
  users:
{users}
targets: [{{account: "222222222222", region: eu-west-1, domain: d-one}}]
mappings:
  - {{target: {T}, group: all, role: Member, retention_days: {days}}}
  - {{target: {T}, group: others, role: Other, retention_days: {days}}}
{more}"""


def leave(numbers: range, via: str) -> list[str]:
    return [f"leave: {{user: p{n}, group: all, via: {via}}}" for n in numbers]


def suspended(end: End) -> int:
    return sum(role == SUSPENDED for role in end.roles().values())


def held(end: End) -> dict[str, int]:
    """Return how many users each open hold holds, by its cause."""
    return {hold["cause"]: len(hold["people"]) for hold in end.json["holds"]}


# Thirty leave, and one event reports the group.
ONE_PATCH = [*leave(range(29), "none"), *leave(range(29, 30), "scim")]


def test_thirty_who_leave_by_one_event_are_all_held(play: Play) -> None:
    """Found together, admitted together: none of them begins; a joiner still gets a profile."""
    steps = ["sweep: {}", *ONE_PATCH, "join: {user: p100, group: all}"]
    text = company(people=101)
    end = play(*steps, company=text)
    later = play(*steps, "wait: {hours: 2}", "sweep: {}", "wait: {hours: 2}", company=text)

    for each in (end, later):
        assert held(each) == {"limit": 30}
        assert suspended(each) == 0
        assert each.roles()["2 p100"] == "Member"
    assert later.json["holds"][0]["digest"] == end.json["holds"][0]["digest"]


def test_of_thirty_single_leavers_ten_begin_and_twenty_stay_held(play: Play) -> None:
    """The limit of an hour is 10 % of a hundred; an hour later the rest still waits."""
    steps = ["sweep: {}", *leave(range(30), "console")]
    end = play(*steps, company=company())
    later = play(*steps, "wait: {hours: 3}", "sweep: {}", "wait: {hours: 1}", company=company())

    for each in (end, later):
        assert (suspended(each), held(each)) == (10, {"limit": 20})


def test_an_approval_applies_to_exactly_that_set(play: Play) -> None:
    """A held user is removed by approval, and nobody else is; it takes no slot."""
    end = play(
        "sweep: {}",
        *ONE_PATCH,
        "approve: {}",
        "wait: {minutes: 10}",
        *leave(range(30, 33), "console"),
        "wait: {minutes: 10}",
        company=company(),
    )

    assert suspended(end) == 33
    assert held(end) == {}


def test_a_group_that_lists_nobody_removes_nobody(play: Play) -> None:
    """Whatever the limit: five of five may be a directory that fails."""
    steps = ["sweep: {}", *leave(range(4), "none"), *leave(range(4, 5), "scim")]
    text = company(people=8, members=5)
    end = play(*steps, *leave(range(5), "console"), "wait: {hours: 2}", "sweep: {}", company=text)
    back = [f"join: {{user: p{n}, group: all, via: none}}" for n in range(5)]
    healed = play(*steps, *back, "sweep: {}", "wait: {minutes: 10}", company=text)

    assert (suspended(end), held(end)) == (0, {"emptied all": 5})
    assert (suspended(healed), held(healed)) == (0, {})
    assert Counter(healed.roles().values()) == {"Member": 5, "Other": 3}


def test_a_group_that_ends_one_by_one_may_end(play: Play) -> None:
    """Three users who leave one after the other did leave."""
    end = play("sweep: {}", *leave(range(3), "console"), company=company(people=4, members=3))

    assert (suspended(end), held(end)) == (3, {})


def test_a_removed_row_takes_slots_for_all_or_for_none(play: Play) -> None:
    """One mapping change is one set."""
    few = play(
        "sweep: {}",
        f"unmap: {{group: all, target: {T}}}",
        "wait: {minutes: 5}",
        company=company(people=8, members=4),
    )
    many = play(
        "sweep: {}",
        f"unmap: {{group: all, target: {T}}}",
        "wait: {minutes: 5}",
        company=company(people=40, members=20),
    )

    assert (suspended(few), held(few)) == (4, {})
    assert (suspended(many), held(many)) == (0, {"limit": 20})


@pytest.mark.parametrize(
    ("steps", "cause"),
    [
        (["delete_group: {group: all, via: console}"], "deleted all"),
        (["delete_group: {group: all, via: none}", "sweep: {}"], "deleted all"),
        (
            [f"unmap: {{group: others, target: {T}}}", f"unmap: {{group: all, target: {T}}}"],
            "last-row",
        ),
    ],
    ids=["deleted, told", "deleted, untold", "last row"],
)
def test_some_removals_always_need_approval(play: Play, steps: list[str], cause: str) -> None:
    """A deleted group or a target's last row: even two users need an approval.

    The approval removes them.
    """
    text = company(people=2, members=2)
    end = play("sweep: {}", *steps, "wait: {hours: 1}", "sweep: {}", company=text)
    gone = play("sweep: {}", *steps, "wait: {minutes: 5}", "approve: {}", company=text)

    assert (suspended(end), held(end)) == (0, {cause: 2})
    assert (suspended(gone), held(gone)) == (2, {})


# No row grants access any more, and the operator rejects the removals.
NO_ROW = [
    "sweep: {}",
    f"unmap: {{group: others, target: {T}}}",
    f"unmap: {{group: all, target: {T}}}",
    "wait: {minutes: 5}",
]


@pytest.mark.parametrize("word", [[], ["reject: {}"]], ids=["open", "rejected"])
def test_a_hold_does_not_outlive_its_cause(play: Play, word: list[str]) -> None:
    """A disabled user is removed by the limit, even if the hold for the last row is rejected."""
    end = play(
        *NO_ROW,
        *word,
        "disable_user: {user: p0}",
        "sweep: {}",
        "wait: {hours: 1}",
        "sweep: {}",
        "wait: {hours: 1}",
        company=company(people=4, members=4),
    )

    assert end.roles()["2 p0"] == SUSPENDED
    assert (suspended(end), held(end)) == (1, {} if word else {"last-row": 3})
    assert {each["kind"] for each in end.json["problems"]} <= {"held"}
    assert end.json["steps"][-1]["resolved_problems"] == []


def test_many_whose_cause_is_over_are_held_for_the_limit(play: Play) -> None:
    """A row that is written again for the wrong group lets nobody be removed one by one."""
    end = play(
        *NO_ROW,
        f"map: {{group: unmapped, target: {T}, role: Other}}",
        "wait: {minutes: 30}",
        "sweep: {}",
        "wait: {hours: 1}",
        "sweep: {}",
        company=company(people=8, members=8),
    )

    assert (suspended(end), held(end)) == (0, {"limit": 8})
    assert [(each["kind"], each["subject"]) for each in end.json["problems"]] == [
        ("held", f"removals in {T} (limit)")
    ]
    back = play(
        *NO_ROW,
        f"map: {{group: unmapped, target: {T}, role: Other}}",
        "sweep: {}",
        f"map: {{group: all, target: {T}, role: Member}}",
        "wait: {hours: 1}",
        "sweep: {}",
        company=company(people=8, members=8),
    )
    assert (suspended(back), held(back), back.json["problems"]) == (0, {}, [])


def test_nobody_is_removed_alone_whose_cause_ends_for_many(play: Play) -> None:
    """A group that listed nobody lists another user: whoever is reconciled alone waits for all."""
    end = play(
        "sweep: {}",
        *leave(range(8), "none"),
        "sweep: {}",
        "join: {user: p8, group: all}",
        *[f"join: {{user: p{n}, group: unmapped}}" for n in range(8)],
        "wait: {minutes: 5}",
        f"expect: {{target: {T}, holds: 1}}",
        "sweep: {}",
        company=company(people=9, members=8),
    )

    assert (suspended(end), held(end)) == (0, {"limit": 8})


def test_a_rejection_stays_while_its_cause_does(play: Play) -> None:
    """A scan sees the rows of its target alone; only a reconcile tells that a cause is over."""
    end = play(
        "join: {user: ada@example.com, group: scientists}",
        "join: {user: bob, group: scientists}",
        "sweep: {}",
        "delete_group: {group: scientists, via: console}",
        "sweep: {}",
        "reject: {}",
        "unmap: {group: scientists, target: 222222222222/eu-west-1/d-one}",
        *["sweep: {}", "wait: {hours: 1}"] * 3,
        company=COMPANY,
    )

    assert (len(end.roles()), end.json["holds"]) == (4, [])
    assert "held" not in {kind for kind, _ in end.problems()}


def test_another_cause_is_another_hold(play: Play) -> None:
    """The text has the present cause: the group is gone, not the row that is back."""
    end = play(
        *NO_ROW,
        f"map: {{group: all, target: {T}, role: Member}}",
        "delete_group: {group: all, via: none}",
        "sweep: {}",
        company=company(people=2, members=2),
    )

    assert (suspended(end), held(end)) == (0, {"deleted all": 2})
    assert [each["subject"] for each in end.json["problems"] if each["kind"] == "held"] == [
        f"removals in {T} (deleted all)"
    ]


def test_many_disabled_users_found_by_the_daily_sweep_are_one_set(play: Play) -> None:
    """Forty users disabled without an event count as an accident until an operator decides."""
    off = [f"disable_user: {{user: p{n}, via: none}}" for n in range(40)]
    end = play("sweep: {}", *off, "sweep: {}", "wait: {minutes: 5}", company=company())

    assert (suspended(end), held(end)) == (0, {"limit": 40})


def test_a_demotion_that_stops_apps_takes_a_slot(play: Play) -> None:
    """Beyond the limit the role stays, and the apps go on, until it is approved."""
    text = company(people=8, members=8).replace(
        "version: 1\n", "version: 1\nsettings: {removal_limit: {count: 1, percent: 0}}\n"
    )
    apps = [f"start_app: {{user: p{n}, target: {T}, type: JupyterLab}}" for n in range(3)]
    swap = f"map: {{group: all, target: {T}, role: Less}}"
    steps = ["sweep: {}", *apps, swap, "wait: {minutes: 10}"]
    end = play(*steps, company=text)
    done = play(*steps, "approve: {}", "wait: {minutes: 10}", company=text)

    assert Counter(end.roles().values()) == {"Less": 6, "Member": 2}
    assert held(end) == {"limit": 2}
    assert sum(len(profile["apps"]) for profile in end.json["profiles"]) == 2
    assert Counter(done.roles().values()) == {"Less": 8}


def test_who_is_kept_or_protected_is_left_unchanged(play: Play) -> None:
    """A kept user until the day; a protected one for good, the role too."""
    end = play(
        "sweep: {}",
        "keep: {user: p0, days: 3}",
        "protect: {user: p1}",
        *leave(range(3), "console"),
        company=company(people=9, members=9),
    )
    later = play(
        "sweep: {}",
        "keep: {user: p0, days: 3}",
        "protect: {user: p1}",
        *leave(range(3), "console"),
        "wait: {days: 4}",
        "sweep: {}",
        company=company(people=9, members=9),
    )

    assert {k for k, role in end.roles().items() if role == SUSPENDED} == {"2 p2"}
    assert {k for k, role in later.roles().items() if role == SUSPENDED} == {"2 p0", "2 p2"}


def test_a_return_ends_a_hold(play: Play) -> None:
    """An obsolete disruption awaits no approval."""
    back = [f"join: {{user: p{n}, group: all}}" for n in range(30)]
    end = play("sweep: {}", *ONE_PATCH, *back, company=company())

    assert (suspended(end), held(end)) == (0, {})
    assert Counter(end.roles().values()) == {"Member": 100}


def test_a_user_who_leaves_while_others_are_held_is_held_too(play: Play) -> None:
    """An open hold includes every further removal of its target, even hours later."""
    end = play(
        "sweep: {}",
        *ONE_PATCH,
        "wait: {hours: 2}",
        *leave(range(40, 41), "console"),
        company=company(),
    )

    assert (suspended(end), held(end)) == (0, {"limit": 31})


@pytest.mark.parametrize("operation", ["ListTags", "DescribeUserProfile", "ListApps"])
@pytest.mark.parametrize("kind", ["removal", "role change"])
def test_a_read_that_fails_ends_no_hold(play: Play, operation: str, kind: str) -> None:
    """Whatever a scan could not read, a hold stays pending."""
    limits = "version: 1\nsettings: {removal_limit: {count: 0, percent: 0}}\n"
    text = company(people=2, members=2).replace("version: 1\n", limits)
    app = f"start_app: {{user: p0, target: {T}, type: JupyterLab}}"
    swap = f"map: {{group: all, target: {T}, role: Less}}"
    disruption = leave(range(1), "console") if kind == "removal" else [swap]
    end = play(
        "sweep: {}",
        app,
        *disruption,
        f"fault: {{service: sagemaker, operation: {operation}, error: AccessDeniedException, "
        "times: 4}",
        "join: {user: p0, group: unmapped}",
        "sweep: {}",
        "wait: {hours: 2}",
        "sweep: {}",
        "wait: {hours: 1}",
        company=text,
    )

    assert end.roles()["2 p0"] == "Member"
    assert [hold["people"][0]["kind"] for hold in end.json["holds"]] == [kind]


def test_an_emptied_group_is_not_forgotten_while_nothing_can_be_decided(play: Play) -> None:
    """A bad row hides the cause for a while; its correction removes nobody either."""
    end = play(
        "sweep: {}",
        f"map: {{group: nobody-knows, target: {T}, role: X}}",
        *leave(range(4), "none"),
        *leave(range(4, 5), "scim"),
        "sweep: {}",
        f"unmap: {{group: nobody-knows, target: {T}}}",
        "sweep: {}",
        "wait: {hours: 1}",
        company=company(people=8, members=5),
    )

    assert (suspended(end), held(end)) == (0, {"emptied all": 5})
