"""What the board reads and paints: once at the start, nothing for the cursor, little for a step, the truth at rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from models.journal import views as journal
from models.overview import board as views
from models.pipeline import commands
from models.session import Session
from models.values.errors import StoreUnusable
from tests.tui.board.conftest import Running, board, press, settle
from tests.tui.board.test_board import _move_elsewhere
from tui.board import view
from tui.desk import POLL_SECONDS


@contextmanager
def asked(pilot: Pilot[Any]) -> Iterator[list[str]]:
    """The statements that the app's connection runs meanwhile, but for the look at the change feed."""
    said: list[str] = []
    database = pilot.app.desk.session().store.database

    def note(event: Any) -> None:
        if "data_version" not in event.sql:
            said.append(event.sql)

    database.query_hooks.append(note)
    try:
        yield said
    finally:
        database.query_hooks.remove(note)


async def at_rest(pilot: Pilot[Any]) -> None:
    """Until the change feed has been read and what it told is shown."""
    await pilot.pause(2 * POLL_SECONDS)
    await settle(pilot)


async def is_true(pilot: Pilot[Any]) -> bool:
    """Whether head and rows on the screen are what a fresh reading finds, and the cursor is in view."""
    screen = board(pilot)
    columns = screen.columns
    fresh = await screen.desk.ask(views.window, screen._look(), wanted=list(columns.pages))
    return (
        columns.head == fresh.head
        and all(fresh.cards[key] == rows for key, rows in columns.pages.items())
        and screen.workplace()["deal"] == (columns.card and columns.card.deal_id)
    )


async def test_what_is_painted_first_is_whole(running: Running, deals: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[str] = []
    display = App._display

    def note(app: App[Any], screen: Any, renderable: Any) -> None:
        if renderable is not None and not app._batch_count:
            painted.append("\n".join(line.text for line in screen._compositor.render_strips()))
        display(app, screen, renderable)

    monkeypatch.setattr(App, "_display", note)
    async with running():
        assert "Orion Legal" in painted[0] and "7 deals" in painted[0] and "2 Board" in painted[0]


async def test_a_cursor_key_asks_the_store_nothing_until_it_rests(
    running: Running, deals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as pilot:
        await settle(pilot)
        with asked(pilot) as said:
            with monkeypatch.context() as patch:
                patch.setattr(view, "REST_SECONDS", 60)  # however long the keys take here
                for key in ("j", "k", "l", "h"):
                    await pilot.press(key)
                assert said == []
            await pilot.press("j")
            await settle(pilot)
            assert said, "the pane was read when the cursor rested"


async def test_a_step_counts_no_column_anew_before_it_rests(
    running: Running, deals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as pilot:
        monkeypatch.setattr(board(pilot).desk, "_tell", None)  # the change feed may look at any moment
        with asked(pilot) as said:
            await pilot.press("L")
            assert not [sql for sql in said if "GROUP BY" in sql]
        assert [column.count for column in board(pilot).columns.head.columns] == [5, 2, 0]


@pytest.mark.parametrize("order", [0, 1, 3])
@pytest.mark.parametrize("keys", [("L",), ("L", "L", "H"), ("j", "w"), ("L", "u"), ("l", "H", "u", "U"), ("L", "z", "w")])
async def test_at_rest_the_board_shows_what_a_fresh_reading_finds(
    running: Running, deals: list[int], keys: tuple[str, ...], order: int
) -> None:
    async with running() as pilot:
        await press(pilot, *["o"] * order, *keys)
        assert await is_true(pilot), "at once"
        await at_rest(pilot)
        assert await is_true(pilot), "and when others' changes have been looked for"


async def test_under_a_filter_too(running: Running, deals: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "slash", *"ri", "enter", "L", "L", "u")
        await at_rest(pilot)
        assert board(pilot).columns.head.count == 4, "Orion, Sirius, Rigel, Polaris"
        assert await is_true(pilot)


async def test_a_step_upon_numbers_that_another_has_changed_is_put_right(running: Running, session: Session, deals: list[int]) -> None:
    async with running() as pilot:
        moving = asyncio.create_task(asyncio.to_thread(_move_elsewhere, session, deals[3]))
        for key in "LHLHLH":
            await press(pilot, key)
        await moving
        await at_rest(pilot)
        assert [column.count for column in board(pilot).columns.head.columns] == [5, 2, 0]
        assert await is_true(pilot)
        assert board(pilot).columns.card.deal_id == deals[0]


async def test_a_reading_that_the_cursor_has_overtaken_leaves_it_where_it_is(running: Running, deals: list[int]) -> None:
    async with running() as pilot:
        screen = board(pilot)
        reading = asyncio.create_task(screen.read())
        await asyncio.sleep(0)
        await screen.action_cursor_down()
        await reading
        assert screen.columns.card.deal_id == deals[1]


async def test_what_has_not_changed_is_not_painted_again(running: Running, deals: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as pilot:
        await at_rest(pilot)
        painted: list[object] = []
        display = App._display

        def note(app: App[Any], screen: Any, renderable: Any) -> None:
            if renderable is not None:
                painted.append(renderable)
            display(app, screen, renderable)

        monkeypatch.setattr(App, "_display", note)
        await board(pilot).read()
        await settle(pilot)
        assert painted == []


async def test_a_change_is_told_though_the_store_could_not_be_read_at_first(
    running: Running, session: Session, deals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = journal.changes_since, [StoreUnusable("store_locked", "locked")]

    def sometimes(line: int) -> Any:
        if failures:
            raise failures.pop()
        return real(line)

    async with running() as pilot:
        monkeypatch.setattr(journal, "changes_since", sometimes)
        await asyncio.to_thread(_move_elsewhere, session, deals[0])
        await pilot.pause(4 * POLL_SECONDS)
        assert not failures
        assert [column.count for column in board(pilot).columns.head.columns] == [5, 2, 0]


async def test_keys_do_not_wait_while_the_store_is_busy(running: Running, deals: list[int]) -> None:
    import threading

    free = threading.Event()
    async with running() as pilot:
        try:
            long = asyncio.create_task(board(pilot).desk.ask(lambda session: free.wait(20)))
            await asyncio.sleep(2 * POLL_SECONDS)
            await pilot.press("j")
            assert board(pilot).columns.row == 1 and not long.done()
        finally:
            free.set()
        await long


async def test_the_numbers_hold_while_a_deal_goes_and_comes_back(running: Running, session: Session, deals: list[int]) -> None:
    commands.set_deal(session, deals[0], amount=None)
    async with running() as pilot:
        before = board(pilot).columns.head
        await press(pilot, "L", "H")
        assert board(pilot).columns.head == before
