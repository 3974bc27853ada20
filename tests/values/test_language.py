"""English is what the sources say; Russian comes from a catalogue, with its plural forms."""

from __future__ import annotations

import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from models.values import language
from models.values.language import (
    _,
    current_language,
    language_from_environment,
    ngettext,
    pgettext,
    use_language,
)


@pytest.fixture
def russian(tmp_path, monkeypatch):
    """A small Russian catalogue in place of the real one, so that no change of words breaks a test."""
    catalogue = Catalog(locale="ru", project="stagewatch", fuzzy=False)
    catalogue.add("deal", "сделка")
    catalogue.add("open", "открыть", context="command")
    catalogue.add("open", "открыта", context="state")
    catalogue.add(("{n} deal", "{n} deals"), ("{n} сделка", "{n} сделки", "{n} сделок"))
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "stagewatch.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    use_language("ru")


def test_english_says_what_the_sources_say():
    assert (_("deal"), pgettext("state", "open")) == ("deal", "open")
    assert [ngettext("deal", "deals", n) for n in (0, 1, 2)] == ["deals", "deal", "deals"]


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "сделок"),
        (1, "сделка"),
        (2, "сделки"),
        (5, "сделок"),
        (11, "сделок"),
        (21, "сделка"),
        (104, "сделки"),
    ],
)
def test_russian_numbers_have_three_forms(russian, count, said):
    assert ngettext("{n} deal", "{n} deals", count).format(n=count) == f"{count} {said}"


def test_context_tells_two_meanings_of_one_word_apart(russian):
    assert pgettext("command", "open") == "открыть"
    assert pgettext("state", "open") == "открыта"


def test_a_text_without_translation_stays_english(russian):
    assert _("not in the catalogue") == "not in the catalogue"


def test_the_empty_text_is_not_the_catalogue_header(russian):
    assert _("") == ""


def test_without_a_catalogue_the_words_stay_english_and_the_numbers_turn_russian(tmp_path, monkeypatch):
    monkeypatch.setattr(language, "CATALOGUES", tmp_path / "none")
    use_language("ru")
    assert (_("deal"), current_language()) == ("deal", "ru")


def test_an_unknown_language_is_refused_and_changes_nothing(russian):
    with pytest.raises(ValueError):
        use_language("de")
    assert (current_language(), _("deal")) == ("ru", "сделка")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru"}, "ru"),
        ({"LANG": "ru-RU"}, "ru"),
        ({"LANG": "RU_ru@euro"}, "ru"),
        ({"LANG": "run_UG"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US", "LC_ALL": "ru_RU", "LC_MESSAGES": "en_US"}, "ru"),
        ({"LANG": "ru_RU", "LC_ALL": ""}, "ru"),
        ({"LANG": "\x1b[31mru"}, "en"),
    ],
)
def test_the_environment_names_the_language(environment, expected):
    assert language_from_environment(environment) == expected


def test_values_load_nothing_heavy():
    """The command line pays for every import at every start."""
    program = (
        "import sys, models.values.dates, models.values.money, models.values.numbers, models.values.durations\n"
        "heavy = {'babel', 'textual', 'numpy', 'decimal', 'zoneinfo', 'gettext', 'peewee', 'pathlib'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    # -S: what the site folder of an environment loads is not ours
    run = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, check=True, cwd=language_root()
    )
    assert run.stdout.strip() == "[]"


def language_root():
    return __file__.rsplit("/tests/", 1)[0]
