"""Writes `models/values/cldr.py` from the CLDR data that Babel carries: `python -m models.locale.generate_cldr`.

At run time Babel is not imported: it would cost the command line half its budget.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.numbers import list_currencies

from models.values.language import LANGUAGES

TARGET = Path(__file__).parent.parent / "values" / "cldr.py"
# "No currency" and "for testing" are codes of ISO 4217 that no amount has.
NO_MONEY = {"XXX", "XTS"}


def exponents() -> dict[str, int]:
    """Decimals by currency code, past currencies included."""
    fractions = get_global("currency_fractions")
    usual = fractions["DEFAULT"][0]
    return {code: fractions.get(code, (usual,))[0] for code in sorted(list_currencies() - NO_MONEY)}


def symbols() -> dict[str, str]:
    """The sign by currency code, for both languages: the English one, else a Russian one of a single character."""
    english, russian = Locale("en").currency_symbols, Locale("ru").currency_symbols
    found = {}
    for code in exponents():
        sign = english.get(code, code)
        if sign == code and len(russian.get(code, code)) == 1:
            sign = russian[code]
        if sign != code:
            found[code] = sign
    return found


def names(calendar: str, form: str, width: str) -> dict[str, tuple[str, ...]]:
    """Months or days by language, in order; `form` is "format" within a date, "stand-alone" otherwise."""
    found = {language: getattr(Locale(language), calendar)[form][width] for language in LANGUAGES}
    return {language: tuple(words[key] for key in sorted(words)) for language, words in found.items()}


def signs(name: str) -> dict[str, str]:
    """One number symbol by language."""
    return {language: Locale(language).number_symbols["latn"][name] for language in LANGUAGES}


def module() -> str:
    """The source of the module."""
    tables: list[tuple[str, str, dict[str, object]]] = [
        ("EXPONENTS", "dict[str, int]", dict(exponents())),
        ("SYMBOLS", "dict[str, str]", dict(symbols())),
        ("DECIMALS", "dict[str, str]", dict(signs("decimal"))),
        ("GROUPS", "dict[str, str]", dict(signs("group"))),
        ("MONTHS", "dict[str, tuple[str, ...]]", dict(names("months", "format", "abbreviated"))),
        ("MONTHS_IN_FULL", "dict[str, tuple[str, ...]]", dict(names("months", "format", "wide"))),
        ("MONTHS_ALONE", "dict[str, tuple[str, ...]]", dict(names("months", "stand-alone", "wide"))),
        ("DAYS", "dict[str, tuple[str, ...]]", dict(names("days", "format", "wide"))),
        ("DAYS_IN_SHORT", "dict[str, tuple[str, ...]]", dict(names("days", "format", "abbreviated"))),
    ]
    head = '"""Generated from CLDR by models/locale/generate_cldr.py; do not edit. Days begin with Monday."""'
    return "\n\n".join([head, *(_table(*table) for table in tables)]) + "\n"


def _table(name: str, kind: str, content: dict[str, object]) -> str:
    if name in ("EXPONENTS", "SYMBOLS"):
        entries = " ".join(f"{_literal(key)}:\u0000{_literal(value)}," for key, value in content.items())
        lines = [line.replace("\u0000", " ") for line in textwrap.wrap(entries, 100)]
    else:
        lines = [f"{_literal(key)}: {_literal(value)}," for key, value in content.items()]
        lines = [piece for line in lines for piece in _folded(line)]
    return "\n".join([f"{name}: {kind} = {{", *(f"    {line}" for line in lines), "}"])


def _folded(line: str) -> list[str]:
    """A long entry with its tuple on lines of its own."""
    if len(line) <= 100 or "(" not in line:
        return [line]
    key, inner = line.rstrip(",)").split("(", 1)
    return [f"{key}(", *(f"    {piece}" for piece in textwrap.wrap(f"{inner},", 96)), "),"]


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))})"
    return f'"{_escaped(value)}"' if isinstance(value, str) else str(value)


def _escaped(text: str) -> str:
    """Spaces other than the usual one as escapes, so that they are seen."""
    return "".join(
        f"\\u{ord(character):04x}" if character in "\u00a0\u202f" else character for character in text
    )


if __name__ == "__main__":
    TARGET.write_text(module(), encoding="utf-8")
