"""The flow drawn: how thick its ribbons are, what it says beside them, and that it keeps to its size."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.statistics.flows import flow
from models.statistics.pictures import exits_matrix
from models.statistics.transitions import StageExits, TransitionsReport, Way, WinChance
from models.values.text import width_of

NAMES = {str(place): f"S{place}" for place in range(1, 31)} | {"3": "long name"}


def made(*stages: dict[str, tuple[str, int]]) -> TransitionsReport:
    """Stages S1, S2, …, each by its targets (of stages the place, as text) with the kind and the count of the exits there."""
    told = []
    for place, ways in enumerate(stages, 1):
        exits = sum(count for _how, count in ways.values())
        found = tuple(
            Way(NAMES.get(to, to), int(to) if to.isdigit() else None, how, count, count / exits if exits else None, None, None, (0.0,) * 6)
            for to, (how, count) in ways.items()
        )
        told.append(StageExits(place, NAMES[str(place)], exits, 1, exits, 0, found, (), WinChance(None, 0, None, None, None, (), None)))
    return TransitionsReport("Offers", 0, "calendar", 0, 0, tuple(told))


SALES = made(
    {"2": ("advance", 60), "3": ("skip", 10), "lost": ("lost", 30)},
    {"1": ("return", 20), "3": ("advance", 60), "won": ("won", 10), "lost": ("lost", 10)},
    {"won": ("won", 70), "2": ("return", 30)},
)


def plain(lines: list[str]) -> list[str]:
    return [line.replace("\xa0", " ") for line in lines]


def test_the_shares_stand_beside_what_goes_on_back_and_to_the_ends():
    _heads, first, below, second, under, *_rest = plain(flow(SALES, 100, 7))
    assert first.split() == ["S1", "100"] and second.split() == ["S2", "100"]
    assert "60 %" in below and "10 %" in below and below.endswith("30 %")
    assert under.lstrip().startswith("20 %") or "S1 20 %" in under
    assert [share for share in under.split() if share.isdigit()] == ["20", "60", "10", "10"]


def test_what_goes_on_is_as_wide_as_its_share_and_others_further_on_are_told_apart():
    line = plain(flow(SALES, 100, 10))[3]  # the second line of the first ribbon carries no words
    assert line.count("█") == pytest.approx(6 * line.count("▒"), abs=3) and line.count("▒")
    halved = made({"2": ("advance", 30), "lost": ("lost", 70)}, *({"won": ("won", 9)},) * 2)
    assert plain(flow(halved, 100, 10))[3].count("█") * 2 == pytest.approx(line.count("█"), abs=1)


def test_what_leaves_is_the_thicker_the_larger_its_share():
    for ascii, signs in ((False, "▁▂▃▄▅▆▇█"), (True, ".-=#")):
        thick = [
            next(sign for sign in flow(made({"lost": ("lost", part), "won": ("won", 80 - part)}), 60, 4, ascii=ascii)[2][::-1] if sign in signs)
            for part in (5, 25, 45, 80)
        ]
        assert all(signs.index(one) <= signs.index(other) for one, other in pairwise(thick)) and thick[0] != thick[-1]


def test_of_few_exits_only_the_counts_are_said_and_no_ribbon_is_drawn():
    lines = plain(flow(made({"2": ("advance", 3), "lost": ("lost", 1)}, {}), 80, 5))
    assert "(3)" in lines[2] and "(1)" in lines[2]
    assert "%" not in "".join(lines) and "█" not in "".join(lines[1:])


@pytest.mark.parametrize(("part", "said"), [(1, "90 % long name"), (81, "10 % long name")])
def test_a_target_that_is_not_the_next_stage_is_named(part, said):
    assert said in "\n".join(plain(flow(made({"3": ("skip", 9), "lost": ("lost", part)}, {}, {}), 100, 7)))


@pytest.mark.parametrize("at", [1, 15, 30])
def test_of_too_many_stages_those_about_the_chosen_one_are_drawn(at):
    lines = flow(made(*({"lost": ("lost", 9)},) * 30), 80, 12, at=at)
    assert len(lines) == 12 and any(f" S{at} " in line for line in lines) and lines[-1] == " 20 more stages: move in the table"


ways = st.dictionaries(
    st.sampled_from(["1", "2", "3", "won", "lost", "retyped"]), st.tuples(st.sampled_from(["advance", "skip", "return"]), st.integers(0, 10**7))
)


@settings(deadline=None, max_examples=100)
@given(st.lists(ways, max_size=30), st.integers(1, 170), st.integers(1, 50), st.booleans())
def test_it_keeps_to_its_size_and_to_ascii(stages, width, height, ascii):
    found = made(*({to: (how if to.isdigit() else to, count) for to, (how, count) in one.items()} for one in stages))
    lines = flow(found, width, height, at=1, ascii=ascii)
    assert len(lines) <= height and all(width_of(line) <= width for line in lines)
    assert not ascii or all(line.replace("\xa0", " ").replace("…", "").isascii() for line in lines)


def test_shares_are_whole_at_the_least_width():
    lines = plain(flow(made({"won": ("won", 50), "lost": ("lost", 50)}), 60, 4))
    assert lines[2].count("50 %") == 2


def test_the_matrix_of_many_stages_keeps_to_its_room_with_the_ends_and_the_targets_that_most_go_to():
    stages = [{"30": ("skip", 8), "won": ("won", 1), "lost": ("lost", 1)}] * 30
    lines = plain(exits_matrix(made(*stages), 62, 12, at=20))
    assert len(lines) == 12 and all(width_of(line) <= 62 and not line.endswith("…") for line in lines)
    assert lines[1].split()[-2:] == ["won", "lost"] and "S30" in lines[1]
    assert any(line.startswith(" S20 ") for line in lines) and lines[-1] == " 21 more stages: move in the table"
