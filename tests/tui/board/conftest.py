"""A store with a few deals, and the app over it, driven by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from models.config import Config
from models.people.views import acting
from models.pipeline import commands, views
from models.session import Session
from models.storage.store import open_store
from tests.tui.bursts import send
from tests.tui.quiet import quiet
from tui.app import StagewatchApp
from tui.board.screen import BoardScreen
from tui.desk import Desk
from tui.widgets import strip

CONFIG = Config(symbols="unicode")
Running = Callable[..., AbstractAsyncContextManager[Pilot[Any]]]


@pytest.fixture
def deals(session: Session) -> list[int]:
    """Six deals at the first stage, one at the second; Алтай among them. Oldest first."""
    made = []
    for number, name in enumerate(["Orion Legal", "Vega Windows", "Алтай Печать", "Sirius", "Rigel", "Tau", "Polaris"]):
        at = session.now() - (20 - number) * 86_400_000_000
        made.append(commands.new_deal(session, name, type_id=1, amount=100_00 * (number + 1), at=at).deal_id)
    commands.move_deal(session, made[-1], 2)
    return made


@pytest.fixture
def running(session: Session, tmp_path: Path) -> Running:
    """Runs the app over the session's store, as the same or another employee."""

    @asynccontextmanager
    async def run(size: tuple[int, int] = (80, 24), login: str = "root", keys: dict[str, str] | None = None) -> AsyncIterator[Pilot[Any]]:
        strip.guard()
        config = replace(CONFIG, keys=keys or {})
        desk = Desk(lambda: Session(open_store(session.store.path), acting(login, "")))
        app = StagewatchApp(desk, config)
        try:
            desk.session()
            async with app.run_test(size=size) as pilot:
                await opened(pilot)
                yield pilot
        finally:
            desk.close()
            # The process has one store: the fixture's own connection takes over again.
            from models.storage.database import database

            database.initialize(session.store.database)

    return run


async def opened(pilot: Pilot[Any]) -> None:
    """Until the first reading is on the screen, at most 5 s."""
    for _try in range(500):
        await pilot.pause(0.01)
        screen = pilot.app.screen
        if not isinstance(screen, BoardScreen) or screen.has_class("-small"):
            break
        if screen.columns.head.columns or screen.columns.empty:
            break
    await settle(pilot)


async def settle(pilot: Pilot[Any]) -> None:
    """Until what the last key set off is done and the pane is painted."""
    await quiet(pilot)


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press the keys one after another, each when what the one before it set off is done, and let the cursor rest."""
    for key in keys:
        send(pilot.app, key)
        await quiet(pilot, rests=False)
    await settle(pilot)


def board(pilot: Pilot[Any]) -> BoardScreen:
    found = next(screen for screen in pilot.app.screen_stack if isinstance(screen, BoardScreen))
    return found


def shown(pilot: Pilot[Any]) -> str:
    """The text on the screen, as a person sees it."""
    width, height = pilot.app.size
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(line.text for line in lines)[: (width + 1) * height]


def stage_of(session: Session, deal_id: int) -> str | None:
    return views.deal(session, deal_id).stage
