"""The program as a person runs it, in a pseudo-terminal."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from models.pipeline import commands, views
from models.session import Session
from models.timekeeping.views import running
from tests.terminal.driver import stagewatch


def test_move_undo_timer_survive_a_kill(session: Session) -> None:
    first = commands.new_deal(session, "Orion Legal", type_id=1).deal_id
    second = commands.new_deal(session, "Vega", type_id=1).deal_id
    program = stagewatch(session.store.path)
    program.wait("Orion Legal")
    program.rest()
    program.type("L")
    program.wait("→ Demonstration")
    program.type("u")
    program.wait("taken back")
    program.type("L")
    program.wait("here 0 min")
    program.rest()
    program.type("s")
    program.wait("timer runs")
    program.kill(signal.SIGKILL)
    assert views.deal(session, first).stage == "Demonstration"
    entry = running(session)
    assert entry is not None and entry.deal_id == first

    again = stagewatch(session.store.path)
    again.wait("Orion Legal")
    again.wait("◷")
    again.rest()
    again.type("q")
    again.wait("timer is running")
    again.type("1")
    assert again.end() == 0
    assert running(session) is not None
    assert views.deal(session, second).stage == "Initiating interest"


def test_hangup_and_term_end_it_cleanly(session: Session) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    for number in (signal.SIGHUP, signal.SIGTERM):
        program = stagewatch(session.store.path)
        program.wait("Orion Legal")
        program.rest()
        program.kill(number)
        assert program.status == 0
        assert b"\x1b[?1049l" in program.raw or number == signal.SIGHUP


def test_nothing_from_the_store_steers_the_terminal(session: Session) -> None:
    commands.new_deal(session, "Plain", type_id=1, title="Plain")
    evil = "\x1b]52;c;AAAA\x07\x9b31m\u202eevil[@click=app.quit]X[/]"
    session.store.database.execute_sql("UPDATE client SET name = ?", (evil,))
    session.store.database.execute_sql("UPDATE deal SET title = ?", (evil,))
    program = stagewatch(session.store.path)
    program.wait("evil")
    program.rest()
    for key in ("m", "\x1b", "i", "\x1b", "L"):
        program.type(key)
        program.rest()
    assert b"]52;c" in program.raw
    assert b"\x1b]52" not in program.raw
    assert "\x9b".encode() not in program.raw and "\u202e".encode() not in program.raw
    program.type("q")
    assert program.end() == 0


def test_an_idle_board_sends_nothing(session: Session) -> None:
    commands.new_deal(session, "Orion Legal", type_id=1)
    program = stagewatch(session.store.path)
    program.wait("Orion Legal")
    program.rest(1.0)
    sent = len(program.raw)
    time.sleep(2)
    program.read(0.1)
    assert len(program.raw) == sent
    program.type("q")
    assert program.end() == 0


def test_without_a_store_nothing_is_made_unasked(tmp_path: Path) -> None:
    path = tmp_path / "own" / "stagewatch.db"
    program = stagewatch(path)
    program.wait("English")
    program.type("1")
    program.wait("Set up a store")
    program.type("3")
    assert program.end() == 0
    assert not path.parent.exists() or not list(path.parent.iterdir())


def test_the_demo_opens_from_the_welcome_screen(tmp_path: Path) -> None:
    path = tmp_path / "own" / "stagewatch.db"
    program = stagewatch(path)
    program.wait("English")
    program.type("1")
    program.wait("Look around")
    program.type("2")
    program.wait("Quick Sales")
    program.rest()
    program.type("q")
    program.rest()
    if "timer is running" in program.text():
        program.type("1")
    assert program.end() == 0
    assert not path.exists() and (path.parent / "demo.db").exists()


def test_with_the_first_deal_an_empty_board_is_drawn_whole(session: Session) -> None:
    program = stagewatch(session.store.path)
    program.wait("no deals: n adds one")
    program.rest()
    program.type("n")
    program.wait("New deal")
    program.rest()
    program.type("Acme\r")
    program.wait("Acme")
    program.rest()
    rule = program.text().split("\n")[3]
    program.kill()
    assert rule.count("─") > 60, program.text()
