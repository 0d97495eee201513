from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pytest
from e2e.cloud import Cloud, deployed
from e2e.evaluator import Decision, evaluate, install_evaluator
from e2e.iam_requests import IamRequest
from e2e.recorded import rights_asked_for
from e2e.roles import Roles, deployed_roles
from e2e.shipped import shipped_roles, spoke_template
from e2e.stacks import build
from e2e.story import STORY, play
from templates import Template

Judge = Callable[[Sequence[IamRequest]], list[Decision]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without", default="", help="deploy without the statements of this Sid")


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with deployed(request.config.getoption("--without")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def played(cloud: Cloud) -> Cloud:
    play(cloud, STORY)
    return cloud


@pytest.fixture(scope="session")
def roles(cloud: Cloud) -> Roles:
    return deployed_roles(cloud)


@pytest.fixture(scope="session")
def judge(roles: Roles) -> Judge:
    script = install_evaluator(build("evaluator"), build("logs") / "npm.log")
    return lambda requests: evaluate(script, roles, requests)


@pytest.fixture(scope="session")
def decisions(played: Cloud, roles: Roles, judge: Judge) -> list[Decision]:
    return judge(rights_asked_for(played, roles))


@pytest.fixture(scope="session")
def shipped_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return spoke_template(tmp_path_factory.mktemp("spoke"))


@pytest.fixture(scope="session")
def judge_shipped(shipped_template: Template) -> Callable[..., list[Decision]]:
    logs = build("logs")
    logs.mkdir(parents=True, exist_ok=True)
    script = install_evaluator(build("evaluator"), logs / "npm.log")

    def judged(requests: Iterable[IamRequest], parameters: Mapping[str, str]) -> list[Decision]:
        decisions = evaluate(script, shipped_roles(shipped_template, parameters), [*requests])
        # A key that the action does not have proves nothing: IAM would not send it.
        assert [(str(each), each.ignored) for each in decisions if each.ignored] == []
        return decisions

    return judged
