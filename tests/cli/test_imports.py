"""import and demo from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Program

EVENTS = """\
deal_id,client,deal_type,stage,entered_at,outcome
1,Orion,Quick Sales,Initiating interest,2026-01-12T09:30,
1,Orion,Quick Sales,Demonstration,soon,
1,Orion,Quick Sales,,2026-02-03T11:15,won
"""


def test_the_example_is_taken_and_the_second_time_changes_nothing(program: Program, tmp_path: Path) -> None:
    file = str(tmp_path / "events.csv")
    assert program("import", "history", "--example", file).status == 0
    assert program("import", "history", "--example", file, "--json").json["error"]["code"] == "bad_file"
    first = program("import", "history", file, "--create-stages", "--json")
    assert first.status == 0 and first.json["rows"] > 2 and first.json["created"]["deals"] > 0
    second = program("import", "history", file, "--create-stages", "--json").json
    assert (second["created"], second["updated"], second["unchanged"]) == ({}, {}, first.json["rows"])
    assert len(program("deal", "list", "--json").json["deals"]) == first.json["created"]["deals"]
    assert program("doctor").status == 0


def test_a_snapshot_of_deals_is_taken(program: Program, tmp_path: Path) -> None:
    file = str(tmp_path / "deals.csv")
    assert program("import", "deals", "--example", file).status == 0
    first = program("import", "deals", file, "--create-stages", "--json")
    assert first.status == 0 and first.json["created"]["deals"] == first.json["rows"] > 0
    assert program("import", "deals", file, "--create-stages", "--json").json["unchanged"] == first.json["rows"]


def test_a_rejected_row_stops_all_unless_partial(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text(EVENTS)
    said = program("import", "history", str(file), "--json")
    assert (said.status, said.json["error"]["code"]) == (1, "rows_rejected")
    assert [row["row"] for row in said.json["error"]["details"]] == [2]
    assert program("deal", "list", "--json").json["deals"] == []
    dry = program("import", "history", str(file), "--partial", "--dry-run", "--json")
    assert dry.status == 0 and program("deal", "list", "--json").json["deals"] == []
    part = program("import", "history", str(file), "--partial", "--json")
    assert part.status == 0 and [row["row"] for row in part.json["rejected"]] == [2]
    human = program("import", "history", str(file))
    assert human.status == 1 and "2" in human.err and "soon" in human.err and "\r" not in human.err


def test_a_file_that_cannot_be_taken_is_1(program: Program, tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)))
    for name in ("none.csv", "binary.csv"):
        for kind in ("history", "deals"):
            said = program("import", kind, str(tmp_path / name), "--json")
            assert (said.status, said.json["error"]["code"]) == (1, "bad_file"), (kind, name)


def test_the_demo_is_the_same_for_seed_and_day(bare: Program, tmp_path: Path) -> None:
    arguments = ("demo", "--deals", "30", "--reps", "2", "--today", "2026-11-24", "--admin", "root", "--language", "en")
    clients = []
    for name in ("a.db", "b.db"):
        path = str(tmp_path / name)
        assert bare("--db", path, *arguments, "--json").json["store"] == path
        clients.append(bare("--db", path, "--as", "root", "client", "list", "--json").json)
    assert clients[0] == clients[1] and clients[0]["clients"]
    assert bare("--db", path, *arguments, "--json").status in (1, 4)
