"""The chart of each report, the same on the screen and on the command line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from models.statistics import charts
from models.statistics.flows import around
from models.statistics.words import (
    lasting,
    measure_word,
    scale_for,
    share_text,
    target_word,
    told,
    unit_for,
    way_text,
)
from models.values.dates import month_in_short
from models.values.instants import instant_text, parse_month
from models.values.language import _, ngettext
from models.values.money import exponent
from models.values.text import fitted, in_two, shown, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from models.statistics.ageing import AgeingReport
    from models.statistics.comparison import ComparisonReport, Measure
    from models.statistics.durations import StageDuration
    from models.statistics.forecast import Forecast, ForecastRow
    from models.statistics.funnel import FunnelReport
    from models.statistics.paths import PathsReport
    from models.statistics.reps import RepsReport
    from models.statistics.time import Sums
    from models.statistics.transitions import StageExits, TransitionsReport, Way
    from models.statistics.trend import TrendReport
    from models.statistics.views import ClientsReport
    from models.statistics.volumes import Volume, VolumesReport
    from models.values.money import Money

REPS = 7  # told apart in a bar; the others together are one part
LABEL = 24  # cells
LEAST_CELL = 6  # of a matrix
LINES = 5  # told apart in a chart
MONTH, EDGE = 8, 7  # cells of a month, and of the scale beside them


def clients_bars(
    found: ClientsReport, width: int, height: int, *, deals: bool = False, ascii: bool = False
) -> list[str]:
    """Clients per stage as bars, made of the reps who have most, a client of two reps counted for each; or their open
    `deals`."""
    if not found.deals:
        return []
    what = "deals" if deals else "clients"
    reps = sorted(found.reps, key=lambda rep: (-getattr(rep, what), rep.rep))
    first, rest = [rep.rep for rep in reps[:REPS]], [rep.rep for rep in reps[REPS:]]
    count = [{rep.rep: getattr(rep, what) for rep in stage.reps} for stage in found.stages]
    groups: dict[str, list[float]] = {shown(rep): [of.get(rep, 0) for of in count] for rep in first}
    if rest:
        groups[_("others")] = [sum(of.get(rep, 0) for rep in rest) for of in count]
    unit = _("deals") if deals else _("clients")
    return charts.stacked_bars(_labels([stage.stage for stage in found.stages]), groups, unit, width, height, ascii=ascii)


def duration_curve(stage: StageDuration, day: int, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """The share of stays still at the stage after so long, with its 95 % band, the median upright; nothing where no stay
    has ended."""
    if not stage.completed or height < 5:
        return []
    longest = stage.curve[-1].seconds
    unit, word = scale_for(longest, day)
    said = _("share still there, median {median}, 95 % dotted").format(median=lasting(stage.median.value, day) or "–")
    title = f"{fitted(shown(stage.stage), max(1, width - width_of(said) - 4))}: {said}"
    median = stage.median.value
    drawn = charts.curve(
        [(point.seconds / unit, point.low, point.share, point.high) for point in stage.curve],
        None if median is None else median / unit,
        [(at, word.format(count=f"{at:.0f}")) for at in _ticks(longest / unit)],
        width,
        height - 1,
        ascii=ascii,
    )
    return [fitted(f" {title}", width), *drawn] if drawn else []


def exits_bars(found: TransitionsReport, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """A bar for each exit that was taken, in percent of the exits from its stage; none for stages with too few."""
    rows = [
        (f"{shown(stage.stage)} → {shown(target_word(way))}", way.share * 100)
        for stage in found.stages
        for way in stage.ways
        if told(stage) and way.share is not None
    ]
    return charts.bars([row[0] for row in rows], [row[1] for row in rows], _("% of exits"), width, height, ascii=ascii)


def exits_matrix(
    found: TransitionsReport, width: int, height: int | None = None, *, at: int | None = None, ascii: bool = False
) -> list[str]:
    """From × to: the share of the exits from each stage that went to each target, shaded; a line a stage. Of a stage with
    too few exits, how many. Of more targets than have room the most frequent ones, of more stages those about `at`."""
    if not found.stages:
        return []
    taken: Counter[int | str] = Counter()
    for stage in found.stages:
        taken.update({way.to if way.to_id is None else way.to_id: way.count for way in stage.ways})
    ends: dict[int | str, str] = {end: word for end, word in (("won", _("won")), ("lost", _("lost")), ("retyped", _("another type"))) if taken[end]}
    name = min(LABEL, max(width_of(shown(stage.stage)) for stage in found.stages) + 2)
    room = max(1, (width - name - 1) // LEAST_CELL) - len(ends)
    kept = {one.stage_id for one in sorted(found.stages, key=lambda one: -taken[one.stage_id])[: max(1, room)]}
    columns: dict[int | str, str] = {one.stage_id: shown(one.stage) for one in found.stages if one.stage_id in kept}
    columns |= ends
    widths = dict(zip(columns, _shared([max(max(map(width_of, in_two(head, 0))) + 1, 8) for head in columns.values()], width - name - 1), strict=True))
    heads = [(in_two(head, widths[column] - 1), widths[column]) for column, head in columns.items()]
    above, below = ("".join(_right(lines[place], cell) for lines, cell in heads) for place in (0, 1))
    lines = [" " * name + above] if above.strip() else []
    lines.append(" " + fitted(_("from, to"), name - 2).ljust(name - 1) + below)
    about = around([one.stage_id for one in found.stages], at, len(found.stages) if height is None else max(2, height - len(lines)))
    for stage in found.stages[about]:
        by = {way.to if way.to_id is None else way.to_id: way for way in stage.ways}
        cells = "".join(_right(_matrix_cell(stage, by.get(column), ascii), cell) for column, cell in widths.items())
        head = fitted(shown(stage.stage), name - 2)
        lines.append(" " + head + " " * (name - 1 - width_of(head)) + cells)
    left = len(found.stages) - len(found.stages[about])
    if left:
        lines.append(" " + ngettext("{count} more stage: move in the table", "{count} more stages: move in the table", left).format(count=left))
    return [fitted(line.rstrip(), width) for line in lines]


def _shared(needs: Sequence[int], room: int) -> list[int]:
    """The cells of columns in that room, of those that need most the fewest less than they need."""
    most = next((cell for cell in range(max(needs), LEAST_CELL, -1) if sum(min(need, cell) for need in needs) <= room), LEAST_CELL)
    return [min(need, most) for need in needs]


def paths_bars(found: PathsReport, count: int, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """Deals of the first `count` paths."""
    first, arrow = found.paths[:count], " > " if ascii else " → "
    labels = [fitted(f"{place} {way_text(path.stages, found.stages, arrow)}", max(12, width // 2)) for place, path in enumerate(first, 1)]
    return charts.bars(labels, [path.deals for path in first], _("deals"), width, height, ascii=ascii)


def volumes_bars(
    found: VolumesReport, width: int, height: int, *, coming: Forecast | None = None, ascii: bool = False
) -> list[str]:
    """By month of expected close, in the currency of most deals: what was won, on it what is planned, of that what the
    chances make likely, against the target; with the forecast `coming` where the month ends, which adds to what was won.
    Of more months than have room those about the present one."""
    currencies = sorted({money.currency for month in found.months for side in _sides(month) for money in side})
    if not currencies:
        return []
    currency = found.currency if found.currency in currencies else currencies[0]
    known = {month.key or "": month for month in found.months if any(_amount(side, currency) for side in _sides(month))}
    rows = [] if coming is None else [one for one in coming.rows if one.currency == currency and one.month is not None]
    bands = {one.month.isoformat()[:7]: one for one in rows if one.month is not None and one.p90}
    keys = _about(sorted({*known, *bands}), instant_text(found.as_of)[:7], max(2, (width - EDGE) // MONTH))
    size = 10 ** exponent(currency)
    months = [known.get(key) for key in keys]

    def sums(side: str) -> list[float]:
        return [0.0 if month is None else _amount(getattr(month, side), currency) for month in months]

    won, weighted, planned = sums("won"), sums("weighted"), sums("planned")
    groups = {
        _("won"): won, _("weighted"): weighted,
        _("planned"): [max(0.0, whole - part) for whole, part in zip(planned, weighted, strict=True)],
    }  # fmt: skip
    boxes: list[charts.Box | None] = [
        None if one is None else (had + one.p10 / size, had + one.p50 / size, had + one.p90 / size)
        for one, had in zip(map(bands.get, keys), won, strict=True)
    ]
    drawn = charts.months(
        _month_labels([parse_month(key) for key in keys]), groups, [one or None for one in sums("target")], _("target"), boxes,
        _band(ascii), currency, width, height - (len(currencies) > 1), ascii=ascii,
    )  # fmt: skip
    if drawn and len(currencies) > 1:
        others = ", ".join(code for code in currencies if code != currency)
        drawn.insert(0, fitted(" " + _("in {currency}, which most deals are in; {others} in the table").format(currency=currency, others=others), width))
    return drawn


def _band(ascii: bool) -> str:
    """What a box is called."""
    said = _("forecast P10–P50–P90")
    return said.replace("–", "-") if ascii else said


def _month_labels(months: Sequence[date]) -> list[str]:
    """The months in short, the first and each January with the year."""
    return [month_in_short(month, year=not place or month.month == 1) for place, month in enumerate(months)]


def _about(keys: list[str], present: str, count: int) -> list[str]:
    """So many months in a row, of those from the first to the last: the coming ones, before them the last, which have at
    least a third where there are so many."""
    if not keys:
        return []
    first, last = (int(key[:4]) * 12 + int(key[5:]) - 1 for key in (keys[0], keys[-1]))
    now = int(present[:4]) * 12 + int(present[5:]) - 1
    begin = max(first, min(last - count + 1, now - count // 3))
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(begin, min(last, begin + count - 1) + 1)]


def forecast_bars(found: Forecast, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """By month, and for each currency by itself: what is won at the least with nine chances in ten, with five, with one."""
    lines: list[str] = []
    telling = [row for row in telling_rows(found.rows) if row.month is not None]
    currencies = sorted({row.currency for row in telling})
    for currency in currencies:
        rows = [row for row in telling if row.currency == currency][: max(2, (width - EDGE) // MONTH)]
        size = 10 ** exponent(currency)
        boxes = [(row.p10 / size, row.p50 / size, row.p90 / size) for row in rows]
        labels = _month_labels([row.month for row in rows if row.month is not None])
        room = max(8, height // len(currencies))
        lines += charts.months(labels, {}, [None] * len(rows), "", boxes, _band(ascii), currency, width, room, ascii=ascii)
    return lines


def telling_rows(rows: Sequence[ForecastRow]) -> list[ForecastRow]:
    """Of each currency the rows from the first to the last in which there is a chance in ten that something comes."""
    places = {code: [at for at, row in enumerate(rows) if row.currency == code and row.p90] for code in {row.currency for row in rows}}
    return [row for at, row in enumerate(rows) if places[row.currency] and places[row.currency][0] <= at <= places[row.currency][-1]]


def funnel_bars(found: FunnelReport, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """How many of the deals that started came to each stage or beyond it; in semi-strict types to each stage."""
    names = [_("started"), *(one.stage for one in found.stages), _("won")]
    counts = [found.started, *(one.actual if one.implied is None else one.implied for one in found.stages), found.won]
    labels = [f"{label} {share_text(found.share(count))}" for label, count in zip(_labels(names), counts, strict=True)]
    return charts.bars(labels, counts, _("deals"), width, height, ascii=ascii)


def ageing_bars(found: AgeingReport, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """Open deals at each stage, those that are ageing among them."""
    groups: dict[str, list[float]] = {
        _("ageing"): [one.ageing for one in found.stages],
        _("within the limit"): [one.deals - one.ageing for one in found.stages],
    }
    return charts.stacked_bars(_labels([one.stage for one in found.stages]), groups, _("deals"), width, height, ascii=ascii)


def reps_bars(found: RepsReport, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """Deals that each rep won and lost in the period."""
    lines = [one for one in found.reps if one.deals_won or one.deals_lost]
    groups: dict[str, list[float]] = {_("won"): [one.deals_won for one in lines], _("lost"): [one.deals_lost for one in lines]}
    return charts.stacked_bars(_labels([one.rep or "" for one in lines]), groups, _("deals"), width, height, ascii=ascii)


def differences(
    found: ComparisonReport, medians: bool, width: int, height: int | None = None, *, at: Measure | None = None, ascii: bool = False
) -> list[str]:
    """The differences with their intervals: of the shares and win chances, or of the median stays; of the measures that rest
    on enough, of more than have room those about `at`. The scale stands below."""
    meant = [
        one for one in found.measures
        if one.method is not None and one.told and one.difference is not None and (one.name == "median") == medians
    ]  # fmt: skip
    size, unit = 0.01, _("pp")
    if medians:
        figures = [abs(one) for each in meant for one in (each.difference, *each.limits) if one is not None]
        size, unit = unit_for(max(figures, default=0), found.day)
    rows = []
    for one in meant:
        low, high = (None if limit is None else limit / size for limit in (one.limits.low, one.limits.high))
        rows.append((_difference_label(one, ascii), low, (one.difference or 0.0) / size, high))
    drawn = charts.forest(rows, unit, width, ascii=ascii)
    if not drawn or height is None:
        return drawn
    before = [] if at is None else found.measures[: found.measures.index(at)]
    about = around(range(len(rows)), min(len(rows) - 1, sum(one in meant for one in before)), max(2, height - 1))
    lines, left = drawn[:-1][about], len(rows) - len(rows[about])
    if left:
        lines.append(fitted(" " + ngettext("{count} more line: move in the table", "{count} more lines: move in the table", left).format(count=left), width))
    return [*lines, drawn[-1]]


def _difference_label(one: Measure, ascii: bool) -> str:
    said = measure_word(one)
    label = said if one.stage is None else f"{one.stage} {said}" if one.name == "exits" else f"{one.stage}: {said}"
    return shown(label.replace("→", ">") if ascii else label)


def trend_lines(found: TrendReport, measure: str, width: int, height: int, *, ascii: bool = False) -> list[str]:
    """A measure by month (`trend.MEASURES`): a line for each of its parts, the first LINES of them; medians in the unit that
    fits them, shares in percent; a gap where there is too little to say."""
    months = found.months
    lines: dict[str, list[float | None]] = {}
    unit = _("deals")
    if measure == "deals":
        lines = {
            _("started"): [month.started for month in months], _("won"): [month.won for month in months],
            _("lost"): [month.lost for month in months],
        }  # fmt: skip
    elif measure == "open":
        lines = {_("open"): [month.open for month in months]}
    elif measure == "share":
        unit = "%"
        shares = {
            _("share won"): [month.share for month in months], _("lower limit"): [month.low for month in months],
            _("upper limit"): [month.high for month in months],
        }  # fmt: skip
        for name, values in shares.items():
            lines[name] = [
                value * 100 if month.told and value is not None else None for month, value in zip(months, values, strict=True)
            ]
    elif measure == "amount":
        unit = "" if len(found.currencies) > 1 else found.currencies[0] if found.currencies else ""
        for code in found.currencies:
            lines[_("amount won") if unit else code] = [_amount(month.amounts, code) for month in months]
    else:
        medians = {stage: [month.medians[place].median if month.medians[place].told else None for month in months] for place, (_id, stage) in enumerate(found.stages)}
        size, unit = unit_for(max((one for of in medians.values() for one in of if one is not None), default=0), found.day)
        for stage, label in zip(medians, _labels(list(medians)), strict=True):
            if any(one is not None for one in medians[stage]):
                lines[label.strip()] = [None if one is None else one / size for one in medians[stage]]
    shown_lines = dict(list(lines.items())[:LINES])
    labels = _month_labels([month.month for month in months])
    drawn = charts.trend(labels, shown_lines, unit, width, height - (len(lines) > LINES), ascii=ascii)
    return [*drawn, *charts.more(max(0, len(lines) - LINES), width)] if drawn else []


def time_bars(found: Sequence[Sums], width: int, height: int, *, ascii: bool = False) -> list[str]:
    """Hours worked of each line, billable and not."""
    hours = {
        _("billable"): [one.billable / 3600 for one in found],
        _("not billable"): [(one.seconds - one.billable) / 3600 for one in found],
    }
    return charts.stacked_bars(_labels([one.name or "–" for one in found]), hours, _("hours"), width, height, ascii=ascii)


def margin_bars(found: Sequence[Sums], width: int, height: int, *, ascii: bool = False) -> list[str]:
    """What each line was charged at, in the currency of most: what of it was paid and the margin; what was paid beyond it
    is a loss."""
    charged: Counter[str] = Counter()
    for one in found:
        charged.update(one.charged)
    if not charged:
        return []
    currency = charged.most_common(1)[0][0]
    size = 10 ** exponent(currency)
    sums = [(one.charged.get(currency, 0) / size, one.paid.get(currency, 0) / size) for one in found]
    parts = {
        _("paid"): [min(charge, paid) for charge, paid in sums], _("margin"): [max(0.0, charge - paid) for charge, paid in sums],
        _("loss"): [max(0.0, paid - charge) for charge, paid in sums],
    }  # fmt: skip
    if not any(parts[_("loss")]):
        parts.pop(_("loss"))
    return charts.stacked_bars(_labels([one.name or "–" for one in found]), parts, currency, width, height, ascii=ascii)


def _sides(month: Volume) -> tuple[Sequence[Money], ...]:
    return month.planned, month.weighted, month.won, month.target


def _amount(sums: Sequence[Money], currency: str) -> float:
    """In whole units of the currency, for a chart alone."""
    return sum(money.amount for money in sums if money.currency == currency) / 10 ** exponent(currency)


def _right(text: str, width: int) -> str:
    """The text at the right of a cell, a space before it."""
    inner = fitted(text, width - 1)
    return " " * (width - width_of(inner)) + inner


def _matrix_cell(stage: StageExits, way: Way | None, ascii: bool) -> str:
    if way is None or not way.count:
        return "·" if not ascii else "."
    if not told(stage) or way.share is None:
        return f"({way.count})"
    return f"{charts.shade(way.share, 1, ascii=ascii)}{share_text(way.share).replace(chr(160), '')}"


def _ticks(longest: float) -> list[float]:
    """At most seven round numbers from 0 to `longest`."""
    step = 1.0
    while longest / step > 6:
        step *= 2 if str(int(step))[0] in "15" else 2.5
    step = max(1, round(step))
    return [float(at) for at in range(0, int(longest) + 1, step)]


def _labels(names: list[str]) -> list[str]:
    """Names short enough, each its own: plotext adds up bars of one name."""
    found: list[str] = []
    for name in names:
        short = fitted(shown(name), LABEL)
        while short in found:
            short += " "
        found.append(short)
    return found
