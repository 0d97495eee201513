import pytest
from e2e.cloud import Cloud
from e2e.story import STORY, play

pytestmark = pytest.mark.e2e


def test_the_deployed_functions_do_the_main_job(cloud: Cloud) -> None:
    """Each function under its own role alone: profiles are made, changed and removed."""
    play(cloud, STORY)
