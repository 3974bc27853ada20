"""What all reports have alike: charts in the terminal, the type, the period and the people they are of."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from models.values.errors import NotFound, Usage
from models.values.instants import parse_day
from models.values.language import _

if TYPE_CHECKING:
    from models.session import Session

WIDEST = 120
CURVE = 16  # lines of a curve


def draw(picture: Callable[[int, bool], list[str]]) -> None:
    """A chart as wide as the terminal, at most WIDEST cells, of ASCII signs where the output knows no others."""
    width = max(40, min(shutil.get_terminal_size((80, 24)).columns, WIDEST))
    ascii = "utf" not in (sys.stdout.encoding or "").lower()
    for line in picture(width, ascii):
        print(line.replace("…", "~") if ascii else line)


def whose(session: Session, rep: str | None, team: str | None) -> dict[str, Any]:
    """Whom a report is of, as all take it. Raises NotFound."""
    from models.people.views import find_employee, find_readable_team

    return {
        "rep_ids": None if rep is None else [find_employee(rep).id],
        "team_id": None if team is None else find_readable_team(session.actor, team),
    }


def period(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """First and last day of a period. Raises Usage `bad_date`, `bad_period`."""
    begin, end = (None if said is None else parse_day(said) for said in (first, last))
    if begin is not None and end is not None and end < begin:
        raise Usage("bad_period", _("The period ends before it begins."))
    return begin, end


def one_type(name: str | None) -> int:
    """The type by name; stages of several types do not add up. Raises Usage `one_type`, NotFound."""
    from models.pipeline.facts import find_type

    try:
        return find_type(name)
    except NotFound:
        if name == "all":
            raise Usage("one_type", _("This report is of one deal type; say which with --type.")) from None
        raise
