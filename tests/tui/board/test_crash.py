"""A mistake of our own ends the program with 70 and tells nothing but where it happened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.tui.board.conftest import Running
from tui.app import CRASHED, _tell_crash


def test_the_log_holds_no_value_and_only_its_owner_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.environ["XDG_STATE_HOME"] = str(tmp_path)
    secret = "Orion Legal pays 12"
    try:
        raise KeyError(secret)
    except KeyError as error:
        assert _tell_crash(error) == CRASHED
    log = next((tmp_path / "stagewatch").iterdir())
    assert log.stat().st_mode & 0o777 == 0o600
    assert "KeyError" in log.read_text() and "test_crash.py" in log.read_text()
    assert secret not in log.read_text() and secret not in capsys.readouterr().err


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
