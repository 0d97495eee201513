"""Texts for mistakes in a document, in terms that need no knowledge of pydantic."""

from collections.abc import Mapping
from typing import Any, Final

_EMPTY = "must not be empty"
_LIST = "must be a list"
_MAPPING = "must be a mapping of keys to values"
_NUMBER = "must be a number"
_TEXT = "must be text: write it in quotes"
_TOO_LONG = "must have at most {max_length} characters"
_TRUTH = "must be true or false"
_WHOLE = "must be a whole number"
# A row of the mappings table may hold any of these, since it is stored as it is.
_SCALAR: Final = "must be text, a number, or true or false"
# The text for each type of error. Source: pydantic's documentation, validation errors.
_TEXTS: Final = {
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "dict_type": _MAPPING,
    "finite_number": _NUMBER,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than_equal": "must be greater than or equal to {ge}",
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "invalid_key": "has a key that is no text: write it in quotes",
    "less_than_equal": "must be less than or equal to {le}",
    "list_type": _LIST,
    "literal_error": "must be {expected}",
    "missing": "is missing",
    "model_type": _MAPPING,
    "path_type": _TEXT,
    "string_pattern_mismatch": "must match pattern {pattern}",
    "string_too_long": _TOO_LONG,
    "string_too_short": _EMPTY,
    "string_type": _TEXT,
    # For a name, which may be written as a number.
    "too_long": _TOO_LONG,
    "too_short": _EMPTY,
    "tuple_type": _LIST,
}
_ALONE: Final = frozenset({"missing", "invalid_key"})


def text_of(error: Mapping[str, Any], *, one_of_many: bool = False) -> str:
    """Return what is wrong and the value; `one_of_many` if several kinds are allowed.

    A mistake that the project's own models found has its text already.
    """
    kind, context = error["type"], error.get("ctx") or {}
    if kind == "value_error":
        return str(context["error"])
    if one_of_many:
        return f"{_SCALAR}, not {shown(error['input'])}"
    text = _TEXTS.get(kind, "is not allowed here").format(**context)
    return text if kind in _ALONE else f"{text}, not {shown(error['input'])}"


def shown(value: object) -> str:
    """Return a value of a file in plain terms."""
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case bool():
            return str(value).lower()
        case int():
            return str(getattr(value, "written", value))
        case str() | float():
            return repr(value)
        case _:
            return str(value)
