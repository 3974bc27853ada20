"""Clients per stage: bars by rep, and the rep × stage matrix, the darker the more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.charts import shade
from models.statistics.pictures import clients_bars
from models.statistics.views import ClientsReport, clients_per_stage
from models.values.language import _, ngettext
from models.values.money import money_text, short_money
from models.values.numbers import int_text
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import filtered, history_of, history_read
from tui.widgets import words

if TYPE_CHECKING:
    from models.session import Session

CELL = 12
DEALS = 1  # the second form


class Clients(Report):
    name = "clients"
    uses = frozenset({"type", "rep", "as_of"})

    def title(self) -> str:
        return _("Clients per stage")

    def forms(self) -> Sequence[str]:
        return (_("clients"), _("deals"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> ClientsReport:
        said = filtered(asked, "rep_ids", "as_of")
        known = history_read(asked, kept) if said["as_of"] is None else history_of(session, asked, kept)
        return clients_per_stage(session, asked.filters.type_id, history=known, **said)

    def columns(self, found: ClientsReport, asked: Asked) -> Sequence[Column]:
        stages = [Column(stage.stage, CELL, place) for place, stage in enumerate(found.stages, 1)]
        return [Column(self.forms()[asked.form], 18), Column(_("all"), 9), *stages]

    def rows(self, found: ClientsReport, asked: Asked) -> Sequence[Row]:
        if not found.deals:
            return []
        by = [{rep.rep: rep for rep in stage.reps} for stage in found.stages]
        what = "deals" if asked.form == DEALS else "clients"
        most = max((getattr(rep, what) for of in by for rep in of.values()), default=0)
        rows = []
        for rep in found.reps:
            own = [of.get(rep.rep) for of in by]
            counts = [0 if one is None else getattr(one, what) for one in own]
            cells = (rep.rep, int_text(getattr(rep, what)), *(int_text(count) if asked.exact else _shaded(count, most) for count in counts))
            numbers = [
                Number(f"{rep.rep} {words.symbol('·')} {stage.stage} {words.symbol('·')} {_deals(one.deals)}", {"stage_id": stage.stage_id, "rep": rep.rep})
                for stage, one in zip(found.stages, own, strict=True)
                if one is not None
            ]
            rows.append(Row(("rep", rep.rep), cells, numbers=tuple(numbers)))
        whole = [Number(f"{stage.stage} {words.symbol('·')} {_deals(stage.deals)}", {"stage_id": stage.stage_id}) for stage in found.stages if stage.deals]
        rows.append(Row("all", (_("all"), int_text(getattr(found, what)), *(int_text(getattr(stage, what)) for stage in found.stages)), numbers=tuple(whole)))
        rows.append(Row("held", (_("on hold"), int_text(found.held), *(int_text(stage.held) if stage.held else "" for stage in found.stages)), "muted"))
        write = money_text if asked.exact else short_money
        for total in found.amounts:
            sums = [next((write(money) for money in stage.amounts if money.currency == total.currency), "") for stage in found.stages]
            rows.append(Row(("amount", total.currency), (_("amount"), write(total), *sums), "muted"))
        return rows

    def chart(self, found: ClientsReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return clients_bars(found, width, min(height, 2 * len(found.stages) + 4), deals=asked.form == DEALS, ascii=ascii)

    def note(self, found: ClientsReport, asked: Asked, row: Row | None) -> str:
        if asked.form == DEALS:
            return ""
        return _("A client of several stages or reps counts at each, in sums once.")

    def empty(self) -> str:
        return _("No open deals yet. 2 shows the board, n there adds one.")


def _shaded(count: int, most: int) -> str:
    return f"{shade(count, most, ascii=words.symbol('→') != '→')} {int_text(count) if count else words.symbol('·')}"


def _deals(count: int) -> str:
    return ngettext("{count} deal", "{count} deals", count).format(count=int_text(count))
