"""Every text for people is in every catalogue, with the same placeholders, and the compiled one is up to date."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Message

from tests.house.catalogue import (
    FOLDERS,
    ROOT,
    faults,
    literal_calls,
    message_faults,
    said,
    translated_languages,
    unreadable_calls,
)


def test_the_sources_have_texts_to_translate() -> None:
    assert len(said()) > 50


@pytest.mark.parametrize("language", translated_languages())
def test_every_text_is_translated_and_compiled(language: str) -> None:
    assert list(faults(language)) == []


def test_every_text_stands_in_the_source_as_a_literal() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for line in unreadable_calls(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_text_that_is_no_literal_is_found() -> None:
    assert unreadable_calls('_("a")\n_(TEXTS[code])\nngettext("a", "b", n)\nngettext("a", many, n)\n') == [
        2,
        4,
    ]


@pytest.mark.parametrize(
    "message",
    [
        Message("Clients", ""),
        Message("Clients", "Клиенты", flags=["fuzzy"]),
        Message("{deal} is won", "Сделка выиграна"),
        Message("{deal} is won", "{client} выиграна"),
        Message("{deal} is won", "{deal выиграна"),
        Message(("{n} deal", "{n} deals"), ("{n} сделка", "{n} сделки", "")),
        Message(("{n} deal", "{n} deals"), ("{n} сделка", "{n} сделки", "сделок")),
    ],
)
def test_a_faulty_translation_is_told(message: Message) -> None:
    assert list(message_faults(message))


@pytest.mark.parametrize(
    "message",
    [
        Message("Clients", "Клиенты"),
        Message("{deal} stays at {stage}", "На этапе {stage} остаётся {deal}"),
        Message(("one deal", "{n} deals"), ("{n} сделка", "{n} сделки", "{n} сделок")),
        Message(("one deal", "{n} deals"), ("одна сделка", "{n} сделки", "{n} сделок")),
    ],
)
def test_a_true_translation_passes(message: Message) -> None:
    assert list(message_faults(message)) == []


def test_texts_within_f_strings_are_found_too():
    source = 'print(f"{_(\'inner\')} {ngettext(\'one\', \'many\', n)}", pgettext("way", "open"))'
    assert sorted(literal_calls(source)) == [("_", ["inner"]), ("ngettext", ["one", "many"]), ("pgettext", ["way", "open"])]
