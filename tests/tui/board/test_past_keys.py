"""The board as of a past day by keys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.overview.board import PAGE
from models.overview.past import past_board
from models.pipeline import commands, views
from models.session import Session
from models.values.instants import DAY, local_day
from tests.tui.board.conftest import Running, board, press, shown


@pytest.fixture
def moved(session: Session, deals: list[int]) -> list[int]:
    """The deals of the board; the first was moved 3 days ago, the second lost 10 days ago."""
    commands.move_deal(session, deals[0], 3, at=session.now() - 3 * DAY)
    commands.lose_deal(session, deals[1], reason="too dear", at=session.now() - 10 * DAY)
    return deals


def counts(pilot) -> list[int]:
    return [column.count for column in board(pilot).columns.head.columns]


async def test_b_asks_for_a_day_and_goes_back_to_now(running: Running, moved: list[int]) -> None:
    async with running() as pilot:
        now = counts(pilot)
        await press(pilot, "b", *"-5", "enter")
        assert counts(pilot) == [6, 0, 0] and "as of" in shown(pilot).splitlines()[0]
        assert board(pilot).columns.card_at(0, 0).client == "Orion Legal"
        await press(pilot, "b")
        assert counts(pilot) == now == [4, 1, 1] and "as of" not in shown(pilot)


async def test_the_header_says_the_past_in_the_warm_colour(running: Running, moved: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "left_square_bracket")
        warm = pilot.app.get_css_variables()["warning"]
        title = pilot.app.screen.query_one("#title")
        content = title.visual if hasattr(title, "visual") else title.content
        [span] = [span for span in content.spans if "warning" in str(span.style)]
        assert "as of" in content.plain[span.start : span.end] and warm


@pytest.mark.parametrize(
    ("back", "on", "days"),
    [
        ("left_square_bracket", "right_square_bracket", 1), ("х", "ъ", 1), ("H", "L", 1), ("Р", "Д", 1),
        ("left_curly_bracket", "right_curly_bracket", 7), ("Х", "Ъ", 7),
    ],
)  # fmt: skip
async def test_days_and_weeks_are_stepped_with_both_layouts(running: Running, session: Session, moved: list[int], back: str, on: str, days: int) -> None:
    today = local_day(session.now(), "UTC")
    async with running() as pilot:
        await press(pilot, "left_square_bracket", back)
        assert board(pilot).day == today - timedelta(days=1 + days)
        await press(pilot, on)
        assert board(pilot).day == today - timedelta(days=1)
        await press(pilot, on)
        assert board(pilot).past is None, "the day after the last past one is now"


async def test_the_cursor_stays_on_its_deal_where_it_stood_then(running: Running, moved: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "l", "l")
        assert board(pilot).columns.card.deal_id == moved[0]
        await press(pilot, "left_curly_bracket")
        assert board(pilot).columns.column == 0 and board(pilot).columns.card.deal_id == moved[0]
        assert "here since" in shown(pilot)
        await press(pilot, "escape")
        assert board(pilot).columns.column == 2 and board(pilot).columns.card.deal_id == moved[0]


@pytest.mark.parametrize("key", ["m", "w", "x", "z", "t", "g", "space", "s", "a", "c", "i", "n", "u", "U", "Z"])
async def test_no_command_acts_in_the_past(running: Running, session: Session, moved: list[int], key: str) -> None:
    before = list(session.store.database.connection().iterdump())
    async with running() as pilot:
        await press(pilot, "left_square_bracket", key)
        assert "This is the past" in shown(pilot)
        await press(pilot, "enter" if key == "none" else "escape")
    after = [line for line in session.store.database.connection().iterdump() if "workplace" not in line]
    assert after == [line for line in before if "workplace" not in line]


async def test_a_day_to_come_and_a_word_are_refused_in_the_form(running: Running, moved: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "b", *"2199-01-01", "enter")
        assert "not of the future" in shown(pilot)
        await press(pilot, *["backspace"] * 10, *"soon", "enter")
        assert board(pilot).past is None and "is no date" in shown(pilot)
        await press(pilot, "escape")


async def test_nothing_lies_before_the_first_deal(running: Running, session: Session, moved: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "left_square_bracket", *["left_curly_bracket"] * 6)
        assert board(pilot).day == local_day(session.now() - 20 * DAY, "UTC")


async def test_filter_and_order_hold_in_the_past_too(running: Running, session: Session, moved: list[int]) -> None:
    async with running() as pilot:
        await press(pilot, "left_curly_bracket", "o", "home")
        assert board(pilot).columns.card.client == "Polaris"
        await press(pilot, "slash", *"алт", "enter")
        assert counts(pilot) == [1, 0, 0]
        assert board(pilot).columns.card.client == "Алтай Печать"


async def test_long_columns_of_the_past_are_read_in_windows(running: Running, session: Session) -> None:
    at = session.now() - 5 * DAY
    for number in range(150):
        commands.new_deal(session, f"Client {number:03}", type_id=1, at=at + number)
    async with running() as pilot:
        await press(pilot, "left_square_bracket")
        assert sum(len(page) for page in board(pilot).columns.pages.values()) == PAGE
        await press(pilot, "end")
        assert "Client 149" in shown(pilot)
        seen = past_board(session, board(pilot)._look(), board(pilot).past.at)
        assert seen.head == board(pilot).columns.head and views.types(session)


async def test_the_past_offers_no_key_that_waits_for_now(running, session, deals):
    async with running() as pilot:
        await press(pilot, "b", "enter")
        assert "n new" not in shown(pilot) and "commands wait for now (b)" in shown(pilot)
        await press(pilot, "b")
        assert "n new" in shown(pilot)
