"""Text from outside is never code: cleaned where it comes in, made harmless where it goes to a terminal."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from models.values.errors import Refused
from models.values.language import _

LINE_LIMIT = 200
TEXT_LIMIT = 10_000
MARKS_IN_A_ROW = 8
MARKS_SHOWN = 3
QUOTED = 60

# These would steer a terminal or hide. Escaped within JSON or TOML, they stay what they are for a program.
STEERING = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")

# A spreadsheet takes these for the beginning of a formula.
_FORMULA = re.compile(r"[=+\-@\t\r]|\s+[=+\-@]")

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("[ \t\r\n\u2028\u2029]+")
_SPACES = re.compile(r"\s+")
_HARMLESS_BREAKS = "\t\n\x0b\x0c\r\x85\u2028\u2029"
# Invisible though Unicode counts them as letters, marks or unassigned.
_INVISIBLE = {0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0, *range(0xFFF0, 0xFFF9)}
_TAGS = range(0xE0000, 0xE1000)
# How the character before is to look: variant, skin. Terminals do not agree on the width, so they are left out.
_STYLING = {0x180B, 0x180C, 0x180D, 0x180F, *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400)}
_VARIANTS = range(0xE0100, 0xE01F0)


@cache
def unusual() -> re.Pattern[str]:
    """Matches what must be looked at closely. Compiled when first needed: it takes 3 ms.

    Not matched is what most text consists of, where nothing steers, hides, joins or has an unsure width: Latin, Greek,
    Cyrillic, the punctuation and signs of these, lines and blocks, what a checklist is drawn with, kana, Chinese, Korean.
    """
    return re.compile(
        "[^ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u0482"
        "\u048a-\u052f\u1e00-\u1eff\u2010-\u2027\u202f-\u205e\u20a0-\u20c0\u2116\u2122\u2190-\u21ff\u2200-\u22ff"
        "\u2500-\u25ff\u2610\u2713\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3]"
    )


def _usual(text: str) -> bool:
    """Whether nothing in `text` asks for a closer look."""
    return text.isascii() and text.isprintable() or not unusual().search(text)


@cache
def _illegal() -> re.Pattern[str]:
    """Matches what no text holds: controls other than tab and line breaks, half surrogate pairs, no characters."""
    last_two = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
    return re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{last_two}]")


def clean_line(text: str, field: str, limit: int = LINE_LIMIT) -> str:
    """One line of input: stripped, inner line breaks, tabs and runs of spaces folded to one space; all else is kept.

    Raises Refused `bad_text`, naming `field`: a control character, half a surrogate pair, a code point that is no
    character, more than 8 combining marks in a row, more than `limit` characters.
    """
    return _checked(_BREAKS.sub(" ", text).strip(), field, limit)


def clean_text(text: str, field: str, limit: int = TEXT_LIMIT) -> str:
    """Input of several lines; like `clean_line`, but line breaks (as `\\n`), tabs and spaces stay."""
    return _checked(text.replace("\r\n", "\n").replace("\r", "\n").strip(), field, limit)


def _checked(text: str, field: str, limit: int) -> str:
    if len(text) > limit:
        words = _("{field} has {length} characters; {limit} are allowed.")
        raise Refused("bad_text", words.format(field=field, length=len(text), limit=limit))
    if _usual(text):
        return text
    illegal = _illegal().search(text)
    if illegal:
        raise Refused("bad_text", f"{field}: {_illegality(illegal.group())}")
    if _marks_in_a_row(text) > MARKS_IN_A_ROW:
        words = _("{field} has more than {limit} combining marks in a row.")
        raise Refused("bad_text", words.format(field=field, limit=MARKS_IN_A_ROW))
    return text


def _illegality(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cc":
        words = _("{code} is a control character, which is no text.")
    elif kind == "Cs":
        words = _("{code} is half of a surrogate pair, which is no text.")
    else:
        words = _("{code} is no character.")
    return words.format(code=f"U+{ord(character):04X}")


def _marks_in_a_row(text: str) -> int:
    most = marks = 0
    for character in text:
        marks = marks + 1 if _joins(character) else 0
        most = max(most, marks)
    return most


def shown(text: str) -> str:
    """`text` as it may go to a terminal: one line, nothing in it steers the terminal, turns the text around or hides.

    Line breaks and tabs become a space; controls, bidirectional and zero-width characters, tags, private and invalid
    code points U+FFFD; variation selectors and skin tones are left out. At most 3 combining marks follow a character,
    and a mark with none before it gets a dotted circle. Never raises; what it returns it returns again.
    """
    if _usual(text):
        return text
    return _remembered(text) if len(text) <= LINE_LIMIT else _harmless(text)


def shown_lines(text: str) -> str:
    """Like `shown`, line by line."""
    return "\n".join(shown(line) for line in text.replace("\r\n", "\n").split("\n"))


def quoted(text: str) -> str:
    """`text` in quotation marks for a message: harmless, and cut to 60 characters."""
    visible = shown(text[: QUOTED + 1])
    return f'"{visible[: QUOTED - 1]}…"' if len(visible) > QUOTED else f'"{visible}"'


def _harmless(text: str) -> str:
    composed = unicodedata.normalize("NFC", "".join(map(_visible, text)))
    kept: list[str] = []
    marks = 0
    for character in composed:
        if not _joins(character):
            marks = 0
        elif not kept:
            kept.append("\u25cc")
            marks = 1
        else:
            marks += 1
        if marks <= MARKS_SHOWN:
            kept.append(character)
    return "".join(kept)


_remembered = lru_cache(maxsize=1024)(_harmless)


@lru_cache(maxsize=4096)
def _visible(character: str) -> str:
    """What stands for one character: itself, a space, U+FFFD, or nothing."""
    if character in _HARMLESS_BREAKS:
        return " "
    code = ord(character)
    if code in _STYLING or code in _VARIANTS:
        return ""
    kind = unicodedata.category(character)
    if kind in ("Cc", "Cf", "Cs", "Co") or code in _INVISIBLE or code in _TAGS or _illegal().match(character):
        return "\ufffd"
    return character


@lru_cache(maxsize=4096)
def _joins(character: str) -> bool:
    """Whether it is drawn onto the character before it and takes no cell of its own."""
    if unicodedata.category(character) in ("Mn", "Me"):
        return True
    return (
        0x1161 <= ord(character) <= 0x11FF or 0xD7B0 <= ord(character) <= 0xD7FB
    )  # Korean vowels and finals


def search_key(text: str) -> str:
    """What search looks at: case folded, ё as е, compatibility forms joined, invisible characters out, white space
    folded. Fit for any store: half a surrogate pair becomes U+FFFD."""
    if text.isascii():
        key = text.lower()
    elif _usual(text):
        key = _folded(text)
    else:
        visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
        # Folding can bring forth what folds again.
        key = storable(_folded(_folded(visible)))
    return _SPACES.sub(" ", key).strip()


def storable(text: str) -> str:
    """The text as a store can be asked for it: half a surrogate pair, which no store holds, becomes U+FFFD."""
    return text if text.isascii() else _HALF_PAIR.sub("\ufffd", text)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).replace("ё", "е")


# Cyrillic and Greek letters, folded, that look like a Latin one in most typefaces.
_LOOK_ALIKES = str.maketrans("авекмнорстухіјѕԁԛԝαβεηικμνορτυχο", "abekmhopctyxijsdqwabehikmvoptuxo")


def look_alike_key(name: str) -> str:
    """Names with the same key look alike: neither case nor look-alike letters of other alphabets count, since no person
    could tell them apart in a list."""
    return search_key(name).translate(_LOOK_ALIKES)


def like_pattern(text: str) -> str:
    """A LIKE pattern (escape character `\\`) that finds the search key of `text` anywhere; nothing in it is syntax."""
    escaped = search_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def width_of(text: str) -> int:
    """How many cells of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(sign) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def fitted(text: str, width: int) -> str:
    """The text cut so that it takes at most `width` cells."""
    if width_of(text) <= width:
        return text
    if width <= 0:
        return ""
    place = cells = 0
    while cells + width_of(text[place]) < width:
        cells += width_of(text[place])
        place += 1
    return text[:place] + "…"


def in_two(text: str, width: int) -> tuple[str, str]:
    """`text` broken between words into two lines as narrow as can be where one of `width` cells is too short for it; else
    the first is empty."""
    words = text.split(" ")
    if width_of(text) <= width or len(words) == 1:
        return "", text
    broken = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    return min(broken, key=lambda lines: max(map(width_of, lines)))


def neutral(text: str) -> str:
    """The text as a cell of a file, harmless, that no spreadsheet takes for a formula."""
    return no_formula(shown(text))


def no_formula(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
