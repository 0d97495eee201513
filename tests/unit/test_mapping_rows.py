"""Section 5, mapping row: all mistakes at once, defaults as designed, any spelling of numbers."""

from decimal import Decimal

import pytest

from hub.runtime.decisions.mapping_rows import parse_row, parse_table
from shared.model import BadMapping, GroupMapping, Target

TEXT = "222222222222/eu-west-1/d-research0001"
TARGET = Target.parse(TEXT)
ROW: dict[str, object] = {"group": "ml-scientists", "target": TEXT}
ROLE = "arn:aws:iam::222222222222:role/studio-hub/DataScientist"
GROUP_ID = "14f83478-a061-708f-8de4-a3a2b99e9d89"


def mistakes(row: dict[str, object]) -> tuple[str, ...]:
    bad = parse_row(row)
    assert isinstance(bad, BadMapping)
    return bad.mistakes


def test_a_row_of_its_two_keys_is_enough() -> None:
    """The rest has the designed defaults, and the role that of the convention."""
    assert parse_row(ROW | {"group": "ML Scientists"}) == GroupMapping(
        group="ML Scientists",
        target=TARGET,
        role_arn="arn:aws:iam::222222222222:role/studio-hub/ML-Scientists-3249477a",
        priority=100,
        retention_days=30,
        group_id=None,
        enabled=True,
    )


def test_every_attribute_counts() -> None:
    """Numbers come from DynamoDB as Decimal and become whole numbers."""
    row = parse_row(
        ROW
        | {
            "execution_role_arn": ROLE,
            "priority": Decimal(20),
            "retention_days": Decimal(0),
            "group_id": GROUP_ID,
            "enabled": False,
            "note": "for the spring project",
        }
    )

    assert row == GroupMapping("ml-scientists", TARGET, ROLE, 20, 0, GROUP_ID, enabled=False)  # type: ignore[arg-type]
    assert isinstance(row, GroupMapping)
    assert row.note == "for the spring project"
    assert [type(row.priority), type(row.retention_days)] == [int, int]


@pytest.mark.parametrize("priority", [Decimal("1E+2"), Decimal("100.0"), 100, Decimal(100)])
def test_a_whole_number_may_be_written_in_any_way(priority: object) -> None:
    """DynamoDB keeps a number, not its spelling."""
    row = parse_row(ROW | {"priority": priority})

    assert isinstance(row, GroupMapping)
    assert row.priority == 100


def test_a_null_is_as_good_as_nothing() -> None:
    """A row from a tool that writes empty cells as NULL is valid."""
    assert parse_row(
        ROW | dict.fromkeys(("priority", "retention_days", "group_id", "enabled"))
    ) == parse_row(ROW)


def test_every_mistake_of_a_row_is_reported_at_once() -> None:
    """Nobody has to correct a row seven times."""
    found = mistakes(
        {
            "target": "the research domain",
            "execution_role_arn": "DataScientist",
            "priority": Decimal("1.5"),
            "retention_days": Decimal(-1),
            "group_id": "ml-scientists",
            "enabled": "yes",
        }
    )

    assert [mistake.partition(":")[0] for mistake in found] == [
        "group",
        "target",
        "execution_role_arn",
        "priority",
        "retention_days",
        "group_id",
        "enabled",
    ]
    assert "write <12-digit account>/<region>/<domain id>" in found[1]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("group", ""),
        ("group", Decimal(7)),
        ("group", "x" * 1025),
        ("target", ""),
        ("target", 7),
        ("target", "22222222222/eu-west-1/d-research0001"),
        ("target", "222222222222/eu-west-1/research"),
        ("target", "222222222222/eu-west-1/d-research0001/"),
        ("target", "222222222222/eu-west-1/d-Research"),
        ("target", "222222222222/Ireland/d-research0001"),
        ("target", f"{TEXT}\n"),
        ("execution_role_arn", ""),
        ("execution_role_arn", "arn:aws:iam::222222222222:user/ada"),
        ("execution_role_arn", "arn:aws:iam::222222222222:role/"),
        ("execution_role_arn", f"{ROLE} "),
        ("priority", "10"),
        ("priority", True),
        ("priority", Decimal(-1)),
        ("priority", Decimal("NaN")),
        ("priority", Decimal("Infinity")),
        ("retention_days", Decimal(36501)),
        ("retention_days", Decimal("0.5")),
        ("retention_days", False),
        ("group_id", ""),
        ("group_id", "ml-scientists"),
        ("enabled", Decimal(1)),
        ("enabled", "true"),
        ("enabled", ""),
        ("note", 7),
        ("owner", "somebody"),
        ("", "somebody"),
    ],
)
def test_a_wrong_value_is_the_one_mistake_of_its_attribute(attribute: str, value: object) -> None:
    """A value is refused under the attribute's own name, with no other complaint."""
    found = mistakes(ROW | {attribute: value})

    assert [mistake.partition(":")[0] for mistake in found] == [attribute]


