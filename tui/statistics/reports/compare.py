"""Two reps, two teams or two periods side by side: each measure with its difference, its interval, and whether it differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.statistics.pictures import differences
from models.statistics.words import difference_text, measure_word, told_text, verdict_word
from models.values.language import _
from models.values.numbers import int_text
from tui.statistics.against import REP, TEAM, days_words, names, sides
from tui.statistics.report import Asked, Column, Number, Report, Row
from tui.statistics.reports.kept import history_of
from tui.widgets.words import symbol

if TYPE_CHECKING:
    from models.session import Session
    from models.statistics.comparison import ComparisonReport, Measure


class Comparison(Report):
    """Shown in the place of a report while there is something to compare with."""

    name = "compare"

    def title(self) -> str:
        return _("Comparison")

    def used(self, asked: Asked) -> frozenset[str]:
        by_whom = asked.against is not None and asked.against.kind in (REP, TEAM)
        return self.uses - {"rep"} if by_whom else self.uses

    def read(self, session: Session, asked: Asked, kept: dict[Any, Any]) -> ComparisonReport:
        from models.statistics.comparison import compare

        filters = asked.filters
        return compare(
            session, filters.type_id, *sides(asked), as_of=filters.as_of, clock=filters.clock, history=history_of(session, asked, kept)
        )

    def columns(self, found: ComparisonReport, asked: Asked) -> Sequence[Column]:
        one, other = names(asked)
        return [Column("", 18), Column(one, 14), Column(other, 14), Column(_("difference"), 14), Column("95\u00a0%", 14, 1)]

    def rows(self, found: ComparisonReport, asked: Asked) -> Sequence[Row]:
        rows: list[Row] = []
        stage = None
        for place, one in enumerate(found.measures):
            if one.stage_id != stage:
                stage = one.stage_id
                rows.append(Row(("stage", stage), (one.stage or "", "", "", "", ""), "head", firm=True))
            rows.append(_row(found, asked, one, place))
        return rows

    def chart(self, found: ComparisonReport, asked: Asked, row: Row | None, width: int, height: int, ascii: bool) -> list[str]:
        """As many lines as there is room for, the scale below them."""
        one = _measure(found, row)
        return differences(found, one is not None and one.name == "median", width, height, at=one, ascii=ascii) if height > 2 else []

    def note(self, found: ComparisonReport, asked: Asked, row: Row | None) -> str:
        one = _measure(found, row)
        dot = f" {symbol('·')} "
        beside = "" if asked.against is None or asked.against.kind in (REP, TEAM) else " / ".join(days_words(*side.days) for side in found.sides)
        said = ""
        if one is not None and one.method is None:
            said = _("Counted in full, not a sample: there is no interval.")
        elif one is not None:
            both = _("{first} and {second} deals").format(first=int_text(one.first.deals), second=int_text(one.second.deals))
            said = dot.join([both, _method(one)])
        signs = _("! differs: the interval leaves out 0, which by chance one of twenty alike does; {few} few deals").format(few=symbol("~"))
        return dot.join(part for part in (beside, said, signs) if part)


def _method(one: Measure) -> str:
    return _("interval of Newcombe") if one.method == "newcombe" else _("interval of 1,000 resamples of deals")


def _measure(found: ComparisonReport, row: Row | None) -> Measure | None:
    return found.measures[row.key] if row is not None and isinstance(row.key, int) else None


def _row(found: ComparisonReport, asked: Asked, one: Measure, place: int) -> Row:
    said = measure_word(one).replace("→", symbol("→"))
    told = [told_text(side, one, found.day, short=True) for side in (one.first, one.second)]
    difference, interval = difference_text(one, found.day, short=True)
    sign = f"{symbol('!')} " if one.differs else ""
    if one.told and one.few:
        sign += f"{symbol('~')} "
    cells = (said if one.stage_id is None else f"  {said}", *told, f"{sign}{difference}" if difference else verdict_word(one), interval)
    return Row(place, cells, "late" if one.differs else "", numbers=_numbers(found, asked, one, said))


def _numbers(found: ComparisonReport, asked: Asked, one: Measure, said: str) -> tuple[Number, ...]:
    """The deals of each side behind a measure."""
    how: dict[str, Any] = {"stage_id": one.stage_id}
    if one.name == "exits":
        how |= {"exits": True, "to": one.to_id if one.to_id is not None else one.to}
    elif one.name == "win":
        how |= {"exits": True}
    elif one.name == "median":
        how |= {"visits": "all"}
    elif one.name in ("open", "planned"):
        how = {"behind": "open"}
    else:
        how = {"behind": "closed", "outcome": "won"}
    numbers = []
    for side, told, name, at in zip(found.sides, (one.first, one.second), names(asked), found.planned_at, strict=True):
        filters = asked.filters._replace(period="days", first=side.first, last=side.last, rep_id=side.rep_id, team_id=side.team_id)
        if how.get("behind") == "open" and at != found.as_of:
            filters = filters._replace(as_of=at)
        count = told.count if one.name in ("exits", "won_share") else told.of
        if count:
            counted = "" if one.currency is not None else f" {symbol('·')} {int_text(count)}"  # of an amount not all have one
            numbers.append(Number(f"{name} {symbol('·')} {said}{counted}", {"filters": filters, **how}))
    return tuple(numbers)
