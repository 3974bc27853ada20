"""import deals, import history and import time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.call import Call
from cli.main import Group
from cli.names import pairs
from cli.output import say, say_aside, table
from models.values.errors import Refused
from models.values.language import _
from models.values.numbers import int_text

if TYPE_CHECKING:
    from models.exchange.taking import ImportOptions, ImportResult

ROWS_TOLD = 20
PRESETS = ("pipedrive", "hubspot", "salesforce", "bitrix24", "amocrm")
PARTS = 1000  # of the progress bar


@click.group("import", cls=Group)
def import_() -> None:
    """Take deals, their history and time from a file."""


# What every kind of import can be told, and what those of deals can.
COMMON = (
    click.option("--partial", is_flag=True, help="Take the good rows, tell the others."),
    click.option("--dry-run", is_flag=True, help="Only say what would be done."),
    click.option("--date-order", type=click.Choice(["dmy", "mdy"]), help="How 03/04/2026 is read."),
    click.option("--currency", metavar="EUR", help="Of amounts without one; default: the company's."),
    click.option("--timezone", metavar="ZONE", help="Of instants without offset; default: yours."),
    click.option("--delimiter", metavar="D", help="Between the columns; default: as found."),
    click.option("--encoding", metavar="E", help="Of the file; default: as found."),
    click.option("--default-client", metavar="NAME", help="For rows without a client."),
)
OF_DEALS = (
    click.option("--stages", "stages_file", type=click.Path(path_type=Path), metavar="FILE", help="Their order, a name a line."),
    click.option("--create-stages", is_flag=True, help="Make types and stages that are not known."),
    click.option("--type", "type_name", metavar="NAME", help="The deal type of rows that name none."),
)
OF_TIME = (
    click.option("--projects", "projects_file", type=click.Path(path_type=Path), metavar="FILE", help="A CSV with project, client, deal and service."),
    click.option("--service", metavar="NAME", help="The service of rows that name none."),
)
MAP = click.option("--map", "mapping", metavar="FIELD=COLUMN", multiple=True, help="The column of a field.")


def _options(command: Callable[..., Any], own: Sequence[Callable[..., Any]] = OF_DEALS) -> Callable[..., Any]:
    for option in (*COMMON, *own, MAP):
        command = option(command)
    return command


def _import_options(said: dict[str, Any]) -> ImportOptions:
    from models.exchange.taking import ImportOptions

    mapping = pairs(said.pop("mapping"))
    delimiter = said.pop("delimiter")
    return ImportOptions(map=mapping, delimiter="\t" if delimiter in ("\\t", "tab", "TAB") else delimiter, **said)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """A bar for the share that is done, only where stderr is a terminal; gone in the end."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    try:
        with click.progressbar(length=PARTS, file=sys.stderr, width=30, show_pos=False) as bar:
            yield lambda share: bar.update(int(share * PARTS) - bar.pos)
    finally:
        sys.stderr.write("\x1b[A\r\x1b[K")  # its end leaves a line


def _take(call: Call, act: Callable[..., ImportResult], file: Path, options: ImportOptions) -> None:
    try:
        with _progress() as progress:
            result = act(call.session, file, options, progress)
    except Refused as refused:
        if not call.as_json:
            _tell_rows(refused.details)
        raise
    for note in result.notes:
        say_aside(note)
    call.answer(result.as_json(), lambda: _tell(result, options.dry_run))


def _tell(result: ImportResult, dry: bool) -> None:
    document = result.as_json()
    say((_("Nothing was written; it would be:") if dry else _("Taken:")) + f" {int_text(result.rows)} " + _("rows"))
    rows = [[_("new"), kind, int_text(count)] for kind, count in result.created.items()]
    rows += [[_("changed"), kind, int_text(count)] for kind, count in result.updated.items()]
    rows += [[_("unchanged"), _("rows"), int_text(result.unchanged)], [_("rejected"), _("rows"), int_text(result.rejected_rows)]]
    table([_("What"), "", _("Count")], rows, right=(2,))
    _tell_rows(document["rejected"])


def _tell_rows(rejected: list[dict[str, Any]]) -> None:
    for row in rejected[:ROWS_TOLD]:
        if "row" in row and "reason" in row:
            say_aside(_("Row {row}: {reason}").format(row=row["row"], reason=row["reason"]))
    if len(rejected) > ROWS_TOLD:
        say_aside(_("… and {count} more; --json lists them.").format(count=int_text(len(rejected) - ROWS_TOLD)))


def _import(call: Call, kind: str, file: Path, example: bool, said: dict[str, Any]) -> None:
    if example:
        from models.exchange.examples import example_file

        example_file(kind, file)
        call.answer({"file": str(file)}, lambda: say(_("{path} is an example to start from.").format(path=file)))
        return
    _session = call.session
    if kind == "history":
        from models.exchange.history import import_history as act
    elif kind == "time":
        from models.exchange.time import import_time as act
    else:
        from models.exchange.deals import import_deals as act
    _take(call, act, file, _import_options(said))


FILE = click.argument("file", type=click.Path(path_type=Path))
EXAMPLE = click.option("--example", is_flag=True, help="Write a small FILE to start from.")


@import_.command()
@FILE
@EXAMPLE
@_options
@click.pass_obj
def history(call: Call, /, file: Path, example: bool, **said: Any) -> None:
    """Events of deals, a row each: a stage entered, or an outcome."""
    _import(call, "history", file, example, said)


@import_.command()
@FILE
@EXAMPLE
@_options
@click.option("--preset", type=click.Choice(PRESETS), help="The column names of that program's export.")
@click.pass_obj
def deals(call: Call, /, file: Path, example: bool, **said: Any) -> None:
    """Deals as they stand, a row each; a stage that means won or lost closes."""
    _import(call, "deals", file, example, said)


@import_.command("time")
@FILE
@EXAMPLE
@partial(_options, own=OF_TIME)
@click.pass_obj
def time_(call: Call, /, file: Path, example: bool, **said: Any) -> None:
    """Time as Toggl, Clockify, Kimai, Harvest, solidtime, Watson, Timewarrior and hledger write it."""
    _import(call, "time", file, example, said)


COMMANDS = {"import": import_}
