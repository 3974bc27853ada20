"""Planned volumes: open amounts by month of expected close, stage or rep, weighted, against target and what was won."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models.statistics.pictures import volumes_bars
from models.values.dates import month_text
from models.values.instants import instant_text, parse_month
from models.values.language import _, ngettext, pgettext
from models.values.money import Money
from models.values.numbers import int_text, percent_text
from tui.statistics.report import Asked, Column, Number, Report, Row, money_words
from tui.statistics.reports.kept import filtered, history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.forecast import Forecast, ForecastRow
    from models.statistics.volumes import StageVolume, Volume, VolumesReport

MONTHS, STAGES, REPS = range(3)
MONEY = 14  # cells
MOST_LINES = 24  # of the chart
Write = Callable[[Iterable[Money]], str]


class Planned(NamedTuple):
    """The volumes, and the forecast as soon as it is drawn."""

    volumes: VolumesReport
    coming: Forecast | None = None

    def bands(self) -> dict[str, list[ForecastRow]]:
        """By month (`2026-11`) the forecast in each currency where it may bring something."""
        bands: dict[str, list[ForecastRow]] = {}
        for row in () if self.coming is None else self.coming.rows:
            if row.month is not None and row.p90:
                bands.setdefault(row.month.isoformat()[:7], []).append(row)
        return bands


class Volumes(Report):
    """The period is that of won and target; what is planned is of all open deals. The forecast, which takes seconds to
    draw, joins it when it is there."""

    name = "volumes"
    has_rest = True
    table = 2
    uses = frozenset({"type", "period", "rep", "as_of"})

    def title(self) -> str:
        return _("Planned volumes")

    def forms(self) -> Sequence[str]:
        return (_("months"), _("stages"), _("reps"))

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> Planned:
        from models.statistics.volumes import volumes

        said = filtered(asked, "rep_ids", "first", "last", "as_of")
        return Planned(volumes(session, asked.filters.type_id, history=history_of(session, asked, kept), **said))

    def read_rest(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> Planned:
        from models.statistics.forecast import forecast

        found = self.read(session, asked, kept)
        said = filtered(asked, "rep_ids", "as_of")
        return found._replace(coming=forecast(session, asked.filters.type_id, history=history_of(session, asked, kept), **said))

    def columns(self, found: Planned, asked: Asked) -> Sequence[Column]:
        if asked.form == STAGES:
            return [Column(_("stage"), 18), Column(_("deals"), 7), Column(_("planned"), MONEY), Column(_("chance"), 17, 1), Column(_("weighted"), MONEY)]
        name = _("month") if asked.form == MONTHS else pgettext("column", "rep")
        money = [Column(word, MONEY, rank) for word, rank in ((_("planned"), 0), (_("weighted"), 2), (_("won"), 0), (_("target"), 1), (_("of target"), 3))]
        bands = [Column(name, MONEY, rank) for name, rank in (("P10", 5), ("P50", 4), ("P90", 5))] if asked.form == MONTHS else []
        return [Column(name, 16), *money, *bands]

    def rows(self, found: Planned, asked: Asked) -> Sequence[Row]:
        whole = found.volumes
        if not (whole.total.planned or whole.total.won or whole.total.target or whole.without_amount):
            return []
        if asked.form == STAGES:
            write = money_words((sums for one in whole.stages for sums in (one.amounts, one.weighted)), MONEY, exact=asked.exact)
            return [_stage_row(one, write) for one in whole.stages]
        by, bands = {one.key or "": one for one in whole.months}, found.bands() if asked.form == MONTHS else {}
        lines = whole.reps if asked.form == REPS else [by.get(key, _nothing(key)) for key in sorted({*by, *bands})]
        money = [sums for one in (*lines, whole.undated, whole.total) for sums in _sides(one)]
        write = money_words([*money, *(sums for band in bands.values() for sums in _band(band))], MONEY, exact=asked.exact)
        if asked.form == REPS:
            return [*(_row(one, REPS, write) for one in lines), _all(whole, write)]
        rows = [_row(one, MONTHS, write, bands.get(one.key or "", ())) for one in lines]
        if whole.without_date:
            numbers = (Number(f"{_('without a day')} {symbol('·')} {whole.without_date}", {"behind": "open", "month": "none"}),)
            cells = (_("without a day"), write(whole.undated.planned), write(whole.undated.weighted), *[""] * 6)
            rows.append(Row("none", cells, numbers=numbers))
        return [*rows, _all(whole, write)]

    def begins(self, found: Planned, asked: Asked) -> object:
        """The present month, or the first that comes."""
        if asked.form != MONTHS:
            return None
        present = instant_text(found.volumes.as_of)[:7]
        return min((one.key for one in found.volumes.months if one.key and one.key >= present), default=None)

    def chart(self, found: Planned, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        return volumes_bars(found.volumes, width, min(height, MOST_LINES), coming=found.coming, ascii=ascii)

    def note(self, found: Planned, asked: Asked, row: Row | None) -> str:
        parts, whole = [], found.volumes
        if asked.form == STAGES:
            parts.append(_("Weighted: the deal's own percentage, else the observed chance of its stage, else the set one."))
        elif found.coming is not None and found.bands():
            parts.append(_("Box: where the month ends in eight cases of ten, with what is won already; P10 to P90: without it"))
        if whole.without_amount:
            parts.append(ngettext("{count} deal has no amount", "{count} deals have no amount", whole.without_amount).format(count=int_text(whole.without_amount)))
        if whole.without_probability:
            parts.append(
                ngettext("{count} has no chance of any kind and is not in the weighted sum", "{count} have no chance of any kind and are not in the weighted sum", whole.without_probability).format(count=int_text(whole.without_probability))
            )
        return f" {symbol('·')} ".join(parts)


def _all(whole: VolumesReport, write: Write) -> Row:
    return Row("all", (_("all"), *_figures(whole.total, write), "", "", ""), "head", numbers=_both(_("all"), {}))


def _row(one: Volume, form: int, write: Write, band: Sequence[ForecastRow] = ()) -> Row:
    name = month_text(parse_month(one.key or "")) if form == MONTHS else one.key or ""
    said = {"month": one.key} if form == MONTHS else {"rep": one.key}
    return Row(one.key, (name, *_figures(one, write), *map(write, _band(band))), numbers=_both(name, said))


def _band(rows: Sequence[ForecastRow]) -> list[list[Money]]:
    """P10, P50 and P90 of a month, each in several currencies."""
    return [[Money(getattr(row, side), row.currency) for row in rows] for side in ("p10", "p50", "p90")]


def _nothing(key: str) -> Volume:
    """Of a month that only the forecast knows."""
    from models.statistics.volumes import Volume

    return Volume(key, (), (), (), ())


def _both(name: str, said: dict[str, Any]) -> tuple[Number, ...]:
    dot = symbol("·")
    planned = Number(f"{name} {dot} {_('planned')}", {"behind": "open", **said})
    if "month" in said:
        return (planned,)
    return (planned, Number(f"{name} {dot} {_('won')}", {"behind": "closed", "outcome": "won", **said}))


def _sides(one: Volume) -> tuple[Sequence[Money], ...]:
    return one.planned, one.weighted, one.won, one.target


def _figures(one: Volume, write: Write) -> tuple[str, ...]:
    return (*map(write, _sides(one)), _share(one.won, one.target))


def _stage_row(one: StageVolume, write: Write) -> Row:
    source = {"observed": _("observed"), "set": _("set")}.get(one.source or "", "")
    chance = "" if one.probability is None else f"{percent_text(one.probability)} {source}"
    numbers = (Number(f"{one.stage} {symbol('·')} {int_text(one.deals)}", {"behind": "open", "stage_id": one.stage_id}),) if one.deals else ()
    return Row(one.stage_id, (one.stage, int_text(one.deals), write(one.amounts), chance, write(one.weighted)), numbers=numbers)


def _share(won: Sequence[Money], target: Sequence[Money]) -> str:
    """Of the target's only currency; of several there is no one share."""
    if len(target) != 1 or not target[0].amount:
        return ""
    same = sum(money.amount for money in won if money.currency == target[0].currency)
    return percent_text(same / target[0].amount)
