"""Help in the language of this process. Its texts stand in English where commands and options are declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from models.values.language import _ as spoken  # the texts stand where commands and options are declared

# What click itself says in a help.
CLICK_WORDS = ("Usage: ", "Options", "Commands", "Show this message and exit.", "default: ", "required")


class Formatter(click.HelpFormatter):
    """Writes each text of a help as it is said in the language of this process."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, spoken(prefix or "Usage: "))

    def write_heading(self, heading: str) -> None:
        super().write_heading(spoken(heading))

    def write_text(self, text: str) -> None:
        super().write_text(spoken(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _row(text)) for name, text in rows], col_max, col_spacing)


def _row(text: str) -> str:
    """An option's text, and in brackets what click adds to it."""
    words, bracket, facts = text.partition("  [")
    return spoken(words) + bracket + facts.replace("default: ", spoken("default: ")).replace("required", spoken("required"))


class Context(click.Context):
    formatter_class = Formatter


class Spoken(click.Command):
    """What commands and groups have in common."""

    context_class = Context

    def get_short_help_str(self, limit: int = 45) -> str:
        return click.Command(None, help=spoken(self.help) if self.help else None).get_short_help_str(limit)


def texts(command: click.Command) -> Iterator[str]:
    """Every text in the help of a command and of those below it, in English."""
    yield command.help or ""
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""
    if isinstance(command, click.Group):
        context = Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from texts(below)


__all__ = ["CLICK_WORDS", "Spoken", "texts"]
