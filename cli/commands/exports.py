"""export time."""

from __future__ import annotations

from pathlib import Path

import click

from cli.call import Call
from cli.main import Group
from cli.names import deal_number
from cli.output import print_whole, say, write_new, write_whole
from models.values.errors import Refused, Usage
from models.values.instants import day_end, day_start, parse_day
from models.values.language import _, ngettext
from models.values.numbers import int_text
from models.values.text import shown

ENDINGS = {".csv": "csv", ".json": "json", ".xlsx": "xlsx", ".timeclock": "timeclock"}


@click.group(cls=Group)
def export() -> None:
    """Write time to a file."""


@export.command("time")
@click.option("--format", "form", type=click.Choice(list(ENDINGS.values())), help="Default: as the file ends, else csv.")
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Default: on stdout.")
@click.option("--from", "from_day", metavar="DAY", help="Time that began on that day or later.")
@click.option("--to", "to_day", metavar="DAY", help="Time that began on that day or earlier.")
@click.option("--client", metavar="NAME", help="Only of this client.")
@click.option("--deal", metavar="ID", help="Only of this deal.")
@click.option("--employee", "--rep", "employee", metavar="LOGIN", help="Only of this employee.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@click.pass_obj
def time_(
    call: Call,
    form: str | None,
    output: Path | None,
    from_day: str | None,
    to_day: str | None,
    client: str | None,
    deal: str | None,
    employee: str | None,
    force: bool,
) -> None:
    """Time as CSV, JSON, XLSX or hledger's timeclock, with rates and charges where you may see them."""
    if form is None:
        form = ENDINGS.get(output.suffix.lower() if output else "", "json" if call.as_json and output is None else "csv")
    if output is None and (form == "xlsx" or call.as_json and form != "json"):
        raise Usage("no_file", _("Say with -o FILE where it is to be written."))
    if output is not None and not force and (output.exists() or output.is_symlink()):
        raise Refused("file_exists", _("{path} exists already; --force replaces it.").format(path=shown(str(output))))
    session = call.session
    from models.clients.views import find_client
    from models.exchange.time import export as writing
    from models.people.views import find_employee

    zone = session.actor.timezone
    if deal is not None:
        from models.pipeline.facts import readable_deal

        readable_deal(session, deal_number(deal))
    found = writing.lines(
        session,
        since=None if from_day is None else day_start(parse_day(from_day), zone),
        until=None if to_day is None else day_end(parse_day(to_day), zone),
        client_id=None if client is None else find_client(session, client),
        deal_id=None if deal is None else deal_number(deal),
        employee_id=None if employee is None else find_employee(employee).id,
    )
    content = writing.FORMATS[form](found)
    if output is None:
        print_whole(content.decode())
        return
    try:
        if force:
            write_whole(output, content, 0o600)
        else:
            write_new(output, content, 0o600)
    except OSError as error:
        raise Refused("file_unwritable", _("{path} cannot be written: {why}.").format(path=shown(str(output)), why=error.strerror)) from None
    words = ngettext("{count} entry is written to {path}.", "{count} entries are written to {path}.", len(found))
    call.answer(
        {"file": str(output), "format": form, "entries": len(found)},
        lambda: say(words.format(count=int_text(len(found)), path=shown(str(output)))),
    )


COMMANDS = {"export": export}
