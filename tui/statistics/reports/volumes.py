"""Planned volumes: open amounts by month of expected close, stage or rep, weighted, against target and what was won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import volumes_bars
from models.values.dates import month_text
from models.values.instants import parse_month
from models.values.language import _, ngettext
from models.values.money import Money
from models.values.numbers import int_text, percent_text
from tui.statistics.report import Asked, Column, Number, Report, Row, money_cell
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.volumes import StageVolume, Volume, VolumesReport

MONTHS, STAGES, REPS = range(3)
MONEY = 14  # cells


class Volumes(Report):
    """The period is that of won and target; what is planned is of all open deals."""

    name = "volumes"
    uses = frozenset({"type", "period", "rep", "as_of"})

    def title(self) -> str:
        return _("Planned volumes")

    def forms(self) -> Sequence[str]:
        return (_("months"), _("stages"), _("reps"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> VolumesReport:
        from models.statistics.volumes import volumes

        said = filtered(asked, "rep_ids", "first", "last", "as_of")
        return volumes(session, asked.filters.type_id, history=history_of(session, asked, kept), **said)

    def columns(self, found: VolumesReport, asked: Asked) -> Sequence[Column]:
        if asked.form == STAGES:
            return [Column(_("stage"), 18), Column(_("deals"), 7), Column(_("planned"), MONEY), Column(_("chance"), 17, 1), Column(_("weighted"), MONEY)]
        name = _("month") if asked.form == MONTHS else _("rep")
        money = [Column(word, MONEY, rank) for word, rank in ((_("planned"), 0), (_("weighted"), 0), (_("won"), 2), (_("target"), 1), (_("of target"), 3))]
        return [Column(name, 16), *money]

    def rows(self, found: VolumesReport, asked: Asked) -> Sequence[Row]:
        if not (found.total.planned or found.total.won or found.total.target or found.without_amount):
            return []
        if asked.form == STAGES:
            return [_stage_row(one) for one in found.stages]
        lines = found.months if asked.form == MONTHS else found.reps
        rows = [_row(one, asked.form) for one in lines]
        if asked.form == MONTHS and found.without_date:
            numbers = (Number(f"{_('without a day')} {symbol('·')} {found.without_date}", {"behind": "open", "month": "none"}),)
            cells = (_("without a day"), money_cell(found.undated.planned, MONEY), money_cell(found.undated.weighted, MONEY), "", "", "")
            rows.append(Row("none", cells, numbers=numbers))
        whole = found.total
        return [*rows, Row("all", (_("all"), *_figures(whole)), "head", numbers=_both(_("all"), {}))]

    def chart(self, found: VolumesReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return volumes_bars(found, width, height, ascii=ascii)

    def note(self, found: VolumesReport, asked: Asked, row: Row | None) -> str:
        parts = []
        if found.without_amount:
            parts.append(ngettext("{count} deal has no amount", "{count} deals have no amount", found.without_amount).format(count=int_text(found.without_amount)))
        if found.without_probability:
            parts.append(
                ngettext("{count} has no chance of any kind and is not in the weighted sum", "{count} have no chance of any kind and are not in the weighted sum", found.without_probability).format(count=int_text(found.without_probability))
            )
        return f" {symbol('·')} ".join(parts) or _("Weighted: the deal's own percentage, else the observed chance of its stage, else the set one.")


def _row(one: Volume, form: int) -> Row:
    name = month_text(parse_month(one.key or "")) if form == MONTHS else one.key or ""
    said = {"month": one.key} if form == MONTHS else {"rep": one.key}
    return Row(one.key, (name, *_figures(one)), numbers=_both(name, said))


def _both(name: str, said: dict[str, Any]) -> tuple[Number, ...]:
    dot = symbol("·")
    planned = Number(f"{name} {dot} {_('planned')}", {"behind": "open", **said})
    if "month" in said:
        return (planned,)
    return (planned, Number(f"{name} {dot} {_('won')}", {"behind": "closed", "outcome": "won", **said}))


def _figures(one: Volume) -> tuple[str, ...]:
    return (*(money_cell(sums, MONEY) for sums in (one.planned, one.weighted, one.won, one.target)), _share(one.won, one.target))


def _stage_row(one: StageVolume) -> Row:
    source = {"observed": _("observed"), "set": _("set")}.get(one.source or "", "")
    chance = "" if one.probability is None else f"{percent_text(one.probability)} {source}"
    numbers = (Number(f"{one.stage} {symbol('·')} {int_text(one.deals)}", {"behind": "open", "stage_id": one.stage_id}),) if one.deals else ()
    return Row(one.stage_id, (one.stage, int_text(one.deals), money_cell(one.amounts, MONEY), chance, money_cell(one.weighted, MONEY)), numbers=numbers)


def _share(won: Sequence[Money], target: Sequence[Money]) -> str:
    """Of the target's only currency; of several there is no one share."""
    if len(target) != 1 or not target[0].amount:
        return ""
    same = sum(money.amount for money in won if money.currency == target[0].currency)
    return percent_text(same / target[0].amount)
