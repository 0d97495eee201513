"""Reads the parts of ARNs that the services here need."""


def last_part(arn_or_id: str) -> str:
    """Return the id from an id or an ARN."""
    return arn_or_id.rsplit("/", 1)[-1]


def account_of(arn: str) -> str:
    """Return the account field of an ARN; empty if it has none."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) > 4 else ""  # noqa: PLR2004 -- the fifth field of an ARN
