"""One rule of the embedded AWS: the behaviour, its source, and its certainty."""

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
