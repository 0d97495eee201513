"""Makes other people's text visible: it escapes the characters that a screen hides.

A name may hold characters that no screen shows (a zero-width space, a second kind of space), that
reverse a line, or that a terminal obeys. Logs, tables and messages show each of them as an escape.
JSON for programs keeps the text as it is.
"""

import re
from typing import Final

# Characters that Unicode counts as letters or marks, and that no screen shows. Source: Unicode,
# DerivedCoreProperties.txt, Default_Ignorable_Code_Point; and Braille's blank.
_SEEN_BY_NOBODY: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_EDGES: Final = re.compile(r"^ +| +$")
_IS_ESCAPED: Final = re.compile(f"{_SEEN_BY_NOBODY.pattern}|{_EDGES.pattern}")


def escaped(text: str) -> str:
    r"""Return text without anything that a screen hides or obeys: `\x1b`, `\u200b`, `\xa0`.

    Python prints neither controls, formats, surrogates, unassigned nor private characters, and of
    the spaces only U+0020. What is escaped already stays as it is.
    """
    if text.isprintable() and not _SEEN_BY_NOBODY.search(text):
        return text
    return "".join(map(_shown, text))


def visible(text: str) -> str:
    r"""Return escaped text whose spaces at either end show too, as `\x20`."""
    if text.isprintable() and not _IS_ESCAPED.search(text):
        return text
    return _EDGES.sub(lambda match: r"\x20" * len(match[0]), escaped(text))


def escaped_lines(text: str) -> str:
    """Return escaped text that keeps its line breaks, for text of several lines of our own."""
    return "\n".join(map(escaped, text.split("\n")))


def shortened(text: str, at_most: int) -> str:
    """Return a text, or its beginning and how many characters it has in all."""
    if len(text) <= at_most:
        return text
    return f"{text[:at_most]}… ({len(text)} characters)"


def _shown(character: str) -> str:
    if character.isprintable() and not _SEEN_BY_NOBODY.match(character):
        return character
    return character.encode("unicode_escape").decode("ascii")
