"""A screen that the program opens on is laid out like one that is switched to."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from models.people.commands import keep_workplace
from models.session import Session
from tests.tui.board.conftest import Running, deals, press, running, settle  # noqa: F401
from tui.app import SCREENS
from tui.keymap import table

KEYS = {act.id: act.keys for act in table() if act.id in SCREENS}


def regions(pilot: Pilot) -> list[tuple[str, tuple[int, int, int, int]]]:
    return [(str(widget), tuple(widget.region)) for widget in pilot.app.screen.walk_children()]


@pytest.mark.parametrize("name", [name for name in SCREENS if name != "board"])
async def test_the_first_screen_is_laid_out_like_any(running: Running, session: Session, deals: list[int], name: str) -> None:  # noqa: F811
    async with running() as pilot:
        await press(pilot, KEYS[name])
        switched = regions(pilot)
    keep_workplace(session, {"screen": name})
    async with running() as pilot:
        await settle(pilot)
        assert regions(pilot) == switched and pilot.app.screen.where == name
