"""The benchmark's stories hold for a small company too, so its figures are meaningful."""

from cli.benchmark.company import Size
from cli.benchmark.comparison import compare
from cli.benchmark.costs import table_of
from cli.benchmark.measures import sweeps


def test_a_sweep_in_sync_writes_nothing_and_one_with_drift_repairs_it() -> None:
    """It reads pages only and reconciles no user; only drift costs writes."""
    measured = sweeps(Size(users=24, groups=6, targets=3), drifts=2)

    idle, busy = measured["nothing_to_do"], measured["differences"]["by_operation"]
    assert idle["writes"] == 0
    assert not idle["by_operation"].keys() & {
        "identitystore.DescribeUser",
        "sagemaker.DescribeUserProfile",
    }
    assert busy["sagemaker.CreateUserProfile"] == busy["sagemaker.DeleteUserProfile"] == 1


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
    }

    assert table_of(found).row_count == 6
