"""`adopt`: unmanaged profiles become the hub's, with an operator's own credentials alone."""

import json
from collections.abc import Callable

import pytest
from operators import PLACE, Company

from shared.conventions import MANAGED_BY, USER_ID
from simulator.embedded_aws import HUB_ACCOUNT
from simulator.studio import Place

Command = Callable[..., tuple[int, str, str]]
ADOPT = ("adopt", "--target", PLACE, "--spoke-profile", "spoke")


def tags(hub: Company, name: str) -> dict[str, str]:
    (domain,) = hub.aws.services.studio.snapshot()
    (found,) = (each for each in domain.profiles if each.name == name)
    return dict(found.tags)


def test_the_own_profile_of_a_held_user_is_adopted(hub: Company, command: Command) -> None:
    """First a dry run with the resulting role.

    Then the profile is tagged, recorded and given that role.
    """
    before = hub.ledger()
    dry, shown, said = command(*ADOPT, "eve")
    after = hub.ledger()
    done, _, _ = command(*ADOPT, "eve", "--yes")
    hub.aws.run()

    assert (dry, done) == (2, 0)
    assert "eve  eves-own  Handmade → Scientist  because scientists" in shown
    assert said.rstrip().endswith("Repeat with --yes to adopt.")
    assert after == before
    assert tags(hub, "eves-own") == {MANAGED_BY: HUB_ACCOUNT, USER_ID: hub.user_id("eve")}
    assert hub.roles()["eve"] == "eves-own Scientist"
    assert hub.operator.holds() == []
    assert [row for row in hub.ledger() if str(row["sk"]).startswith("foreign#eve")] == []


def test_an_adopted_user_leaves_as_all_others_do(hub: Company, command: Command) -> None:
    """The profile is the hub's from then on: leaving suspends it."""
    command(*ADOPT, "eve", "--yes")
    hub.aws.run()
    hub.leave("eve")

    assert hub.roles()["eve"] == "eves-own Suspended-eu-west-1"


def test_nobody_is_adopted_to_be_removed(hub: Company, command: Command) -> None:
    """A profile that no mapping grants is refused: once ours, it would be removed."""
    code, out, _ = command(*ADOPT, "dan", "--yes")

    assert code == 3
    assert "no mapping grants it, so the hub would remove it" in out
    assert tags(hub, "dan") == {}


def test_all_matching_are_those_that_a_mapping_grants(hub: Company, command: Command) -> None:
    """The others are shown with the reason and left unchanged."""
    code, out, _ = command(*ADOPT, "--all-matching", "--json", "--yes")
    hub.aws.run()
    again = command(*ADOPT, "--all-matching", "--yes")

    assert code == 0
    found = {each["user"]: each for each in json.loads(out)}
    assert {user: each["adopted"] for user, each in found.items()} == {"eve": True, "dan": False}
    assert "would remove it" in found["dan"]["refusal"]
    assert hub.roles()["eve"] == "eves-own Scientist"
    assert again[0] == 0
    assert "0 to adopt, 1 left unchanged" in again[2]


def test_an_adopted_profile_is_not_adopted_again(hub: Company, command: Command) -> None:
    """The same command again writes nothing."""
    command(*ADOPT, "eve", "--yes")
    hub.aws.run()
    before = hub.ledger()
    code, _, said = command(*ADOPT, "eve", "--yes")

    new = [row for row in hub.ledger() if row not in before]
    assert code == 0
    assert "Adopted already" in said
    assert [(row["what"], row["subject"]) for row in new] == [("adopt", "adopted already")]
    assert len(hub.ledger()) == len(before) + 1


