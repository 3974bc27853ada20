"""A new store can be worked in at once, or is not there."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from models.clients.commands import add_contact
from models.overview.founding import found_store
from models.people.views import acting, company
from models.pipeline import commands, facts, setup, views
from models.pipeline.fields import FIELDS
from models.pipeline.tables import DealType
from models.pipeline.templates import LOSS_REASONS, TEMPLATES
from models.pipeline.templates import template as template_of
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import Store, open_store, remove_store
from models.timekeeping.tables import Service
from models.values.errors import StagewatchError, StoreUnusable

WANTED = {"language": "en", "currency": "EUR", "admin": "root", "admin_name": "Root", "timezone": "Europe/Berlin"}
# The stages that the seed of the product names, English and Russian.
NAMED = (
    "Sending the offer", "Agreeing terms", "Awaiting payment", "Approving the layout", "Making the design",
    "Signing the acts", "Writing the specification",
)


def made(path: Path, **other: str) -> Store:
    return found_store(path / "new.db", **{**WANTED, **other})


def stage_names(type_name: str) -> list[str]:
    row = DealType.get(DealType.name == type_name)
    return [stage.name for stage in facts.type_facts(row.id).stages]


def test_a_new_store_has_quick_sales_as_its_only_type(tmp_path: Path) -> None:
    made(tmp_path)
    (only,) = DealType.select()
    assert (only.name, only.mode, only.is_default) == ("Quick Sales", "free", True)
    assert stage_names("Quick Sales") == ["Initiating interest", "Demonstration", "Closing the deal"]


def test_a_russian_store_speaks_russian(tmp_path: Path) -> None:
    made(tmp_path, language="ru", currency="RUB")
    assert stage_names("Быстрые продажи") == ["Инициирование интереса", "Демонстрация", "Заключение сделки"]
    assert [service.name for service in Service.select()] == ["Работа"]
    assert company().currency == "RUB"


@pytest.mark.parametrize("template", [key for key in TEMPLATES if key != "quick-sales"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_chosen_template_is_the_default_type_beside_quick_sales(
    tmp_path: Path, template: str, language: str
) -> None:
    made(tmp_path, template=template, language=language)
    chosen, quick = template_of(template, language), template_of("quick-sales", language)
    assert {row.name: row.is_default for row in DealType.select()} == {quick.name: False, chosen.name: True}
    session = Session(open_store(tmp_path / "new.db"), acting(None, "root"))
    assert setup.type_text(views.type_card(session, facts.find_type(None))) == chosen
    assert [reason.name for reason in views.reasons(session)] == list(LOSS_REASONS[language])


def test_modes_of_the_templates() -> None:
    assert {key: template_of(key, "en").mode for key in TEMPLATES} == {
        "quick-sales": "free", "advertising": "free", "consulting": "semi-strict",
        "windows": "strict", "legal": "strict", "real-estate": "strict", "freight": "strict",
    }


def test_every_named_stage_stands_in_a_template() -> None:
    known = {stage.name for key in TEMPLATES for stage in template_of(key, "en").stages}
    assert set(NAMED) <= known


BOTH = [(key, language) for key in TEMPLATES for language in ("en", "ru")]


@pytest.mark.parametrize(("key", "language"), BOTH)
def test_a_template_is_written_as_export_writes_it(key: str, language: str) -> None:
    kept = files("models.pipeline.templates").joinpath(f"{key}.{language}.toml").read_bytes()
    assert setup.write_type(setup.read_type(kept, "toml"), "toml") == kept


@pytest.mark.parametrize("key", TEMPLATES)
def test_a_template_has_the_same_shape_in_both_languages(key: str) -> None:
    def shape(language: str) -> object:
        kept = template_of(key, language)
        custom = [field.name for field in kept.fields]
        places = [*FIELDS, *custom]
        return kept.mode, kept.returns, [(field.kind, len(field.choices)) for field in kept.fields], [
            (
                stage.norm, stage.probability, stage.required_of_all, stage.responsible, stage.enter, stage.leave,
                [places.index(name) for name in stage.requires],
                [places.index(name) for name in stage.requires_to_leave],
                [(a.required, a.who, a.kind, a.due, bool(a.guidance)) for a in stage.actions],
            )
            for stage in kept.stages
        ]

    assert shape("en") == shape("ru")
    words = [(a.text, a.guidance) for language in ("en", "ru") for s in template_of(key, language).stages for a in s.actions]
    assert all(guidance and text for text, guidance in words)
    assert all(not re.search("[а-я]", "".join(pair).lower()) for pair in words[: len(words) // 2])
    assert all(re.search("[а-я]", "".join(pair).lower()) for pair in words[len(words) // 2 :])


@pytest.mark.parametrize("key", TEMPLATES)
def test_stages_of_a_template_help_and_bar_nobody_who_works_alone(key: str) -> None:
    stages = template_of(key, "en").stages
    for number, stage in enumerate(stages):
        assert 2 <= len(stage.actions) <= 4 and stage.norm and stage.probability
        assert not stage.leave and stage.enter in ((), ("manager", "admin"))
        assert all(action.who is None for action in stage.actions if action.required), "an administrator alone could not tick it"
        if number < len(stages) / 2 or key == "quick-sales":
            assert not (stage.enter or stage.requires or stage.requires_to_leave)
            assert not any(action.required for action in stage.actions)
        if key == "quick-sales":
            assert not any(action.due is not None or action.who for action in stage.actions)
    percentages = [stage.probability or 0 for stage in stages]
    assert percentages == sorted(percentages) and percentages[0] > 0 and percentages[-1] < 100


@pytest.mark.parametrize(("key", "language"), BOTH)
def test_an_administrator_alone_wins_a_deal_of_every_template(tmp_path: Path, key: str, language: str) -> None:
    store = made(tmp_path, template=key, language=language)
    session = Session(store, acting(None, "root"))
    type_id = facts.find_type(None)
    values = {"text": "x", "number": "1", "money": "1", "date": "2027-01-01", "yes/no": "yes"}
    custom = {
        field.name: field.choices[0] if field.choices else values[field.kind]
        for field in views.fields_of_deal(type_id, None)
    }
    deal = commands.new_deal(
        session, "Orion", type_id=type_id, amount=100, expected=date(2027, 1, 1), custom=custom
    ).deal_id
    add_contact(session, views.deal(session, deal).client_id, name="Vera")
    for stage in [*facts.type_facts(type_id).stages[1:], None]:
        for action in views.deal(session, deal).stage_actions:
            if action.required:
                commands.tick_action(session, deal, action.id)
        if stage is not None:
            commands.move_deal(session, deal, stage.id)
    commands.win_deal(session, deal)
    assert views.deal(session, deal).outcome == "won"
    assert [check for check in checks(store) if not check.ok] == []


def test_a_new_store_is_sound_and_can_be_worked_in(tmp_path: Path) -> None:
    store = made(tmp_path, template="consulting")
    session = Session(store, acting(None, "root"))
    done = commands.new_deal(session, "Orion", type_id=facts.find_type(None))
    assert views.deal(session, done.deal_id).type == "Consulting"
    assert [check for check in checks(store) if not check.ok] == []


def test_the_journal_tells_of_the_founding(tmp_path: Path) -> None:
    store = made(tmp_path, template="legal")
    lines = [row[0] for row in store.database.execute_sql("SELECT command FROM journal ORDER BY id")]
    assert lines == ["company.found", "type.add", "type.add", *["reason.add"] * 8, "service.add"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"template": "bakery"}, {"language": "de"}, {"currency": "EURO"}, {"timezone": "Mars/Base"},
        {"admin": ""}, {"admin": "two words"}, {"admin_name": "bell\x07"}, {"name": "x" * 300},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_after_an_error_nothing_is_left(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(StagewatchError):
        made(tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_there_is_left_alone(tmp_path: Path) -> None:
    made(tmp_path).close()
    before = (tmp_path / "new.db").read_bytes()
    with pytest.raises(StoreUnusable) as refusal:
        made(tmp_path, language="ru")
    assert refusal.value.code == "store_exists"
    assert (tmp_path / "new.db").read_bytes() == before
    remove_store(tmp_path / "new.db")
