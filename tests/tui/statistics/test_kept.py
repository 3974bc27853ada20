"""What the screen Statistics keeps of the store while filters change."""

from __future__ import annotations

import pickle
import weakref
from datetime import timedelta

from models.people import commands as people
from models.statistics import arrays
from models.statistics.rules import forecast
from tests.statistics.pipeline_example import company, worked
from tui.statistics.filters import Filters, known
from tui.statistics.report import Asked
from tui.statistics.reports import PLACES, report
from tui.statistics.reports.kept import history_of


def try_all(session, kept, filters: Filters) -> None:
    """Read every report, what takes longer too."""
    for name in PLACES:
        one, asked = report(name), Asked(filters, known(session), 0)
        (one.read_rest if one.has_rest else one.read)(session, asked, kept)


def test_what_is_kept_does_not_grow_with_the_filters_that_were_tried(session, monkeypatch):
    monkeypatch.setattr(forecast, "RESAMPLES", 1)  # quicker
    company(session)
    people.set_hours(session, range(5), 9 * 3600, 18 * 3600)
    example = worked(session, lambda number: {"amount": 100_00, "owner": "anna" if number % 2 else "boris"})
    at, kept, usual = example.at, {}, Filters(example.type_id, "all")
    today, reps = known(at).today, list(known(at).reps)
    last = [
        usual._replace(rep_id=reps[0], clock=clock, as_of=as_of) for as_of in (None, example.on(9.5)) for clock in ("calendar", "working")
    ]
    for day in range(1, 10):  # all ways that there ever were
        try_all(at, kept, usual._replace(as_of=example.on(day)))
    for filters in last:
        try_all(at, kept, filters)
    before = len(pickle.dumps(kept))
    for number in range(10):
        for rep_id in (None, *reps):
            first = today - timedelta(days=number)
            try_all(at, kept, usual._replace(period="days", first=first, last=today, rep_id=rep_id))
        try_all(at, kept, usual._replace(as_of=example.on(number + 0.25)))
    for filters in last:
        try_all(at, kept, filters)
    assert len(pickle.dumps(kept)) <= before


def test_the_history_of_a_type_goes_before_that_of_another_is_read(session, monkeypatch):
    example = worked(session)
    at, kept, read, alive = example.at, {}, arrays.history, []
    former = weakref.ref(history_of(at, Asked(Filters(1), known(at), 0), kept))
    monkeypatch.setattr(arrays, "history", lambda *asked, **said: alive.append(former()) or read(*asked, **said))
    history_of(at, Asked(Filters(example.type_id), known(at), 0), kept)
    assert alive == [None] and [type_id for type_id, _history in kept.values()] == [example.type_id]
