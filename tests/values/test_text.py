"""Text from outside: what is taken in, and that nothing of it steers a terminal on the way out."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.values.errors import Refused
from models.values.text import (
    MARKS_SHOWN,
    clean_line,
    clean_text,
    like_pattern,
    neutral,
    quoted,
    search_key,
    shown,
    shown_lines,
)

ANY_TEXT = st.text(st.characters(exclude_categories=())) | st.text(
    st.sampled_from(
        "a бёй\n\r\t\x00\x1b\x7f\x85\x9b\u0301\u0327\u200b\u200d\u202e\u2066\ufeff\u2028\ud800\U000e0041\ufe0f👩🏽🇩🇪각가"
    )
)
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e"


def assert_harmless(text: str) -> None:
    """Nothing that a terminal would obey, turn around by, hide, or pile up in a cell."""
    marks = MARKS_SHOWN  # as if text stood before: no mark may begin
    for character in text:
        kind = unicodedata.category(character)
        assert kind not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"), f"U+{ord(character):04X}"
        assert character not in BIDI + ZERO_WIDTH
        assert not 0xE0000 <= ord(character) <= 0xE0FFF
        assert not 0xFE00 <= ord(character) <= 0xFE0F
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        assert marks <= MARKS_SHOWN


@given(ANY_TEXT)
@example("\ud83d\ude00")
@example("a" + "\u0301" * 1000)
@example("\u0301")
def test_shown_text_is_harmless_and_stays_as_it_is(text):
    result = shown(text)
    assert_harmless(result)
    result.encode("utf-8")
    assert shown(result) == result


@pytest.mark.parametrize(
    "text",
    [
        "", "Orion Legal", "ООО «Ёлка» № 5", "[bold]x[/bold]", "[@click=app.quit]X[/]", "18 000,00 €", "Müller & Söhne – 50 %",
        "a\u00a0b", "東京 株式会社", "서울", "→ ● ▌ ▊ ░ ◷ ‖ … ․", "Ελλάδα", "😀", "עברית", "العربية", "हिन्दी", "ไทย", "e\u0301".replace("e\u0301", "é"),
    ],
)  # fmt: skip
def test_ordinary_text_is_shown_as_it_is(text):
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mb", "a\ufffd[31mb"), ("\x9b2J", "\ufffd2J"), ("\x1b]52;c;QQ==\x07", "\ufffd]52;c;QQ==\ufffd"), ("a\x00b\x7f", "a\ufffdb\ufffd"),
        ("a\nb\tc\r\nd", "a b c  d"), ("a\u2028b\u2029c\x85d", "a b c d"), ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("a\u200bb\ufeff", "a\ufffdb\ufffd"), ("\ud800x", "\ufffdx"), ("x\U000e0041", "x\ufffd"), ("\ue000\U0010fffd", "\ufffd\ufffd"),
        ("\uffff\ufdd0\U0001ffff", "\ufffd\ufffd\ufffd"), ("❤\ufe0f", "❤"), ("👍🏽", "👍"), ("👩\u200d💻", "👩\ufffd💻"), ("\u3164", "\ufffd"),
        ("и\u0306", "й"), ("Z" + "\u0334" * 50 + "a", "Z\u0334\u0334\u0334a"), ("\u0301a", "\u25cc\u0301a"),
    ],
)  # fmt: skip
def test_hostile_text_is_shown_harmless(text, expected):
    assert shown(text) == expected


def test_long_text_is_shown_whole_and_lines_stay_lines():
    assert shown("é\x1b" * 6000) == "é\ufffd" * 6000
    assert shown_lines("a\x1b\r\nb\tc\n") == "a\ufffd\nb c\n"


def test_a_quotation_for_a_message_is_harmless_and_short():
    assert quoted("a\x1b") == '"a\ufffd"'
    assert quoted("x" * 60) == '"' + "x" * 60 + '"'
    assert quoted("x" * 10_000) == '"' + "x" * 59 + '…"'


@pytest.mark.parametrize(
    "character",
    [
        *map(chr, range(0x09)),
        "\x0b",
        "\x0c",
        "\x1b",
        "\x7f",
        "\x85",
        "\x9b",
        "\ud800",
        "\udfff",
        "\ufdd0",
        "\uffff",
        "\U0010fffe",
    ],
)
def test_what_is_no_text_is_refused_with_field_and_code_point(character):
    for clean in (clean_line, clean_text):
        with pytest.raises(Refused) as refusal:
            clean(f"a{character}b", "Client")
        assert refusal.value.code == "bad_text"
        assert refusal.value.message.startswith(f"Client: U+{ord(character):04X} ")
        assert_harmless(refusal.value.message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Orion  ", "Orion"), ("a\nb", "a b"), ("a \t\r\n b", "a b"), ("a  b", "a b"), ("\u00a0a\u00a0b\u3000", "a\u00a0b"),
        ("[@click=app.quit]X[/]", "[@click=app.quit]X[/]"), ("\u202egnp.exe", "\u202egnp.exe"), ("a\u200b\u200d👩", "a\u200b\u200d👩"),
        ("=1+1", "=1+1"), ("a\u2028b", "a b"), (" \n ", ""), ("e" + "\u0301" * 8, "e" + "\u0301" * 8),
    ],
)  # fmt: skip
def test_a_line_is_folded_and_all_legal_text_is_kept(text, expected):
    assert clean_line(text, "Client") == expected


def test_a_note_keeps_its_lines():
    assert clean_text("\n a\r\n\tb  c\rd \n\n", "Note") == "a\n\tb  c\nd"


def test_length_has_a_limit_that_the_refusal_names():
    assert len(clean_line("x" * 200, "Client")) == 200
    assert clean_line("  " + "x" * 50 + "\n", "Login", 50) == "x" * 50
    with pytest.raises(Refused, match="Client has 10000 characters; 200 are allowed"):
        clean_line("x" * 10_000, "Client")
    assert len(clean_text("x\n" * 5000 + "y", "Note", limit=10_001)) == 10_001
    with pytest.raises(Refused, match="10001 characters; 10000"):
        clean_text("x" * 10_001, "Note")


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0e31", "\u0489"])
def test_a_flood_of_combining_marks_is_refused(mark):
    with pytest.raises(Refused, match="combining marks"):
        clean_line("Z" + mark * 9, "Client")


@given(ANY_TEXT)
def test_what_was_cleaned_is_clean_and_can_be_stored(text):
    try:
        line = clean_line(text, "Client", limit=1000)
    except Refused as refusal:
        assert refusal.code == "bad_text"
        return
    assert clean_line(line, "Client", limit=1000) == line
    assert "\n" not in line and "\t" not in line
    line.encode("utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ОРИОН", "орион"), ("Ёлка", "елка"), ("Е\u0308лка", "елка"), ("Straße", "STRASSE"), ("ﬁrm", "FIRM"), ("Ａｃｍｅ", "acme"),
        ("a\u00a0 b", "A B"), (" a\n", "a"), ("Or\u00adion", "orion"), ("É", "e\u0301"), ("Ac\u200bme", "ACME"),
    ],
)  # fmt: skip
def test_search_finds_what_people_take_for_the_same(one, other):
    assert search_key(one) == search_key(other)


def test_search_keeps_different_names_apart():
    assert len({search_key(name) for name in ("Орион", "Орион 2", "Orion", "Örion", "йод", "иод")}) == 6


@given(ANY_TEXT)
def test_a_search_key_is_its_own_key_and_can_be_stored(text):
    key = search_key(text)
    assert search_key(key) == key
    key.encode("utf-8")


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_pattern_finds_its_text_and_nothing_is_syntax(before, text, other):
    store = sqlite3.connect(":memory:")
    key = search_key(text)

    def found(column: str) -> bool:
        return bool(store.execute("SELECT ? LIKE ? ESCAPE '\\'", (column, like_pattern(text))).fetchone()[0])

    if "\x00" not in key + before:  # SQLite's LIKE ends at a NUL, which no stored text holds
        assert found(search_key(before) + key)
        column = search_key(other)
        if "\x00" not in column:
            assert found(column) == (key in column)
    store.close()


@pytest.mark.parametrize(
    ("text", "column"), [("%", "abc"), ("_", "a"), ("a_c", "abc"), ("\\", "abc"), ("100%", "1000")]
)
def test_wildcards_are_data(text, column):
    store = sqlite3.connect(":memory:")
    assert store.execute("SELECT ? LIKE ? ESCAPE '\\'", (column, like_pattern(text))).fetchone() == (0,)
    assert store.execute("SELECT ? LIKE ? ESCAPE '\\'", (text, like_pattern(text))).fetchone() == (1,)
    store.close()


def hostile(data: Path) -> list[str]:
    """The naughty strings and the terminal's escape sequences of the real data."""
    naughty = json.loads((data / "hostile" / "blns.json").read_text(encoding="utf-8"))
    escapes = (data / "hostile" / "vt-push-parser_escapes.txt").read_text(encoding="utf-8")
    tokens = {
        "<ESC>": "\x1b",
        "<BEL>": "\x07",
        "<CSI>": "\x9b",
        "<ST>": "\x9c",
        "<DCS>": "\x90",
        "<OSC>": "\x9d",
        "<NUL>": "\x00",
    }
    for token, character in tokens.items():
        escapes = escapes.replace(token, character)
    return [*naughty, *escapes.splitlines()]


