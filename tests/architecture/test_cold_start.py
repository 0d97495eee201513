"""A cold start costs little more than the import of boto3, which every function needs."""

from cli.benchmark.cold_start import LIMIT, cold_starts


def test_a_handler_imports_little_beside_boto3() -> None:
    """At most 1.3 times boto3's CPU time beside it, in the median of as many rounds as it takes."""
    found = cold_starts(fewest=5)

    assert {module: ratio for module, ratio in found["ratios"].items() if ratio > LIMIT} == {}
