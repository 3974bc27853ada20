"""Killed, hung up, ended: what a person finds at the next start, in a pseudo-terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.activities.views import activities
from models.people.views import acting
from models.pipeline import commands, views
from models.session import Session
from models.storage.doctor import checks
from models.storage.store import open_store
from models.timekeeping.views import running
from tests.conftest import ROOT
from tests.terminal.driver import stagewatch

PIPELINES = ("bpic2013_closed_cut", "maven_pipeline", "bpic2013_closed", "receipt")


@pytest.fixture(scope="module")
def imported(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store into which more than 10,000 real deals were imported."""
    path = tmp_path_factory.mktemp("imported") / "stagewatch.db"

    def call(*arguments: object) -> None:
        command = [sys.executable, "-m", "cli", "--db", str(path), *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    call("init", "--admin", "root")
    for name in PIPELINES:
        file, stages = data / "pipelines" / f"{name}.csv", data / "pipelines" / f"{name}.stages.txt"
        call("import", "history", file, "--create-stages", "--stages", stages, "--default-client", "(none)", "--partial")
    return path


def on(path: Path) -> Session:
    store = open_store(path)
    return Session(store, acting("root", ""))


def test_a_killed_session_over_10_000_imported_deals_loses_nothing(imported: Path) -> None:
    session = on(imported)
    assert session.store.database.execute_sql("SELECT count(*) FROM deal").fetchone()[0] > 10_000
    program = stagewatch(imported)
    program.wait("Quick Sales")
    program.rest()
    program.type("y")
    program.wait("Deal type")
    program.type("2")
    program.wait("bpic2013_closed_cut")
    program.rest()
    [type_id] = [line.id for line in views.types(session) if line.name == "bpic2013_closed_cut"]
    before = stages(session, type_id)

    program.type("L")
    program.wait("u: undo")
    program.rest()
    [(deal_id, there)] = set(stages(session, type_id).items()) - set(before.items())
    program.type("u")
    program.wait("taken back")
    program.rest()
    assert stages(session, type_id) == before
    program.type("L")
    program.wait("u: undo")
    program.rest()
    program.type("s")
    program.wait("timer runs")
    program.kill(signal.SIGKILL)

    assert stages(session, type_id) == {**before, deal_id: there}
    entry = running(session)
    assert entry is not None and entry.deal_id == deal_id
    assert [check for check in checks(session.store) if not check.ok] == []
    again = stagewatch(imported)
    again.wait("◷")
    again.rest()
    again.type("q")
    again.wait("timer is running")
    again.type("1")
    assert again.end() == 0
    still = running(session)
    assert still is not None and (still.id, still.deal_id) == (entry.id, deal_id)
    assert stages(session, type_id) == {**before, deal_id: there}
    session.store.close()


def stages(session: Session, type_id: int) -> dict[int, int]:
    """The stage of each open deal of that type."""
    rows = session.store.database.execute_sql(
        "SELECT id, stage_id FROM deal WHERE deal_type_id = ? AND outcome = 'open'", (type_id,)
    )
    return dict(rows.fetchall())


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_hang_up_and_term_leave_one_where_one_was(session: Session, number: int) -> None:
    for name in ("Orion Legal", "Vega Windows", "Vesta", "Sirius"):
        commands.new_deal(session, name, type_id=1)
    program = stagewatch(session.store.path)
    program.wait("Orion Legal")
    program.rest()
    program.type("/")
    program.rest()
    program.type("ve")
    program.wait("/ ve")
    program.type("\r")
    program.rest()
    program.type("j")
    program.rest()
    program.type("i")
    program.wait("Note on Vesta")
    program.type("Ring back on Monday")
    program.wait("on Monday")
    program.rest()
    program.kill(number)
    assert program.status == 0
    assert list(activities(session)) == []

    again = stagewatch(session.store.path)
    again.wait("Ring back on Monday")
    again.rest()
    assert "Note on Vesta" in again.text() and "/ ve" in again.text() and "Sirius" not in again.text()
    again.type(", 10:00\r")
    again.wait("saved")
    again.kill(signal.SIGKILL)
    assert [(one.client, one.text) for one in activities(session)] == [("Vesta", "Ring back on Monday, 10:00")]

    third = stagewatch(session.store.path)
    third.wait("Vesta")
    third.rest()
    assert "Note on" not in third.text()
    third.type("q")
    assert third.end() == 0


@pytest.mark.parametrize(("key", "screen"), [("1", "without next step"), ("3", "clients"), ("5", "Clients per stage")])
def test_the_screen_that_was_left_opens_again(session: Session, key: str, screen: str) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    commands.new_deal(session, "Vega Windows", type_id=1)
    program = stagewatch(session.store.path)
    program.wait("Orion Legal")
    program.rest()
    program.type(key)
    program.wait(screen)
    program.rest()
    program.kill(signal.SIGHUP)
    again = stagewatch(session.store.path)
    again.wait(screen)
    again.kill(signal.SIGTERM)
    assert again.status == 0


@pytest.mark.parametrize("owned", [True, False])
def test_a_terminal_that_is_closed_ends_the_session_and_one_is_where_one_was(session: Session, owned: bool) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    program = stagewatch(session.store.path, owned=owned)
    program.wait("Orion Legal")
    program.rest()
    program.type("i")
    program.wait("Note on Orion Legal")
    program.type("Ring back")
    program.wait("Ring back")
    assert program.close() == 0
    again = stagewatch(session.store.path)
    again.wait("Ring back")
    again.kill(signal.SIGKILL)


def test_sessions_whose_terminals_are_closed_at_once_all_end(session: Session) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    programs = [stagewatch(session.store.path) for _each in range(4)]
    for program in programs:
        program.wait("Orion Legal")
        program.rest()
    assert [program.close() for program in programs] == [0] * 4
