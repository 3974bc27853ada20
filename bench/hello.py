"""What everything is measured against: a Textual app with one list and nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import OptionList


class Hello(App[None]):
    def compose(self) -> ComposeResult:
        yield OptionList(*[f"Line {number}" for number in range(200)])


if __name__ == "__main__":
    Hello().run()
