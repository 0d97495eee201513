from stories import COMPANY, Play, join_quietly, membership_event, writes


def test_join_makes_a_profile_in_every_mapped_account(play: Play) -> None:
    """A member has a profile in each account that the group is mapped to, with its role there."""
    end = play("join: {user: ada@example.com, group: scientists}")

    assert end.roles() == {"2 ada@example.com": "Scientist", "3 ada@example.com": "Analyst"}
    assert {profile["status"] for profile in end.json["profiles"]} == {"InService"}
    assert all(profile["managed"] for profile in end.json["profiles"])
    assert end.assigned() == set(end.roles())
    assert end.problems() == []


def test_api_route(play: Play) -> None:
    """A membership made by the public API counts as one made in the console."""
    end = play("join: {user: bob, group: scientists, via: api}")

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


def test_precedence_is_decided_in_each_account(play: Play) -> None:
    """Of two mapped groups the lower priority number wins, in each account separately."""
    end = play("join: {user: bob, group: scientists}", "join: {user: bob, group: leads}")

    assert end.roles() == {"2 bob": "Lead", "3 bob": "Analyst"}
    assert end.writes() == ["2 CreateUserProfile", "3 CreateUserProfile", "2 UpdateUserProfile"]


def test_leaving_one_group_changes_the_role_in_place(play: Play) -> None:
    """The other group's role replaces it, in the same profile."""
    end = play(
        "join: {user: bob, group: scientists}",
        "join: {user: bob, group: leads}",
        "leave: {user: bob, group: scientists}",
    )

    assert end.roles() == {"2 bob": "Lead", "3 bob": "Reader"}
    assert "2 DeleteUserProfile" not in end.writes()
    assert "3 DeleteUserProfile" not in end.writes()


def test_leaving_every_group_removes_the_profile(play: Play) -> None:
    """Without a desired profile or a retention, the profile is gone in every account."""
    end = play(
        "join: {user: bob, group: scientists}",
        "join: {user: bob, group: leads}",
        "leave: {user: bob, group: scientists}",
        "leave: {user: bob, group: leads}",
    )

    assert end.json["profiles"] == []
    assert end.problems() == []


def test_a_return_recreates_the_profile(play: Play) -> None:
    """A user who returns after a removal gets a profile again."""
    end = play(
        "join: {user: bob, group: scientists}",
        "leave: {user: bob, group: scientists}",
        "join: {user: bob, group: scientists}",
    )

    assert end.roles() == {"2 bob": "Scientist", "3 bob": "Analyst"}


def test_the_blog_posts_own_event(play: Play) -> None:
    """The raw event of the blog post, in a directory that has its ids, makes the profile."""
    company = """
version: 1
directory:
  identity_store_id: d-906716eb24
  groups: [{name: data-scientists, id: 14f83478-a061-708f-8de4-a3a2b99e9d89}]
  users:
    - name: ada@example.com
      id: 04c8e458-a021-702e-f9d1-7f430ff2c752
      groups: [data-scientists]
targets: [{account: "222222222222", region: us-east-1, domain: d-one}]
mappings: [{group: data-scientists, target: 222222222222/us-east-1/d-one}]
"""
    end = play("event: {file: events/post_AddMemberToGroup.json}", company=company)

    assert end.roles() == {"2 ada@example.com": "data-scientists"}


def test_redelivery_writes_nothing(play: Play) -> None:
    """The same event again, at once and after an hour, makes no further write anywhere."""
    company = COMPANY.replace("bob,", "{name: bob, groups: [scientists]},")
    end = play(company=company)
    aws = end.aws
    event = membership_event(aws, "bob", "scientists")
    aws.deliver(event)
    aws.run()
    before = writes(aws)
    for wait in (0, 60, 3600):
        aws.wait(wait)
        aws.deliver(event)
        aws.run()

    assert before["sagemaker.CreateUserProfile"] == 2
    assert writes(aws) == before


def test_disabled_users_get_nothing(play: Play) -> None:
    """A user who is disabled in the directory gets no profile by joining."""
    end = play("join: {user: off, group: scientists}")

    assert end.json["profiles"] == []


def test_unmapped_groups_cost_only_the_snapshot_of_the_mappings(play: Play) -> None:
    """Events of a group that no mapping names read nothing but the mappings."""
    warm = play("join: {user: bob, group: scientists}").json["api_calls"]
    end = play(
        "join: {user: bob, group: scientists}",
        "join: {user: bob, group: others}",
        "leave: {user: bob, group: others}",
    ).json["api_calls"]

    more = {name for name in end if end[name] != warm.get(name)}
    assert more <= {"dynamodb.Scan"}


def test_a_warm_join_costs_at_most_ten_calls(play: Play) -> None:
    """One user in one target, warm: at most ten AWS calls beside SQS, till InService.

    After that, one call grants access and one publishes the event.
    """
    company = COMPANY.replace("d-two, group: scientists", "d-two, group: others")
    first = play("join: {user: bob, group: scientists}", company=company).json["api_calls"]
    both = play(
        "join: {user: bob, group: scientists}",
        "join: {user: ada@example.com, group: scientists}",
        company=company,
    ).json["api_calls"]

    more = {
        name: count - first.get(name, 0)
        for name, count in both.items()
        if not name.startswith("sqs.")
    }
    assert more.pop("sso-admin.CreateApplicationAssignment") == 1
    assert more.pop("events.PutEvents") == 1
    assert sum(more.values()) <= 10


def test_a_new_row_counts_for_the_next_event(play: Play) -> None:
    """The event that follows is decided by a mapping written a moment ago."""
    end = play(
        "join: {user: bob, group: scientists}",
        "map: {group: others, target: 222222222222/eu-west-1/d-one, role: Other, priority: 1}",
        "join: {user: bob, group: others}",
    )

    assert end.roles()["2 bob"] == "Other"


def test_a_change_without_an_event_is_found_by_the_next_reconcile(play: Play) -> None:
    """A membership without an event counts as soon as the user is reconciled."""
    end = play(
        "join: {user: bob, group: leads, via: none}",
        "join: {user: bob, group: scientists}",
    )

    assert end.roles() == {"2 bob": "Lead", "3 bob": "Analyst"}


def test_a_late_directory_is_rechecked(play: Play) -> None:
    """An event that changed nothing is rechecked: the directory may have been late."""
    aws = play().aws
    aws.deliver(membership_event(aws, "bob", "scientists"))
    aws.run()
    early = len(aws.gateway.changes)
    join_quietly(aws, "bob", "scientists")
    aws.wait(31)

    assert early == 0
    assert [change.operation for change in aws.gateway.changes].count("CreateUserProfile") == 2
