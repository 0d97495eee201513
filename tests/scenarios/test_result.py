"""The JSON of a story is true of the users it names."""

from stories import Play

COMPANY = """
version: 1
directory:
  groups: [g]
  users: [{name: ada, groups: [g]}]
targets: [{account: "222222222222", region: eu-west-1, domain: d-one}]
mappings:
  - {group: g, target: 222222222222/eu-west-1/d-one, role: R, retention_days: 30}
"""
SWEEP = "sweep: {}"


def test_who_was_renamed_is_still_assigned(play: Play) -> None:
    """The profile keeps the old user name, and the assignment is the user's."""
    end = play(SWEEP, "rename_user: {user: ada, to: zed}", SWEEP, company=COMPANY)

    (profile,) = end.json["profiles"]
    assert (profile["user"], profile["assigned"]) == ("ada", True)


def test_a_namesake_is_another_user(play: Play) -> None:
    """A user with a recycled name neither is assigned by the first profile nor owns it.

    The profile of the first is not assigned because the second is.
    """
    end = play(
        SWEEP,
        "leave: {user: ada, group: g}",
        "rename_user: {user: ada, to: zed}",
        "create_user: {name: ada}",
        company=COMPANY,
    )
    (profile,) = end.json["profiles"]
    assert (profile["user"], profile["assigned"]) == ("ada", False)

    aws = end.aws
    user, (domain,) = (
        aws.services.identity_store.find_user("ada"),
        aws.services.studio.snapshot(),
    )
    assert user is not None
    assert domain.application_arn is not None
    assert aws.opens(domain.application_arn, user.user_id)[1] == ""


def test_a_deleted_user_may_be_assigned_still(play: Play) -> None:
    """An assignment outlives its principal: the JSON shows it until it is deleted."""
    end = play(SWEEP, "delete_user: {user: ada, via: none}", company=COMPANY)

    assert [profile["assigned"] for profile in end.json["profiles"]] == [True]
