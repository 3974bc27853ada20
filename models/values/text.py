"""Text from outside is never code: cleaned where it comes in, made harmless where it goes to a terminal."""

from __future__ import annotations

import re
import unicodedata

from models.values.errors import Refused
from models.values.language import _

LINE_LIMIT = 200
TEXT_LIMIT = 10_000
MARKS_IN_A_ROW = 8
MARKS_SHOWN = 3

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
# What could steer a terminal or turn the text around it: controls, line separators, bidirectional marks, zero-width
# and invisible characters, tags, lone surrogates.
_HOSTILE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKED = re.compile("[\u0300-\u036f\u0483-\u0489\u0591-\u0670\u06d6-\u06ed\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")


def clean_line(text: str, field: str, limit: int = LINE_LIMIT) -> str:
    """One line of input: white space folded and stripped, everything legal kept as it is.

    Raises Refused `bad_text` with the field's name: a control character, a lone surrogate, longer than `limit`.
    """
    return _checked(_SPACES.sub(" ", text).strip() if not _ILLEGAL.search(text) else text, field, limit)


def clean_text(text: str, field: str, limit: int = TEXT_LIMIT) -> str:
    """Input of several lines; like `clean_line`, but lines stay lines."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n").strip(), field, limit)


def _checked(text: str, field: str, limit: int) -> str:
    illegal = _ILLEGAL.search(text)
    if illegal:
        raise Refused(
            "bad_text",
            _("{field} holds the control character U+{code}, which is no text.").format(
                field=field, code=f"{ord(illegal.group()):04X}"
            ),
        )
    if len(text) > limit:
        raise Refused(
            "bad_text",
            _("{field} has {length} characters; {limit} are allowed.").format(
                field=field, length=len(text), limit=limit
            ),
        )
    return text


def shown(text: str) -> str:
    """`text` as it may go to a terminal: one line, nothing in it steers the terminal or hides.

    Line breaks and tabs become a space, other hostile characters U+FFFD; at most 3 combining marks stand in a row.
    """
    if _HOSTILE.search(text):
        text = _HOSTILE.sub(_harmless, text)
    if _MARKED.search(text) or not text.isascii():
        text = _few_marks(text)
    return text


def shown_lines(text: str) -> str:
    """Like `shown`, line by line."""
    return "\n".join(shown(line) for line in text.split("\n"))


def _harmless(found: re.Match[str]) -> str:
    return " " if found.group() in "\t\n\r\x0b\x0c\u2028\u2029" else "\ufffd"


def _few_marks(text: str) -> str:
    if not any(unicodedata.combining(character) for character in text):
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_SHOWN:
            kept.append(character)
    return "".join(kept)


def search_key(text: str) -> str:
    """What search and comparison of names look at: case folded, ё as е, compatibility forms joined, white space folded."""
    if text.isascii():
        return _SPACES.sub(" ", text).strip().lower()
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", folded)).strip()


def like_pattern(text: str) -> str:
    """A LIKE pattern (escape character `\\`) that finds `text` anywhere; nothing in it is query syntax."""
    escaped = search_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
