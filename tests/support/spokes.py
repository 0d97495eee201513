"""Spoke sessions without AssumeRole: one that works, and one that refuses everybody."""

from typing import TYPE_CHECKING

from shared.errors import TargetUnreachableError
from shared.model import Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sagemaker import SageMakerClient

HUB = "111111111111"
LAB = Target.parse("222222222222/eu-west-1/d-research0001")


def one_spoke(client: "SageMakerClient") -> "Callable[[Target], SageMakerClient]":
    """Return what gives a hub with a single spoke its client."""

    def client_of(target: Target) -> "SageMakerClient":
        assert target == LAB
        return client

    return client_of


def closed_spoke(target: Target) -> "SageMakerClient":
    """Refuse, as a spoke does that refuses everybody."""
    raise TargetUnreachableError(str(target))
