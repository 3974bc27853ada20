"""The way into the screens: the store is opened and first read in its own thread while Textual is being imported."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from models.values.language import use_language
from tui.board import NARROWEST
from tui.desk import Desk

if TYPE_CHECKING:
    from models.config import Config
    from models.overview.opening import Opening
    from models.session import Session

FIRST = "board"


def run(path: Path, *, login: str | None, config: Config, language: str | None) -> int:
    """Open the store at `path` in the full-screen app; the process's exit status.

    Without a store it asks whether to set one up or look around in a demo. Raises StoreUnusable, Usage; what ends the
    app unforeseen is raised as it is.
    """
    if language:
        use_language(language)
    if not path.exists():
        from tui.welcome.screen import welcome

        _use_symbols(config)
        chosen = welcome(path, config=config)
        if chosen is None:
            return 0
        path = chosen
    # A tenth of the start would go into looking for garbage among what it imports; the app goes on with it.
    gc.disable()
    desk = Desk(lambda: _session(path, login, config))
    try:
        begun = desk.begin(_opening, shutil.get_terminal_size().columns // NARROWEST)
        from tui.app import StagewatchApp, show

        _use_symbols(config)
        session = desk.session()
        if not language:
            use_language(session.actor.language)
        return show(StagewatchApp(desk, config, begun.result()), config)
    finally:
        desk.close()


def _use_symbols(config: Config) -> None:
    from tui.widgets import strip, words

    words.use_ascii(config.symbols == "ascii" or not _speaks_utf8())
    strip.guard()


def _opening(session: Session, columns: int) -> Opening:
    from models.overview.opening import opening

    return opening(session, FIRST, columns)


def _session(path: Path, login: str | None, config: Config) -> Session:
    import getpass

    from models.people.views import acting
    from models.session import Session
    from models.storage.store import open_store

    store = open_store(path, network=config.network_store)
    try:
        return Session(store, acting(login, getpass.getuser()), forgotten_after=config.timer.forgotten_after)
    except BaseException:
        store.close()
        raise


def _speaks_utf8() -> bool:
    said = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    return "utf-8" in said.lower() or "utf8" in said.lower()
