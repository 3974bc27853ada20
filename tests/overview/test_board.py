"""The board's reading: what a step makes of counts, sums and rows is what a fresh reading finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.overview import board
from models.overview.opening import opening
from models.people.commands import found_company, keep_workplace
from models.people.views import acting
from models.pipeline import commands, setup
from models.session import Session
from models.storage.store import create_store
from models.values import instants
from models.values.errors import StagewatchError
from models.values.instants import DAY

STEPS: dict[str, Any] = {
    "on": lambda s, card, head, at: commands.move_deal(s, card.deal_id, _beside(head, at, 1), version=card.version),
    "back": lambda s, card, head, at: commands.move_deal(s, card.deal_id, _beside(head, at, -1), version=card.version),
    "win": lambda s, card, head, at: commands.win_deal(s, card.deal_id, version=card.version),
    "lose": lambda s, card, head, at: commands.lose_deal(s, card.deal_id, reason="x", version=card.version),
    "hold": lambda s, card, head, at: commands.hold_deal(s, card.deal_id, reason="x", version=card.version),
    "resume": lambda s, card, head, at: commands.resume_deal(s, card.deal_id, version=card.version),
}


def _beside(head: board.BoardHead, stage_id: int, step: int) -> int:
    found = head.beside(stage_id, step)
    return found.stage_id if found else stage_id


def filled(session: Session, count: int) -> list[int]:
    """Deals at the first stage in two currencies, some without an amount; every third one is called Orion."""
    made = []
    for number in range(count):
        done = commands.new_deal(
            session, f"{'Orion' if number % 3 == 0 else 'Vega'} {number}", type_id=1,
            amount=None if number % 5 == 4 else number % 4 * 100, currency="EUR" if number % 2 else "USD",
            at=session.now() - (count - number) * DAY,
        )  # fmt: skip
        made.append(done.deal_id)
    return made


@given(
    steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 2), st.integers(0, 8)), max_size=12),
    order=st.sampled_from(sorted(board.ORDERS)),
    text=st.sampled_from(["", "orion"]),
)
def test_after_any_steps_the_window_is_what_a_fresh_reading_finds(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]], order: str, text: str
) -> None:
    session = fresh(tmp_path_factory.mktemp("board") / "store.db")
    try:
        filled(session, 9)
        look = board.Look(1, order, text)
        shown = board.window(session, look, wanted=(), columns=9)
        for name, column, row in steps:
            assert shown is not None
            stage_id = shown.head.columns[column].stage_id
            rows = shown.cards.get((stage_id, 0), ())
            if not rows:
                continue
            card = rows[row % len(rows)]
            known = shown._replace(place=(stage_id, row % len(rows)))
            act = STEPS[name]
            try:
                _done, found = board.window_after(
                    session, lambda s, a=act, c=card, k=known, at=stage_id: a(s, c, k.head, at), look, known, card,
                    wanted=[(each.stage_id, 0) for each in known.head.columns],
                )  # fmt: skip
            except StagewatchError:
                continue
            assert found is not None
            shown = found
            truth = board.window(
                session, look, wanted=[(each.stage_id, 0) for each in shown.head.columns], follow=card.deal_id
            )
            assert truth is not None
            assert (shown.head, shown.place) == (truth.head, truth.place)
            for key, rows in shown.cards.items():
                assert rows == truth.cards[key]
    finally:
        session.store.close()


def fresh(path: Path) -> Session:
    store = create_store(path)
    with store.writing():
        found_company(
            name="", language="en", currency="EUR", timezone="UTC", admin="root", admin_name="Root", at=instants.now()
        )
    session = Session(store, acting("root", ""))
    type_id = setup.add_type(session, "Sales", mode="free")
    for name in ("One", "Two", "Three"):
        setup.add_stage(session, type_id, name)
    return session


def test_a_step_to_a_stage_without_a_column_counts_everything_anew(session: Session) -> None:
    (deal_id,) = filled(session, 1)
    look = board.Look(1)
    shown = board.window(session, look, wanted=(), columns=3)
    assert shown is not None
    stage = shown.head.columns[0].stage_id
    card = shown.cards[(stage, 0)][0]
    new = setup.add_stage(session, 1, "Later")
    known = shown._replace(place=(stage, 0))
    done, found = board.window_after(
        session, lambda s: commands.move_deal(s, deal_id, new, version=card.version), look, known, card, wanted=()
    )
    assert done.deal_id == deal_id and found is not None
    assert found.head == board.board_head(session, 1) and found.place == (new, 0)


def test_a_step_after_another_session_has_written_counts_everything_anew(session: Session) -> None:
    first, second = filled(session, 2)
    look = board.Look(1)
    shown = board.window(session, look, wanted=(), columns=3)
    assert shown is not None
    card, known = shown.cards[(1, 0)][0], shown._replace(place=(1, 0))
    move_elsewhere(session, second)
    _done, found = board.window_after(
        session, lambda s: commands.move_deal(s, first, 2, version=card.version), look, known, card, wanted=[(1, 0)]
    )
    assert found is not None
    assert [column.count for column in found.head.columns] == [0, 2, 0]
    assert found.place == (2, 1)


def move_elsewhere(session: Session, deal_id: int) -> None:
    """A move to the second stage by a process of its own."""
    script = (
        "import sys; from pathlib import Path; from models.storage.store import open_store;"
        "from models.session import Session; from models.people.views import acting;"
        "from models.pipeline.commands import move_deal;"
        "move_deal(Session(open_store(Path(sys.argv[1])), acting('root', '')), int(sys.argv[2]), 2)"
    )
    subprocess.run([sys.executable, "-c", script, str(session.store.path), str(deal_id)], check=True)


def test_a_step_forgets_the_windows_that_it_has_shifted(session: Session) -> None:
    for number in range(board.PAGE + 5):
        commands.new_deal(session, f"Vega {number:03}", type_id=1, stage_id=2)
    first = commands.new_deal(session, "Altair", type_id=1).deal_id
    look = board.Look(1, "name")
    shown = board.window(session, look, wanted=[(2, 0), (2, board.PAGE)], columns=1)
    assert shown is not None and len(shown.cards[(2, board.PAGE)]) == 5
    card, known = shown.cards[(1, 0)][0], shown._replace(place=(1, 0))
    _done, found = board.window_after(
        session, lambda s: commands.move_deal(s, first, 2, version=card.version), look, known, card, wanted=[(1, 0)]
    )
    assert found is not None and found.place == (2, 0)
    assert (2, board.PAGE) not in found.cards and found.cards[(2, 0)][0].deal_id == first


def test_the_first_look_reads_what_may_be_in_view_around_the_followed_deal(session: Session) -> None:
    deals = filled(session, board.PAGE + 10)
    for number in range(5):
        setup.add_stage(session, 1, f"More {number}")
    last = deals[-1]
    seen = board.window(session, board.Look(), wanted=(), follow=last, columns=3)
    assert seen is not None and seen.place is not None
    assert seen.place[1] == board.PAGE + 9
    stages = [column.stage_id for column in seen.head.columns]
    assert {key[0] for key in seen.cards} == set(stages[:3])
    assert any(card.deal_id == last for card in seen.cards[(stages[0], board.PAGE)])


def test_a_type_that_is_not_there_gives_way_to_the_first_and_without_types_there_is_nothing(session: Session) -> None:
    seen = board.window(session, board.Look(99), wanted=())
    assert seen is not None and seen.head.type_id == 1


def test_the_opening_reads_the_board_only_where_it_was_left(session: Session) -> None:
    filled(session, 2)
    assert opening(session, "board", 3).board is not None
    keep_workplace(session, {"screen": "today", "board": {}})
    found = opening(session, "board", 3)
    assert found.board is None and found.workplace["screen"] == "today" and found.running is None


def test_the_stage_beside_passes_over_archived_ones(session: Session) -> None:
    deals = filled(session, 2)
    commands.move_deal(session, deals[0], 2)
    session.store.database.execute_sql("UPDATE stage SET archived_at = 1 WHERE id = 2")  # as an import may leave it
    head = board.board_head(session, 1)
    assert [column.archived for column in head.columns] == [False, True, False]
    beside = head.beside(1, 1)
    assert beside is not None and beside.stage_id == 3
    assert head.beside(3, 1) is None and head.beside(1, -1) is None


@pytest.mark.parametrize("order", board.ORDERS)
@pytest.mark.parametrize("text", ["", "orion"])
def test_windows_and_places_counted_from_behind_are_those_counted_from_the_front(session, monkeypatch, order, text) -> None:
    monkeypatch.setattr(board, "PAGE", 4)
    made = filled(session, 23)
    first = board.board_head(session, 1, text).columns[0]
    for offset in range(first.count + 2):
        plain = board.cards(session, first.stage_id, order=order, text=text, offset=offset)
        assert board.cards(session, first.stage_id, order=order, text=text, offset=offset, count=first.count) == plain
        assert len(plain) == max(0, min(4, first.count - offset))
    for deal in made:
        counted = board.place(session, deal, order=order, text=text, counts={first.stage_id: first.count})
        assert counted == board.place(session, deal, order=order, text=text)
