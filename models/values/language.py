"""The language of this process: English message ids, looked up when they are said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gettext

LANGUAGES = ("en", "ru")
CATALOGUES = Path(__file__).parent.parent / "locale"

_language = "en"
_translations: gettext.NullTranslations | None = None


def use_language(language: str) -> None:
    """Speak `language` ("en" or "ru") from now on. ValueError for another."""
    global _language, _translations
    if language not in LANGUAGES:
        raise ValueError(language)
    _language = language
    _translations = None
    if language != "en":
        import gettext

        _translations = gettext.translation("stagewatch", CATALOGUES, [language], fallback=True)


def current_language() -> str:
    return _language


def _(message: str) -> str:
    """`message` in the language of this process."""
    return _translations.gettext(message) if _translations else message


def ngettext(one: str, many: str, count: int) -> str:
    """The form that goes with `count`."""
    if _translations:
        return _translations.ngettext(one, many, count)
    return one if count == 1 else many


def language_from_environment(environment: Mapping[str, str]) -> str:
    """The language that LC_ALL, LC_MESSAGES or LANG asks for, English where it is one we do not speak."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        asked = environment.get(name, "")
        if asked:
            return "ru" if asked.lower().startswith("ru") else "en"
    return "en"