def test_naughty_strings_are_shown_harmless_and_taken_or_refused(data):
    texts = hostile(data)
    assert len(texts) > 500
    assert any("\x1b" in text for text in texts)
    for text in texts:
        assert_harmless(shown(text))
        try:
            kept = clean_text(text, "Note")
        except Refused as refusal:
            assert_harmless(refusal.message)
        else:
            assert kept == text.replace("\r\n", "\n").replace("\r", "\n").strip()


def test_single_characters_keep_the_promises():
    """Every one below the ideographs, the tags, and samples beyond: those that pass without a closer look too."""
    for code in (*range(0x3400), *range(0xFB00, 0x10000), *range(0xE0000, 0xE0200), *range(0x3400, 0x110000, 97)):
        character = chr(code)
        result = shown(f"a{character}b")
        assert shown(result) == result
        assert_harmless(result)
        key = search_key(character)
        assert search_key(key) == key, hex(code)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0\u00a0=HYPERLINK()", "\n+1"])
def test_no_cell_of_a_file_begins_as_a_formula(text):
    assert neutral(text) == f"'{shown(text)}"


@pytest.mark.parametrize("text", ["a=1", "1-2", "", " a", "'=1"])
def test_other_cells_stay_as_they_are(text):
    assert neutral(text) == text
