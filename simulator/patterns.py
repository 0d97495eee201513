"""Translates the service models' patterns to Python, which lacks their Unicode classes."""

import re
import sys
import unicodedata
from functools import cache

_CLASS = re.compile(r"\\p\{(\w)\}")
# The numbers of characters in ASCII and in Unicode.
_ASCII, _UNICODE = 128, sys.maxunicode + 1
# A class may not be empty. This is no character, and not in ASCII.
_NOTHING = r"\U0010ffff"


def matches(pattern: str, text: str) -> bool:
    """Return whether a service model's pattern describes the whole of a text."""
    return compiled(pattern, _ASCII if text.isascii() else _UNICODE).fullmatch(text) is not None


@cache
def compiled(pattern: str, characters: int = _UNICODE) -> re.Pattern[str]:
    r"""Return a service model's pattern, compiled; `\p{L}` and its like become character ranges.

    A text of the first `characters` alone needs no others; to find the ranges of all takes long.
    """
    parts: list[str] = []
    in_brackets = False
    position = 0
    while position < len(pattern):
        unicode_class = _CLASS.match(pattern, position)
        if unicode_class is not None:
            ranges = _ranges(characters).get(unicode_class[1], _NOTHING)
            parts.append(ranges if in_brackets else f"[{ranges}]")
            position = unicode_class.end()
            continue
        length = 2 if pattern[position] == "\\" else 1
        piece = pattern[position : position + length]
        if piece == "[":
            in_brackets = True
        elif piece == "]":
            in_brackets = False
        parts.append(piece)
        position += length
    return re.compile("".join(parts))


@cache
def _ranges(characters: int) -> dict[str, str]:
    """Return each one-letter Unicode category as ranges for a character class."""
    found: dict[str, list[str]] = {}
    start, current = 0, unicodedata.category(chr(0))[0]
    for code in range(1, characters + 1):
        category = unicodedata.category(chr(code))[0] if code < characters else ""
        if category != current:
            span = f"\\U{start:08x}-\\U{code - 1:08x}"
            found.setdefault(current, []).append(span)
            start, current = code, category
    return {category: "".join(spans) for category, spans in found.items()}
