"""The app: which screens there are, theme, palette, the change feed; nothing about deals."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from importlib import import_module
from threading import Timer
from typing import TYPE_CHECKING, Any

for _name in [name for name in os.environ if name.startswith("TEXTUAL_")]:
    del os.environ[_name]  # nothing from outside changes what runs

from textual import events  # noqa: E402
from textual.app import SystemCommand  # noqa: E402
from textual.screen import Screen  # noqa: E402
from textual.theme import BUILTIN_THEMES  # noqa: E402
from textual.worker import WorkerFailed  # noqa: E402

from models.overview.opening import Opening, opening  # noqa: E402
from models.values.errors import StagewatchError  # noqa: E402
from models.values.language import _  # noqa: E402
from tui import keymap  # noqa: E402
from tui.board import NARROWEST  # noqa: E402
from tui.desk import Desk  # noqa: E402
from tui.start import FIRST  # noqa: E402
from tui.typed import Typed  # noqa: E402
from tui.watching import Watching  # noqa: E402

if TYPE_CHECKING:
    from textual.worker import Worker

    from models.config import Config
    from models.session import Session
    from tui.figures import Known
    from tui.widgets.dialogs import Again
    from tui.widgets.frame import FramedScreen

SCREENS = {
    "today": "tui.today.screen:TodayScreen",
    "board": "tui.board.screen:BoardScreen",
    "clients": "tui.clients.screen:ClientsScreen",
    "time": "tui.time.screen:TimeScreen",
    "statistics": "tui.statistics.screen:StatisticsScreen",
    "setup": "tui.setup.screen:SetupScreen",
}
# Its own warm colour and green are as light as its ground: 1.5 and 1.8 to 1 in contrast, these 4.8 and 4.9.
ON_LIGHT = replace(BUILTIN_THEMES["textual-light"], warning="#8a5200", accent="#8a5200", success="#1f6b3a")
LOOK_SECONDS, LEAVE_AFTER = 5, 10
GARBAGE = (3_000, 3, 3)  # how much of it calls for a look at what is young, older, old
CRASHED = 70
CUT_OFF = -1  # the app's result after SIGHUP or SIGTERM; the process ends with 0


class StagewatchApp(Typed):
    """Shows one screen at a time, switched in place; passes on what the change feed tells."""

    CSS_PATH = "app.tcss"
    TITLE = "Stagewatch"
    COMMAND_PALETTE_BINDING = "f9"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = keymap.bindings("everywhere")

    def __init__(self, desk: Desk, config: Config, begun: Opening | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.register_theme(ON_LIGHT)
        self.theme = config.theme
        self.stylesheet.set_variables(self.get_css_variables())
        self._styled_for = self.theme
        self.animation_level = "none"
        self.crash: BaseException | None = None
        self.workplace: dict[str, Any] = {}
        self.unsaved: dict[str, Any] | None = None
        self.figures: Known = {}
        self._opening = begun
        self._made: dict[str, FramedScreen] = {}
        self._current = FIRST
        self.exports = config.exports  # the folder into which screens save, or ""
        self.watching = Watching(self, config.timer)
        if config.keys:
            self.set_keymap(keymap.chosen(config.keys))

    def get_default_screen(self) -> Screen[Any]:
        if self._opening is None:
            self._opening = self.desk.now_do(opening, FIRST, self.size.width // NARROWEST)
        self.workplace = self._opening.workplace
        self.unsaved = self.workplace.get("form")
        name = self.workplace.get("screen", FIRST)
        self._current = name if name in SCREENS else FIRST
        screen = self.made(self._current)
        # Textual does these for screens that are pushed, not for the first one, and takes the second back on a switch.
        self.stylesheet.read_all(screen.css_path)
        screen._push_result_callback(screen, None)
        return screen

    def refresh_css(self, animate: bool = True) -> None:
        """Read the style sheets anew for another theme. Textual asks for it at the start and at the first switch to each
        screen too, when all is styled already, and would paint everything twice."""
        if self.theme != self._styled_for:
            self._styled_for = self.theme
            super().refresh_css(animate)
            for screen in self._made.values():
                self.stylesheet.update_nodes(screen.walk_children(with_self=True))

    def taken_opening(self) -> Opening | None:
        """What was read before the first screen was there, for the first who asks."""
        taken, self._opening = self._opening, None
        return taken

    def made(self, name: str) -> FramedScreen:
        """The screen of that name, made when first asked for, and kept."""
        if name not in self._made:
            module, _colon, kind = SCREENS[name].partition(":")
            screen: FramedScreen = getattr(import_module(module), kind)()
            self.install_screen(screen, name)
            self._made[name] = screen
        return self._made[name]

    def on_mount(self) -> None:
        self.run_worker(self._listen(), group="feed")
        if self.unsaved is not None:
            self.run_worker(self._open_again(self.unsaved))

    def on_ready(self) -> None:
        """What the start has made stays; from now on garbage is looked for among what comes, and often enough: a drawn line
        refers to itself, and those no longer shown stood at a megabyte and a half after sixty moves."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
            gc.set_threshold(*GARBAGE)

    async def _open_again(self, form: dict[str, Any]) -> None:
        """Open the form that was open when the program was cut off, with the text that was in it."""
        from tui.widgets.dialogs import Notice

        screen = self.made(self._current)
        try:
            await screen.open_again(form["name"], form["about"])
        except StagewatchError as error:
            lines = [("", error.message), ("", "")] + [("", value) for value in form["values"].values()]
            await self.push_screen_wait(Notice(_("What you had typed was not saved"), lines))
        except (LookupError, TypeError, ValueError):
            pass  # a form that another version of the program kept
        self.unsaved = None
        await self.forget_form()

    def take_unsaved(self, again: Again) -> dict[str, str]:
        """The text that was typed into that form when the program was cut off; given out once."""
        kept = self.unsaved or {}
        if (kept.get("name"), kept.get("about")) != (again.name, again.about):
            return {}
        self.unsaved = None
        return dict(kept["values"])

    async def forget_form(self) -> None:
        """Keep no open form for the next start."""
        if "form" not in self.workplace:
            return
        state = {name: value for name, value in self.workplace.items() if name != "form"}
        try:
            await self.desk.do(_keep, state)
        except StagewatchError:
            return
        self.workplace = state

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.Paste)):
            self.watching.key()
        await super().on_event(event)

    async def _listen(self) -> None:
        """Let the screen in view read again when something has changed. A task of its own: keys do not wait for it."""
        while True:
            try:
                changes = await self.desk.changes()
            except StagewatchError as error:
                self._tell(error)
            else:
                await self.tell_change(changes)

    async def tell_change(self, changes: dict[str, frozenset[int]]) -> None:
        """Pass what changed to the screen below any dialog."""
        from tui.widgets.frame import FramedScreen

        if "company" in changes:
            self.figures.clear()  # they may have been read on another clock

        for screen in reversed(self.screen_stack):
            if isinstance(screen, FramedScreen):
                try:
                    await screen.changed(changes)
                    if "entry" in changes:
                        await screen.read_stopwatch()
                except StagewatchError as error:
                    screen.say_error(error)
                return

    def tell(self, text: str) -> None:
        """Say something in the last line of the screen below any dialog."""
        for screen in reversed(self.screen_stack):
            if hasattr(screen, "say"):
                screen.say(text)
                return

    def asks_nothing(self) -> bool:
        """Whether no dialog is in view or about to be."""
        from tui.widgets.frame import FramedScreen

        return isinstance(self.screen, FramedScreen) and not self._question_coming()

    def ask(self, work: Coroutine[Any, Any, Any]) -> Worker[None]:
        """Begin work that asks something; a refusal or fault is told in the last line."""
        return self.run_worker(self._asked(work), group="dialog")

    async def _asked(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            said = await work
        except StagewatchError as error:
            self._tell(error)
        else:
            if isinstance(said, str):
                self.tell(said)

    async def action_what_to_time(self) -> None:
        from tui.widgets.timing import ask_what_to_time

        if self.asks_nothing():
            self.ask(ask_what_to_time(self))

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
        from tui.clients.screen import ClientsScreen

        screen = self.made("clients")
        assert isinstance(screen, ClientsScreen)
        screen.client_id = client_id
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

    def action_command_palette(self) -> None:
        from tui.widgets.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """What the palette finds: every act of here and now, by its name."""
        where = getattr(screen, "where", "")
        for act in keymap.table():
            if act.where in ("everywhere", where) and act.id != "palette":
                target = self if act.where == "everywhere" else screen
                keys = " ".join(keymap.key_name(key) for key in act.keys.split(","))
                yield SystemCommand(act.words, keys, _runner(target, act.action))

    def keep_workplace(self, *, cut_off: bool = False) -> None:
        """Remember where the person is, for the next time; where the program is `cut_off`, an open form too."""
        from tui.widgets.dialogs import Form

        state = {**self.workplace, "screen": self._current}
        state.pop("form", None)
        if cut_off:
            forms = (screen.unsaved() for screen in self.screen_stack if isinstance(screen, Form))
            unsaved = next(forms, None) or self.unsaved
            if unsaved is not None:
                state["form"] = unsaved
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
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):  # it knows nothing of where that was
            error = error.error
        self.crash = error
        super()._handle_exception(error)
        self._return_code = CRASHED

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()


