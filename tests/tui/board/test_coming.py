"""What usually comes next, in the board's pane and on the client's card."""

from __future__ import annotations

import pytest

from models.pipeline import commands
from models.session import Session
from models.values.instants import DAY
from tests.tui.board.conftest import Running, press, settle, shown


@pytest.fixture
def history(session: Session) -> int:
    """Eleven deals went on to the second stage after six days, seven were lost after three; one has just begun."""
    for number in range(18):
        at = session.now() - 60 * DAY
        deal = commands.new_deal(session, f"Done {number}", type_id=1, at=at).deal_id
        if number < 11:
            commands.move_deal(session, deal, 2, at=at + 6 * DAY)
            commands.win_deal(session, deal)
        else:
            commands.lose_deal(session, deal, reason="price", at=at + 3 * DAY)
    return commands.new_deal(session, "Orion", type_id=1).deal_id


async def known(pilot) -> None:
    for _try in range(100):
        if pilot.app.figures:
            break
        await settle(pilot)
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_pane_tells_what_usually_comes_next_once_the_history_is_read(
    running: Running, history: int, size: tuple[int, int]
) -> None:
    async with running(size=size) as pilot:
        await known(pilot)
        text = shown(pilot).replace("\xa0", " ")
        assert "sually next" in text and "Demonstration 61 % (39–80)" in text
        assert size[0] > 80 or "after 6 d" in text


async def test_the_card_tells_it_below_each_open_deal(running: Running, session: Session, history: int) -> None:
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "3", "slash", *"orion", "enter", "enter")
        await known(pilot)
        assert "usually next: Demonstration 61 % (39–80), after 6 d" in shown(pilot).replace("\xa0", " ")


async def test_on_a_narrow_card_it_is_said_in_short(running: Running, session: Session, history: int) -> None:
    async with running() as pilot:
        await press(pilot, "3", "slash", *"orion", "enter")
        await known(pilot)
        assert "→ Demonstration 61 % (39–80), after 6 d" in shown(pilot).replace("\xa0", " ")


async def test_a_deal_that_is_older_than_all_is_told_that_they_are_few(running: Running, session: Session, history: int) -> None:
    commands.new_deal(session, "Vega", type_id=1, at=session.now() - 40 * DAY)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "3", "slash", *"vega", "enter")
        await known(pilot)
        assert "after 6 d (few)" in shown(pilot)


async def test_a_closed_deal_has_nothing_to_come(running: Running, session: Session, history: int) -> None:
    commands.win_deal(session, history)
    async with running(size=(120, 36)) as pilot:
        await press(pilot, "3", "slash", *"orion", "enter")
        await known(pilot)
        assert "Orion" in shown(pilot) and "usually next" not in shown(pilot)
