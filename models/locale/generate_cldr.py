"""Writes `models/values/cldr.py` from the CLDR data that Babel carries: `python -m models.locale.generate_cldr`.

At run time Babel is not imported: it would cost the command line half its budget.
"""

from __future__ import annotations

import pprint
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.numbers import list_currencies

TARGET = Path(__file__).parent.parent / "values" / "cldr.py"


def tables() -> dict[str, object]:
    """Each table of the module by its name."""
    fractions = get_global("currency_fractions")
    usual = fractions["DEFAULT"][0]
    english, russian = Locale("en"), Locale("ru")
    codes = sorted(list_currencies())
    symbols = {code: russian.currency_symbols.get(code) or english.currency_symbols.get(code, code) for code in codes}
    return {
        "EXPONENTS": {code: fractions.get(code, (usual,))[0] for code in codes},
        "SYMBOLS": {code: sign for code, sign in symbols.items() if sign != code},
        "MONTHS": {
            language: [Locale(language).months["format"]["abbreviated"][month] for month in range(1, 13)]
            for language in ("en", "ru")
        },
        "MONTHS_IN_FULL": {
            language: [Locale(language).months["format"]["wide"][month] for month in range(1, 13)]
            for language in ("en", "ru")
        },
        "DAYS": {
            language: [Locale(language).days["format"]["wide"][day] for day in range(7)] for language in ("en", "ru")
        },
    }


def module() -> str:
    """The source of the module."""
    lines = ['"""Generated from CLDR by models/locale/generate_cldr.py; do not edit."""', "", "from __future__ import annotations", ""]
    types = {"EXPONENTS": "dict[str, int]", "SYMBOLS": "dict[str, str]"}
    for name, content in tables().items():
        kind = types.get(name, "dict[str, list[str]]")
        lines.append(f"{name}: {kind} = {pprint.pformat(content, width=110, compact=True)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(module(), encoding="utf-8")
