"""Requests are checked against the service model, with the texts of the real services."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated import STORE

from simulator.errors import ServiceError
from simulator.patterns import compiled, matches
from simulator.rules import common
from simulator.validation import validate, violations

PROFILE_PATTERN = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


def describe(name: str) -> dict[str, str]:
    return {"DomainId": "d-abc", "UserProfileName": name}


@pytest.mark.parametrize("name", ["ada", "Ada-1", "a--b", "a" * 63])
def test_names_that_fit(name: str) -> None:
    """A value that the pattern allows passes."""
    assert violations("sagemaker", "DescribeUserProfile", describe(name)) == []


@pytest.mark.parametrize("name", ["", "-a", "a-", "a.b", "a@b", "a_b", "ada\n", "é"])
def test_patterns_match_in_full(name: str) -> None:
    """A pattern covers the whole value, a trailing newline included."""
    found = violations("sagemaker", "DescribeUserProfile", describe(name))

    assert found == [
        (
            f"Value '{name}' at 'userProfileName' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {PROFILE_PATTERN}"
        )
    ]


def test_everything_wrong_is_reported_at_once() -> None:
    """One ValidationException counts and lists every violation."""
    request = {"DomainId": "D", "UserProfileName": "a" * 64, "Tags": [{"Key": "k"}]}

    with pytest.raises(ServiceError) as caught:
        validate("sagemaker", "CreateUserProfile", request)

    assert caught.value.code == "ValidationException"
    assert caught.value.rule is common.SERVICE_MODEL
    message = caught.value.message
    assert message.startswith("4 validation errors detected: Value 'D' at 'domainId'")
    assert "Member must have length less than or equal to 63" in message
    assert "Value null at 'tags.1.member.value'" in message
    assert message.count("; Value") == 3


def test_one_violation_is_singular() -> None:
    """The count is spelled as the services spell it."""
    with pytest.raises(ServiceError, match="1 validation error detected: Value null at 'domainId'"):
        validate("sagemaker", "DescribeUserProfile", {"UserProfileName": "ada"})


@pytest.mark.parametrize(
    ("service", "operation", "request_", "text"),
    [
        (
            "sagemaker",
            "ListApps",
            {"MaxResults": 101},
            (
                "Value '101' at 'maxResults' failed to satisfy constraint: "
                "Member must have value less than or equal to 100"
            ),
        ),
        (
            "sagemaker",
            "ListApps",
            {"SortOrder": "Up"},
            (
                "Value 'Up' at 'sortOrder' failed to satisfy constraint: "
                "Member must satisfy enum value set: [Ascending, Descending]"
            ),
        ),
        (
            "sagemaker",
            "DeleteTags",
            {"ResourceArn": "arn:aws:sagemaker:eu-west-1:222222222222:x", "TagKeys": []},
            (
                "Value '[]' at 'tagKeys' failed to satisfy constraint: "
                "Member must have length greater than or equal to 1"
            ),
        ),
        (
            "identitystore",
            "DescribeUser",
            {"IdentityStoreId": STORE, "UserId": "ada"},
            "at 'userId' failed to satisfy constraint: Member must satisfy regular expression",
        ),
    ],
)
def test_constraints(service: str, operation: str, request_: dict[str, Any], text: str) -> None:
    """Ranges, enums, list lengths and patterns each have their text."""
    (found,) = violations(service, operation, request_)

    assert text in found


def test_sensitive_values_are_not_repeated() -> None:
    """A malformed secret is not in the error."""
    (found,) = violations(
        "identitystore", "CreateUser", {"IdentityStoreId": STORE, "UserName": "a da"}
    )

    assert found.startswith("Value at 'userName' failed")


def test_sts_has_a_code_of_its_own() -> None:
    """STS reports ValidationError."""
    with pytest.raises(ServiceError) as caught:
        validate("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::1:role/x", "RoleSessionName": "a"})

    assert caught.value.code == "ValidationError"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("ada@example.com", True),
        ("Müller", True),
        ("名前", True),
        ("\U0001d49cda", True),
        ("a b", False),
    ],
)
def test_unicode_classes(name: str, fits: bool) -> None:  # noqa: FBT001 -- a table of cases
    """User names may have letters of every script, beyond the basic plane too, and no blanks."""
    request = {"IdentityStoreId": STORE, "UserName": name}

    assert (violations("identitystore", "CreateUser", request) == []) is fits


def test_unicode_classes_end_where_their_categories_end() -> None:
    """Not one character more or less, over the scripts where categories alternate most."""
    letters = compiled(r"\p{L}")

    wrong = [
        code
        for code in range(0x3400)
        if bool(letters.fullmatch(chr(code))) != (unicodedata.category(chr(code))[0] == "L")
    ]

    assert wrong == []


@given(st.text(min_size=1, max_size=5))
def test_unicode_classes_agree_with_the_database(text: str) -> None:
    r"""`\p{..}` ranges hold exactly the characters of their categories, in brackets or bare."""
    letters = all(unicodedata.category(char)[0] == "L" for char in text)

    assert bool(compiled(r"\p{L}+").fullmatch(text)) is letters
    assert bool(compiled(r"[\p{L}]+").fullmatch(text)) is letters


@pytest.mark.parametrize("form", [r"\p{%s}", r"[\p{%s}]", r"[^\p{%s}]", r"[\p{%s}x]"])
@pytest.mark.parametrize("category", "CLMNPSZ")
def test_texts_in_ascii_are_matched_as_all_others(form: str, category: str) -> None:
    """The ranges within ASCII say the same of its characters as those of all characters."""
    pattern = form % category

    assert [
        code
        for code in range(128)
        if matches(pattern, chr(code)) is not bool(compiled(pattern).fullmatch(chr(code)))
    ] == []


def test_shapes_that_contain_themselves_are_checked() -> None:
    """Recursion in a model neither loops nor hides mistakes below."""
    search = {
        "Resource": "TrainingJob",
        "SearchExpression": {"SubExpressions": [{"SubExpressions": [{"Operator": "Xor"}]}]},
    }

    (found,) = violations("sagemaker", "Search", search)

    assert "searchExpression.subExpressions.1.member.subExpressions.1.member.operator" in found
