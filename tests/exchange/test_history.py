"""Importing histories: every event is kept as it happened, once."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.exchange.history import ImportOptions, ImportResult, import_history
from models.pipeline.commands import hold_deal, lose_deal, set_deal
from models.pipeline.setup import add_reason
from models.session import Session
from models.statistics.views import clients_per_stage
from models.storage.database import database
from models.storage.doctor import checks
from models.values.errors import NotFound, Refused
from models.values.instants import parse_instant

HEADER = "deal_id,client,rep,deal_type,stage,entered_at,amount,currency,outcome\n"
PIPELINES = (
    "bpic2013_closed", "bpic2013_closed_cut", "maven_pipeline", "receipt", "roadtraffic100", "running_example",
)


def take(session: Session, path: Path, **options: object) -> ImportResult:
    return import_history(session, path, ImportOptions(**{"create_stages": True, "partial": True, **options}))  # type: ignore[arg-type]


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "events.csv"
    path.write_bytes(text.encode(encoding))
    return path


def dump() -> list[str]:
    return list(database.connection().iterdump())


def visits() -> list[tuple[object, ...]]:
    return database.execute_sql(
        "SELECT d.external_id, s.name, v.entered_at, v.left_at, v.left_as FROM visit AS v JOIN deal AS d ON"
        " d.id = v.deal_id JOIN stage AS s ON s.id = v.stage_id ORDER BY d.external_id, v.seq"
    ).fetchall()


@pytest.mark.parametrize("name", PIPELINES)
def test_real_histories_import_once_and_stand_as_expected(session: Session, data: Path, name: str) -> None:
    folder = data / "pipelines"
    options = {"stages_file": folder / f"{name}.stages.txt", "default_client": "(none)"}
    first = take(session, folder / f"{name}.csv", **options)
    before = dump()
    second = take(session, folder / f"{name}.csv", **options)
    assert dump() == before
    assert (second.created, second.updated) == ({}, {})
    assert first.rejected_rows == second.rejected_rows == (1 if name == "bpic2013_closed" else 0)
    assert second.unchanged == second.rows - second.rejected_rows
    expected = json.loads((folder / f"{name}.expected.json").read_text())
    at = parse_instant(expected["as_of"], "UTC")
    (type_id,) = database.execute_sql("SELECT id FROM deal_type WHERE name = ?", (name,)).fetchone()
    report = clients_per_stage(session, type_id, as_of=at).as_json()
    found = {
        stage["stage"]: {
            "deals": stage["deals"], "clients": stage["clients"], "reps": {rep["rep"]: rep["deals"] for rep in stage["reps"]},
        }
        for stage in report["stages"]
        if stage["deals"]
    }
    for facts in expected["clients"].values():
        if facts["clients"] is None:
            facts["clients"] = 1  # none is named: all are of the default client
    assert found == expected["clients"]
    assert all(check.ok for check in checks(session.store))


BAD_CELLS = [
    ("1,A,r,T,S,2024-02-30,,,", "entered_at"),
    ("1,A,r,T,S,2199-01-01,,,", "entered_at"),
    ("1,A,r,T,S,,,,", "entered_at"),
    ("1,A,r,T,S,2024-01-01,n/a,,", "amount"),
    ("1,A,r,T,S,2024-01-01,-5,,", "amount"),
    ("1,A,r,T,S,2024-01-01,1e9,,", "amount"),
    ("1,A,r,T,S,2024-01-01,5,XXQ,", "currency"),
    ("1,A,r,T,S,2024-01-01,,,won", "outcome"),
    ("1,A,r,T,,2024-01-01,,,won", "outcome"),
    ("1,A,r,T,S,2024-01-01,,,perhaps", "outcome"),
    ("1,A,r,T,,2024-01-01,,,", "stage"),
    (",A,r,T,S,2024-01-01,,,", "deal_id"),
    ("1,,r,T,S,2024-01-01,,,", "client"),
    (f"1,{'A' * 10_000},r,T,S,2024-01-01,,,", "client"),
    ("1,A\x1b[2J,r,T,S,2024-01-01,,,", "client"),
    ("1,A,r,T,S,2024-01-01,,,,more", ""),
]


@pytest.mark.parametrize(("row", "column"), BAD_CELLS)
def test_a_bad_row_is_told_with_its_number_and_the_store_stays_as_it_was(
    session: Session, tmp_path: Path, row: str, column: str
) -> None:
    path = written(tmp_path, HEADER + "9,B,r,T,S,2024-01-01,,,\n" + row + "\n")
    before = dump()
    with pytest.raises(Refused) as refused:
        take(session, path, partial=False)
    assert refused.value.code == "rows_rejected"
    (detail,) = refused.value.details
    assert (detail["row"], detail["column"]) == (2, column) and detail["reason"]
    assert dump() == before
    assert take(session, path).created["deals"] == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02\x03", b'deal_id,stage,entered_at\n1,"S,2024-01-01\n', b"deal_id,stage\n1,S\n",
     "deal_id,stage,entered_at\nж,S,2024-01-01\n".encode() + b"\xd0\x0a"],
)
def test_a_file_that_is_no_csv_is_refused_whole(session: Session, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(content)
    before = dump()
    with pytest.raises(Refused) as refused:
        take(session, path)
    assert refused.value.code == "bad_file" and dump() == before


def test_a_missing_file_is_refused(session: Session, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        take(session, tmp_path / "none.csv")
    assert refused.value.code == "bad_file"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_detected(session: Session, tmp_path: Path, encoding: str, mark: str) -> None:
    text = (HEADER + "1,Ромашка,r,T,S,2024-01-01,,,\n").replace(",", mark)
    assert take(session, written(tmp_path, text, encoding)).rejected == []
    assert database.execute_sql("SELECT name FROM client").fetchall() == [("Ромашка",)]


@pytest.mark.parametrize(
    ("dates", "month"),
    [(("01.02.2024", "03.02.2024"), "02"), (("01/02/2024", "13/02/2024"), "02"), (("01/02/2024", "01/13/2024"), "01")],
)
def test_the_order_of_dates_shows_in_the_whole_column(
    session: Session, tmp_path: Path, dates: tuple[str, str], month: str
) -> None:
    rows = "".join(f"{number},A,r,T,S,{day},,,\n" for number, day in enumerate(dates))
    assert take(session, written(tmp_path, HEADER + rows)).rejected == []
    first = parse_instant(f"2024-{month}-{'01' if month == '02' else '02'}", "UTC")
    assert visits()[0][2] == first


def test_a_header_alone_is_no_rows(session: Session, tmp_path: Path) -> None:
    result = take(session, written(tmp_path, HEADER))
    assert (result.rows, result.created, result.rejected) == (0, {}, [])


def test_a_later_file_goes_on_where_the_first_ended(session: Session, tmp_path: Path) -> None:
    rows = ["1,A,r,T,S,2024-01-01,,,\n", "1,,,T,Z,2024-01-02,5,EUR,\n", "1,,,T,,2024-01-03,,,won\n", "1,,,T,S,2024-01-04,,,\n"]
    for upto in range(1, 5):
        assert take(session, written(tmp_path, HEADER + "".join(rows[:upto]))).rejected == []
    assert [row[4] for row in visits()] == ["advance", "won", None]
    assert database.execute_sql("SELECT amount, outcome FROM deal").fetchall() == [(500, "open")]
    middle = take(session, written(tmp_path, HEADER + "1,,,T,Q,2024-01-02T12:00:00Z,,,\n"))
    assert [row.column for row in middle.rejected] == ["entered_at"]


def test_a_number_as_rep_is_a_name_and_no_id(session: Session, tmp_path: Path) -> None:
    take(session, written(tmp_path, HEADER + f"1,A,{session.actor.id},T,S,2024-01-01,,,\n"))
    assert database.execute_sql("SELECT e.login FROM deal d JOIN employee e ON e.id = d.owner_id").fetchone() == (
        str(session.actor.id),
    )


def test_a_rep_may_not_import(session: Session, tmp_path: Path) -> None:
    rep = Session(session.store, replace(session.actor, role="rep"))
    with pytest.raises(NotFound):
        take(rep, written(tmp_path, HEADER))


def test_a_dry_run_leaves_nothing(session: Session, tmp_path: Path) -> None:
    before = dump()
    result = take(session, written(tmp_path, HEADER + "1,A,r,T,S,2024-01-01,,,\n"), dry_run=True)
    assert result.created["deals"] == 1 and dump() == before


def test_naughty_strings_are_kept_or_told(session: Session, data: Path) -> None:
    result = take(session, data / "hostile" / "deals_blns.csv")
    assert result.rows == 515 and result.created["deals"] + result.rejected_rows == 515
    assert 0 < result.rejected_rows < 30 and all(row.reason for row in result.rejected)
    assert take(session, data / "hostile" / "deals_csv_injection.csv").rejected == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 2), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_shuffled_rows_give_the_visits_of_sorted_ones(
    session: Session, tmp_path: Path, stages: list[int], chance: random.Random
) -> None:
    number = f"{database.execute_sql('SELECT count(*) FROM deal').fetchone()[0]:06}"
    rows = [f"{number},A,r,T,S{stage},2024-01-{day:02},,,\n" for day, stage in enumerate(stages, 1)]
    runs = [stage for place, stage in enumerate(stages) if place == 0 or stage != stages[place - 1]]
    chance.shuffle(rows)
    result = take(session, written(tmp_path, HEADER + "".join(rows)))
    assert result.unchanged == len(stages) - len(runs)
    found = [row for row in visits() if row[0] == number]
    assert [row[1] for row in found] == [f"S{stage}" for stage in runs]
    assert [row[3] for row in found[:-1]] == [row[2] for row in found[1:]] and found[-1][3] is None


def test_equal_instants_keep_the_order_of_the_file(session: Session, tmp_path: Path) -> None:
    rows = "".join(f"1,A,r,T,{stage},2024-01-01,,,\n" for stage in "XZY") + "1,,,T,,2024-01-01,,,won\n"
    assert take(session, written(tmp_path, HEADER + rows)).rejected == []
    assert [(row[1], row[4]) for row in visits()] == [("X", "advance"), ("Z", "advance"), ("Y", "won")]


def test_rows_out_of_turn_are_told_and_the_others_taken(session: Session, tmp_path: Path) -> None:
    rows = [
        "1,A,r,T,,2024-01-01,,,won",  # 1: no stage yet
        "1,,r,T,S,2024-01-02,,,",
        "1,,r,T,,2024-01-03,,,lost",
        "1,,r,T,,2024-01-04,,,won",  # 4: closed already
        "1,,r,T,,2024-01-05,,,lost",  # 5: the same
        "1,,r,T,S,2024-01-06,,,",
        "1,,r,T,S,2024-01-07,,,",
    ]
    result = take(session, written(tmp_path, HEADER + "\n".join(rows)), default_client="(none)")
    assert [(row.row, row.column, row.value) for row in result.rejected] == [
        (1, "outcome", "won"), (4, "outcome", "won"), (5, "outcome", "lost"),
    ]
    assert result.unchanged == 1 and [row[4] for row in visits()] == ["lost", None]
    assert database.execute_sql("SELECT entered_as, seq FROM visit ORDER BY seq").fetchall() == [("start", 1), ("reopen", 2)]


def test_a_deal_begins_with_its_first_row_that_names_a_client(session: Session, tmp_path: Path) -> None:
    rows = "1,,r,T,S,2024-01-01,,,\n1,A,r,T,Z,2024-01-02,,,\n1,B,r,T,Y,2024-01-03,,,\n"
    result = take(session, written(tmp_path, HEADER + rows))
    assert [(row.row, row.column) for row in result.rejected] == [(1, "client")]
    assert [row[1] for row in visits()] == ["Z", "Y"]
    assert any("another client" in note for note in result.notes)


def test_what_breaks_the_mode_is_counted_and_taken(
    session: Session, tmp_path: Path, make_type: Callable[..., int]
) -> None:
    make_type("strict", ["A", "B", "C"])
    rows = [
        "1,X,,strict type,A,2024-01-01,,,", "1,X,,strict type,C,2024-01-02,,,",
        "2,X,,strict type,A,2024-01-01,,,", "2,X,,strict type,B,2024-01-02,,,",
        "3,X,,strict type,B,2024-01-01,,,",
        "4,X,,strict type,A,2024-01-01,,,", "4,X,,strict type,,2024-01-02,,,won",
    ]
    result = take(session, written(tmp_path, HEADER + "\n".join(rows)))
    assert result.rejected == [] and "3 deals break a rule of their type." in result.notes
    later = take(session, written(tmp_path, HEADER + "2,X,,strict type,,2024-01-03,,,won\n"))
    assert "1 deal breaks a rule of its type." in later.notes and later.updated == {"deals": 1}


def test_owner_amount_and_dates_hold_from_their_rows_on(session: Session, tmp_path: Path) -> None:
    header = HEADER.replace("outcome", "outcome,expected_close,title")
    rows = [
        "1,A,anna,T,S,2024-01-01,100,USD,,2024-05-01,Roof",
        "1,,,T,S,2024-01-02,,,,,",
        "1,,boris,T,S,2024-01-03,,,,,",
        "1,,boris,T,Z,2024-01-04,120,,,,Roof and wall",
        "1,,,T,,2024-01-05,,,won,2024-06-01,",
    ]
    result = take(session, written(tmp_path, header + "\n".join(rows)))
    terms = database.execute_sql(
        "SELECT e.login, t.amount, t.currency, t.expected_close FROM deal_terms t JOIN employee e ON e.id = t.owner_id ORDER BY t.id"
    ).fetchall()
    assert terms == [
        ("anna", 10000, "USD", "2024-05-01"), ("boris", 10000, "USD", "2024-05-01"),
        ("boris", 12000, "EUR", "2024-05-01"), ("boris", 12000, "EUR", "2024-06-01"),
    ]
    assert result.unchanged == 1
    assert database.execute_sql("SELECT title, title_key, amount, outcome FROM deal").fetchall() == [
        ("Roof and wall", "a roof and wall", 12000, "won")
    ]


def test_a_known_deal_that_was_continued_has_a_line_of_its_own(session: Session, tmp_path: Path) -> None:
    take(session, written(tmp_path, HEADER + "1,A,r,T,S,2024-01-01,,,\n"))
    take(session, written(tmp_path, HEADER + "1,A,r,T,Z,2024-01-02,,,\n"))
    lines = database.execute_sql("SELECT command, subject FROM journal WHERE subject = 'deal'").fetchall()
    assert lines == [("import.history", "deal")] and all(check.ok for check in checks(session.store))
    assert database.execute_sql("SELECT version FROM deal").fetchall() == [(2,)]


EVENT = st.tuples(
    st.sampled_from(["1", "2"]), st.sampled_from(["A", "", "B"]), st.sampled_from(["root", "anna", ""]),
    st.sampled_from(["S", "Z", "Y", "won", "lost"]), st.sampled_from(["", "5", "7"]), st.sampled_from(["", "USD"]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, min_size=2, max_size=14), st.integers(1, 13), st.randoms(use_true_random=False))
def test_two_files_one_after_the_other_give_what_one_file_gives(
    session: Session, tmp_path: Path, events: list[tuple[str, ...]], cut: int, chance: random.Random
) -> None:
    count = database.execute_sql("SELECT count(*) FROM deal_type").fetchone()[0]
    found = []
    for name, parts in ((f"whole {count}", [events]), (f"parts {count}", [events[:cut], events[cut:]])):
        rejected = 0
        for number, part in enumerate(parts):
            lines = []
            for place, (deal, client, rep, step, amount, currency) in enumerate(part, 1 + number * cut):
                stage, outcome = ("", step) if step in ("won", "lost") else (step, "")
                lines.append(f"{deal},{client},{rep},{name},{stage},2024-01-{place:02},{amount},{currency},{outcome}\n")
            chance.shuffle(lines)
            result = take(session, written(tmp_path, HEADER + "S,First,root,S,S,2024-01-01,,,\n" + "".join(lines)))
            rejected += result.rejected_rows
        found.append((rejected, *(database.execute_sql(query, (name,)).fetchall() for query in OF_TYPE)))
    assert found[0] == found[1]
    assert all(check.ok for check in checks(session.store))


OF_TYPE = (
    "SELECT d.external_id, d.outcome, d.amount, d.currency, d.owner_id, d.started_at, d.entered_at, d.closed_at, c.name,"
    " s.name FROM deal d JOIN deal_type t ON t.id = d.deal_type_id JOIN client c ON c.id = d.client_id"
    " LEFT JOIN stage s ON s.id = d.stage_id WHERE t.name = ? ORDER BY 1",
    "SELECT d.external_id, v.seq, s.name, v.entered_at, v.left_at, v.entered_as = 'start', v.left_as IN ('won', 'lost')"
    " FROM visit v JOIN deal d ON d.id = v.deal_id JOIN deal_type t ON t.id = d.deal_type_id"
    " JOIN stage s ON s.id = v.stage_id WHERE t.name = ? ORDER BY 1, 2",
    "SELECT d.external_id, x.at, x.owner_id, x.amount, x.currency FROM deal_terms x JOIN deal d ON d.id = x.deal_id"
    " JOIN deal_type t ON t.id = d.deal_type_id WHERE t.name = ? ORDER BY 1, 2",
)


def test_a_new_client_belongs_to_the_deals_first_owner(session: Session, tmp_path: Path) -> None:
    take(session, written(tmp_path, HEADER + "1,A,anna,T,S,2024-01-01,,,\n1,A,boris,T,Z,2024-01-02,,,\n"))
    owners = database.execute_sql("SELECT e.login FROM client c JOIN employee e ON e.id = c.owner_id").fetchall()
    assert owners == [("anna",)]


def test_a_deal_on_hold_takes_no_later_row(session: Session, tmp_path: Path) -> None:
    take(session, written(tmp_path, HEADER + "1,A,r,T,S,2024-01-01,,,\n"))
    (deal_id,) = database.execute_sql("SELECT id FROM deal").fetchone()
    hold_deal(session, deal_id, reason="waits", at=parse_instant("2024-02-01", "UTC"))
    before = dump()  # but for the counted version of the type, whose stage Z came and went
    result = take(session, written(tmp_path, HEADER + "1,A,r,T,S,2024-01-01,,,\n1,A,r,T,Z,2024-03-01,,,\n"))
    assert [(row.row, row.column) for row in result.rejected] == [(2, "deal_id")] and result.unchanged == 1
    assert [line for line in dump() if '"deal_type"' not in line] == [line for line in before if '"deal_type"' not in line]


def test_what_was_set_by_hand_later_is_not_overwritten_by_earlier_rows(session: Session, tmp_path: Path) -> None:
    take(session, written(tmp_path, HEADER + "1,A,r,T,S,2024-01-01,5,,\n"))
    (deal_id,) = database.execute_sql("SELECT id FROM deal").fetchone()
    march = replace(session, now=lambda: parse_instant("2024-03-01", "UTC"))
    set_deal(march, deal_id, amount=900)
    rows = "1,A,r,T,Z,2024-02-01,7,,\n1,A,r,T,Z,2024-04-01,7,,\n"
    assert take(session, written(tmp_path, HEADER + rows)).rejected == []
    assert database.execute_sql("SELECT amount, at FROM deal_terms ORDER BY at").fetchall() == [
        (500, parse_instant("2024-01-01", "UTC")), (900, parse_instant("2024-03-01", "UTC")),
        (700, parse_instant("2024-04-01", "UTC")),
    ]


def test_an_import_gives_no_deal_the_number_of_a_deleted_one_which_undo_brings_back(session: Session, tmp_path: Path) -> None:
    from models.pipeline import commands, views

    gone = commands.new_deal(session, "Orion", type_id=1, title="Big").deal_id
    commands.delete_deal(session, gone)
    take(session, written(tmp_path, HEADER + "1,A,r,T,S,2024-01-01,,,\n"))
    assert [row[0] for row in database.execute_sql("SELECT id FROM deal")] == [gone + 1]
    commands.undo(session)
    assert views.deal(session, gone).title == "Big"


def test_a_deal_that_a_later_row_reopens_has_no_loss_reason_any_more(session: Session, tmp_path: Path) -> None:
    take(session, written(tmp_path, HEADER + "1,Orion,,,Demonstration,2026-01-05,,,\n"))
    reason = add_reason(session, "Too dear")
    lose_deal(session, 1, reason="Too dear", at=parse_instant("2026-01-10", "UTC"))
    lost = "1,Orion,,,Demonstration,2026-01-05,,,\n1,,,,,2026-01-10,,,lost\n"
    take(session, written(tmp_path, f"{HEADER}{lost}1,,,,,2026-01-10,500,,lost\n"))
    assert database.execute_sql("SELECT loss_reason_id FROM deal").fetchone() == (reason,)
    take(session, written(tmp_path, f"{HEADER}{lost}1,,,,Closing the deal,2026-01-12,,,\n"))
    assert database.execute_sql("SELECT outcome, loss_reason_id FROM deal").fetchone() == ("open", None)
    assert [check.name for check in checks(session.store) if not check.ok] == []
