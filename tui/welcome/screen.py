"""Where there is no store yet: set one up, look around in a demo, or leave. Nothing is made unasked."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult
from textual.widgets import Static

from models.session import Session
from models.values import instants
from models.values.errors import StagewatchError
from models.values.language import _, current_language, use_language
from tui.desk import Desk
from tui.widgets.dialogs import Choice, Field, Form, Line
from tui.widgets.words import plain, styled

if TYPE_CHECKING:
    from models.config import Config

LANGUAGES = (("en", "English"), ("ru", "Русский"))


class Welcome(App[Path]):
    """Asks what to do; its result is the store to open, None where the person leaves."""

    CSS_PATH = "../app.tcss"
    TITLE = "Stagewatch"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, path: Path, config: Config) -> None:
        super().__init__()
        self._path = path
        self.theme = config.theme
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        yield Static(id="welcome")

    def on_mount(self) -> None:
        self._greet()
        self.run_worker(self._ask(), exclusive=True)

    def _greet(self) -> None:
        self.query_one("#welcome", Static).update(
            styled(
                ("\n  Stagewatch\n\n", "bold"),
                "  " + _("Sales stages and working time in the terminal.") + "\n\n",
                ("  " + _("There is no store at {path} yet.").format(path=self._path), "dim"),
            )
        )

    async def _ask(self) -> None:
        at = 1 if current_language() == "ru" else 0
        language = await self.push_screen_wait(
            Choice("Language / Язык", [Line(name) for _code, name in LANGUAGES], at=at)
        )
        if language is None:
            self.exit(None)
            return
        use_language(LANGUAGES[language][0])
        self._greet()
        while True:
            lines = [
                Line(_("Set up a store of your own")),
                Line(_("Look around in a demo"), str(demo_path(self._path))),
                Line(_("Leave; nothing is made")),
            ]
            chosen = await self.push_screen_wait(Choice(_("How shall we begin?"), lines))
            if chosen == 0 and await self.push_screen_wait(self._founding()) is not None:
                self.exit(self._path)
                return
            if chosen == 1 and await self._demo():
                self.exit(demo_path(self._path))
                return
            if chosen in (None, 2):
                self.exit(None)
                return

    def _founding(self) -> Form:
        russian = current_language() == "ru"
        fields = [
            Field("name", _("Your name"), needed=True),
            Field("login", _("Login"), _login(), True),
            Field("currency", _("Currency"), "RUB" if russian else "EUR", True),
            Field("company", _("Company")),
        ]
        return Form(_("A store of your own"), fields, self._found, note=str(self._path))

    async def _found(self, values: dict[str, str]) -> None:
        desk = Desk(lambda: found(self._path, values))
        try:
            await desk.ask(_opened)
        finally:
            desk.close()

    async def _demo(self) -> bool:
        path = demo_path(self._path)
        if path.exists():
            return True
        self.query_one("#welcome", Static).update(plain("\n  " + _("Making the demo…")))
        desk = Desk(lambda: make_demo(path))
        try:
            await desk.ask(_opened)
        except StagewatchError as error:
            self.query_one("#welcome", Static).update(plain("\n  " + error.message))
            return False
        finally:
            desk.close()
        return True


def welcome(path: Path, *, config: Config) -> Path | None:
    """Ask on the screen; the store to open, or None."""
    app = Welcome(path, config)
    mouse = config.mouse if config.mouse is not None else "SSH_CONNECTION" not in os.environ
    return app.run(mouse=mouse)


def demo_path(path: Path) -> Path:
    """Where the demo of a store that is not there yet lives: beside it."""
    return path.with_name("demo.db")


def found(path: Path, values: dict[str, str]) -> Session:
    """Found the store that the form describes. Raises Refused, StoreUnusable, Usage."""
    from models.overview.founding import found_store
    from models.people.views import acting

    store = found_store(
        path,
        language=current_language(),
        currency=values["currency"].strip().upper(),
        admin=values["login"],
        admin_name=values["name"],
        timezone=local_timezone(),
        name=values["company"],
        at=instants.now(),
    )
    return Session(store, acting(values["login"], ""))


def make_demo(path: Path) -> Session:
    """Make the demo store and open it. Raises Refused, StoreUnusable."""
    from models.exchange.demo import fill_demo
    from models.people.views import acting
    from models.storage.store import open_store

    login = _login()
    fill_demo(path, language=current_language(), admin=login)
    return Session(open_store(path), acting(login, ""))


def local_timezone() -> str:
    """The time zone of this machine, UTC where it does not tell."""
    said = os.environ.get("TZ", "").lstrip(":")
    if not said:
        link = os.path.realpath("/etc/localtime")
        said = link.partition("/zoneinfo/")[2]
    try:
        instants.zone(said or "UTC")
    except StagewatchError:
        return "UTC"
    return said or "UTC"


def _login() -> str:
    return "".join(getpass.getuser().split()) or "admin"


def _opened(session: Session) -> bool:
    return True
