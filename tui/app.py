"""The app: which screens there are, theme, palette, the change feed, crashes; nothing about deals."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

for _name in [name for name in os.environ if name.startswith("TEXTUAL_")]:
    del os.environ[_name]  # nothing from outside changes what runs

from textual.app import App, SystemCommand  # noqa: E402
from textual.screen import Screen  # noqa: E402

from models.session import Session  # noqa: E402
from models.values.errors import StagewatchError, StoreUnusable  # noqa: E402
from models.values.language import _, use_language  # noqa: E402
from tui import keymap  # noqa: E402
from tui.desk import POLL_SECONDS, Desk  # noqa: E402
from tui.widgets import strip, words  # noqa: E402

if TYPE_CHECKING:
    from models.config import Config
    from tui.widgets.frame import FramedScreen

SCREENS = {
    "today": "tui.today.screen:TodayScreen",
    "board": "tui.board.screen:BoardScreen",
    "clients": "tui.clients.screen:ClientsScreen",
    "statistics": "tui.statistics.screen:StatisticsScreen",
    "setup": "tui.setup.screen:SetupScreen",
}
FIRST = "board"
CRASHED = 70


class StagewatchApp(App[int]):
    """Shows one screen at a time, switched in place; passes on what the change feed tells."""

    CSS_PATH = "app.tcss"
    TITLE = "Stagewatch"
    COMMAND_PALETTE_BINDING = "f9"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = keymap.bindings("everywhere")

    def __init__(self, desk: Desk, config: Config | None = None) -> None:
        super().__init__(ansi_color=None)
        self.desk = desk
        self.theme = getattr(config, "theme", None) or "ansi-dark"
        self.animation_level = "none"
        self.crash: BaseException | None = None
        self.workplace: dict[str, Any] = {}
        self._made: dict[str, FramedScreen] = {}
        self._current = FIRST
        if config is not None and config.keys:
            self.set_keymap(keymap.chosen(config.keys))

    def get_default_screen(self) -> Screen[Any]:
        self.workplace = self.desk.now_do(_workplace)
        name = self.workplace.get("screen", FIRST)
        self._current = name if name in SCREENS else FIRST
        screen = self.made(self._current)
        # Textual does these for screens that are pushed, not for the first one, and takes the second back on a switch.
        self._load_screen_css(screen)
        screen._push_result_callback(screen, None)
        return screen

    def made(self, name: str) -> FramedScreen:
        """The screen of that name, made when first asked for, and kept."""
        if name not in self._made:
            module, _colon, kind = SCREENS[name].partition(":")
            screen: FramedScreen = getattr(import_module(module), kind)()
            self.install_screen(screen, name)
            self._made[name] = screen
        return self._made[name]

    def on_mount(self) -> None:
        self.set_interval(POLL_SECONDS, self._listen)

    async def _listen(self) -> None:
        """Let the screen in view read again when something has changed."""
        try:
            changes = await self.desk.changes()
        except StagewatchError as error:
            self._tell(error)
            return
        if changes:
            await self.tell_change(changes)

    async def tell_change(self, changes: dict[str, frozenset[int]]) -> None:
        """Pass what changed to the screen below any dialog."""
        from tui.widgets.frame import FramedScreen

        for screen in reversed(self.screen_stack):
            if isinstance(screen, FramedScreen):
                try:
                    await screen.changed(changes)
                    if "entry" in changes:
                        await screen.read_stopwatch()
                except StagewatchError as error:
                    screen.say_error(error)
                return

    def _tell(self, error: StagewatchError) -> None:
        if hasattr(self.screen, "say_error"):
            self.screen.say_error(error)

    def action_show(self, name: str) -> None:
        screen = self.made(name)
        if self.screen is not screen:
            self._current = name
            self.switch_screen(screen)

    def show_client(self, client_id: int) -> None:
        """Go to the screen Clients with the card of that client."""
        screen = self.made("clients")
        screen.client_id = client_id  # type: ignore[attr-defined]
        self._current = "clients"
        self.switch_screen(screen)

    async def action_back(self) -> None:
        """Esc belongs to the screen in view."""
        await self.run_action("screen.back")

    async def action_leave(self) -> None:
        self.run_worker(self._leave(), exclusive=True, group="leave")

    async def _leave(self) -> None:
        from tui.widgets.dialogs import Choice, Line

        if await self.desk.ask(_timer_runs):
            lines = [Line(_("Leave; the timer runs on")), Line(_("Stop the timer and leave")), Line(_("Stay"))]
            answer = await self.push_screen_wait(Choice(_("A timer is running."), lines))
            if answer is None or answer == 2:
                return
            if answer == 1:
                try:
                    await self.desk.do(_stop_timer)
                except StagewatchError as error:
                    self._tell(error)
                    return
        self.exit(0)

    async def action_keys(self) -> None:
        from tui.widgets.dialogs import Notice
        from tui.widgets.footer import help_lines

        where = getattr(self.screen, "where", "")
        self.push_screen(Notice(_("Keys"), help_lines(where, "list", "everywhere")))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette finds: every act of here and now, by its name."""
        where = getattr(screen, "where", "")
        for act in keymap.table():
            if act.where in ("everywhere", where) and act.id != "palette":
                target = self if act.where == "everywhere" else screen
                keys = " ".join(keymap.key_name(key) for key in act.keys.split(","))
                yield SystemCommand(act.words, keys, _runner(target, act.action))

    def keep_workplace(self) -> None:
        """Remember where the person is, for the next time."""
        state = {**self.workplace, "screen": self._current}
        for name, screen in self._made.items():
            if hasattr(screen, "workplace"):
                state[name] = screen.workplace()
        if state != self.workplace:
            try:
                self.desk.now_do(_keep, state)
            except StagewatchError:
                return  # a store that cannot be written now loses nothing but the place
            self.workplace = state

    def _handle_exception(self, error: Exception) -> None:
        """An unforeseen error ends the program; what it was goes to the log, without any value."""
        self.crash = error
        super()._handle_exception(error)
        self._return_code = CRASHED

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()


