"""What goes to the terminal: lines made harmless, tables aligned by cells, one JSON document."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.values.language import _
from models.values.text import STEERING, shown, shown_lines, width_of

_HALF_PAIR = re.compile("[\ud800-\udfff]")
GAP = "  "
DETAILS = 20  # lines of what a refusal names


def say(text: str = "") -> None:
    """Lines for a person on stdout."""
    print(shown_lines(text))


def say_aside(text: str) -> None:
    """Lines for a person on stderr, beside the result."""
    print(shown_lines(text), file=sys.stderr)


def print_json(document: Any) -> None:
    """The one JSON document of a call, UTF-8, on stdout."""
    import json

    text = json.dumps(document, ensure_ascii=False, indent=2)
    print_whole(f"{STEERING.sub(_escaped, _HALF_PAIR.sub(chr(0xFFFD), text))}\n")


def print_whole(text: str) -> None:
    """What another program reads, UTF-8, on stdout as it stands."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text, end="")


def _escaped(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def write_whole(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put `content` in the place of the file, or leave that as it was. Without a `mode` that of new files. Raises OSError."""
    import os
    import tempfile

    handle, made = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(made, 0o666 & ~umask if mode is None else mode)
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise


def write_new(path: Path, content: bytes, mode: int) -> None:
    """Write a file that is not there yet, whole or not at all. Raises OSError."""
    import os

    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
    except BaseException:
        os.unlink(path)
        raise


def say_details(details: Sequence[dict[str, Any]]) -> None:
    """What a refusal names, a line each, on stderr: the first ones, and how many more."""
    lines = []
    for detail in details:
        if detail.get("lift"):
            lines.append(detail["lift"])
        elif "id" in detail:
            told = (detail.get(key) for key in ("id", "name", "day", "employee", "title", "message"))
            lines.append("  ".join(str(word) for word in told if word not in (None, "")))
    for line in lines[:DETAILS]:
        say_aside(f"  {line}")
    if len(lines) > DETAILS:
        say_aside("  " + _("… and {count} more; --json names all.").format(count=len(lines) - DETAILS))


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], right: Sequence[int] = ()) -> None:
    """Print rows under headings, columns as wide as their widest cell; those in `right` stand to the right."""
    lines = [[shown("" if cell is None else str(cell)) for cell in row] for row in (headings, *rows)]
    widths = [max(width_of(line[column]) for line in lines) for column in range(len(headings))]
    for line in lines:
        padded = []
        for column, cell in enumerate(line):
            space = " " * (widths[column] - width_of(cell))
            padded.append(space + cell if column in right else cell + space)
        print(GAP.join(padded).rstrip())


def facts(pairs: Sequence[tuple[str, Any]]) -> None:
    """Print names and values, one a line; values that are empty are left out."""
    told = [(name, shown(str(value))) for name, value in pairs if value not in (None, "")]
    width = max((width_of(name) for name, _value in told), default=0)
    for name, value in told:
        print(f"{name}{' ' * (width - width_of(name))}{GAP}{value}")
