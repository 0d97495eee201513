"""The company of each test is a copy of one that was played once: no test sees another's."""

import re
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Condition
from typing import Any

import pytest
from botocore.client import BaseClient
from moto.core.base_backend import BackendDict
from operators import COMPANY, LIMIT, PLACE, Company, company
from saved_aws import restore, save

from cli.simulation.deployment import cold_start, deployed_hub
from cli.simulation.operator import SimulatedOperator
from simulator.clock import VirtualClock
from simulator.embedded_aws import EmbeddedAws
from simulator.scenario_file import parse
from simulator.setup import LEDGER
from simulator.story import Story

_ATOMS = (str, bytes, int, float, type(None), type(sys), type, type(len), type(company))
# Objects by their id(), with a number each; an object that is kept lends its id to no other.
_Seen = dict[int, tuple[int, object]]
_STARTED_ANEW = (BaseClient, Condition, VirtualClock)


def everything(aws: EmbeddedAws) -> list[Any]:
    """Return each value that can be reached in an embedded AWS, or in moto, as text."""
    backends = [
        (service.service_name, account, region, vars(backend))
        for service in BackendDict._instances  # type: ignore[misc]  # noqa: SLF001 (moto has no other list)
        for account, region, backend in service.iter_backends()
    ]
    in_order = sorted(backends, key=lambda each: each[:3])
    return list(_walk([time.time_ns(), aws, in_order], {}))


def _walk(value: Any, seen: _Seen) -> Iterator[object]:  # noqa: ANN401 (anything)
    yield type(value)
    if isinstance(value, _ATOMS):
        yield value
    elif id(value) in seen:
        yield seen[id(value)][0]
    elif not isinstance(value, _STARTED_ANEW):
        seen[id(value)] = len(seen), value
        yield from _content(value, seen)
        for name in _names(value):
            yield name
            yield from _walk(getattr(value, name), seen)


def _content(value: Any, seen: _Seen) -> Iterator[object]:  # noqa: ANN401 (anything)
    match value:
        case count() | re.Pattern():
            yield repr(value)
        case set() | frozenset():
            yield sorted(map(repr, value))
        case dict():
            for pair in value.items():
                yield from _walk(pair, seen)
        case list() | tuple():
            for part in value:
                yield from _walk(part, seen)


def _names(value: object) -> list[str]:
    slots = [name for each in type(value).__mro__ for name in getattr(each, "__slots__", ())]
    return [*(name for name in slots if hasattr(value, name)), *getattr(value, "__dict__", ())]


def trouble(hub: Company) -> None:
    """Let some of everything happen, and leave some of it open."""
    hub.play("start_app", user="ada", target=PLACE, type="JupyterLab", space="private")
    hub.play("create_user", name="fay", groups=["scientists"])
    hub.play("rename_user", user="dan", to="daniel")
    hub.leave("ada", "bob", "cyd", "fay")
    hub.play("fault", service="sagemaker", operation="ListUserProfiles", error="Nope", every=3)
    hub.play("map", target=PLACE, group="others", role="Other", retention_days=0)
    hub.operator.hub_client.pause("an audit")
    hub.aws.sweep()
    hub.aws.services.studio.missing_roles.add("arn:aws:iam::222222222222:role/gone")


def troubled(aws: EmbeddedAws) -> Company:
    """Return a company in which much has happened."""
    hub = Company(aws, SimulatedOperator(aws))
    Story(parse(COMPANY, name="company", folder=Path()), aws, hub.operator).play()
    hub.play("sweep")
    trouble(hub)
    return hub


def go_on(hub: Company) -> tuple[object, ...]:
    """Go on with a company; return what became of it."""
    before = len(hub.aws.lambdas.log)
    cold_start()
    hub.operator.hub_client.resume()
    hub.aws.run()
    hub.operator.approve()
    hub.aws.wait(24 * 3600)
    log = [entry.get("message") for entry in hub.aws.lambdas.log[before:]]
    return hub.aws.services.studio.snapshot(), hub.roles(), log, hub.aws.gateway.calls


def test_a_copy_is_the_same_company() -> None:
    """Each resource, message, session and record is there; what follows from them is the same."""
    with deployed_hub(limit=LIMIT) as aws:
        hub = troubled(aws)
        before, state, rows = everything(aws), save(aws), aws.rows(LEDGER)
        expected = go_on(hub)

    with deployed_hub() as other:
        # The embedded AWS remembers what this read answers.
        none = other.rows(LEDGER)
        restore(other, state)
        after, restored = everything(other), other.rows(LEDGER)
        found = go_on(Company(other, SimulatedOperator(other)))

    assert len(before) > 10_000
    assert after == before
    assert restored == rows != none
    assert found == expected


def test_a_copy_remembers_what_its_queues_were_sent() -> None:
    """A message that was sent just before the copy was made is not delivered again in it."""
    message = {"MessageBody": "{}", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    with deployed_hub() as aws:
        sqs, url = aws.lambdas.sqs, aws.queues["scan"].url
        sqs.send_message(QueueUrl=url, **message)
        (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=received["ReceiptHandle"])
        state = save(aws)

    with deployed_hub() as other:
        restore(other, state)
        other.lambdas.sqs.send_message(QueueUrl=url, **message)
        again = other.lambdas.sqs.receive_message(QueueUrl=url)

    assert "Messages" not in again


def test_what_happens_in_a_company_stays_in_it(tmp_path: Path) -> None:
    """The next company begins as the first one did, whatever has become of that one."""
    with pytest.MonkeyPatch.context() as patch, company(patch, tmp_path) as hub:
        before = everything(hub.aws)
        trouble(hub)
        changed = everything(hub.aws)

    with pytest.MonkeyPatch.context() as patch, company(patch, tmp_path) as hub:
        after = everything(hub.aws)

    assert changed != before
    assert after == before


def test_a_company_is_in_sync(tmp_path: Path) -> None:
    """It had its first sweep, so that another one changes nothing."""
    with pytest.MonkeyPatch.context() as patch, company(patch, tmp_path) as hub:
        hub.aws.gateway.changes.clear()
        hub.play("sweep")

    assert hub.aws.gateway.changes == []
