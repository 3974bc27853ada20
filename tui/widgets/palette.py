"""The palette: every act of here and now, found by its name."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, SearchIcon
from textual.widgets.option_list import Option

from models.values.language import _
from tui.widgets.words import plain


class Palette(CommandPalette):
    """Textual's, in the person's language and without its picture, made safe against keys that are typed ahead of it."""

    def __init__(self) -> None:
        super().__init__(placeholder=_("what is to be done"))

    def on_mount(self) -> None:
        self.query_one(SearchIcon).display = False

    def dismiss(self, result: Any = None) -> AwaitComplete:
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        # A list that has not been laid out has no lines to page through.
        if self.query_one(CommandList).size.height:
            super()._action_command_list(action)

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()

        def tell() -> None:
            if search_value:
                self.query_one(CommandList).add_option(Option(plain(_("Nothing is called that.")), disabled=True, id=self._NO_MATCHES))
            self._list_visible = bool(search_value)

        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, tell)
