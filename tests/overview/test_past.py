"""The board of the past: it agrees with the list of deals and the report as of the same instant, and with the present."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from models.exchange.demo import fill_demo
from models.exchange.history import ImportOptions, import_history
from models.overview import board, past
from models.overview.board import Look
from models.people import commands as people
from models.people.views import acting
from models.people.views import people as known_people
from models.pipeline import commands, views
from models.pipeline.history import deals_as_of
from models.session import Session
from models.statistics.views import clients_per_stage
from models.storage.store import open_store
from models.values.errors import Usage
from models.values.instants import DAY, day_end, parse_instant

NOON = 1_790_000_000_000_000


def agree(session: Session, type_id: int, at: int) -> None:
    """Board, list and report say the same of an instant."""
    seen = past.past_board(session, Look(type_id), at)
    listed = deals_as_of(session, at, type_id=type_id, outcome="open", limit=1_000_000)
    report = clients_per_stage(session, type_id, as_of=at)
    counts = {column.name: column.count for column in seen.head.columns}
    assert {name: count for name, count in counts.items() if count} == dict(Counter(deal.stage for deal in listed))
    assert counts == {stage.stage: stage.deals for stage in report.stages}
    assert [sorted(column.sums, key=str) for column in seen.head.columns] == [
        sorted((money for money in stage.amounts if money.amount), key=str) for stage in report.stages
    ]
    assert [column.held for column in seen.head.columns] == [stage.held for stage in report.stages]
    lines = {deal.id: deal for deal in listed}
    for column in seen.head.columns:
        for offset in range(0, column.count, board.PAGE):
            for card in past.past_cards(session, seen, column.stage_id, offset):
                line = lines.pop(card.deal_id)
                assert (card.client, card.title, card.amount, card.entered_at, card.held) == (
                    line.client, line.title, line.amount, line.entered_at, line.held,
                )  # fmt: skip
    assert lines == {}


@pytest.mark.parametrize("login", ["root", "rep", "manager"])
def test_board_list_and_report_agree_on_the_demo(tmp_path: Path, login: str) -> None:
    fill_demo(tmp_path / "demo.db", deals=150, today=date(2026, 9, 21), admin="root", admin_name="Root")
    store = open_store(tmp_path / "demo.db")
    try:
        session = Session(store, acting("root", ""), lambda: NOON)
        if login != "root":
            person = next(one for one in known_people() if one.role == login)
            session = Session(store, acting(person.login, ""), lambda: NOON)
        shown = 0
        for line in views.types(session):
            for days in (0, 1, 7, 40, 150, 300):
                agree(session, line.id, NOON - days * DAY)
                shown += past.past_board(session, Look(line.id), NOON - days * DAY).head.count
        assert shown > 5
    finally:
        store.close()


@pytest.mark.parametrize("name", ["bpic2013_closed_cut", "maven_pipeline", "receipt", "roadtraffic100", "running_example"])
def test_board_list_and_report_agree_on_real_histories(session: Session, data: Path, name: str) -> None:
    folder = data / "pipelines"
    options = ImportOptions(
        create_stages=True, partial=True, stages_file=folder / f"{name}.stages.txt", default_client="(none)"
    )
    import_history(session, folder / f"{name}.csv", options)
    expected = json.loads((folder / f"{name}.expected.json").read_text())
    at = parse_instant(expected["as_of"], "UTC")
    asked = {stage: facts["deals"] for stage, facts in expected["clients"].items()}
    found: Counter[str] = Counter()
    for line in views.types(session):
        for days in (0, 30, 365):
            agree(session, line.id, at - days * DAY)
        for column in past.past_board(session, Look(line.id), at).head.columns:
            found[column.name] += column.count
    assert {stage: count for stage, count in found.items() if count} == asked


def test_as_of_now_it_is_the_board_of_now(session: Session) -> None:
    for number, name in enumerate(["Orion", "Vega", "Rigel"]):
        deal = commands.new_deal(session, name, type_id=1, amount=100 * number or None).deal_id
    commands.hold_deal(session, deal, reason="waits")
    for order in board.ORDERS:
        seen = past.past_board(session, Look(1, order), session.now())
        assert seen.head == board.board_head(session, 1)
        cards = past.past_cards(session, seen, 1, 0)
        if order != "next":
            assert [card.deal_id for card in cards] == [card.deal_id for card in board.cards(session, 1, order=order)]


def test_cards_stand_as_they_did_and_what_came_later_is_not_seen(session: Session) -> None:
    before = session.now()
    deal = commands.new_deal(session, "Orion", type_id=1, amount=500).deal_id
    commands.hold_deal(session, deal, reason="waits")
    then = session.now()
    commands.resume_deal(session, deal)
    commands.set_deal(session, deal, amount=900)
    commands.move_deal(session, deal, 2)
    commands.new_deal(session, "Vega", type_id=1)
    seen = past.past_board(session, Look(1), then)
    [card] = past.past_cards(session, seen, 1, 0)
    assert (card.client, card.amount.amount, card.held, seen.place(deal)) == ("Orion", 500, True, (1, 0))
    assert past.past_board(session, Look(1), before - 1).head.count == 0


def test_an_undone_move_was_never_made(session: Session) -> None:
    deal = commands.new_deal(session, "Orion", type_id=1).deal_id
    commands.move_deal(session, deal, 2)
    then = session.now()
    commands.undo(session)
    assert past.past_board(session, Look(1), then).place(deal) == (1, 0)


def test_words_narrow_and_only_readable_deals_are_there(session: Session) -> None:
    people.add_employee(session, "anna", name="Anna", role="rep")
    commands.new_deal(session, "Orion Legal", type_id=1, owner="anna")
    commands.new_deal(session, "Vega", type_id=1)
    assert past.past_board(session, Look(1, text="leg ORION"), session.now()).head.count == 1
    assert past.past_board(session, Look(1, text="leg vega"), session.now()).head.count == 0
    anna = Session(session.store, acting("anna", ""))
    assert past.past_board(anna, Look(1), session.now()).head.count == 1


def test_a_day_ends_before_the_next_begins_and_the_future_is_refused(session: Session) -> None:
    at = parse_instant("2026-09-21T15:00Z", "UTC")
    then = Session(session.store, session.actor, lambda: at)
    assert past.end_of(then, date(2026, 9, 20)) == day_end(date(2026, 9, 20), "UTC") - 1
    assert past.end_of(then, date(2026, 9, 21)) is None
    assert past.day_said(then, "-7") == date(2026, 9, 14) and past.day_said(then, "2026-01-02") == date(2026, 1, 2)
    for refused in (lambda: past.end_of(then, date(2026, 9, 22)), lambda: past.past_board(then, Look(1), at + 1)):
        with pytest.raises(Usage, match="past"):
            refused()
