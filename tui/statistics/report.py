"""What a report is on the screen: how it is read, its table, its chart, and the deals behind its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models.values.language import _
from models.values.money import Money, money_text, short_money
from models.values.text import in_two, shown, width_of

if TYPE_CHECKING:
    from models.session import Session
    from tui.statistics.against import Against
    from tui.statistics.filters import Filters, Known

GAP = 2  # cells between columns


class Column(NamedTuple):
    """A column of a table. Of what it holds at least `width` cells are shown, more where there is room (of the first
    three tenths of it); where there is not room for all, those of the highest `rank` are left out first. Figures stand at
    its right, `text` at its left, as in the first column."""

    head: str
    width: int
    rank: int = 0
    text: bool = False


def fitting(columns: Sequence[Column], rows: Sequence[Row], width: int) -> dict[int, int]:
    """The places of the columns that have room, the first always, and their widths: room that is left goes to those whose
    words would be cut, in a head of two lines or in a cell, the least needy first; then to heads of one line."""
    lines = [row.cells for row in rows if any(row.cells[1:])]
    words = [max(map(width_of, in_two(column.head, 0))) + GAP for column in columns]
    cells = [max((width_of(shown(line[place])) for line in lines), default=0) + GAP for place in range(len(columns))]
    heads = [width_of(column.head) + GAP for column in columns]
    widths = {
        place: min(column.width if place else max(column.width, width * 3 // 10), max(words[place], cells[place]))
        for place, column in enumerate(columns)
    }
    while len(widths) > 1 and sum(widths.values()) > width:
        del widths[max(list(widths)[1:], key=lambda place: (columns[place].rank, place))]
    spare = width - sum(widths.values())
    for needs in (words, cells, heads):
        missing = {place: needs[place] - widths[place] for place in widths}
        for place in sorted(widths, key=lambda place: missing[place]):
            more = max(0, min(missing[place], spare))
            widths[place] += more
            spare -= more
    return widths


def money_words(sums: Iterable[Iterable[Money]], width: int, *, exact: bool = False) -> Callable[[Iterable[Money]], str]:
    """How the sums of a table are written in columns of `width` cells. They are compared, so it is one way for all:
    exactly where each has room (or where asked for), else in short."""

    def written(found: Iterable[Money]) -> str:
        return " + ".join(money_text(money) for money in found)

    if exact or all(width_of(written(found)) < width for found in sums):
        return written
    return lambda found: " + ".join(short_money(money) for money in found)


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
    """What a report is read with: the filters, what they name, the form chosen with `v`, and what they are compared with;
    and whether money is told in full, however wide that is."""

    filters: Filters
    known: Known
    form: int
    against: Against | None = None
    exact: bool = False


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
