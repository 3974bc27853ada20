"""What a report is on the screen: how it is read, its table, its chart, and the deals behind its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models.values.language import _
from models.values.money import Money, money_text, short_money

if TYPE_CHECKING:
    from models.session import Session
    from tui.statistics.against import Against
    from tui.statistics.filters import Filters, Known


class Column(NamedTuple):
    """A column of a table. The first takes the room that the others leave; where that gets too little, those of the
    highest `rank` are left out first."""

    head: str
    width: int
    rank: int = 0


def money_cell(sums: Iterable[Money], width: int) -> str:
    """Sums of several currencies in a column of `width` cells: exactly where that has room, else in short."""
    found = list(sums)
    exact = " + ".join(money_text(money) for money in found)
    return exact if len(exact) < width else " + ".join(short_money(money) for money in found)


class Number(NamedTuple):
    """A number of a line that opens into deals: what it is called, and the arguments of `deals_behind`."""

    name: str
    asked: dict[str, Any]


class Row(NamedTuple):
    """A line: `key` stays when it is read again; `firm` ones are headings; `cells` one for each column."""

    key: object
    cells: tuple[str, ...]
    style: str = ""
    firm: bool = False
    numbers: tuple[Number, ...] = ()


class Asked(NamedTuple):
    """What a report is read with: the filters, what they name, the form chosen with `v`, and what they are compared with."""

    filters: Filters
    known: Known
    form: int
    against: Against | None = None


class Report:
    """A report of the screen. `read` runs aside, in a thread of its own, and may be thrown away; the rest is quick. `uses`
    are the filters that it heeds, of `type`, `period`, `rep`, `as_of`, `clock`; one that `rereads` has to be read again
    for another form. `table` is how many fifths of the room its table has beside its chart."""

    name = ""
    table = 3
    rereads = False
    uses: frozenset[str] = frozenset({"type", "period", "rep", "as_of", "clock"})

    def title(self) -> str:
        raise NotImplementedError

    def used(self, asked: Asked) -> frozenset[str]:
        """The filters that the head tells."""
        return self.uses

    def forms(self) -> Sequence[str]:
        """What `v` goes through, in words; none where there is one form."""
        return ()

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> Any:
        """Read it; `kept` holds what reports have read of the store's present state, for the next."""
        raise NotImplementedError

    # Whether `read_rest` has more to tell than `read`, and is to be asked when that is shown.
    has_rest = False

    def read_rest(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> Any:
        """As `read`, with what takes longer."""
        raise NotImplementedError

    def columns(self, found: Any, asked: Asked) -> Sequence[Column]:
        raise NotImplementedError

    def rows(self, found: Any, asked: Asked) -> Sequence[Row]:
        raise NotImplementedError

    def begins(self, found: Any, asked: Asked) -> object:
        """The key of the row that the cursor begins on; without it the first."""
        return None

    def chart(self, found: Any, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        """The picture for the line under the cursor, in at most so many lines."""
        raise NotImplementedError

    def note(self, found: Any, asked: Asked, row: Row | None) -> str:
        """A line of small print."""
        return ""

    def empty(self) -> str:
        """Said where there is nothing to tell."""
        return _("Nothing in this period. f changes the filters, y the type.")
