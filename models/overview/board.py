"""The board: one deal type as columns of stages, read in windows; and all the detail pane shows of one deal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from models.people.rules import readable
from models.people.views import company_clock
from models.storage.columns import by_index, joined
from models.values.clock import CALENDAR, Clock
from models.values.instants import SECOND, Instant
from models.values.money import Money
from models.values.text import like_pattern, search_key

if TYPE_CHECKING:
    from models.overview.worked import Worked
    from models.pipeline.views import DealCard
    from models.session import Session


# How a column may be sorted. Each order is an index of its own (deal_board_…), read without sorting.
ORDERS = {
    "entered": "d.entered_at, d.id",
    "amount": "d.amount DESC, d.id DESC",
    "next": "d.next_due_at NULLS LAST, d.id",
    "name": "d.title_key, d.id",
}
# From behind, where an index leads that way: the end of a column is as near as its beginning.
BACKWARDS = {"entered": "d.entered_at DESC, d.id DESC", "amount": "d.amount, d.id", "name": "d.title_key DESC, d.id DESC"}
INDEXES = {
    "entered": "deal_board_entered_at",
    "amount": "deal_board_amount",
    "next": "deal_board_next_due_at",
    "name": "deal_board_title_key",
}
WORDS_LOOKED_AT = 8
PAGE = 32  # rows of a window

HOLDS = joined("h.started_at || ' ' || coalesce(h.ended_at || '', '')", ",")  # what `holds_of` reads
Holds = tuple[tuple[Instant, Instant | None], ...]
T = TypeVar("T")


@dataclass(frozen=True)
class Column:
    """A stage with its open deals: how many, how many of them on hold, their sum in each currency. `norm` in seconds."""

    stage_id: int
    name: str
    norm: int | None
    archived: bool
    count: int
    held: int
    sums: tuple[Money, ...]


@dataclass(frozen=True)
class BoardHead:
    """A deal type and its columns: the active stages in order, and archived ones that still hold deals; and the company's
    clock, on which a stay is long."""

    type_id: int
    type: str
    mode: str
    columns: tuple[Column, ...]
    clock: Clock = CALENDAR

    @property
    def count(self) -> int:
        return sum(column.count for column in self.columns)

    @property
    def sums(self) -> tuple[Money, ...]:
        """The sums of all columns by currency, the largest first."""
        return added(money for column in self.columns for money in column.sums)

    def beside(self, stage_id: int, step: int) -> Column | None:
        """The active stage after (`step` 1) or before (-1) a stage, None at the end."""
        at = [column.stage_id for column in self.columns].index(stage_id)
        rest = self.columns[at + 1 :] if step > 0 else self.columns[:at][::-1]
        return next((column for column in rest if not column.archived), None)


class Card(NamedTuple):
    """One deal on the board. `next_kind` is the kind of its next open activity, "" without one; `holds` are those that its
    present visit has seen."""

    deal_id: int
    client_id: int
    client: str
    title: str
    amount: Money | None
    entered_at: Instant
    held: bool
    next_due_at: Instant | None
    next_kind: str
    timer: bool
    version: int
    holds: Holds = ()

    def lasted(self, now: Instant, clock: Clock = CALENDAR) -> int:
        """For how many seconds of a clock it has been at its stage, holds not counted."""
        return clock.lasted(self.entered_at, now, self.holds) // SECOND


class NextStep(NamedTuple):
    kind: str
    text: str
    due_at: Instant
    has_time: bool


class Detail(NamedTuple):
    """What the pane shows: the deal whole, its next activity, whom to call, the work so far (None where there is neither
    time nor a budget); `age` is that of its last visit on the company's clock, in seconds of days of 24 hours, and `long`
    whether it is open and beyond the norm."""

    card: DealCard
    next: NextStep | None
    contact: str
    phone: str
    worked: Worked | None
    age: int
    long: bool


class Window(NamedTuple):
    """What one look at the board reads: head, the asked-for rows of its columns, and where the followed deal is now
    (stage and place in its column; None where it is not on this board). `bell` is the store's at that moment."""

    head: BoardHead
    cards: dict[tuple[int, int], tuple[Card, ...]]
    place: tuple[int, int] | None
    bell: int


class Look(NamedTuple):
    """Which deals are looked at and in which of ORDERS; without `type_id` those of the company's default type."""

    type_id: int | None = None
    order: str = "entered"
    text: str = ""


