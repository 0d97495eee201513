"""Translates the service models' patterns to Python, which lacks their Unicode classes."""

import re
import sys
import unicodedata
from functools import cache

_CLASS = re.compile(r"\\p\{(\w)\}")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    r"""Return a service model's pattern, compiled; `\p{L}` and its like become character ranges."""
    parts: list[str] = []
    in_brackets = False
    position = 0
    while position < len(pattern):
        unicode_class = _CLASS.match(pattern, position)
        if unicode_class is not None:
            ranges = _ranges(unicode_class[1])
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
def _ranges(category: str) -> str:
    """Return the characters of a one-letter Unicode category as ranges for a character class."""
    return _all_ranges().get(category, "")


@cache
def _all_ranges() -> dict[str, str]:
    found: dict[str, list[str]] = {}
    start, current = 0, unicodedata.category(chr(0))[0]
    for code in range(1, sys.maxunicode + 2):
        category = unicodedata.category(chr(code))[0] if code <= sys.maxunicode else ""
        if category != current:
            span = f"\\U{start:08x}-\\U{code - 1:08x}"
            found.setdefault(current, []).append(span)
            start, current = code, category
    return {category: "".join(spans) for category, spans in found.items()}