def _runner(target: Any, action: str) -> Any:
    async def go() -> None:
        await target.run_action(action)

    return go


def _keep(session: Session, state: dict[str, Any]) -> None:
    from models.people.commands import keep_workplace

    keep_workplace(session, state)


def _timer_runs(session: Session) -> bool:
    from models.timekeeping.views import running

    return running(session) is not None


def _stop_timer(session: Session) -> None:
    from models.timekeeping.commands import stop_timer

    stop_timer(session)


def show(app: StagewatchApp, config: Config) -> int:
    """Run the app on the terminal until it ends; the exit status. What ended it unforeseen is raised again."""

    def end() -> None:
        if app.return_value == CUT_OFF:  # a closing terminal tells it twice
            return
        # Whatever hinders the end, a session that nobody sees does not go on; what was told as done is in the store.
        leave = Timer(LEAVE_AFTER, os._exit, (0,))
        leave.daemon = True
        leave.start()
        app.keep_workplace(cut_off=True)
        if _is_gone():  # Textual would wait for ever to write its farewell
            app.desk.close()
            os._exit(0)
        app.exit(CUT_OFF)

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, end)
        # A terminal that is not the program's own goes without a signal.
        app.set_interval(LOOK_SECONDS, lambda: end() if _is_gone() else None)

    app.call_later(listen)
    mouse = config.mouse if config.mouse is not None else "SSH_CONNECTION" not in os.environ
    app.run(mouse=mouse)
    if app.crash is not None:
        raise app.crash
    if app.return_value != CUT_OFF:
        app.keep_workplace()
    return app.return_code or 0


def _is_gone() -> bool:
    """Whether the terminal was closed."""
    return not os.isatty(0)
