"""What usually comes next: against the shares and incidences of the reports, against statsmodels, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.statistics import figures
from models.statistics.rules import coming
from models.statistics.rules.coming import TOO_FEW, coarse, what_comes
from models.statistics.rules.estimates import incidences, wilson
from models.statistics.words import coming_text
from models.values.durations import DAY, HOUR
from tests.statistics.pipeline_example import worked

TARGETS = (2, 3, "lost")
stays = st.lists(st.tuples(st.integers(1, 12), st.sampled_from([*TARGETS, None])), min_size=1, max_size=60)


def counted(stays, unit=DAY):
    found = {}
    for length, target in stays:
        key = (length * unit, target)
        found[key] = found.get(key, 0) + 1
    return found


def ended(stays):
    return [one for one in stays if one[1] is not None]


def incidence(stays):
    """Of each target in the end, by the estimator of the report transitions."""
    lengths = np.array([length for length, _to in stays], np.int64)
    targets = np.array([-1 if to is None else TARGETS.index(to) for _length, to in stays], np.int64)
    return incidences(lengths, targets, len(TARGETS), np.zeros(0, np.int64))[:, -1]


@given(stays, st.integers(0, 12))
def test_the_share_is_the_incidence_in_the_end_among_stays_that_lasted_longer(stays, age):
    longer = [one for one in stays if one[0] > age]
    meant = longer if len(ended(longer)) >= coming.ENOUGH else stays
    found = what_comes(counted(stays), age * DAY)
    if not ended(meant):
        assert found is None
        return
    expected = incidence(meant)
    assert found.share == pytest.approx(expected.max(), abs=1e-9)
    assert expected[TARGETS.index(found.target)] == pytest.approx(expected.max(), abs=1e-9)
    assert found.aged == (len(ended(longer)) >= coming.ENOUGH)
    assert (found.exits, found.went) == (len(ended(meant)), sum(to == found.target for _length, to in meant))
    assert 0 <= found.low <= found.share + 1e-12 and found.share - 1e-12 <= found.high <= 1


@given(st.lists(st.tuples(st.integers(1, 12), st.sampled_from(TARGETS)), min_size=1, max_size=60))
def test_where_no_stay_lasts_the_interval_is_wilsons_and_the_time_the_median(stays):
    found = what_comes(counted(stays), 0)
    assert (found.low, found.high) == pytest.approx(wilson(found.went, len(stays)), abs=1e-9)
    times = sorted(length for length, to in stays if to == found.target)
    assert found.after == times[(len(times) - 1) // 2] * DAY


@settings(deadline=None)
@given(stays)
def test_the_variance_is_that_of_statsmodels(stays):
    from statsmodels.duration.survfunc import CumIncidenceRight

    # One of each target, which statsmodels numbers without gaps, and one that lasts longest.
    stays = [*stays, *((3 + place, to) for place, to in enumerate(TARGETS)), (13, None)]
    times = [length for length, _to in stays]
    status = [0 if to is None else TARGETS.index(to) + 1 for _length, to in stays]
    theirs = CumIncidenceRight(times, status)
    steps, _counts = coming._steps(counted(stays))
    for place, target in enumerate(TARGETS):
        share = incidence(stays)[place]
        assert theirs.cinc[place][-1] == pytest.approx(share, abs=1e-9)
        assert coming._variance(steps, target, share) ** 0.5 == pytest.approx(theirs.cinc_se[place][-1], abs=1e-9)


def test_the_age_decides_which_stays_count():
    # Ten go on to 2 after a day, ten to *lost* after ten days.
    found = counted([(1, 2)] * 10 + [(10, "lost")] * 10 + [(20, None)])
    young, old = what_comes(found, 0), what_comes(found, 2 * DAY)
    assert (young.share, young.exits) == (pytest.approx(10 / 21), 20)
    assert (old.target, old.went, old.exits, old.aged) == ("lost", 10, 10, True)
    assert old.share == pytest.approx(10 / 11) and old.after == 8 * DAY
    late = what_comes(found, 15 * DAY)
    assert (late.exits, late.aged) == (20, False), "too few lasted so long: all of them are told, and that they are few"


def test_it_is_said_in_one_line_and_of_few_only_the_count():
    names = {2: "Demonstration"}
    text = coming_text(what_comes(counted([(6, 2)] * 11 + [(3, "lost")] * 7), 0), names).replace("\xa0", " ")
    assert text == "usually next: Demonstration 61 % (39–80), after 6 d"
    few = coming_text(what_comes(counted([(6, 2)] * 5), 0), names).replace("\xa0", " ")
    assert few == "usually next: Demonstration 100 % (57–100), after 6 d (few)"
    assert coming_text(what_comes(counted([(6, 2)] * (TOO_FEW - 1)), 0), names) == "usually next: Demonstration 4 of 4"
    assert coming_text(what_comes({}, 0), names) == ""


@given(st.integers(0, 400 * DAY))
def test_lengths_are_told_apart_to_the_minute_or_to_a_part_of_them(seconds):
    assert 0 <= seconds - coarse(seconds) <= max(60, seconds / 12) and coarse(coarse(seconds)) == coarse(seconds)


def test_whole_days_and_short_hours_stay_as_they_are():
    assert all(coarse(days * DAY) == days * DAY for days in range(100)) and coarse(HOUR + 61) == HOUR + 60


def test_the_worked_example_leads_from_c_to_won_or_back_to_b(session):
    made = worked(session)
    a, b, c = made.stages
    gathered = figures.Stays()
    while figures.gather(made.at, made.type_id, gathered):
        pass
    found = figures.figures(made.at, made.type_id, gathered)
    assert gathered.led[a] == {(2 * DAY, b): 1, (4 * DAY, "lost"): 1, (DAY, c): 1, (10 * DAY, None): 1}
    assert gathered.led[c] == {(4 * DAY, "won"): 1, (2 * DAY, b): 1, (4 * DAY, None): 1}
    for stage in (a, c):
        assert found.comes(stage, 3 * DAY) == what_comes(gathered.led[stage], 3 * DAY) is not None
    assert found.comes(stage + 99, 0) is None
    assert found.names == {a: "A", b: "B", c: "C"}
    assert figures.present(made.at, made.deals) == {
        made.deals[2]: figures.Stand(made.type_id, c, 4 * DAY), made.deals[3]: figures.Stand(made.type_id, a, 10 * DAY),
    }  # fmt: skip