def kept_look(kept: Mapping[str, Any]) -> Look:
    """The look that a workplace remembers."""
    order = kept.get("order")
    return Look(kept.get("type"), order if order in ORDERS else "entered", str(kept.get("filter", "")))


def board_head(session: Session, type_id: int, text: str = "") -> BoardHead:
    """Counts and sums of the columns of a type, of the deals that hold every word of `text`."""
    where, values = scope(session, text)
    run = session.store.database.execute_sql
    name, mode = run("SELECT name, mode FROM deal_type WHERE id = ?", (type_id,)).fetchone()
    totals: dict[int, list[tuple[str, int, int, int | None]]] = {}
    for stage_id, currency, count, amount, held in run(
        "SELECT stage_id, currency, count(*), sum(amount), sum(held_at IS NOT NULL) FROM deal d"
        f" WHERE outcome = 'open' AND deal_type_id = ?{where} GROUP BY stage_id, currency",
        (type_id, *values),
    ):
        totals.setdefault(stage_id, []).append((currency, count, held, amount))
    columns = []
    for stage_id, stage, norm, archived in run(
        "SELECT id, name, norm, archived_at FROM stage WHERE deal_type_id = ? ORDER BY position, id", (type_id,)
    ).fetchall():
        found = totals.get(stage_id, [])
        if archived is not None and not found:
            continue
        sums = added(Money(amount, currency) for currency, _count, _held, amount in found if amount)
        columns.append(
            Column(stage_id, stage, norm, archived is not None, sum(f[1] for f in found), sum(f[2] for f in found), sums)
        )
    return BoardHead(type_id, name, mode, tuple(columns), company_clock())


def cards(
    session: Session, stage_id: int, *, order: str = "entered", text: str = "", offset: int = 0, count: int | None = None
) -> tuple[Card, ...]:
    """A window (PAGE rows) of the open deals at a stage. `order` is one of ORDERS. `count`, how many there are, saves walking
    the whole column for a window at its end."""
    where, values = scope(session, text)
    wanted, limit, skipped = ORDERS[order], PAGE, offset
    if count is not None and order in BACKWARDS and count - offset < offset:
        wanted, limit, skipped = BACKWARDS[order], min(PAGE, max(0, count - offset)), max(0, count - offset - PAGE)
    index = "" if text else by_index(INDEXES[order])
    rows = session.store.database.execute_sql(
        "SELECT d.id, d.client_id, c.name, d.title, d.amount, d.currency, d.entered_at, d.held_at, d.next_due_at,"
        " (SELECT a.kind FROM activity a WHERE a.deal_id = d.id AND a.done_at IS NULL ORDER BY a.due_at LIMIT 1),"
        " EXISTS (SELECT 1 FROM time_entry t WHERE t.deal_id = d.id AND t.ended_at IS NULL), d.version,"
        f" (SELECT {HOLDS} FROM hold h WHERE h.deal_id = d.id AND (h.ended_at IS NULL OR h.ended_at > d.entered_at))"
        f" FROM (SELECT d.id FROM deal d{index} WHERE d.stage_id = ? AND d.outcome = 'open'{where}"
        f" ORDER BY {wanted} LIMIT ? OFFSET ?) w"
        " CROSS JOIN deal d ON d.id = w.id CROSS JOIN client c ON c.id = d.client_id"
        f" ORDER BY {ORDERS[order]}",
        (stage_id, *values, limit, skipped),
    )
    return tuple(
        Card(
            row[0],
            row[1],
            row[2],
            row[3],
            None if row[4] is None else Money(row[4], row[5]),
            row[6],
            row[7] is not None,
            row[8],
            row[9] or "",
            bool(row[10]),
            row[11],
            holds_of(row[12]) if row[12] else (),
        )
        for row in rows.fetchall()
    )


