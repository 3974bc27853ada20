"""A new store can be worked in at once, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.overview.founding import found_store
from models.people.views import acting, company
from models.pipeline import commands, facts, views
from models.pipeline.tables import DealType
from models.pipeline.templates import TEMPLATES
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import Store, remove_store
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
    chosen = TEMPLATES[template]
    default = {row.name: row.is_default for row in DealType.select()}
    assert default == {TEMPLATES["quick-sales"].name(language): False, chosen.name(language): True}
    row = DealType.get(DealType.name == chosen.name(language))
    assert row.mode == chosen.mode
    assert stage_names(row.name) == [stage.name(language) for stage in chosen.stages]


def test_modes_of_the_templates() -> None:
    assert {key: template.mode for key, template in TEMPLATES.items()} == {
        "quick-sales": "free", "advertising": "free", "consulting": "semi-strict",
        "windows": "strict", "legal": "strict", "real-estate": "strict", "freight": "strict",
    }


def test_every_named_stage_stands_in_a_template() -> None:
    known = {stage.en for template in TEMPLATES.values() for stage in template.stages}
    assert set(NAMED) <= known


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
def test_set_percentages_rise_along_a_template(template: object) -> None:
    percentages = [stage.probability for stage in template.stages]  # type: ignore[attr-defined]
    assert percentages == sorted(percentages)
    assert all(0 < percent < 100 for percent in percentages)


def test_a_new_store_is_sound_and_can_be_worked_in(tmp_path: Path) -> None:
    store = made(tmp_path, template="consulting")
    session = Session(store, acting(None, "root"))
    done = commands.new_deal(session, "Orion", type_id=facts.find_type(None))
    assert views.deal(session, done.deal_id).type == "Consulting"
    assert [check for check in checks(store) if not check.ok] == []


def test_the_journal_tells_of_the_founding(tmp_path: Path) -> None:
    store = made(tmp_path, template="legal")
    lines = [row[0] for row in store.database.execute_sql("SELECT command FROM journal ORDER BY id")]
    assert lines == ["company.found", "type.add", "type.add", "service.add"]


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
