"""The palette: every act of here and now, found by its name."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's, made safe against keys that are typed ahead of it."""

    def dismiss(self, result: Any = None) -> AwaitComplete:
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        # A list that has not been laid out has no lines to page through.
        if self.query_one(CommandList).size.height:
            super()._action_command_list(action)