def place(
    session: Session, deal_id: int, *, order: str, text: str = "", counts: Mapping[int, int] | None = None
) -> tuple[int, int] | None:
    """The stage of an open deal and how many deals stand before it there; None if it is not to be seen. `counts`, how many
    there are by stage, saves walking the whole column for one that has just come to its end."""
    where, values = scope(session, text)
    run = session.store.database.execute_sql
    row = run(
        "SELECT d.stage_id, d.entered_at, d.amount, d.next_due_at, d.title_key FROM deal d"
        f" WHERE d.id = ? AND d.outcome = 'open'{where}",
        (deal_id, *values),
    ).fetchone()
    if row is None:
        return None
    stage_id = row[0]
    if counts is not None and order == "entered" and stage_id in counts:
        behind = run(
            f"SELECT count(*) FROM deal d WHERE d.stage_id = ? AND d.outcome = 'open' AND (d.entered_at, d.id) >= (?, ?){where}",
            (stage_id, row[1], deal_id, *values),
        ).fetchone()[0]
        return int(stage_id), counts[stage_id] - int(behind)
    key = row[1 + tuple(ORDERS).index(order)]
    column = ("entered_at", "amount", "next_due_at", "title_key")[tuple(ORDERS).index(order)]
    earlier, sign = (">", ">") if order == "amount" else ("<", "<")
    extra: tuple[Any, ...]
    if key is None:
        before, extra = f"(d.{column} IS NOT NULL OR d.id {sign} ?)", (deal_id,)
    else:
        before, extra = f"(d.{column}, d.id) {earlier} (?, ?)", (key, deal_id)
    count = run(
        f"SELECT count(*) FROM deal d WHERE d.stage_id = ? AND d.outcome = 'open' AND {before}{where}",
        (stage_id, *extra, *values),
    ).fetchone()[0]
    return int(stage_id), int(count)


def window(
    session: Session,
    look: Look,
    *,
    wanted: Sequence[tuple[int, int]],
    follow: int | None = None,
    columns: int = 0,
) -> Window | None:
    """Head, the wanted (stage, offset) windows, and the place of the deal to follow with the rows
    around it. `columns` are as many columns as will be in view where it is not known yet which. A type that is not
    there gives way to the first one; None where there is no type."""
    with session.store.reading():
        type_id = _type_to_show(session, look.type_id)
        if type_id is None:
            return None
        head = board_head(session, type_id, look.text)
        at = None if follow is None else place(session, follow, order=look.order, text=look.text)
        places = [*wanted, *_around(at), *((stage_id, 0) for stage_id in _in_view(head, at, columns))]
        return Window(head, _windows(session, places, look, head), at, session.store.bell())


def window_after(
    session: Session,
    command: Callable[[Session], T],
    look: Look,
    shown: Window,
    card: Card,
    *,
    wanted: Sequence[tuple[int, int]],
) -> tuple[T, Window | None]:
    """Carry out a step of the deal `card` and look again. Raises as the command.

    `shown` is what is known: its `place` is the card's, its `cards` the windows read so far. The command has made sure
    that nobody changed the deal since. Where nobody else has written anything since, counts and sums follow from this
    deal alone, and only the columns that it left and entered are read; else everything is.
    """
    done = command(session)
    with session.store.reading():
        head = _head_after(session, shown, card)
        if head is None:
            return done, window(session, look, wanted=wanted, follow=card.deal_id)
        at = place(session, card.deal_id, order=look.order, text=look.text, counts=_counts(head))
        left, entered = shown.place and shown.place[0], at and at[0]
        known = {key: rows for key, rows in shown.cards.items() if key[0] not in (left, entered)}
        read = _windows(session, [*(key for key in wanted if key[0] == left), *_around(at)[-1:]], look, head)
        return done, Window(head, known | read, at, shown.bell)


def _head_after(session: Session, shown: Window, card: Card) -> BoardHead | None:
    """The head after a step of one deal; None where it must be counted anew."""
    found = session.store.database.execute_sql(
        "SELECT stage_id, amount, currency, held_at IS NOT NULL FROM deal WHERE id = ? AND outcome = 'open'",
        (card.deal_id,),
    ).fetchone()
    if session.store.bell() != shown.bell or shown.place is None:
        return None
    head = _recounted(shown.head, shown.place[0], card.amount, card.held, -1)
    if found is None:
        return head
    entered, amount, currency, held = found
    if entered not in [column.stage_id for column in head.columns]:
        return None
    return _recounted(head, entered, None if amount is None else Money(amount, currency), bool(held), 1)


def _type_to_show(session: Session, type_id: int | None) -> int | None:
    in_use = "SELECT id FROM deal_type WHERE archived_at IS NULL ORDER BY is_default DESC, id"
    rows = session.store.database.execute_sql(in_use).fetchall()
    ids = [row[0] for row in rows]
    return type_id if type_id in ids else next(iter(ids), None)


