"""Importing time: what other programs write, twice with equal result, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.exchange.examples import example_file
from models.exchange.taking import ImportOptions, ImportResult
from models.exchange.time import import_time
from models.people.commands import add_employee
from models.people.views import acting
from models.pipeline.commands import new_deal
from models.session import Session
from models.storage.database import database
from models.storage.doctor import checks
from models.timekeeping.commands import start_timer
from models.values.errors import NotFound, Refused, Usage
from models.values.instants import SECOND, parse_instant

Take = Callable[..., ImportResult]
ENTRIES = """
    SELECT e.login, c.name, d.title, s.name, t.started_at, t.ended_at, t.billable, t.note, t.marks
    FROM time_entry t JOIN employee e ON e.id = t.employee_id LEFT JOIN client c ON c.id = t.client_id
        LEFT JOIN deal d ON d.id = t.deal_id LEFT JOIN service s ON s.id = t.service_id
    ORDER BY t.started_at, t.id
"""
TRUTHS = {
    "solidtime__clockify_time_entries_import_test_1.csv": "clockify",
    "solidtime__clockify_time_entries_import_test_2.csv": "clockify",
    "solidtime__clockify_time_entries_import_test_4.csv": "clockify",
    "solidtime__clockify_time_entries_import_test_6.csv": "clockify",
    "solidtime__toggl_time_entries_import_test_1.csv": "toggl",
}
GOOD = {
    **TRUTHS, "solidtime__generic_time_entries_import_test_1.csv": "solidtime",
    "solidtime__harvest_time_entries_import_test_1.csv": "harvest", "watson_frames.json": "watson",
    "timewarrior_two_open.json": "timewarrior", "hledger__sample.timeclock": "timeclock",
}  # fmt: skip
NO_TIME = (
    "solidtime__clockify_projects_import_test_1.csv", "solidtime__generic_projects_import_test_1.csv",
    "solidtime__harvest_clients_import_test_1.csv", "solidtime__harvest_projects_import_test_1.csv",
    "hledger__sample.timedot", "kimai_csv_headers.txt",
)  # fmt: skip


def entries() -> list[tuple[Any, ...]]:
    return list(database.execute_sql(ENTRIES).fetchall())


def seconds() -> list[int]:
    return [(row[5] - row[4]) // SECOND for row in entries() if row[5] is not None]


def at(text: str) -> int:
    return parse_instant(text, "UTC")


@pytest.fixture
def take(session: Session, tmp_path: Path) -> Take:
    """Imports the text of a file; the good rows alone."""

    def run(text: str, by: Session | None = None, **options: Any) -> ImportResult:
        path = tmp_path / "time.csv"
        path.write_text(text, encoding="utf-8")
        return import_time(by or session, path, ImportOptions(**{"partial": True, **options}))

    return run


@pytest.mark.parametrize(("name", "source"), GOOD.items())
def test_a_real_file_is_known_and_imported_twice_with_equal_result(
    session: Session, data: Path, name: str, source: str
) -> None:
    first = import_time(session, data / "time" / name, ImportOptions())
    before = entries()
    assert first.created["entries"] == first.rows == len(before)
    assert {row[0] for row in database.execute_sql("SELECT source FROM time_entry").fetchall()} == {source}
    again = import_time(session, data / "time" / name, ImportOptions())
    assert (again.created, again.unchanged, entries()) == ({}, first.rows, before)
    assert all(check.ok for check in checks(session.store))


@pytest.mark.parametrize("name", TRUTHS)
def test_begin_end_and_text_are_those_of_the_truth(session: Session, data: Path, name: str) -> None:
    truth = json.loads((data / "time" / "expected.json").read_text())[name]
    import_time(session, data / "time" / name, ImportOptions())
    wanted = sorted((at(one["start"]), at(one["end"]), one["User"], one.get("Billable", "Yes") == "Yes") for one in truth["entries"])
    assert sorted((row[4], row[5], row[0], bool(row[6])) for row in entries()) == wanted
    assert sorted(seconds()) == sorted(one["seconds"] for one in truth["entries"])
    for one in truth["entries"]:
        mine = [row for row in entries() if row[4] == at(one["start"])]
        assert len(mine) == 1 and mine[0][7].endswith(one["Description"]) and mine[0][3] == (one["Task"] or "Work")
        assert mine[0][1] == (one.get("Client") or one["Project"])


def test_watson_has_the_truths_total_and_its_projects_are_clients(session: Session, data: Path) -> None:
    truth = json.loads((data / "time" / "expected.json").read_text())["watson_frames.json"]
    import_time(session, data / "time" / "watson_frames.json", ImportOptions())
    assert (len(entries()), sum(seconds())) == (truth["frames"], truth["seconds"])
    assert sorted({row[1] for row in entries()}) == truth["projects"]


def test_harvest_is_laid_from_midnight_and_marked(session: Session, data: Path) -> None:
    import_time(session, data / "time" / "solidtime__harvest_time_entries_import_test_1.csv", ImportOptions())
    assert [(row[4], row[5], row[8]) for row in entries()] == [
        (at("2024-03-04T00:00"), at("2024-03-04T20:00"), "laid"), (at("2024-03-04T20:00"), at("2024-03-04T20:00:36"), "laid"),
    ]  # fmt: skip


def test_of_several_open_ones_each_ends_where_the_next_begins_and_the_last_runs_on(session: Session, data: Path) -> None:
    import_time(session, data / "time" / "timewarrior_two_open.json", ImportOptions())
    assert [(row[5], row[8]) for row in entries()] == [
        (at("2020-07-28T05:00"), ""), (at("2020-07-28T16:15:57"), "closed"), (None, ""),
    ]  # fmt: skip


def test_nothing_runs_on_beside_what_runs_already(session: Session, take: Take) -> None:
    start_timer(session)
    began = database.execute_sql("SELECT started_at FROM time_entry").fetchone()[0]
    result = take('[{"id":1,"start":"20200728T130000Z","tags":["a"]}]')
    assert result.created["entries"] == 1
    assert entries()[0][5] == began and entries()[0][8] == "closed"


@pytest.mark.parametrize("name", NO_TIME)
def test_a_file_without_time_is_refused(session: Session, data: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        import_time(session, data / "time" / name, ImportOptions())
    assert refused.value.code == "bad_file" and entries() == []


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": 1}', "[{", "nothing,here\n1,2\n", 'user,start,end\n"open'])
def test_a_file_of_no_kind_is_refused(take: Take, text: str) -> None:
    with pytest.raises(Refused) as refused:
        take(text)
    assert refused.value.code == "bad_file"


HEADER = "user,client,project,task,description,start,end,timezone,billable\n"
BAD = {
    "end before start": (",a,,,,2024-03-04 10:00,2024-03-04 09:00,,", "end"),
    "over a day": (",a,,,,2024-03-04 10:00,2024-03-05 10:00:01,,", "duration"),
    "forty hours": (",a,,,,2024-03-04 10:00,2024-03-06 02:00,,", "duration"),
    "in the future": (",a,,,,2199-03-04 10:00,2199-03-04 11:00,,", "start"),
    "no such zone": (",a,,,,2024-03-04 10:00,2024-03-04 11:00,Mars/Olympus,", "timezone"),
    "no such hour": (",a,,,,2024-03-31 02:30,2024-03-31 04:00,Europe/Berlin,", "start"),
    "no such day": (",a,,,,2024-02-30 02:30,2024-02-30 04:00,,", "start"),
    "neither order": (",a,,,,13/15/2024 02:30,13/15/2024 04:00,,", "start"),
    "no time of day": (",a,,,,2024-03-04 25:61,2024-03-04 11:00,,", "start"),
    "thirteen in the afternoon": (",a,,,,2024-03-04 13:10 PM,2024-03-04 14:00,,", "start"),
    "no beginning": (",a,,,,,2024-03-04 11:00,,", "start"),
    "billable perhaps": (",a,,,,2024-03-04 10:00,2024-03-04 11:00,,perhaps", "billable"),
    "a bell in the note": (",a,,,\x07,2024-03-04 10:00,2024-03-04 11:00,,", "note"),
    "more cells": (",a,,,,2024-03-04 10:00,2024-03-04 11:00,,,x", ""),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_row_is_rejected_by_column_and_the_others_are_taken(take: Take, kind: str) -> None:
    row, column = BAD[kind]
    result = take(HEADER + row + "\n,a,,,,2024-03-07 10:00,2024-03-07 11:00,,\n")
    assert [(one.row, one.column) for one in result.rejected] == [(1, column)]
    assert result.created["entries"] == 1 and result.rejected[0].reason


def test_a_bad_row_refuses_the_whole_file_without_partial(take: Take) -> None:
    with pytest.raises(Refused) as refused:
        take(HEADER + "new,b,,new,,2024-03-04 10:00,2024-03-04 09:00,,\nnew,a,,new,,2024-03-07 10:00,2024-03-07 11:00,,\n", partial=False)
    assert refused.value.code == "rows_rejected" and entries() == []
    assert database.execute_sql("SELECT (SELECT count(*) FROM client), (SELECT count(*) FROM employee)").fetchone() == (0, 1)


@pytest.mark.parametrize("duration", ["25:61", "-1", "1e3", "abc", "1:2:3:4"])
def test_a_bad_duration_is_rejected(take: Take, duration: str) -> None:
    result = take(f"date,client,hours\n2024-03-04,a,{duration}\n")
    assert [row.column for row in result.rejected] == ["duration"]


@pytest.mark.parametrize(
    ("said", "wanted"), [("1:30", 5400), ("1.5", 5400), ('"1,5"', 5400), ("1:30:05", 5405), ("1h 30m", 5400), ("90m", 5400), ("PT1H30M", 5400)]
)
def test_durations_as_programs_write_them(take: Take, said: str, wanted: int) -> None:
    take(f"date,client,hours\n2024-03-04,a,{said}\n")
    assert seconds() == [wanted]


def test_rows_in_each_others_way_are_rejected_by_name(take: Take) -> None:
    result = take(
        HEADER + ",a,,,one,2024-03-04 10:00,2024-03-04 11:00,,\n,b,,,two,2024-03-04 10:30,2024-03-04 12:00,,\n"
        ",c,,,nothing long,2024-03-04 10:30,2024-03-04 10:30,,\n,d,,,after,2024-03-04 11:00,2024-03-04 12:00,,\n"
    )
    assert [(row.row, row.reason) for row in result.rejected] == [(2, "It overlaps row 1.")]
    assert [row[7] for row in entries()] == ["one", "nothing long", "after"]
    assert all(row.row != 3 for row in result.rejected)


def test_what_lies_in_the_way_of_an_entry_or_of_what_runs_is_rejected(session: Session, take: Take) -> None:
    take(HEADER + ",a,,,,2024-03-04 10:00,2024-03-04 11:00,,\n")
    start_timer(session, at=at("2024-03-05T10:00"))
    result = take(
        HEADER + ",b,,,,2024-03-04 10:59,2024-03-04 12:00,,\n,b,,,,2024-03-06 10:00,2024-03-06 11:00,,\nanna,b,,,,2024-03-06 10:00,2024-03-06 11:00,,\n"
    )
    assert [(row.row, row.reason) for row in result.rejected] == [(1, "It overlaps the entry 1."), (2, "It overlaps the entry 2.")]


def test_two_zones_and_offsets_in_one_file_each_count(take: Take) -> None:
    take(
        HEADER + ",a,,,,2024-03-04 10:00,2024-03-04 11:00,Asia/Kathmandu,\n,a,,,,2024-03-05 10:00,2024-03-05 11:00,America/New_York,\n"
        ",a,,,,2024-03-06T10:00:00+02:00,2024-03-06T11:00:00Z,,\n,a,,,,2024-03-07 10:00,2024-03-07 11:00,,\n",
        timezone="Europe/Berlin",
    )
    assert [row[4] for row in entries()] == [at("2024-03-04T04:15"), at("2024-03-05T15:00"), at("2024-03-06T08:00"), at("2024-03-07T09:00")]
    assert seconds() == [3600, 3600, 3 * 3600, 3600]


def test_an_hour_that_comes_twice_is_the_first_and_marked_but_no_end_lies_before_its_start(take: Take) -> None:
    take(HEADER + ",a,,,,2024-10-27 02:30,2024-10-27 02:10,Europe/Berlin,\n")
    assert [(row[4], row[5], row[8]) for row in entries()] == [(at("2024-10-27T00:30"), at("2024-10-27T01:10"), "twice")]


@pytest.mark.parametrize(
    ("days", "day", "told"),
    [
        (("03/04/2024", "15/04/2024"), "2024-04-03", False), (("03/04/2024", "04/15/2024"), "2024-03-04", False),
        (("03/04/2024", "05/06/2024"), "2024-04-03", True),
    ],
)  # fmt: skip
def test_the_order_of_dates_is_that_of_the_whole_file(take: Take, days: tuple[str, str], day: str, told: bool) -> None:
    rows = "".join(f",a,,,,{one} 10:00,{one} 11:00,,\n" for one in days)
    result = take(HEADER + rows)
    assert entries()[0][4] == at(f"{day}T10:00")
    assert ("The dates do not tell day from month beyond doubt." in result.notes) == told


def test_dates_of_both_orders_in_one_file_are_refused_until_one_is_said(take: Take) -> None:
    text = HEADER + ",a,,,,13/04/2024 10:00,13/04/2024 11:00,,\n,a,,,,04/15/2024 10:00,04/15/2024 11:00,,\n"
    with pytest.raises(Refused) as refused:
        take(text)
    assert refused.value.code == "bad_file"
    assert take(text, date_order="dmy").rejected_rows == 1


KIMAI_EN = "Date,From,To,Duration,Currency,Price,Internal price,Hourly price,Fixed price,Name,User,Email,Staff number,Customer,Project,Activity,Description,Billable,Tags,Type\n"
KIMAI_RU = "Дата,С,До,Длительность,Валюта,Цена,Внутренняя,Часовая,Постоянная,Имя,Пользователь,Email,Номер,Клиент,Проект,Деятельность,Описание,Оплачиваемый,Метки,Тип\n"
KIMAI_PL = "Data,Od,Do,Czas,Waluta,Cena,Wewn,Godz,Stała,Nazwa,Użytkownik,E-mail,Numer,Klient,Projekt,Czynność,Opis,Płatne,Znaczniki,Typ\n"


@pytest.mark.parametrize("header", [KIMAI_EN, KIMAI_RU, KIMAI_PL])
def test_kimai_is_read_in_any_language_and_over_midnight(take: Take, header: str) -> None:
    row = "2024-03-04,23:00,01:30,2:30,EUR,1,1,1,,,root,r@x.y,1,Orion,Roof,Drafts,Beams,1,,work\n"
    take(header + row)
    assert entries() == [("root", "Orion", None, "Drafts", at("2024-03-04T23:00"), at("2024-03-05T01:30"), 1, "Roof: Beams", "")]


def test_a_project_is_the_deal_of_that_title_and_the_projects_file_says_others(session: Session, take: Take, tmp_path: Path) -> None:
    for title in ("Roof", "Cellar"):
        new_deal(session, "Orion", type_id=1, title=title)
    mapping = tmp_path / "projects.csv"
    mapping.write_text("project,client,deal,service\nCE,Orion,Cellar,Digging\nX,Orion,Ghost,\n")
    result = take(
        HEADER + ",Orion,roof,,one,2024-03-04 10:00,2024-03-04 11:00,,\n,,CE,,two,2024-03-05 10:00,2024-03-05 11:00,,\n"
        ",,X,,three,2024-03-06 10:00,2024-03-06 11:00,,\n,,,,four,2024-03-07 10:00,2024-03-07 11:00,,\n",
        projects_file=mapping,
    )
    assert [row[:4] + (row[7],) for row in entries()] == [
        ("root", "Orion", "Roof", "Work", "one"), ("root", "Orion", "Cellar", "Digging", "two"), ("root", None, None, "Work", "four"),
    ]  # fmt: skip
    assert [(row.row, row.column) for row in result.rejected] == [(3, "deal")]


def test_a_row_without_client_or_task_takes_the_default_ones(take: Take) -> None:
    take(HEADER + ",,Roof,,one,2024-03-04 10:00,2024-03-04 11:00,,\n", default_client="Orion", service="Drafts")
    assert entries()[0][1:4] == ("Orion", None, "Drafts") and entries()[0][7] == "Roof: one"


def test_rows_that_say_the_same_are_each_taken_once(take: Take) -> None:
    row = ",a,,,same,2024-03-04 10:00,2024-03-04 10:00,,\n"
    assert take(HEADER + row * 2).created["entries"] == 2
    again = take(HEADER + row * 3)
    assert (again.created, again.unchanged) == ({"entries": 1}, 2)


def test_laid_rows_take_what_is_free_and_a_day_has_24_hours(take: Take) -> None:
    take(HEADER + ",a,,,,2024-03-04 01:00,2024-03-04 22:00,,\n")
    result = take("date,client,hours,note\n2024-03-04,b,1,one\n2024-03-04,b,1.5,two\n2024-03-04,b,1,three\n")
    assert [row[7] for row in entries()] == ["one", "", "two"]
    assert [(row.row, row.column) for row in result.rejected] == [(3, "duration")]


def test_closed_days_and_weeks_take_no_time(session: Session, take: Take) -> None:
    database.execute_sql("UPDATE company SET locked_before = '2024-03-05'")
    database.execute_sql(
        "INSERT INTO timesheet_week (employee_id, monday, state, submitted_at, answered_by_id, answered_at, answer) VALUES (?, '2024-03-11', 'approved', 1, 1, 1, '')",
        (session.actor.id,),
    )
    result = take(
        HEADER + "".join(f",a,,,,2024-03-{day} 10:00,2024-03-{day} 11:00,,\n" for day in ("04", "05", "13", "18"))
    )
    assert [row.row for row in result.rejected] == [1, 3] and result.created["entries"] == 2


def test_a_manager_imports_for_the_own_team_and_makes_nobody(session: Session, take: Take) -> None:
    add_employee(session, "mira", name="Mira", role="manager", team="North")
    add_employee(session, "anna", name="Anna", role="rep", team="North")
    add_employee(session, "boris", name="Boris", role="rep", team="South")
    mira = Session(session.store, acting("mira", ""))
    rows = "".join(f"{who},a,,{task},,2024-03-04 10:00,2024-03-04 11:00,,\n" for who, task in (("anna", ""), ("boris", ""), ("ghost", ""), ("mira", "New")))
    result = take(HEADER + rows, by=mira)
    assert [(row.row, row.column) for row in result.rejected] == [(2, "user"), (3, "user"), (4, "task")]
    assert [row[0] for row in entries()] == ["anna"]
    with pytest.raises(NotFound):
        take(HEADER, by=Session(session.store, acting("anna", "")))


def test_a_dry_run_writes_nothing(take: Take) -> None:
    result = take(HEADER + "new,a,,b,,2024-03-04 10:00,2024-03-04 11:00,,\n", dry_run=True)
    assert result.created == {"clients": 1, "entries": 1, "services": 1, "users": 1} and entries() == []


def test_one_journal_line_tells_the_import(take: Take) -> None:
    take(HEADER + ",a,,,,2024-03-04 10:00,2024-03-04 11:00,,\n")
    assert database.execute_sql("SELECT count(*) FROM journal WHERE command = 'import.time'").fetchone()[0] == 1
    take(HEADER + ",a,,,,2024-03-04 10:00,2024-03-04 11:00,,\n")
    assert database.execute_sql("SELECT count(*) FROM journal WHERE command = 'import.time'").fetchone()[0] == 1


def test_map_names_columns_of_a_csv_alone(take: Take) -> None:
    take("wann,bis,wer\n2024-03-04 10:00,2024-03-04 11:00,Orion\n", map={"start": "wann", "end": "bis", "client": "wer"})
    assert entries()[0][1] == "Orion"
    with pytest.raises(Usage):
        take("[]", map={"start": "wann"})


@pytest.mark.parametrize(
    "line", ["i 2024-03-04 25:00:00 a", "o 2024-03-04 10:00:00", "x 2024-03-04 10:00:00 a", "i 2024-03-04 10:00:00+9999 a"]
)
def test_a_bad_line_of_a_timeclock_is_rejected(take: Take, line: str) -> None:
    result = take(f"i 2024-03-01 10:00 a\no 2024-03-01 11:00\n{line}\n")
    assert [row.row for row in result.rejected] == [2] and seconds() == [3600]


def test_a_named_o_closes_its_own_i(take: Take) -> None:
    result = take("i 2024-03-01 10:00 a\ni 2024-03-01 10:30 b\no 2024-03-01 10:30 a\no 2024-03-01 11:00\n")
    assert result.rejected == [] and [(row[1], row[5] - row[4]) for row in entries()] == [("a", 1800 * SECOND), ("b", 1800 * SECOND)]


def test_the_example_can_be_imported(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    example_file("time", path)
    assert import_time(session, path, ImportOptions()).created["entries"] == 2


def test_a_programs_own_number_is_text_like_any_cell(session: Session, tmp_path: Path) -> None:
    for sign in ("\\ud800", "\\u001b"):
        path = tmp_path / "frames.json"
        path.write_text(f'[[1700000000,1700003600,"p","a{sign}b",[]]]')
        with pytest.raises(Refused) as refusal:
            import_time(session, path, ImportOptions())
        assert [row["column"] for row in refusal.value.details] == ["id"]


@pytest.mark.parametrize("option", ["default_client", "service"])
@pytest.mark.parametrize("sign", ["\x1b", "\udcff"])
def test_what_the_command_line_names_is_cleaned_too(session: Session, tmp_path: Path, option: str, sign: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("start,end\n2026-01-05T09:00,2026-01-05T10:00\n")
    with pytest.raises(Refused) as refusal:
        import_time(session, path, ImportOptions(**{option: f"a{sign}b"}))  # type: ignore[arg-type]
    assert refusal.value.code == "bad_text"
