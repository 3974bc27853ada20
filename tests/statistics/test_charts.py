"""Charts keep to their size, lose no bar where there is room, and need no other sign than ASCII."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.statistics import charts, pictures
from models.statistics.forecast import ForecastRow
from models.statistics.time import Sums
from models.statistics.words import way_text
from models.values.language import use_language
from models.values.text import width_of

sizes = st.tuples(st.integers(1, 160), st.integers(1, 48))
values = st.lists(st.integers(0, 10**9), max_size=40)


def kept(lines: list[str], size: tuple[int, int]) -> bool:
    return len(lines) <= size[1] and all(width_of(line.rstrip()) <= size[0] for line in lines)


@settings(deadline=None, max_examples=60)
@given(values, sizes, st.booleans())
def test_bars_keep_to_their_size(found, size, ascii):
    labels = [f"label {place}" for place in range(len(found))]
    assert kept(charts.bars(labels, found, "deals", *size, ascii=ascii), size)
    groups = {"one": found, "two": found[::-1]}
    assert kept(charts.stacked_bars(labels, groups, "deals", *size, ascii=ascii), size)


@pytest.mark.parametrize(("count", "height"), [(1, 4), (3, 8), (6, 9), (6, 30), (40, 43)])
def test_each_bar_has_a_line_with_its_label_where_there_is_room(count, height):
    labels = [f"label {place}:" for place in range(count)]
    drawn = charts.bars(labels, list(range(1, count + 1)), "deals", 80, height)
    assert [label for label in labels if any(label in line and "█" in line for line in drawn)] == labels


def test_of_too_many_bars_the_first_ones_are_drawn():
    drawn = charts.bars([f"label {place}:" for place in range(40)], [5] * 40, "deals", 80, 10)
    assert [line.split(":")[0] for line in drawn if ":" in line] == [f" label {place}" for place in range(7)]
    assert drawn[-1] == " 33 more stand in the table" and len(drawn) == 10


def test_the_parts_of_a_bar_are_told_apart_without_colour():
    drawn = charts.stacked_bars(["a", "b"], {"anna": [4, 1], "boris": [4, 2]}, "deals", 60, 10)
    assert "█ anna" in drawn[0] and "▓ boris" in drawn[0]
    assert "█" in drawn[1] and "▓" in drawn[1]


@settings(deadline=None, max_examples=40)
@given(values, sizes)
def test_ascii_charts_hold_ascii_alone(found, size):
    labels, halves = [str(place) for place in range(len(found))], [one / 2 for one in found]
    band = [(float(place), 0.5, 0.6, 0.7) for place in range(len(found))]
    for lines in (
        charts.bars(labels, found, "deals", *size, ascii=True),
        charts.stacked_bars(labels, {"x": found, "y": halves}, "deals", *size, ascii=True),
        charts.months(labels, {"x": found, "y": halves}, found, "target", [(one / 4, one / 2, one) for one in found], "band", "EUR", *size, ascii=True),
        charts.curve(band, 1.0, [(0.0, "0"), (1.0, "1")], *size, ascii=True),
        charts.trend(labels, {"x": found}, "deals", *size, ascii=True),
    ):
        assert all(line.isascii() for line in lines)


def test_the_scale_of_bars_ends_on_round_numbers_and_names_its_unit_below_the_labels():
    drawn = charts.bars(["first", "second"], [1780, 20], "deals", 60, 9)
    assert drawn[-1].split() == ["deals", "0", "500", "1000", "1500"]
    assert drawn[-1].index("deals") + 5 == drawn[-2].index("└")
    parts = charts.stacked_bars(["a"], {"anna": [3], "boris": [1]}, "hours", 60, 9)
    assert parts[-1].split() == ["hours", "0", "1", "2", "3", "4"]


def test_a_scale_of_less_than_one_tells_each_tick_as_it_stands():
    drawn = charts.bars(["first", "second"], [0.1, 0.02], "hours", 60, 9)
    assert drawn[-1].split() == ["hours", "0", "0.025", "0.05", "0.075", "0.1"]


def test_the_scale_of_months_and_lines_is_round_and_its_unit_stands_above_it():
    months = charts.months(["Nov", "Dec"], {"won": [1_180_000, 0]}, [None] * 2, "", [None] * 2, "", "EUR", 60, 14)
    assert months[0].startswith(" EUR ") and months[1].startswith(" 1.5M┤") and any(line.startswith(" 750k┤") for line in months)
    lines = charts.trend(["Nov", "Dec"], {"started": [848, 257]}, "deals", 60, 14)
    assert lines[0].startswith(" deals ") and lines[1].startswith("1000┤") and any(line.startswith(" 500┤") for line in lines)


@pytest.mark.parametrize("height", range(4, 16))
def test_the_lowest_line_of_an_upright_scale_is_nought_however_low_it_is(height):
    for drawn in (
        charts.trend(["Nov", "Dec"], {"started": [848, 257]}, "deals", 60, height),
        charts.curve([(0.0, 1.0, 1.0, 1.0), (4.0, 0.2, 0.5, 0.8)], None, [(0.0, "0 d")], 60, height),
    ):
        told = [line.split("┤")[0].strip() for line in drawn if "┤" in line]
        assert not drawn or told[-1] == "0" and told[0] in ("1000", "1")


def test_the_points_of_a_line_are_joined_but_for_a_gap():
    whole, broken = (charts.trend(list("abc"), {"won": values}, "deals", 40, 12)[1:-2] for values in ([2, 4, 8], [2, None, 8]))
    assert sum(line.count("●") for line in whole) == 3 and sum(line.count("●") for line in broken) == 2
    braille = [sum("\u2800" < sign <= "\u28ff" for line in lines for sign in line) for lines in (whole, broken)]
    assert braille[0] > 20 and braille[1] == 0


def test_a_curve_falls_from_one_and_its_median_stands_upright():
    drawn = charts.curve([(0.0, 1.0, 1.0, 1.0), (2.0, 0.2, 0.5, 0.8), (4.0, None, 0.0, None)], 3.0, [(0.0, "0"), (4.0, "4")], 60, 12)
    assert drawn[0].startswith("1┤") and sum("│" in line[5:-1] for line in drawn) > 3


def test_nothing_is_drawn_of_nothing():
    assert charts.bars([], [], "deals", 80, 20) == charts.bars(["a"], [0], "deals", 80, 20) == charts.stacked_bars([], {}, "deals", 80, 20) == []
    assert charts.curve([(0.0, 1.0, 1.0, 1.0)], None, [], 80, 20) == charts.trend(["a"], {"x": [None]}, "deals", 80, 20) == []


@pytest.mark.parametrize(("value", "most", "sign"), [(0, 5, " "), (0.1, 5, "░"), (5, 5, "█"), (3, 0, " ")])
def test_a_shade_is_the_darker_the_nearer_to_the_most(value, most, sign):
    assert charts.shade(value, most) == sign


def test_planned_months_stack_their_parts_on_one_scale_with_target_and_band():
    drawn = charts.months(["26-11", "26-12"], {"won": [4, 0], "planned": [2, 6]}, [8, None], "target", [None, (2, 4, 6)], "band", "EUR", 50, 15)
    edge = drawn[-2].index("└") + 1
    assert drawn[0] == " EUR   █ won  ▒ planned  ━ target  ├●┤ band"
    first, second = ([line[edge + at : edge + at + 16] for line in drawn[1:-2]] for at in (0, 16))
    assert sum("█" in line for line in first) == 2 * sum("▒" in line for line in first) > 0
    assert not any("█" in line for line in second)
    target = next(place for place, line in enumerate(first) if "━" in line)
    assert target < next(place for place, line in enumerate(first) if "▒" in line)
    box = [place for place, line in enumerate(second) if any(sign in line for sign in "┌●└")]
    assert len(box) == 3 and box[1] - box[0] == pytest.approx(box[2] - box[1], abs=1)
    assert "26-11" in drawn[-1] and "26-12" in drawn[-1]


@settings(deadline=None, max_examples=60)
@given(values, sizes, st.booleans())
def test_months_keep_to_their_size(found, size, ascii):
    labels, boxes = [f"26-{place:02}" for place in range(len(found))], [(one / 4, one / 2, one) for one in found]
    assert kept(charts.months(labels, {"one": found, "two": found[::-1]}, found, "target", boxes, "band", "EUR", *size, ascii=ascii), size)


def test_ways_that_begin_alike_are_told_apart_at_their_beginning():
    stages = "Initiating interest", "Demonstration", "Closing the deal"
    assert way_text(stages, stages, " > ") == "IDC  Initiating interest > Demonstration > Closing the deal"
    assert way_text(stages[:1], stages, " > ") == "Initiating interest" and way_text((), stages, " > ") == ""


def test_months_on_a_scale_bear_the_year_at_the_first_and_in_january():
    months = [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    assert pictures._month_labels(months) == ["Nov 26", "Dec", "Jan 27", "Feb"]
    use_language("ru")
    try:
        assert pictures._month_labels(months) == ["ноя 26", "дек", "янв 27", "фев"]
    finally:
        use_language("en")


def test_months_without_a_chance_before_the_first_and_after_the_last_are_not_told():
    def row(month: int, p90: int, currency: str = "EUR"):
        return ForecastRow(date(2026, month, 1), currency, 0, 0, p90, 0, 1, 1)

    rows = [row(1, 0), row(2, 9), row(3, 0), row(4, 8), row(5, 0), row(1, 0, "USD")]
    assert [one.month.month for one in pictures.telling_rows(rows) if one.month is not None] == [2, 3, 4]


def test_the_chart_of_the_margin_parts_the_charge_and_tells_what_was_paid_beyond_it():
    good, bad = Sums("good", charged={"EUR": 40_000}, paid={"EUR": 10_000}), Sums("bad", charged={"EUR": 10_000}, paid={"EUR": 40_000})
    drawn = pictures.margin_bars([good, bad], 80, 10)
    assert drawn[0] == " █ paid  ▓ margin  ▒ loss" and drawn[-1].split()[0] == "EUR"
    first, second = (next(line for line in drawn if name in line) for name in ("good", "bad"))
    assert first.count("▓") == pytest.approx(3 * first.count("█"), abs=3) and "▒" not in first
    assert second.count("▒") == pytest.approx(3 * second.count("█"), abs=3) and "▓" not in second
    assert "loss" not in pictures.margin_bars([good], 80, 10)[0] and pictures.margin_bars([Sums("none")], 80, 10) == []
