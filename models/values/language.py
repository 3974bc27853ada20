"""The language of this process: English message ids, looked up when they are said."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gettext

LANGUAGES = ("en", "ru")
CATALOGUES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "locale")

_language = "en"
_translations: gettext.NullTranslations | None = None


def use_language(language: str) -> None:
    """Speak `language` ("en" or "ru") from now on, in the whole process. ValueError for another.

    gettext is loaded only for a language that needs it; without a catalogue the English words stay.
    """
    global _language, _translations
    if language not in LANGUAGES:
        raise ValueError(language)
    translations = None
    if language != "en":
        import gettext

        translations = gettext.translation("stagewatch", CATALOGUES, [language], fallback=True)
    _language, _translations = language, translations


def current_language() -> str:
    """ "en" or "ru"."""
    return _language


def _(message: str) -> str:
    """`message` in the language of this process."""
    # gettext answers the empty message with the catalogue's header.
    return _translations.gettext(message) if _translations and message else message


def ngettext(one: str, many: str, count: int) -> str:
    """The form that goes with `count`."""
    if _translations:
        return _translations.ngettext(one, many, count)
    return one if count == 1 else many


def pgettext(context: str, message: str) -> str:
    """`message` as it is said in `context`, where one English word stands for several others."""
    return _translations.pgettext(context, message) if _translations else message


def language_from_environment(environment: Mapping[str, str]) -> str:
    """The language that LC_ALL, LC_MESSAGES or LANG asks for, English where it is one we do not speak."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        asked = environment.get(name, "")
        if asked:
            language = asked.partition(".")[0].partition("@")[0].partition("_")[0].partition("-")[0].lower()
            return language if language in LANGUAGES else "en"
    return "en"