@pytest.mark.parametrize(
    ("attribute", "told"),
    [
        ("retention", "retention: unknown attribute; do you mean retention_days?"),
        ("Priority", "Priority: unknown attribute; do you mean priority?"),
        ("priority\u200b", "priority\\u200b: unknown attribute; do you mean priority?"),
        ("zzz", "zzz: unknown attribute; do you mean one of group, target,"),
    ],
)
def test_an_unknown_attribute_is_a_mistake(attribute: str, told: str) -> None:
    """A misspelt name would silently leave the default. Null values count too."""
    for value in (7, None):
        (mistake,) = mistakes(ROW | {attribute: value})

        assert mistake.startswith(told)


def test_a_reported_mistake_fits_however_long_the_row_is() -> None:
    """Rule 16: a row of 400 KB is reported in a line that fits into a log."""
    found = mistakes(
        ROW | {"execution_role_arn": "\x1b" * 400_000, "priority": "9" * 400_000, "x" * 60_000: 1}
    )

    assert all(len(mistake) < 1000 for mistake in found)
    assert all(mistake.isprintable() for mistake in found)


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ("arn:aws:iam::333333333333:role/Analyst", "is of account 333333333333"),
        ("arn:aws-cn:iam::222222222222:role/Analyst", "is of partition aws-cn"),
    ],
)
def test_a_role_of_elsewhere_is_refused(role: str, reason: str) -> None:
    """Rule 12: the role belongs to the target's account and partition."""
    assert reason in mistakes(ROW | {"execution_role_arn": role})[0]


def test_the_conventional_role_is_of_the_targets_partition() -> None:
    """A row for China or GovCloud needs no ARN either."""
    row = parse_row(ROW | {"target": "222222222222/cn-north-1/d-research0001"})

    assert isinstance(row, GroupMapping)
    assert row.role_arn == "arn:aws-cn:iam::222222222222:role/studio-hub/ml-scientists"


def test_a_role_name_that_iam_refuses_is_a_mistake() -> None:
    """IAM allows 64 characters behind the path; the convention never makes more."""
    path = "arn:aws:iam::222222222222:role/studio-hub/"
    long = parse_row(ROW | {"group": "x" * 65})

    assert isinstance(parse_row(ROW | {"execution_role_arn": path + "x" * 64}), GroupMapping)
    assert "65 characters" in mistakes(ROW | {"execution_role_arn": path + "x" * 65})[0]
    assert "0 characters" in mistakes(ROW | {"execution_role_arn": path})[0]
    assert isinstance(long, GroupMapping)
    assert len(long.role_arn.rpartition("/")[2]) == 64


def test_a_bad_row_keeps_its_target_where_that_can_be_read() -> None:
    """Rule 3 protects the target that the row is about."""
    bad = parse_row(ROW | {"priority": "high"})
    unreadable = parse_row(ROW | {"target": "nowhere"})

    assert isinstance(bad, BadMapping)
    assert (bad.group, bad.target_text, bad.target) == ("ml-scientists", TEXT, TARGET)
    assert isinstance(unreadable, BadMapping)
    assert (unreadable.target_text, unreadable.target) == ("nowhere", None)


def test_one_bad_row_never_stops_the_others() -> None:
    """Rule 13: the table keeps the valid rows, sorted, apart from the bad ones."""
    rows: list[dict[str, object]] = [ROW | {"group": "b"}, {}, ROW | {"group": "a"}]

    table = parse_table(rows)

    assert [row.group for row in table.rows] == ["a", "b"]
    assert [bad.mistakes for bad in table.bad] == [("group: is missing", "target: is missing")]
    assert parse_table(reversed(rows)) == table


@pytest.mark.parametrize("attribute", ["priority", "retention_days"])
@pytest.mark.parametrize("number", ["1E+30", "9.9E+125", "12345678901234567890123456789012345678"])
def test_any_number_of_dynamodb_gives_a_row_or_a_mistake(attribute: str, number: str) -> None:
    """DynamoDB keeps 38 digits and exponents to 125; a typing error stops no other row."""
    table = parse_table([ROW | {"group": "other"}, ROW | {attribute: Decimal(number)}])

    assert "other" in [row.group for row in table.rows]


def test_digits_of_other_scripts_are_no_account() -> None:
    """Only 0 to 9 may be in an account id; an impossible target is a mistake."""
    assert mistakes(ROW | {"target": f"{'٢' * 12}/eu-west-1/d-research0001"})
