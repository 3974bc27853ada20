"""A text of fixed size that is sent to the terminal only when it has changed."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Still(Static):
    """Shows what `show_text` was given last."""

    _shown: object = None

    def show_text(self, text: Content, *, layout: bool = False) -> None:
        """Show the text; `layout` where its size has changed. The same text again costs nothing."""
        shown = (text.plain, text.spans)
        if shown != self._shown:
            self._shown = shown
            self.update(text, layout=layout)