def _around(at: tuple[int, int] | None) -> list[tuple[int, int]]:
    """The windows that hold a place and half a window before it."""
    if at is None:
        return []
    return [(at[0], row // PAGE * PAGE) for row in (max(0, at[1] - PAGE // 2), at[1])]


def _in_view(head: BoardHead, at: tuple[int, int] | None, columns: int) -> list[int]:
    """The stages that may be in view with the cursor at `at` and at most `columns` columns."""
    stages = [column.stage_id for column in head.columns]
    here = stages.index(at[0]) if at is not None and at[0] in stages else 0
    return stages[max(0, here + 1 - columns) : max(here + 1, columns)] if columns else []


def _windows(
    session: Session, places: Sequence[tuple[int, int]], look: Look, head: BoardHead
) -> dict[tuple[int, int], tuple[Card, ...]]:
    counts = _counts(head)
    return {
        (stage_id, offset): cards(
            session, stage_id, order=look.order, text=look.text, offset=offset, count=counts.get(stage_id)
        )
        for stage_id, offset in dict.fromkeys(places)
    }


def _counts(head: BoardHead) -> dict[int, int]:
    return {column.stage_id: column.count for column in head.columns}


def _recounted(head: BoardHead, stage_id: int, amount: Money | None, held: bool, by: int) -> BoardHead:
    """`head` with one deal more (`by` 1) or less (-1) at a stage."""
    columns = []
    for column in head.columns:
        if column.stage_id == stage_id:
            change = [Money(by * amount.amount, amount.currency)] if amount else []
            sums = tuple(money for money in added([*column.sums, *change]) if money.amount)
            column = replace(column, count=column.count + by, held=column.held + by * held, sums=sums)
        columns.append(column)
    return replace(head, columns=tuple(columns))


def detail(session: Session, deal_id: int) -> Detail:
    """All the pane shows. Raises NotFound."""
    # The board is the first thing on the screen; what only the pane needs is imported after that.
    from models.pipeline import views as pipeline

    card = pipeline.deal(session, deal_id)
    run = session.store.database.execute_sql
    step = run(
        "SELECT kind, text, due_at, has_time FROM activity WHERE deal_id = ? AND done_at IS NULL ORDER BY due_at LIMIT 1",
        (deal_id,),
    ).fetchone()
    contact = run(
        "SELECT name, phone FROM contact WHERE client_id = ? ORDER BY id LIMIT 1", (card.client_id,)
    ).fetchone() or ("", "")
    timed = run(
        "SELECT 1 FROM time_entry WHERE deal_id = ? UNION ALL SELECT 1 FROM budget WHERE deal_id = ? LIMIT 1", (deal_id, deal_id)
    ).fetchone()
    clock, last = company_clock(), card.visits[-1] if card.visits else None
    holds = run("SELECT started_at, ended_at FROM hold WHERE deal_id = ?", (deal_id,)).fetchall()
    lasted = 0 if last is None else clock.lasted(last.entered_at, last.left_at or session.now(), holds) // SECOND
    stays = last is not None and last.left_at is None and card.held_at is None
    return Detail(
        card,
        NextStep(step[0], step[1], step[2], bool(step[3])) if step else None,
        contact[0],
        contact[1],
        None if timed is None else _worked(session, deal_id),
        clock.days(lasted),
        stays and card.norm is not None and lasted > clock.norm(card.norm),
    )


def holds_of(text: str) -> Holds:
    """Instants as `started ended,started …`; the end of one that lasts is missing."""
    pairs = (one.split(" ") for one in text.split(","))
    return tuple((int(begun), int(ended) if ended else None) for begun, ended in pairs)


def _worked(session: Session, deal_id: int) -> Worked:
    from models.overview.worked import worked

    return worked(session, deal_id=deal_id)


def scope(session: Session, text: str) -> tuple[str, list[Any]]:
    """The condition on `deal d` that holds the actor to what they may read, and the filter."""
    where, values = _owners(session, "d.owner_id"), []
    for word in search_key(text).split()[:WORDS_LOOKED_AT]:
        where += " AND d.title_key LIKE ? ESCAPE '\\'"
        values.append(like_pattern(word))
    return where, values


def _owners(session: Session, column: str) -> str:
    owners = readable(session.actor)
    if owners is None:
        return ""
    return f" AND {column} IN ({', '.join(str(owner) for owner in sorted(owners)) or 'NULL'})"


def added(amounts: Any) -> tuple[Money, ...]:
    """Amounts added by currency, the largest sum first."""
    sums: dict[str, int] = {}
    for amount, currency in amounts:
        sums[currency] = sums.get(currency, 0) + amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items(), key=lambda item: (-item[1], item[0])))
