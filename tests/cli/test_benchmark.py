"""The benchmark's stories hold for a small company too, so that its figures mean what they say."""

from cli.benchmark.company import Size
from cli.benchmark.comparison import compare
from cli.benchmark.measures import sweeps


def test_a_sweep_of_what_is_right_writes_nothing_and_one_of_differences_heals_them() -> None:
    """Pages only, and no person is looked at; only differences cost writes."""
    measured = sweeps(Size(users=24, groups=6, targets=3), drifts=2)

    idle, busy = measured["nothing_to_do"], measured["differences"]["by_operation"]
    assert idle["writes"] == 0
    assert not idle["by_operation"].keys() & {
        "identitystore.DescribeUser",
        "sagemaker.DescribeUserProfile",
    }
    assert busy["sagemaker.CreateUserProfile"] == busy["sagemaker.DeleteUserProfile"] == 1


def test_the_hub_ends_the_story_right_and_the_blog_post_does_not() -> None:
    """One event a look, whatever it says, against one event an act, as it says."""
    ends = compare()

    assert ends["hub"]["wrong"] == []
    assert len(ends["blog_post"]["wrong"]) == 10
