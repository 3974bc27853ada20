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


async def test_page_keys_while_the_palette_opens_do_no_harm(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await burst(pilot, "f9")
        for _moment in range(60):
            await burst(pilot, "pageup")
        assert pilot.app.screen.id == "--command-palette"


async def test_the_palette_does_what_was_found_once(running, session, deals):  # noqa: F811
    async with running() as pilot:
        await press(pilot, "f9", *"note")
        await pilot.pause(0.5)
        await burst(pilot, "enter", "enter", "enter")
        await settle(pilot)
        assert pilot.app.is_running
