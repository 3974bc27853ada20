"""A mistake of our own ends the program with 70 and tells nothing but where it happened."""

from __future__ import annotations

from traceback import extract_tb
from types import SimpleNamespace

import pytest

from models.config import Config
from tests.tui.board.conftest import Running
from tui.app import CRASHED, StagewatchApp, show
from tui.desk import Desk


def test_what_ended_the_app_reaches_the_one_who_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StagewatchApp, "run", lambda self, **said: None)
    desk = Desk(lambda: SimpleNamespace())  # type: ignore[arg-type, return-value]
    app = StagewatchApp(desk, Config())
    app.crash = ZeroDivisionError()
    try:
        with pytest.raises(ZeroDivisionError):
            show(app, Config(mouse=False))
    finally:
        desk.close()


async def test_an_unforeseen_error_ends_the_app_with_70(running: Running, deals: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    app = None
    with pytest.raises(ZeroDivisionError):
        async with running() as pilot:
            app = pilot.app
            monkeypatch.setattr(type(app.screen), "action_sort", lambda self: 1 // 0)
            await pilot.press("o")
            await pilot.pause(0.2)
    assert app is not None and app.return_code == CRASHED
    assert isinstance(app.crash, ZeroDivisionError)


async def test_of_an_error_aside_of_the_keys_it_is_known_where_it_was(running: Running, deals: list[int]) -> None:
    async def halve() -> None:
        1 // 0  # noqa: B018

    app = None
    with pytest.raises(ZeroDivisionError):
        async with running() as pilot:
            app = pilot.app
            app.screen.run_worker(halve)
            await pilot.pause(0.2)
    assert app is not None and app.return_code == CRASHED and app.crash is not None
    assert "halve" in [frame.name for frame in extract_tb(app.crash.__traceback__)]
