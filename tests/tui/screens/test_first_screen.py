"""A screen that the program opens on is laid out like one that is switched to."""

from __future__ import annotations

import pytest
from textual.color import Color
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


@pytest.mark.parametrize("colour", ["warning", "success", "accent", "error", "foreground"])
async def test_what_is_told_by_a_colour_can_be_read_on_the_light_ground(running, session, colour):  # noqa: F811
    async with running() as pilot:
        pilot.app.theme = "textual-light"
        known = pilot.app.get_css_variables()
        ground, ink = (_luminance(Color.parse(known[name])) for name in ("background", colour))
        assert (ground + 0.05) / (ink + 0.05) > 4


def _luminance(colour):
    """Relative luminance, WCAG 2.1."""
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
