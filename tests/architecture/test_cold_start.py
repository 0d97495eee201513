"""A cold start costs little more than the import of boto3, which every function needs."""

from cli.benchmark.cold_start import LIMIT, cold_starts


def test_a_handler_imports_little_beside_boto3() -> None:
    """Hardly more than `make bench` allows on an idle machine: caches are shared on a busy one."""
    limit = LIMIT + 0.1
    found = cold_starts(fewest=3, limit=limit)

    assert {module: ratio for module, ratio in found["ratios"].items() if ratio > limit} == {}
