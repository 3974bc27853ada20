"""Help is told in the language that was asked for, whole."""

from __future__ import annotations

import re

import pytest

from cli.main import COMMANDS, program
from cli.spoken import texts
from tests.cli.conftest import Program
from tests.house.catalogue import said

CYRILLIC = re.compile("[а-яё]")


@pytest.mark.parametrize("arguments", [["--language", "ru", "--help"], ["--language", "ru", "timer", "start", "--help"]])
def test_help_after_language_speaks_it(bare: Program, arguments: list[str]) -> None:
    told = bare(*arguments)
    assert told.status == 0
    for line in told.out.splitlines():
        assert not line or CYRILLIC.search(line) or line.startswith("  --language"), line


def test_help_speaks_the_language_of_the_environment(bare: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bare("stage", "--help").out.startswith("Usage: ")
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    told = bare("init", "--help").out
    assert told.startswith("Вызов: ") and "[по умолчанию: EUR]" in told and "default" not in told
    assert "Добавить этап." in bare("stage", "--help").out


def test_every_text_of_every_help_is_for_translation() -> None:
    known = {message.id for message in said()}
    wanted = {text for text in texts(program) if text} | {words for _module, words in COMMANDS.values()}
    assert len(wanted) > 150 and wanted <= known
