"""A report as it is shown, to be taken elsewhere: text, CSV, a spreadsheet, or the chart as a drawing."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.values.errors import Refused, StagewatchError
from models.values.language import _
from models.values.text import neutral, shown, width_of
from tui.widgets.dialogs import Choice, Line
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from tui.statistics.report import Asked, Report, Row
    from tui.statistics.screen import StatisticsScreen

CELL, LINE = 8.4, 18  # of the drawing: a sign's width and a line's height
CHART_WIDTH, CHART_HEIGHT = 100, 24


class Sheet(NamedTuple):
    """What is shown: the title line, the heads and cells of all columns, the lines of the chart, the small print."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    chart: Sequence[str]
    note: str


def sheet_of(wanted: Report, asked: Asked, found: Any, row: Row | None, filters: str) -> Sheet:
    """All columns of the report as it is shown, those without room too, with money in full; its chart is that of `row`."""
    form = [wanted.forms()[asked.form]] if wanted.forms() else []
    title = f" {symbol('·')} ".join([wanted.title(), *form])
    rows = wanted.rows(found, asked._replace(exact=True))
    chart = wanted.chart(found, asked, row, CHART_WIDTH, CHART_HEIGHT, symbol("→") != "→")
    heads = [one.head for one in wanted.columns(found, asked)]
    return Sheet(f"{title}   {filters}", heads, [one.cells for one in rows], chart, wanted.note(found, asked, row))


async def ask_export(screen: StatisticsScreen, sheet: Sheet, report: str, day: date) -> None:
    """Take it to the terminal's clipboard, or into the folder that the config names, under a name of the program's own
    made of the report and the day."""
    folder = screen.app.exports
    lines = [Line(_("Copy as text")), Line(_("Copy the table as CSV"))]
    lines += [Line(_("Save as {kind}").format(kind=kind.upper()), folder) for kind in FILES] if folder else []
    chosen = await screen.app.push_screen_wait(Choice(_("What is shown"), lines))
    if chosen is None:
        return
    if chosen < 2:
        screen.app.copy_to_clipboard((as_text, as_csv)[chosen](sheet))
        screen.say(_("copied, where the terminal allows it"))
        return
    kind = list(FILES)[chosen - 2]
    try:
        path = await asyncio.to_thread(save, sheet, Path(folder).expanduser(), report, kind, day)
    except StagewatchError as error:
        screen.say_error(error)
        return
    screen.say(_("saved: {path}").format(path=path))


def as_text(sheet: Sheet) -> str:
    """As on the screen: title, table, chart, small print."""
    lines = [[shown(cell) for cell in line] for line in (sheet.heads, *sheet.rows)]
    widths = [max(width_of(line[place]) for line in lines) for place in range(len(sheet.heads))]
    table = [
        "  ".join(_padded(cell, width, right=place > 0) for place, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines
    ]
    return "\n".join([shown(sheet.title), "", *table, "", *map(shown, sheet.chart), *(["", shown(sheet.note)] if sheet.note else [])]) + "\n"


def as_csv(sheet: Sheet) -> str:
    """The table, with cells that no spreadsheet takes for a formula."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for line in (sheet.heads, *sheet.rows):
        writer.writerow([neutral(cell) for cell in line])
    return written.getvalue()


def as_xlsx(sheet: Sheet) -> bytes:
    """The table as a spreadsheet; every cell is text."""
    import xlsxwriter

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, bold = book.add_worksheet(), book.add_format({"bold": True})
    for place, head in enumerate(sheet.heads):
        page.write_string(0, place, shown(head), bold)
        page.set_column(place, place, max([width_of(head), *(width_of(line[place]) for line in sheet.rows)]) + 2)
    for number, line in enumerate(sheet.rows, 1):
        for place, cell in enumerate(line):
            page.write_string(number, place, shown(cell))
    page.freeze_panes(1, 1)
    book.close()
    return made.getvalue()


def as_svg(sheet: Sheet) -> str:
    """The chart as a drawing of signs, each line as wide as its cells, in whatever fixed-width font there is."""
    lines = [shown(sheet.title), "", *map(shown, sheet.chart)]
    width = max(width_of(line) for line in lines)
    texts = [
        f'<text x="{CELL}" y="{LINE * number}" textLength="{CELL * width_of(line):.1f}" lengthAdjust="spacingAndGlyphs">{escape(line)}</text>'
        for number, line in enumerate(lines, 1)
        if line
    ]
    size = f'width="{CELL * (width + 2):.0f}" height="{LINE * (len(lines) + 1)}"'
    style = 'font-family="monospace" font-size="14" xml:space="preserve"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join(texts) + "\n</svg>\n"


FILES: dict[str, Callable[[Sheet], str | bytes]] = {"csv": as_csv, "xlsx": as_xlsx, "svg": as_svg, "txt": as_text}


def save(sheet: Sheet, folder: Path, report: str, kind: str, day: date) -> Path:
    """Write it into the folder under a name of its own that is new there; returns the file. Raises Refused `not_saved`."""
    content = FILES[kind](sheet)
    raw = content.encode() if isinstance(content, str) else content
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = folder / f"stagewatch-{report}-{day.isoformat()}{f'-{number}' if number > 1 else ''}.{kind}"
            try:
                with path.open("xb") as opened:
                    opened.write(raw)
            except FileExistsError:
                continue
            return path
    except OSError as error:
        raise Refused("not_saved", _("{path} cannot be written: {why}.").format(path=folder, why=error.strerror)) from None
    raise Refused("not_saved", _("{path} holds a thousand of them already.").format(path=folder))


def _padded(cell: str, width: int, *, right: bool) -> str:
    pad = " " * (width - width_of(cell))
    return pad + cell if right else cell + pad