def _runner(target: Any, action: str) -> Any:
    async def go() -> None:
        await target.run_action(action)

    return go


def _workplace(session: Session) -> dict[str, Any]:
    from models.people.views import workplace

    return workplace(session.actor.id)


def _keep(session: Session, state: dict[str, Any]) -> None:
    from models.people.commands import keep_workplace

    keep_workplace(session, state)


def _timer_runs(session: Session) -> bool:
    from models.timekeeping.views import running

    return running(session) is not None


def _stop_timer(session: Session) -> None:
    from models.timekeeping.commands import stop_timer

    stop_timer(session)


def run(path: Path, *, login: str | None, config: Config, language: str | None) -> int:
    """Open the store at `path` in the full-screen app; the process's exit status.

    Without a store it asks whether to set one up or look around in a demo. Raises StoreUnusable, Usage.
    """
    if language:
        use_language(language)
    words.use_ascii(config.symbols == "ascii" or not _speaks_utf8())
    strip.guard()
    if not path.exists():
        from tui.welcome.screen import welcome

        chosen = welcome(path, config=config)
        if chosen is None:
            return 0
        path = chosen
    desk = Desk(lambda: _session(path, login, config))
    try:
        session = desk.session()
        if not language:
            use_language(session.actor.language)
        return show(StagewatchApp(desk, config), config)
    finally:
        desk.close()


def show(app: StagewatchApp, config: Config) -> int:
    """Run the app on the terminal until it ends; the exit status."""

    def end(_number: int, _frame: object) -> None:
        app.keep_workplace()
        app.exit(0)

    import asyncio

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, end, number, None)

    app.call_later(listen)
    mouse = config.mouse if config.mouse is not None else "SSH_CONNECTION" not in os.environ
    app.run(mouse=mouse)
    if app.crash is not None:
        return _tell_crash(app.crash)
    app.keep_workplace()
    return app.return_code or 0


def _session(path: Path, login: str | None, config: Config) -> Session:
    import getpass

    from models.people.views import acting
    from models.storage.store import open_store

    store = open_store(path, network=config.network_store)
    try:
        return Session(store, acting(login, getpass.getuser()))
    except BaseException:
        store.close()
        raise


def _speaks_utf8() -> bool:
    said = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    return "utf-8" in said.lower() or "utf8" in said.lower()


def _tell_crash(error: BaseException) -> int:
    """Write where it happened, without any value, to a file that only its owner reads; tell the person its name."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "stagewatch"
    number = f"{os.getpid():05d}"
    where = folder / f"crash-{number}.log"
    lines = [f"{type(error).__name__}\n"]
    lines += [
        f"  {frame.filename}:{frame.lineno} {frame.name}\n" for frame in traceback.extract_tb(error.__traceback__)
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        where.unlink(missing_ok=True)
        with os.fdopen(os.open(where, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as log:
            log.writelines(lines)
        told = _("Stagewatch ended because of a mistake of its own (error {number}); the traceback is in {path}.")
        text = told.format(number=number, path=where)
    except OSError:
        text = _("Stagewatch ended because of a mistake of its own (error {number}).").format(number=number)
    sys.stderr.write(text + "\n" + _("What it reported as done is saved.") + "\n")
    return CRASHED


__all__ = ["SCREENS", "StagewatchApp", "StoreUnusable", "run"]
