"""The report Trend on the screen, by keys: its measures, its chart, the deals behind a month."""

from __future__ import annotations

import pytest

from models.pipeline import commands
from models.values.instants import DAY
from tests.tui.board.conftest import press, running, settle, shown  # noqa: F401  (fixtures)
from tests.tui.statistics.test_statistics import read, screen, to


@pytest.fixture
def months(session):
    """Six deals of this month and six of a hundred days ago, of which four of each were won; one open."""
    for days in (100, 0):
        for number in range(6):
            at = session.now() - days * DAY
            deal = commands.new_deal(session, f"Client {number}", type_id=1, amount=100_00, at=at).deal_id
            commands.win_deal(session, deal, at=at) if number < 4 else commands.lose_deal(session, deal, reason="price", at=at)
    commands.new_deal(session, "Orion", type_id=1, amount=100_00)


async def test_v_goes_through_the_measures_and_the_newest_month_is_on_top(running, session, months):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("trend"))
        await read(pilot)
        text = shown(pilot)
        assert "Trend · deals " in text and "● started  ○ won  × lost" in text
        newest = screen(pilot).table.items[0]
        assert newest.cells[0].endswith("*") and newest.cells[1:] == ("7", "4", "2")
        for told, cells in (("share won", ("4", "2", "67\xa0%")), ("median stay", None), ("amount won", ("400.00\xa0€",)), ("open deals", ("1",))):
            await press(pilot, "v")
            assert f"Trend · {told}" in shown(pilot)
            if cells is not None:
                assert tuple(cell.removeprefix("~ ") for cell in screen(pilot).table.items[0].cells[1 : 1 + len(cells)]) == cells
        await press(pilot, "v")
        assert "Trend · deals " in shown(pilot)


async def test_a_month_opens_into_its_deals(running, session, months):  # noqa: F811
    async with running(size=(120, 36)) as pilot:
        await press(pilot, *to("trend"))
        await read(pilot)
        await press(pilot, "enter", "enter")
        assert "won 4" in shown(pilot) and "lost 2" in shown(pilot)
        await press(pilot, "2")
        await settle(pilot)
        assert "2 deals" in shown(pilot) and "Client 5" in shown(pilot) and "Client 0" not in shown(pilot)
        await press(pilot, "escape", "v", "v", "v", "v", "enter")
        await settle(pilot)
        assert "1 deal" in shown(pilot) and "Orion" in shown(pilot)
