"""Keys that are typed ahead: what comes after the answer finds the question gone."""

from __future__ import annotations

from models.pipeline import views
from tests.tui.board.conftest import board, deals, press, running, settle, shown  # noqa: F401  (fixtures)
from tests.tui.bursts import burst


async def test_enter_twice_does_what_the_form_says_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "n", *"Lyra")
        await burst(pilot, "enter", "enter")
        await settle(pilot)
        assert pilot.app.screen is board(pilot)
    assert len(views.deals(session)) == len(deals) + 1


async def test_two_digits_choose_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "y")
        await burst(pilot, "1", "1")
        await settle(pilot)
        assert pilot.app.screen is board(pilot)
