"""Spoke sessions without AssumeRole: one that works, and one that refuses everybody."""

from typing import TYPE_CHECKING

from shared.errors import TargetUnreachableError
from shared.model import Target

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

HUB = "111111111111"
LAB = Target.parse("222222222222/eu-west-1/d-research0001")


class OneSpoke:
    """The sessions of a hub that has a single client."""

    def __init__(self, client: "SageMakerClient") -> None:
        self._client = client

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Return the client, for the one target."""
        assert target == LAB
        return self._client


class ClosedSpoke:
    """The sessions of a spoke that refuses everybody."""

    def sagemaker(self, target: Target) -> "SageMakerClient":
        """Refuse."""
        raise TargetUnreachableError(str(target))
