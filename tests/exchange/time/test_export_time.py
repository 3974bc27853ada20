"""Exporting time: what a spreadsheet and hledger make of it, and that it comes back as it was."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.exchange.time import ImportOptions, import_time
from models.exchange.time.export import FORMATS, Line, lines
from models.exchange.time.timeclock import as_part
from models.people.commands import add_employee, found_company, set_employee
from models.people.views import acting
from models.session import Session
from models.storage.database import database
from models.storage.store import create_store
from models.timekeeping.commands import start_timer
from models.timekeeping.commands.rates import set_rate
from models.values.instants import SECOND, now, parse_day, parse_instant
from models.values.money import Money

ENTRY = re.compile(r"([io]) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[+-]\d{4} (\S(?: ?\S)*?)(?:  .*)?")
INTERVALS = """
    SELECT e.login, t.started_at, t.ended_at, t.billable FROM time_entry t JOIN employee e ON e.id = t.employee_id
    ORDER BY e.login, t.started_at, t.ended_at
"""


def balance(text: str) -> dict[str, int]:
    """Seconds by account as hledger counts them: on the clock as written, offsets ignored. Fails where hledger would."""
    open_: tuple[datetime, str] | None = None
    found: dict[str, int] = defaultdict(int)
    for line in text.splitlines():
        if line.startswith(";"):
            continue
        entry = ENTRY.fullmatch(line)
        assert entry, line
        account = entry[3]
        assert not any(not part for part in account.split(":")) and ";" not in account
        at = datetime.fromisoformat(entry[2])
        if entry[1] == "i":
            assert open_ is None, f"an i before the o: {line}"
            open_ = at, account
        else:
            assert open_ is not None and open_[1] == account and at >= open_[0], line
            found[account] += int((at - open_[0]).total_seconds())
            open_ = None
    return dict(found)


def written(session: Session, form: str, **narrow: Any) -> str:
    return FORMATS[form](lines(session, **narrow)).decode()


def take(session: Session, folder: Path, text: str, name: str = "in.csv") -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    import_time(session, path, ImportOptions())


def fresh(path: Path, zone: str) -> Session:
    store = create_store(path)
    with store.writing():
        found_company(name="", language="en", currency="EUR", timezone=zone, admin="root", admin_name="Root", at=now())
    return Session(store, acting("root", ""))


HEADER = "user,client,service,description,start,end,billable\n"
BERLIN = HEADER + (
    'root,"A: b  c;d",Consulting; x,First ; talk,2024-10-27T01:30:00+02:00,2024-10-27T04:00:00+01:00,yes\n'
    "root,,,-=1,2024-10-26T01:30:00Z,2024-10-26T02:00:00Z,no\n"
    "anna,Orion,Drafts,=First talk,2024-10-27T02:10:00+02:00,2024-10-27T02:05:00+01:00,yes\n"
    'anna,Orion,Drafts,"two\nlines",2024-10-28T02:10:00Z,2024-10-28T02:10:00Z,yes\n'
)


def test_a_timeclock_follows_hledgers_rules_and_lasts_as_long_as_the_time_did(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, BERLIN)
    set_employee(session, "root", timezone="Europe/Berlin")
    set_employee(session, "anna", timezone="Europe/Berlin")
    text = written(session, "timeclock")
    assert balance(text) == {
        "A- b c,d:-:Consulting, x:root": 12_600, "unassigned:root": 1800, "Orion:-:Drafts:anna": 3300,
    }  # fmt: skip
    assert "i 2024-10-27 02:10:00+0200 Orion:-:Drafts:anna  =First talk" in text and "  ; billable:no" in text


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_itself_counts_the_same(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, BERLIN)
    path = tmp_path / "x.timeclock"
    path.write_text(written(session, "timeclock"))
    run = subprocess.run(["hledger", "-f", str(path), "balance", "-N", "-O", "csv"], capture_output=True, text=True, check=True)
    told = {row[0]: float(row[1].removesuffix("h")) for row in list(csv.reader(io.StringIO(run.stdout)))[1:]}
    assert told == {account: pytest.approx(seconds / 3600, abs=0.006) for account, seconds in balance(path.read_text()).items()}


def test_what_runs_has_no_o_and_of_several_none_is_told_to_hledger(session: Session, tmp_path: Path) -> None:
    start_timer(session)
    assert written(session, "timeclock").splitlines()[-1].startswith("i ")
    add_employee(session, "anna", name="Anna", role="rep")
    start_timer(Session(session.store, acting("anna", "")))
    text = written(session, "timeclock")
    assert balance(text) == {} and text.count("; runs: i ") == 2


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=12)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
PIECES = st.lists(
    st.tuples(
        st.sampled_from(["root", "anna"]), st.integers(0, 6 * 3600), st.integers(0, 12 * 3600), NAMES, NAMES, NAMES, st.booleans()
    ),
    max_size=12,
)


@given(pieces=PIECES, zone=st.sampled_from(ZONES), spring=st.booleans())
def test_what_a_timeclock_export_wrote_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[Any, ...]], zone: str, spring: bool
) -> None:
    folder = tmp_path_factory.mktemp("trip")
    first = fresh(folder / "first.db", zone)
    add_employee(first, "anna", name="Anna", role="rep")
    ends = dict.fromkeys(("root", "anna"), parse_instant("2024-03-30T12:00" if spring else "2024-10-26T12:00", "UTC"))
    with first.store.writing():
        for employee, gap, length, client, service, note, billable in pieces:
            start = ends[employee] + gap * SECOND
            ends[employee] = start + length * SECOND
            client_id = service_id = None
            if client.strip():
                client_id = database.execute_sql(
                    "INSERT INTO client (name, name_key, search, owner_id, street, city, postcode, country, vat_id,"
                    " registration_id, phone, mail, version, created_at)"
                    " VALUES (?, '', '', 1, '', '', '', '', '', '', '', '', 1, 1)", (client,)
                ).lastrowid  # fmt: skip
            if service.strip():
                key = f"{len(ends)}{start}{employee}"
                service_id = database.execute_sql(
                    "INSERT INTO service (name, name_key, created_at) VALUES (?, ?, 1)", (service, key)
                ).lastrowid
            database.execute_sql(
                "INSERT INTO time_entry (employee_id, client_id, service_id, started_at, ended_at, billable, note, marks,"
                " created_at) VALUES ((SELECT id FROM employee WHERE login = ?), ?, ?, ?, ?, ?, ?, '', 1)",
                (employee, client_id, service_id, start, ends[employee], billable, note),
            )
    wanted = database.execute_sql(INTERVALS).fetchall()
    text = written(first, "timeclock")
    assert sum(balance(text).values()) == sum((row[2] - row[1]) // SECOND for row in wanted)
    first.store.close()
    second = fresh(folder / "second.db", zone)
    (folder / "x.timeclock").write_text(text, encoding="utf-8")
    if wanted:
        import_time(second, folder / "x.timeclock", ImportOptions())
    assert database.execute_sql(INTERVALS).fetchall() == wanted
    second.store.close()


@given(NAMES)
def test_a_part_of_an_account_keeps_hledgers_rules(name: str) -> None:
    part = as_part(name)
    assert ":" not in part and ";" not in part and "  " not in part and part == part.strip()
    assert as_part(part) == part


def test_a_csv_gives_a_spreadsheet_no_formula_and_has_the_price(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, BERLIN + 'root,=cmd(),Drafts,"+1\n@x",2024-10-29T02:00:00Z,2024-10-29T03:30:00Z,yes\n')
    set_rate(session, side="bill", amount=Money(10_000, "EUR"), from_day=parse_day("2024-10-29"), confirmed=True)
    rows = list(csv.DictReader(io.StringIO(written(session, "csv"))))
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row.values())
    assert [row["note"] for row in rows] == ["'-=1", "First ; talk", "'=First talk", "two\nlines", "'+1\n@x"]
    assert [(row["rate"], row["charge"], row["currency"]) for row in rows[3:]] == [("", "", ""), ("100.00", "150.00", "EUR")]
    assert rows[4]["client"] == "'=cmd()" and rows[4]["seconds"] == "5400"


def test_json_has_exact_text_and_money(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, BERLIN)
    found = json.loads(written(session, "json"))["entries"]
    assert [one["note"] for one in found] == ["-=1", "First ; talk", "=First talk", "two\nlines"]
    assert found[0]["client"] is None and found[0]["rate"] is None and found[0]["started_at"] == "2024-10-26T01:30:00Z"


def test_a_sheet_holds_text_as_text(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, BERLIN)
    with zipfile.ZipFile(io.BytesIO(FORMATS["xlsx"](lines(session)))) as book:
        sheet, strings = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings"))
    assert "<f>" not in sheet and "=First talk" in strings and sheet.count("<row ") == 5


def test_only_what_may_be_read_and_was_asked_for_goes_out(session: Session, tmp_path: Path) -> None:
    add_employee(session, "boris", name="Boris", role="rep")
    take(session, tmp_path, BERLIN + "boris,Vega,Drafts,,2024-11-01T10:00:00Z,2024-11-01T11:00:00Z,yes\n")

    def clients(found: list[Line]) -> list[str]:
        return [line.client for line in found]

    boris = Session(session.store, acting("boris", ""))
    assert clients(lines(boris)) == ["Vega"]
    orion = database.execute_sql("SELECT id FROM client WHERE name = 'Orion'").fetchone()[0]
    assert clients(lines(session, client_id=orion)) == ["Orion", "Orion"] and lines(boris, client_id=orion) == []
    since = parse_instant("2024-10-28", "UTC")
    assert len(lines(session, since=since)) == 2 and len(lines(session, until=since)) == 3


def test_an_offset_of_less_than_an_hour_is_written_as_hledger_reads_it(session: Session, tmp_path: Path) -> None:
    take(session, tmp_path, HEADER + "root,a,Drafts,,2024-03-04T00:00:00Z,2024-03-04T01:00:00Z,yes\n")
    set_employee(session, "root", timezone="Asia/Kathmandu")
    assert "i 2024-03-04 05:45:00+0545 a:-:Drafts" in written(session, "timeclock")
    assert timedelta(hours=1).total_seconds() == sum(balance(written(session, "timeclock")).values())
