"""Rule 5: the profile name is the user name where Studio allows it, else a unique substitute."""

import re
from hashlib import sha256

import pytest

from shared.model import UserId
from shared.naming import profile_name, same_name

ADA = UserId("a3d46882-6071-7063-2f5e-91b4c7d80e21")
BOB = UserId("04c8e458-a021-702e-f9d1-7f430ff2c752")
DIGEST = sha256(ADA.encode()).hexdigest()[:8]
LEGAL = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


@pytest.mark.parametrize(
    "user_name", ["ada", "Ada-Lovelace", "a", "7", "a--b", "x" * 63, "ada-1234567", "ada-1234567g"]
)
def test_a_name_that_studio_allows_is_kept(user_name: str) -> None:
    """Users find themselves in Studio under the name they sign in with."""
    assert profile_name(user_name, ADA) == user_name


@pytest.mark.parametrize(
    ("user_name", "readable"),
    [
        ("ada@example.com", "ada-example-com"),
        ("ada.lovelace+ml@example.com", "ada-lovelace-ml-example-com"),
        ("CORP\\ada", "CORP-ada"),
        ("-ada-", "ada"),
        ("a..b", "a-b"),
        ("a._-.b", "a-b"),
        ("ada\n", "ada"),
        ("äda@exämple", "da-ex-mple"),
        ("数学", "user"),
        ("@.!", "user"),
        ("---", "user"),
        ("", "user"),
        ("x" * 64, "x" * 54),
        (f"a{'-' * 62}b", "a-b"),
        ("y" * 128, "y" * 54),
        ("z" * 53 + "@" + "z" * 74, "z" * 53),
        ("ada-0a1b2c3d", "ada-0a1b2c3d"),
        ("ada-0A1B2C3D", "ada-0A1B2C3D"),
    ],
)
def test_any_other_name_gets_a_readable_substitute(user_name: str, readable: str) -> None:
    """Other characters become single hyphens.

    The result is trimmed, cut to 54, and ends with the id's digest.
    """
    name = profile_name(user_name, ADA)

    assert name == f"{readable}-{DIGEST}"
    assert LEGAL.fullmatch(name)
    assert len(name) <= 63


def test_names_that_differ_only_in_dots_and_hyphens_stay_apart() -> None:
    """Two users never share a profile because their cleaned names are equal."""
    people = {"a.b": UserId("1"), "a-b": UserId("2"), "a..b": UserId("3"), "a@b": UserId("4")}

    names = {profile_name(name, user_id).casefold() for name, user_id in people.items()}

    assert len(names) == len(people)


def test_nobody_can_get_the_substitute_name_of_another_user() -> None:
    """A user name in the form of a substitute gets one itself, so the two never are equal."""
    stand_in = profile_name("ada@example.com", ADA)

    assert profile_name(stand_in, BOB) != stand_in
    assert not same_name(profile_name(stand_in.upper(), BOB), stand_in)


def test_the_substitute_name_belongs_to_the_id() -> None:
    """A recycled user name does not lead to the profile of its former owner."""
    assert profile_name("ada@example.com", ADA) != profile_name("ada@example.com", BOB)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Ada", "ada", True), ("ada", "ada", True), ("ada", "ada-l", False)],
)
def test_names_are_compared_without_case(one: str, other: str, *, same: bool) -> None:
    """Studio treats Ada and ada as one profile."""
    assert same_name(one, other) is same
