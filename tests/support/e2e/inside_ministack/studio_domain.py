"""Lets CloudFormation make Studio domains, which MiniStack does not know, in the served Studio."""

import importlib
from typing import Any

import botocore.session

# As MiniStack's own handlers: a physical id, and what Fn::GetAtt tells.
_Made = tuple[str, dict[str, str]]


def add_studio_domains() -> None:
    """Add AWS::SageMaker::Domain; none is ever deleted, since the spoke stack retains its own."""
    provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")
    provisioners._RESOURCE_HANDLERS["AWS::SageMaker::Domain"] = {"create": _create}  # noqa: SLF001 (MiniStack offers no other way)


def _create(_: str, properties: dict[str, Any], __: str) -> _Made:
    caller: Any = importlib.import_module("ministack.core.responses")
    # The served Studio's address and certificate are in the environment.
    studio: Any = botocore.session.Session().create_client(
        "sagemaker",
        region_name=caller.get_region(),
        # The access key id is the account's, for root.
        aws_access_key_id=caller.get_account_id(),
        aws_secret_access_key="test",  # noqa: S106 (nobody verifies it)
    )
    # The resource type's properties have the names of the API's members.
    made = studio.create_domain(**properties)["DomainId"]
    described = studio.describe_domain(DomainId=made)
    names = ("DomainArn", "DomainId", "SingleSignOnApplicationArn", "Url")
    return made, {name: described[name] for name in names}
