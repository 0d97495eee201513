"""The step that makes calls of an existing operation fail, with the members of the error."""

from difflib import get_close_matches
from functools import cache
from typing import Annotated, Literal

from botocore.loaders import create_loader
from pydantic import Field, model_validator

from simulator.faults import XML_SERVICES
from simulator.scenario_schema import Account
from yaml_files.parts import Name, Part

Service = Literal[
    "dynamodb",
    "events",
    "iam",
    "identitystore",
    "sagemaker",
    "service-quotas",
    "sqs",
    "sso-admin",
    "sts",
]


class FaultStep(Part):
    """Calls that AWS will fail; `reason` and `resource_type` are members of the error."""

    service: Service
    operation: Name
    error: Name
    account: Account | None = None
    reason: Name | None = None
    resource_type: Name | None = None
    times: Annotated[int, Field(ge=1)] | None = None
    every: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _fits(self) -> "FaultStep":
        wrong = []
        if self.times is not None and self.every is not None:
            wrong.append("give times or every")
        if self.service in XML_SERVICES and (self.reason or self.resource_type):
            wrong.append(f"errors of {self.service} carry no reason and no resource_type")
        known = operations(self.service)
        if self.operation not in known:
            near = get_close_matches(self.operation, known, cutoff=0.5)
            request = f"; there is {' or '.join(near)}" if near else ""
            wrong.append(f"{self.service} has no operation {self.operation!r}{request}")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


@cache
def operations(service: str) -> tuple[str, ...]:
    """Return the names of a service's operations, from botocore's model."""
    model = create_loader().load_service_model(service, "service-2")
    return tuple(model["operations"])
