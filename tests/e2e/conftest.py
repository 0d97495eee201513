from collections.abc import Iterator

import pytest
from e2e.cloud import Cloud, deployed


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without", default="", help="deploy without the statements of this Sid")


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with deployed(request.config.getoption("--without")) as cloud:
        yield cloud