def test_a_profile_whose_tags_are_back_is_reconciled(hub: Company, command: Command) -> None:
    """The remedy of a profile that lost its tags works once the tags are back."""
    command(*ADOPT, "eve", "--yes")
    hub.aws.run()
    profile = hub.aws.services.studio.place(Place(*PLACE.split("/"))).profiles["eves-own"]
    marks = dict(profile.tags)
    profile.tags.clear()
    hub.aws.sweep()
    command("sweep", "--user", "eve")
    hub.aws.wait(60)
    lost = hub.record("eve")["state"]
    profile.tags.update(marks)
    dry, _, hint = command(*ADOPT, "eve")
    code, _, said = command(*ADOPT, "eve", "--yes")
    hub.aws.wait(60)

    assert (lost, dry, code) == ("held", 0, 0)
    assert "Repeat with --yes" in hint
    assert "The hub reconciles it" in said
    assert hub.record("eve")["state"] == "active"


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ({MANAGED_BY: "999999999999"}, "another hub manages it, in account 999999999999"),
        (
            {MANAGED_BY: HUB_ACCOUNT, USER_ID: "a3d46882-6071-7063-2f5e-91b4c7d80e21"},
            "its tags name another user",
        ),
    ],
)
def test_a_profile_of_another_owner_is_refused(
    hub: Company, command: Command, marks: dict[str, str], told: str
) -> None:
    """Another hub's profile, or one of another user of ours: no tag of it is changed."""
    domain = hub.aws.services.studio.place(Place(*PLACE.split("/")))
    domain.profiles["eves-own"].tags.update(marks)
    code, out, _ = command(*ADOPT, "eve", "--yes")

    assert code == 3
    assert told in out
    assert tags(hub, "eves-own") == marks


def test_the_role_of_the_hub_never_adopts(hub: Company, command: Command) -> None:
    """Credentials of another account do not either: both are mistakes, and nothing is read."""
    role = command("adopt", "eve", "--target", PLACE, "--spoke-profile", "hubs-role", "--yes")
    same = command("adopt", "eve", "--target", PLACE, "--yes")

    assert (role[0], same[0]) == (1, 1)
    assert "of a role of the hub" in role[2]
    assert f"these credentials are of account {HUB_ACCOUNT}" in same[2]
    assert tags(hub, "eves-own") == {}


def test_a_crash_between_two_writes_is_repaired_by_the_same_command(
    hub: Company, command: Command
) -> None:
    """With a record and no tags yet, the profile is held as unmanaged, and adopting it goes on."""
    (held,) = hub.operator.holds()
    code, _, _ = command(*ADOPT, "eve", "--yes")
    domain = hub.aws.services.studio.place(Place(*PLACE.split("/")))
    domain.profiles["eves-own"].tags.clear()
    hub.aws.run()
    (again,) = hub.operator.holds()
    repeated, _, _ = command(*ADOPT, "eve", "--yes")
    hub.aws.run()

    assert (code, repeated) == (0, 0)
    assert (held["cause"], again["cause"]) == ("has-unmanaged-profile", "has-unmanaged-profile")
    assert hub.operator.holds() == []
    assert hub.roles()["eve"] == "eves-own Scientist"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--target", PLACE), "give a USER, or --all-matching"),
        (("eve", "--all-matching", "--target", PLACE), "give a USER, or --all-matching"),
        (("eve", "--target", "somewhere"), "write <12-digit account>/<region>/<domain id>"),
        (("nobody", "--target", PLACE), "no user in the ledger is called 'nobody'"),
        (("ada", "--target", PLACE.replace("one", "two")), f"nearest that it knows: {PLACE}"),
    ],
)
def test_what_cannot_be_adopted_is_a_mistake(
    hub: Company, command: Command, arguments: tuple[str, ...], told: str
) -> None:
    """The error says which option is wrong, and nothing is written."""
    before = hub.ledger()
    code, _, err = command("adopt", *arguments, "--spoke-profile", "spoke", "--yes")

    assert code == 1
    assert told in " ".join(err.split())
    assert hub.ledger() == before


def test_a_target_is_known_as_soon_as_a_row_names_it(hub: Company, command: Command) -> None:
    """Though the hub has not seen the row; what is wrong with the domain is then AWS's to say."""
    place = PLACE.replace("one", "two")
    hub.aws.put_mapping({"group": "scientists", "target": place})
    code, _, err = command("adopt", "ada", "--target", place, "--spoke-profile", "spoke")

    assert code == 1
    assert "error: AWS says" in err
