"""Parts of ARNs: the little that every service here needs."""


def last_part(arn_or_id: str) -> str:
    """Return an id that may have been written as an ARN."""
    return arn_or_id.rsplit("/", 1)[-1]


def account_of(arn: str) -> str:
    """Return the account field of an ARN, empty when it has none."""
    fields = arn.split(":", 5)
    return fields[4] if len(fields) > 4 else ""  # noqa: PLR2004 -- the fifth field of an ARN
