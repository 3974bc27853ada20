"""Importing snapshots: a CRM's export as it comes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.exchange.deals import import_deals
from models.exchange.examples import example_file
from models.exchange.history import import_history
from models.exchange.presets import PRESETS
from models.exchange.taking import ImportOptions, ImportResult
from models.pipeline.commands import undo
from models.session import Session
from models.storage.database import database
from models.storage.doctor import checks
from models.values.errors import Usage
from models.values.instants import local_day, parse_instant


def test_the_maven_export_is_taken_but_for_what_is_told(session: Session, data: Path) -> None:
    path = data / "maven" / "sales_pipeline.csv"
    options = ImportOptions(create_stages=True, type_name="Maven", partial=True)
    first = import_deals(session, path, options)
    assert first.rows == 8800 and first.created["deals"] == 8800 - first.rejected_rows
    assert first.rejected_rows == 1425 and {row.column for row in first.rejected} == {"client"}
    rest = import_deals(session, path, ImportOptions(type_name="Maven", default_client="(none)"))
    assert (rest.created["deals"], rest.unchanged) == (1425, 7375)
    again = import_deals(session, path, ImportOptions(type_name="Maven", default_client="(none)"))
    assert (again.created, again.unchanged) == ({}, 8800)
    counts = dict(database.execute_sql("SELECT outcome, count(*) FROM deal GROUP BY outcome").fetchall())
    assert counts == {"won": 4238, "lost": 2473, "open": 2089}
    unknown = database.execute_sql("SELECT count(*) FROM visit WHERE begin_unknown").fetchone()[0]
    assert unknown == 500 and database.execute_sql("SELECT count(*) FROM visit").fetchone()[0] == 2089


def test_the_examples_can_be_imported(session: Session, tmp_path: Path) -> None:
    for kind, take in (("history", import_history), ("deals", import_deals)):
        path = tmp_path / f"{kind}.csv"
        example_file(kind, path)
        result = take(session, path, ImportOptions(dry_run=True))
        assert result.rows and result.rejected == []

HEADER = "deal_id,client,rep,deal_type,stage,outcome,entered_at,stage_since,closed_at,amount,currency,title,expected_close,reason\n"
DEAL = (
    "SELECT s.name, d.outcome, e.login, d.amount, d.currency, d.title, d.expected_close, d.version FROM deal d"
    " LEFT JOIN stage s ON s.id = d.stage_id JOIN employee e ON e.id = d.owner_id"
)
VISITS = "SELECT s.name, v.entered_at, v.entered_as, v.left_at, v.left_as, v.begin_unknown FROM visit v JOIN stage s ON s.id = v.stage_id ORDER BY v.seq"


def take(session: Session, folder: Path, *rows: str, **options: Any) -> ImportResult:
    path = folder / "deals.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return import_deals(session, path, ImportOptions(**{"create_stages": True, "partial": True, **options}))


def rows(query: str) -> list[tuple[Any, ...]]:
    return database.execute_sql(query).fetchall()


def at(text: str) -> int:
    return parse_instant(text, "UTC")


def test_a_known_deal_follows_the_file(session: Session, tmp_path: Path) -> None:
    first = "1,A,anna,T,One,,2024-01-01,,,100,EUR,Roof,2024-06-01,"
    take(session, tmp_path, first, "9,A,,T,Two,,2024-01-01,,,,,,,")
    second = "1,,boris,T,Two,open,2024-01-01,2024-02-01,,120,,Roof and wall,2024-07-01,"
    result = take(session, tmp_path, second)
    assert (result.created, result.updated, result.unchanged) == ({"users": 1}, {"deals": 1}, 0)
    assert rows(DEAL)[0][:7] == ("Two", "open", "boris", 12000, "EUR", "Roof and wall", "2024-07-01")
    assert rows(VISITS)[0][:5] == ("One", at("2024-01-01"), "start", at("2024-02-01"), "advance")
    before = list(database.connection().iterdump())
    again = take(session, tmp_path, second)
    assert (again.created, again.updated, again.unchanged) == ({}, {}, 1)
    assert list(database.connection().iterdump()) == before
    assert all(check.ok for check in checks(session.store))


def test_a_known_deal_is_closed_and_opened_again(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, "1,A,,T,One,,2024-01-01,,,100,,,,")
    assert take(session, tmp_path, "1,A,,T,Closed Lost,,,,2024-03-01,,,,,too dear").updated == {"deals": 1}
    assert rows("SELECT outcome, closed_at, close_reason FROM deal") == [("lost", at("2024-03-01"), "too dear")]
    assert take(session, tmp_path, "1,A,,T,One,lost,,,2024-03-01,,,,,").unchanged == 1
    other = take(session, tmp_path, "1,A,,T,One,won,,,2024-03-01,,,,,")
    assert [row.column for row in other.rejected] == ["outcome"]
    assert take(session, tmp_path, "1,A,,T,Two,open,,,,,,,,").updated == {"deals": 1}
    assert [(row[0], row[2], row[4]) for row in rows(VISITS)] == [
        ("One", "start", "lost"), ("One", "reopen", "advance"), ("Two", "advance", None),
    ]
    assert all(check.ok for check in checks(session.store))


def test_an_instant_before_the_last_known_step_becomes_that_of_the_step(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, "1,A,,T,One,,2024-05-01,,,,,,,")
    assert take(session, tmp_path, "1,A,,T,Won,,,,2024-04-01,,,,,").rejected == []
    assert rows("SELECT closed_at FROM deal") == [(at("2024-05-01"),)]


def test_a_known_deal_is_judged_as_a_persons_move(
    session: Session, tmp_path: Path, make_type: Callable[..., int]
) -> None:
    make_type("strict", ["A", "B", "C"])
    started = take(session, tmp_path, "1,X,,strict type,A,,2024-01-01,,,,,,,", "2,X,,strict type,C,,2024-01-01,,,,,,,")
    assert [(row.row, row.column) for row in started.rejected] == [(2, "stage")] and started.created["deals"] == 1
    before = list(database.connection().iterdump())
    for row in ("1,X,ghost,strict type,C,,,,,5,,,,", "1,X,,strict type,Won,,,,2024-02-01,5,,,,"):
        result = take(session, tmp_path, row)
        assert [(row.row, row.column) for row in result.rejected] == [(1, "stage")] and result.rejected[0].reason
        assert list(database.connection().iterdump()) == before
    assert take(session, tmp_path, "1,X,,strict type,B,,,,,,,,,").updated == {"deals": 1}


def test_a_move_by_import_can_be_undone_like_any_other(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, "1,A,,T,One,,2024-01-01,,,,,,,")
    take(session, tmp_path, "1,A,,T,Two,,,,,,,,,")
    undo(session)
    assert [(row[0], row[3]) for row in rows(VISITS)] == [("One", None)]


def test_a_closed_deal_whose_stage_is_known_has_a_visit_and_one_whose_is_not_has_none(
    session: Session, tmp_path: Path
) -> None:
    take(session, tmp_path, "1,A,,T,One,won,2024-01-01,2024-01-10,2024-02-01,7,,,,", "2,A,,T,Won,,2024-01-01,,2024-02-01,8,,,,")
    assert rows(VISITS) == [("One", at("2024-01-10"), "start", at("2024-02-01"), "won", 0)]
    assert rows("SELECT stage_id IS NULL, started_at, outcome FROM deal ORDER BY id") == [
        (0, at("2024-01-01"), "won"), (1, at("2024-01-01"), "won"),
    ]
    assert all(check.ok for check in checks(session.store))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,A,,T,,,2024-01-01,,,,,,,", "stage"),
        ("1,A,,T,Won,,2024-01-01,,,,,,,", "closed_at"),
        ("1,A,,T,Won,,2024-01-01,,2023-01-01,,,,,", "closed_at"),
        ("1,A,,T,Won,,2024-01-01,,2199-01-01,,,,,", "closed_at"),
        ("1,A,,T,Won,lost,2024-01-01,,2024-01-01,,,,,", "outcome"),
        ("1,A,,T,S,perhaps,2024-01-01,,,,,,,", "outcome"),
        ("1,A,,T,S,,someday,,,,,,,", "entered_at"),
        ("1,A,,T,S,,,,,1e9,,,,", "amount"),
        ("1,A,,T,S,,,,,5,,,maybe,", "expected_close"),
        (",A,,T,S,,,,,,,,,", "deal_id"),
        ("1,,,T,S,,,,,,,,,", "client"),
        ("0,A,,T,S,,,,,,,,,", "deal_id"),
        ("1,A,,T,S,,,,,,,,,,more", ""),
    ],
)
def test_a_bad_row_is_told_and_leaves_nothing(session: Session, tmp_path: Path, row: str, column: str) -> None:
    take(session, tmp_path, "0,A,,T,S,,,,,,,,,")
    before = list(database.connection().iterdump())
    result = take(session, tmp_path, "0,A,,T,S,,,,,,,,,", row)
    assert [(bad.row, bad.column) for bad in result.rejected] == [(2, column)] and result.rejected[0].reason
    assert list(database.connection().iterdump()) == before


EXPORTS = {
    "pipedrive": (
        "Deal - ID,Deal - Title,Deal - Organization,Deal - Owner,Deal - Pipeline,Deal - Stage,Deal - Status,Deal - Value,"
        "Deal - Currency of Value,Deal - Deal created,Deal - Won time,Deal - Lost time,Deal - Lost reason,Deal - Expected close date",
        "11,Roof,Orion,Anna,Sales,Offer,Open,1200.50,EUR,2024-01-05 10:00:00,,,,2024-06-30",
        "12,Wall,Vega,Anna,Sales,Offer,Lost,700,EUR,2024-01-05 10:00:00,,2024-02-05 12:00:00,Price,",
        "13,Door,Vega,Anna,Sales,Offer,Won,800,EUR,2024-01-05 10:00:00,2024-02-06 12:00:00,,,",
    ),
    "hubspot": (
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Pipeline,Create Date,Associated Company,Closed Lost Reason",
        "11,Roof,Offer,2024-06-30 00:00,Anna,1200.50,Sales,2024-01-05 10:00,Orion,",
        "12,Wall,Closed Lost,2024-02-05 12:00,Anna,700,Sales,2024-01-05 10:00,Vega,Price",
        "13,Door,Closed Won,2024-02-06 12:00,Anna,800,Sales,2024-01-05 10:00,Vega,",
    ),
    "salesforce": (
        "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Close Date,Created Date,Opportunity Owner,Loss Reason",
        "11,Roof,Orion,Offer,\"1,200.50\",6/30/2024,1/5/2024,Anna,",
        "12,Wall,Vega,Closed Lost,700,2/5/2024,1/5/2024,Anna,Price",
        "13,Door,Vega,Closed Won,800,2/6/2024,1/5/2024,Anna,",
    ),
    "bitrix24": (
        "ID;Название сделки;Стадия сделки;Компания;Ответственный;Сумма;Валюта;Дата создания;Предполагаемая дата закрытия;Дата завершения;Причина провала",
        "11;Roof;Offer;Orion;Anna;1200,50;EUR;05.01.2024 10:00:00;30.06.2024;;",
        "12;Wall;Сделка провалена;Vega;Anna;700;EUR;05.01.2024 10:00:00;;05.02.2024;Price",
        "13;Door;Сделка успешна;Vega;Anna;800;EUR;05.01.2024 10:00:00;;06.02.2024;",
    ),
    "amocrm": (
        "ID,Название сделки,Компания,Ответственный,Воронка,Этап сделки,Бюджет,Дата создания сделки,Дата закрытия,Причина отказа",
        "11,Roof,Orion,Anna,Sales,Offer,\"1200,50\",05.01.2024 10:00:00,,",
        "12,Wall,Vega,Anna,Sales,Закрыто и не реализовано,700,05.01.2024 10:00:00,05.02.2024,Price",
        "13,Door,Vega,Anna,Sales,Успешно реализовано,800,05.01.2024 10:00:00,06.02.2024,",
    ),
}


@pytest.mark.parametrize("preset", PRESETS)
def test_an_export_of_another_crm_is_taken_by_its_preset(session: Session, tmp_path: Path, preset: str) -> None:
    path = tmp_path / f"{preset}.csv"
    path.write_text("\n".join(EXPORTS[preset]), encoding="utf-8-sig")
    options = ImportOptions(preset=preset, create_stages=True, type_name="Sales")
    assert import_deals(session, path, options).created["deals"] == 3
    found = rows(
        "SELECT d.external_id, d.title, c.name, e.name, t.name, d.outcome, d.amount, d.close_reason, d.expected_close"
        " FROM deal d JOIN client c ON c.id = d.client_id JOIN employee e ON e.id = d.owner_id"
        " JOIN deal_type t ON t.id = d.deal_type_id ORDER BY d.id"
    )
    expected = None if preset == "amocrm" else "2024-06-30"
    assert found[0] == ("11", "Roof", "Orion", "Anna", "Sales", "open", 120050, "", expected)
    assert found[1][:8] == ("12", "Wall", "Vega", "Anna", "Sales", "lost", 70000, "Price")
    assert found[2][:8] == ("13", "Door", "Vega", "Anna", "Sales", "won", 80000, "")
    days = [local_day(closed, "UTC").isoformat() for (closed,) in rows("SELECT closed_at FROM deal ORDER BY id")[1:]]
    assert days == ["2024-02-05", "2024-02-06"]
    assert rows("SELECT s.name FROM deal d JOIN stage s ON s.id = d.stage_id WHERE d.external_id = '11'") == [("Offer",)]
    again = import_deals(session, path, options)
    assert (again.created, again.updated, again.unchanged) == ({}, {}, 3)


def test_map_goes_before_the_preset(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Record ID,Deal Name,Deal Stage,Phase,Associated Company\n1,Roof,Ghost,Offer,Orion\n")
    import_deals(session, path, ImportOptions(preset="hubspot", map={"stage": "Phase"}, create_stages=True))
    assert rows("SELECT s.name FROM deal d JOIN stage s ON s.id = d.stage_id") == [("Offer",)]


def test_an_unknown_preset_is_told(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Usage):
        import_deals(session, tmp_path / "x.csv", ImportOptions(preset="ghost"))


def test_the_number_of_a_rejected_row_is_free_for_a_good_one(session: Session, tmp_path: Path) -> None:
    result = take(session, tmp_path, "1,,,First,S,,,,,,,,,", "1,A,,Second,S,,,,,,,,,", "1,B,,Second,S,,,,,,,,,")
    assert [(row.row, row.column) for row in result.rejected] == [(1, "client"), (3, "deal_id")]
    assert rows("SELECT t.name FROM deal d JOIN deal_type t ON t.id = d.deal_type_id") == [("Second",)]
    assert rows("SELECT name FROM deal_type")[1:] == [("Second",)]
