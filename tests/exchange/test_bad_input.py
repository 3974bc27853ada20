"""Files as the world writes them: encodings, marks, dates, amounts, hostile text; and that a failed write leaves nothing."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.exchange.deals import import_deals
from models.exchange.files import open_csv
from models.exchange.history import import_history
from models.exchange.taking import ImportOptions, ImportResult
from models.session import Session
from models.storage.database import database
from models.storage.doctor import checks
from models.values.errors import Refused, Usage
from models.values.instants import parse_instant
from models.values.text import shown

KINDS: dict[str, Callable[..., ImportResult]] = {"history": import_history, "deals": import_deals}
HEADER = "deal_id,client,deal_type,stage,entered_at,amount\n"
both = pytest.mark.parametrize("kind", KINDS)


def dump() -> list[str]:
    return list(database.connection().iterdump())


def take(session: Session, kind: str, path: Path, text: str | bytes, **options: Any) -> ImportResult:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return KINDS[kind](session, path, ImportOptions(**{"create_stages": True, **options}))


ENCODED = {
    "clients_ru_cp1251.csv": "cp1251",
    "clients_ru_utf8_bom.csv": "utf-8-sig",
    "clients_ru_utf16le_bom_tab.csv": "utf-16",
    "maven_utf16le_bom_semicolon.csv": "utf-16",
}


@pytest.mark.parametrize("name", ENCODED)
def test_encoding_and_delimiter_of_real_files_are_found(data: Path, name: str) -> None:
    expected = json.loads((data / "expected.json").read_text())[f"encodings/{name}"]
    file = open_csv(data / "encodings" / name)
    rows = [cells for _number, cells in file.rows()]
    assert (file.encoding, file.delimiter, len(rows), len(file.columns)) == (
        ENCODED[name], expected["delimiter"], expected["rows"], expected["columns"],
    )
    if "first_city" in expected:
        place = file.columns.index("city")
        assert rows[0][place] == expected["first_city"]
        assert len({row[place] for row in rows}) == expected["distinct_city"]
        assert sum(int(row[file.columns.index("population")]) for row in rows) == expected["sum_population"]


@pytest.mark.parametrize("name", [name for name in ENCODED if "clients" in name])
def test_towns_in_each_encoding_become_the_same_clients(session: Session, data: Path, name: str) -> None:
    columns = {"deal_id": "address", "client": "city", "stage": "region", "amount": "population"}
    options = ImportOptions(map=columns, create_stages=True, type_name="Towns", default_client="(none)")
    result = import_deals(session, data / "encodings" / name, options)
    clients = {row[0] for row in database.execute_sql("SELECT name FROM client")}
    assert (result.rows, result.created["deals"], result.rejected) == (1117, 1117, [])
    assert "Адыгейск" in clients and len(clients) == result.created["clients"]
    assert database.execute_sql("SELECT sum(amount) FROM deal").fetchone() == (99003569 * 100,)
    assert any("timezone" in note for note in result.notes)


@both
def test_encoding_and_delimiter_can_be_set(session: Session, tmp_path: Path, kind: str) -> None:
    text = HEADER.replace(",", ";") + "1;Ромашка;T;S;2024-01-01;5\n"
    result = take(session, kind, tmp_path / "a.csv", text.encode("koi8-r"), encoding="koi8-r", delimiter=";")
    assert any("koi8-r" in note for note in result.notes)
    assert database.execute_sql("SELECT name FROM client").fetchall() == [("Ромашка",)]
    for wrong in ({"encoding": "klingon"}, {"delimiter": "ab"}, {"timezone": "Nowhere/City"}):
        with pytest.raises(Usage):
            take(session, kind, tmp_path / "a.csv", HEADER + "2,A,T,S,2024-01-01,\n", **wrong)
    with pytest.raises(Refused) as refused:
        take(session, kind, tmp_path / "a.csv", HEADER, currency="XXQ")
    assert refused.value.code == "bad_currency"


@both
def test_timezone_and_currency_hold_where_the_file_says_nothing(session: Session, tmp_path: Path, kind: str) -> None:
    take(session, kind, tmp_path / "a.csv", HEADER + "1,A,T,S,2024-07-01 12:00,5\n", timezone="Europe/Berlin", currency="jpy")
    assert database.execute_sql("SELECT started_at, amount, currency FROM deal").fetchall() == [
        (parse_instant("2024-07-01T10:00Z", "UTC"), 5, "JPY")
    ]


@pytest.mark.parametrize(
    ("date", "order", "found"),
    [
        ("2024-02-03", None, "2024-02-03"), ("2024/02/03", None, "2024-02-03"), ("03.02.2024", None, "2024-02-03"),
        ("03.02.2024", "mdy", "2024-02-03"), ("03/02/2024", "mdy", "2024-03-02"), ("03/02/2024", "dmy", "2024-02-03"),
        ("03/02/2024", None, "2024-02-03"), ("2/13/2024 1:30 PM", None, "2024-02-13T13:30"),
        ("13-02-2024", None, "2024-02-13"), ("20240203T0910Z", None, "2024-02-03T09:10"),
        ("2024-02-03T00:30:00+03:00", None, "2024-02-02T21:30"),
    ],
)
@both
def test_dates_are_read_in_many_orders(
    session: Session, tmp_path: Path, kind: str, date: str, order: str | None, found: str
) -> None:
    result = take(session, kind, tmp_path / "a.csv", HEADER + f"1,A,T,S,{date},\n", date_order=order)
    assert database.execute_sql("SELECT started_at FROM deal").fetchall() == [(parse_instant(found, "UTC"),)]
    assert any("Order of dates" in note for note in result.notes) == (order is None and date[2] in "/-" or date[1] == "/")


@pytest.mark.parametrize("date", ["2024-02-30", "31/31/2024", "2199-01-01", "soon", "0000-00-00", "1e9", "12:30"])
@both
def test_impossible_and_future_dates_are_told(session: Session, tmp_path: Path, kind: str, date: str) -> None:
    before = dump()
    with pytest.raises(Refused) as refused:
        take(session, kind, tmp_path / "a.csv", HEADER + f"1,A,T,S,2024-01-01,\n2,A,T,S,{date},\n")
    (row,) = refused.value.details
    assert (row["row"], row["column"], row["value"]) == (2, "entered_at", date) and dump() == before


AMOUNTS = {
    "1 234,50": 123450, "1,234.50": 123450, "1.234,50": 123450, "1\u00a0234.5": 123450, "€1234.50": 123450, "1234": 123400,
    "0": 0, "": None, "007": 700, "1'234.50": 123450, "000000000000012": 1200,
}


@both
def test_amounts_are_read_as_people_write_them(session: Session, tmp_path: Path, kind: str) -> None:
    lines = [f'{n},A,T,S,2024-01-01,"{text}"\n' for n, text in enumerate(AMOUNTS)]
    take(session, kind, tmp_path / "a.csv", HEADER + "".join(lines))
    found = [row[0] for row in database.execute_sql("SELECT amount FROM deal ORDER BY CAST(external_id AS INTEGER)")]
    assert found == list(AMOUNTS.values())


@pytest.mark.parametrize(
    "amount", ["-5", "1e9", "n/a", "NaN", "Infinity", "1.234", "1,2,3", "10000000000001", "٣", "1_000", "5 USD", "=1+1", "5.001"]
)
@both
def test_amounts_that_are_none_are_told(session: Session, tmp_path: Path, kind: str, amount: str) -> None:
    result = take(session, kind, tmp_path / "a.csv", HEADER + f'1,A,T,S,2024-01-01,"{amount}"\n', partial=True)
    assert [(row.row, row.column, row.value) for row in result.rejected] == [(1, "amount", amount)]
    assert database.execute_sql("SELECT count(*) FROM deal").fetchone() == (0,)


BAD_FILES = {
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "open quote": (HEADER + '1,"A,T,S,2024-01-01,5\n2,B,T,S,2024-01-01,5\n').encode(),
    "text after a quote": (HEADER + '1,"A"b,T,S,2024-01-01,5\n').encode(),
    "cut utf-8": (HEADER + "1,Ромашка,T,S,2024-01-01,\n").encode() + "Ж".encode()[:1],
    "cut utf-16": (HEADER + "1,A,T,S,2024-01-01,\n").encode("utf-16")[:-1],
    "two encodings": (HEADER + "1,Ромашка,T,S,2024-01-01,\n").encode() + "2,Ромашка,T,S,2024-01-01,\n".encode("cp1251"),
    "no column of deals": b"client,stage,entered_at\nA,S,2024-01-01\n",
    "a cell of two megabytes": HEADER.encode() + b"1," + b"A" * (1 << 21) + b",T,S,2024-01-01,\n",
}


@pytest.mark.parametrize("name", BAD_FILES)
@both
def test_a_file_that_cannot_be_read_is_refused_whole(session: Session, tmp_path: Path, kind: str, name: str) -> None:
    before = dump()
    with pytest.raises(Refused) as refused:
        take(session, kind, tmp_path / "a.csv", BAD_FILES[name], partial=True)
    assert refused.value.code == "bad_file" and refused.value.message and dump() == before


@both
def test_a_folder_or_nothing_is_no_file(session: Session, tmp_path: Path, kind: str) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(Refused) as refused:
            KINDS[kind](session, path, ImportOptions())
        assert refused.value.code == "bad_file"


@both
def test_a_header_alone_is_no_rows_and_unknown_columns_are_told(session: Session, tmp_path: Path, kind: str) -> None:
    before = dump()
    result = take(session, kind, tmp_path / "a.csv", HEADER.strip() + ",Colour,\x1b[31mSize\n")
    assert (result.rows, result.created, result.rejected) == (0, {}, []) and dump() == before
    assert any("Colour" in note and "\x1b" not in note for note in result.notes)


HOSTILE = {
    "long": ("A" * 10_000, False),
    "escape": ("A\x1b]52;c;aGk=\x07", False),
    "c1": ("A\x9b31m", False),
    "no character": ("A\ufffe", False),
    "combining flood": ("A" + "\u0301" * 50, False),
    "markup": ("[@click=app.quit]X[/][/nope]", True),
    "bidi": ("A\u202etxt.exe", True),
    "formula": ("=HYPERLINK(1)", True),
    "quotes": ("O'Brien; DROP TABLE deal;--", True),
    "zero width": ("A\u200bB", True),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("field", ["client", "stage", "deal_type", "deal_id", "title"])
@both
def test_hostile_text_is_kept_as_it_is_or_told(session: Session, tmp_path: Path, kind: str, name: str, field: str) -> None:
    text, legal = HOSTILE[name]
    cells = {"deal_id": "1", "client": "C", "deal_type": "T", "stage": "S", "entered_at": "2024-01-01", "title": "X", field: text}
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(cells), list(cells.values())])
    result = KINDS[kind](session, path, ImportOptions(create_stages=True, partial=True))
    if not legal:
        assert [(row.row, row.column) for row in result.rejected] == [(1, field)]
        assert "\x1b" not in result.rejected[0].reason and "\x9b" not in result.rejected[0].reason
        return
    column = {"client": "client.name", "stage": "stage.name", "deal_type": "deal_type.name", "deal_id": "deal.external_id", "title": "deal.title"}[field]
    table = column.partition(".")[0]
    assert (text,) in database.execute_sql(f"SELECT {column} FROM {table}").fetchall()
    assert all(check.ok for check in checks(session.store))


@both
def test_naughty_strings_are_kept_or_told_and_nothing_else(session: Session, data: Path, kind: str) -> None:
    strings = json.loads((data / "hostile" / "blns.json").read_text())
    options = ImportOptions(create_stages=True, partial=True)
    result = KINDS[kind](session, data / "hostile" / "deals_blns.csv", options)
    told = {row.row: row for row in result.rejected}
    kept = dict(database.execute_sql("SELECT d.external_id, c.name FROM deal d JOIN client c ON c.id = d.client_id"))
    for number, text in enumerate(strings):
        if number + 1 in told:
            assert told[number + 1].column == "client"
        else:
            assert kept[f"B{number:04}"].split() == text.split()
    assert 0 < len(told) < 30 and len(kept) + len(told) == 515
    assert all(shown(row.reason) == row.reason for row in result.rejected)
    assert KINDS[kind](session, data / "hostile" / "deals_blns.csv", options).created == {}


@both
def test_formulas_are_kept_as_text(session: Session, data: Path, kind: str) -> None:
    path = data / "hostile" / "deals_csv_injection.csv"
    result = KINDS[kind](session, path, ImportOptions(create_stages=True))
    assert (result.rows, result.created["deals"]) == (18, 18)


def test_terminal_escapes_never_pass(session: Session, data: Path, tmp_path: Path) -> None:
    lines = (data / "hostile" / "vt-push-parser_escapes.txt").read_text().splitlines()
    sequences = [line.replace("<ESC>", "\x1b").replace("<BEL>", "\x07") for line in lines if "<ESC>" in line]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["deal_id", "client", "stage", "entered_at"]])
        csv.writer(file).writerows([n, f"A{text}", "S", "2024-01-01"] for n, text in enumerate(sequences))
    result = import_history(session, path, ImportOptions(create_stages=True, partial=True, type_name="T"))
    assert sequences and result.rejected_rows == result.rows == len(sequences)
    assert all("\x1b" not in row.reason and "\x07" not in row.reason for row in result.rejected)


def test_the_csv_spectrum_is_read_as_its_authors_mean_it(data: Path) -> None:
    folder = data / "hostile" / "csv-spectrum"
    for path in sorted((folder / "csvs").glob("*.csv")):
        if path.stem == "location_coordinates":
            continue  # its JSON has another telephone number than its CSV
        expected = json.loads((folder / "json" / f"{path.stem}.json").read_text())
        file = open_csv(path)
        found = [dict(zip(file.columns, cells, strict=True)) for _number, cells in file.rows()]
        assert [{k: v.replace("\r\n", "\n") for k, v in row.items()} for row in found] == [
            {k: v.replace("\r\n", "\n") for k, v in row.items()} for row in expected
        ], path.name


@pytest.mark.parametrize("table", ["deal", "visit", "deal_terms", "client", "journal", "stage"])
@both
def test_a_write_that_fails_midway_leaves_the_store_as_it_was(
    session: Session, tmp_path: Path, kind: str, table: str
) -> None:
    take(session, kind, tmp_path / "a.csv", HEADER + "0,A,T,S,2024-01-01,5\n")
    database.execute_sql(
        f"CREATE TRIGGER trouble BEFORE INSERT ON {table} WHEN (SELECT count(*) FROM client) >= 1"
        " BEGIN SELECT RAISE(ABORT, 'trouble'); END"
    )
    before = dump()
    rows = "".join(f"{n},Client {n},T,Stage {n % 3},2024-02-01,7\n" for n in range(1, 700))
    with pytest.raises(Exception, match="trouble") as failed:
        take(session, kind, tmp_path / "a.csv", HEADER + rows, partial=True)
    assert isinstance(failed.value, sqlite3.Error) or "Integrity" in type(failed.value).__name__
    assert dump() == before
    database.execute_sql("DROP TRIGGER trouble")
    assert take(session, kind, tmp_path / "a.csv", HEADER + rows).created["deals"] == 699


@both
def test_rows_without_a_word_do_not_count(session: Session, tmp_path: Path, kind: str) -> None:
    row = "1,Orion,Quick Sales,Demonstration,2026-01-05,\n"
    result = take(session, kind, tmp_path / "a.csv", f"{HEADER},,,,,\n{row}\n,,,,,\n,,,,,\n")
    assert (result.rows, result.rejected_rows, result.created["deals"]) == (1, 0, 1)


@both
def test_the_client_of_rows_without_one_is_cleaned_too(session: Session, tmp_path: Path, kind: str) -> None:
    for sign in ("\x1b", "\udcff"):
        with pytest.raises(Refused) as refusal:
            take(session, kind, tmp_path / "a.csv", f"{HEADER}1,,Quick Sales,Demonstration,2026-01-05,\n", default_client=f"a{sign}b")
        assert refusal.value.code == "bad_text"
