"""The benchmark's stories hold for a small company too, so its figures are meaningful."""

from cli.benchmark.changes import MOST, single_changes
from cli.benchmark.company import Size
from cli.benchmark.comparison import compare
from cli.benchmark.costs import table_of
from cli.benchmark.mappings import PlanSize, plans
from cli.benchmark.measures import burst, sweeps
from cli.benchmark.reports import report


def test_a_sweep_in_sync_writes_nothing_and_one_with_drift_repairs_it() -> None:
    """It reads pages only and reconciles no user; only drift costs writes."""
    measured = sweeps(Size(users=24, groups=6, targets=3), drifts=2)

    idle, busy = measured["nothing_to_do"], measured["differences"]["by_operation"]
    assert idle["writes"] == 0
    assert idle["page_calls"] == idle["lower_bound_total"]
    assert not idle["by_operation"].keys() & {
        "identitystore.DescribeUser",
        "sagemaker.DescribeUserProfile",
    }
    assert busy["sagemaker.CreateUserProfile"] == busy["sagemaker.DeleteUserProfile"] == 1


def test_no_change_of_a_user_takes_more_calls_than_it_may() -> None:
    """Every call that is added to a join, a role change or a leave shows here."""
    costs = single_changes()

    assert {name: costs[name]["busy_calls"] for name in MOST} == MOST
    # Alone, each one reads the mappings and the hub's state besides.
    assert all(costs[name]["calls"] <= most + 2 for name, most in MOST.items())


def test_many_joins_at_once_take_hardly_more_calls_than_one_after_the_other() -> None:
    """The hub's state is read again after ten seconds, so that a pause takes effect."""
    measured = burst(joins=20)

    assert measured["profiles"] == 2 * 21
    assert measured["by_operation"]["dynamodb.TransactWriteItems"] == 2 * 20
    assert measured["calls_per_join"] < 12


def test_the_hub_ends_the_story_correctly_and_the_blog_post_does_not() -> None:
    """The hub reconciles once per event, whatever it says; the blog post acts on its content."""
    ends = compare()

    assert ends["hub"]["wrong"] == []
    assert len(ends["blog_post"]["wrong"]) == 10


def test_the_table_has_a_row_for_each_measure() -> None:
    """Whatever is measured has its calls, writes, CPU and seconds."""
    cost = {"calls": 1, "writes": 0, "cpu_ms": 2, "seconds": 3, "joins": 4, "count": 5, "wrong": []}
    found = {
        "changes": {"join": cost},
        "burst": cost,
        "sweep": {"nothing_to_do": cost, "differences": cost},
        "comparison": {"hub": cost, "blog_post": cost},
        "report": cost | {"rows": 6},
    }

    assert table_of(found).row_count == 7


def test_a_report_reads_pages_and_has_a_row_for_each_user() -> None:
    """It writes nothing, and asks for no single user: its calls grow with pages and targets."""
    measured = report(Size(users=60, groups=6, targets=3))

    assert measured["rows"] == 60
    assert measured["writes"] == 0
    assert measured["by_operation"] == {"dynamodb.Query": 3 + 1, "dynamodb.Scan": 3}
    assert measured["formats"].keys() == {"html", "csv", "json"}


def test_a_large_plan_is_made_in_seconds() -> None:
    """Its time grows with rows and with groups of people, not with people times targets."""
    found = plans(PlanSize(targets=60, groups=20, people=1_000))

    assert found["rows_changed"] == 30 * 20 + 30
    assert found["people_changed"] == 30 * 1_000
    assert found["file_lines"] < 120
    assert found["seconds"] < 20
