"""The table of a report: which columns have room, how wide they are, how heads break; and money that is compared."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.values.money import Money
from models.values.text import in_two, width_of
from tui.statistics.report import Column, Row, fitting, money_words

STAGES = [Column("clients", 18), Column("all", 9), *(Column(name, 12, rank) for rank, name in enumerate(("Initiating interest", "Demonstration", "Closing the deal"), 1))]
ROWS = [Row(1, ("adam.keller", "98", "59", "28", "17"))]


def shown_heads(columns, widths):
    return [max(in_two(columns[place].head, width - 1), key=width_of) for place, width in widths.items()]


def test_room_that_is_left_goes_to_heads_which_would_be_cut():
    widths = fitting(STAGES, ROWS, 80)
    assert list(widths) == [0, 1, 2, 3, 4] and sum(widths.values()) <= 80
    assert all(width > width_of(column.head) for width, column in zip(widths.values(), STAGES, strict=True))


def test_without_that_room_heads_break_into_two_lines_before_a_word_is_cut():
    widths = fitting(STAGES, ROWS, 60)
    assert list(widths) == [0, 1, 2, 3, 4] and sum(widths.values()) <= 60
    assert all(width > width_of(line) for width, line in zip(widths.values(), shown_heads(STAGES, widths), strict=True))
    assert in_two("Closing the deal", widths[4] - 1) == ("Closing", "the deal")


def test_of_columns_without_room_those_of_the_highest_rank_are_left_out():
    assert list(fitting(STAGES, ROWS, 50)) == [0, 1, 2, 3]
    assert list(fitting(STAGES, ROWS, 5)) == [0]


def test_a_column_takes_no_more_than_it_holds():
    assert fitting([Column("month", 16), Column("won", 14)], [Row(1, ("Nov 2026", "900k €"))], 160) == {0: 10, 1: 8}


@given(st.lists(st.tuples(st.text("ab ", min_size=1, max_size=30).map(str.strip), st.integers(4, 20), st.integers(0, 9)), min_size=1, max_size=9), st.integers(20, 200))
def test_columns_never_take_more_than_there_is(found, width):
    columns = [Column(*one) for one in found]
    widths = fitting(columns, [Row(1, tuple("x" * one.width for one in columns))], width)
    assert 0 in widths and (len(widths) == 1 or sum(widths.values()) <= width)


def test_sums_of_one_table_are_written_one_way():
    small, large = [Money(4_518_800, "EUR")], [Money(156_000_000, "EUR")]
    assert [money_words([small], 14)(small), money_words([small, large], 14)(small)] == ["45,188.00\xa0€", "45.2k\xa0€"]
    assert money_words([small, large], 14, exact=True)(large) == "1,560,000.00\xa0€"
