"""What a rule of the embedded AWS is, and the rules of all services: requests, pages, and time."""

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["A", "B", "C"]

CONFIDENCES: dict[Confidence, str] = {
    "A": "an AWS document or an API model says so",
    "B": "others report that they saw it on real AWS",
    "C": "inferred, and to be verified on a real account",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A behaviour that the simulator enforces; errors name the rule that raised them."""

    id: str
    text: str
    source: str
    confidence: Confidence


SERVICE_MODEL = Rule(
    "common.service-model",
    "Requests are held against the service model (required members, patterns matched in full, "
    "lengths, ranges, enums); every violation is reported in one ValidationException.",
    "botocore 1.44.5 service models; text form: aws-samples/sagemaker-ssh-helper issue 70",
    "B",
)
STS_MODEL = Rule(
    "common.sts-model",
    "STS reports violations of its service model under the code ValidationError.",
    "STS API reference, common errors",
    "A",
)
BAD_TOKEN = Rule(
    "common.bad-token",
    "A NextToken that is garbled, or comes from another listing, is a ValidationException.",
    "inferred; no text found",
    "C",
)
PAGES = Rule(
    "common.pages",
    "MaxResults is honoured up to 100; a page may hold fewer items than asked for; something "
    "removed between two pages hides nothing else.",
    "botocore 1.44.5 service models (ranges); stability of tokens inferred",
    "C",
)
EVERYWHERE = Rule(
    "common.time",
    "Statuses follow the clock alone: an operation begins a change, time completes it.",
    "SageMaker API reference: these operations are asynchronous",
    "A",
)

RULES = (SERVICE_MODEL, STS_MODEL, BAD_TOKEN, PAGES, EVERYWHERE)
