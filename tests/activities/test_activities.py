"""Activities: planned, done, postponed; a deal knows when its next one is due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.activities import commands, views
from models.people import commands as people
from models.people.views import acting
from models.pipeline import commands as deals
from models.pipeline import views as deal_views
from models.storage.doctor import checks
from models.values.errors import NotFound, Refused
from models.values.instants import DAY, day_end, local_day


@pytest.fixture
def deal(session):
    return deals.new_deal(session, "Orion", type_id=deal_views.types(session)[0].id).deal_id


def add(session, deal, due, text="call them", **more):
    return commands.add_activity(session, deal_id=deal, kind="call", text=text, due_at=due, has_time=True, **more)


def next_due(session, deal):
    return deal_views.deal(session, deal).next_due_at


def test_a_deal_knows_its_next_activity_whatever_happens_to_it(session, deal):
    now = session.now()
    late, soon = add(session, deal, now + 2 * DAY), add(session, deal, now + DAY)
    assert next_due(session, deal) == now + DAY
    commands.postpone_activity(session, soon, now + 3 * DAY, True)
    assert next_due(session, deal) == now + 2 * DAY
    commands.done_activity(session, late, "reached them")
    assert next_due(session, deal) == now + 3 * DAY
    commands.done_activity(session, soon)
    assert next_due(session, deal) is None
    assert all(check.ok for check in checks(session.store))


def test_the_agenda_parts_what_is_late_from_what_is_due_today(session, deal):
    now = session.now()
    today = local_day(now, "UTC")
    add(session, deal, now - DAY, "late")
    add(session, deal, now + 2 * DAY, "later")
    commands.add_activity(session, deal_id=deal, kind="task", text="today", due_at=day_end(today, "UTC"))
    agenda = views.agenda(session, today)
    assert [one.text for one in agenda.overdue] == ["late"]
    assert [one.text for one in agenda.due] == ["today"]


def test_a_note_and_a_logged_call_are_done_and_never_due(session, deal):
    commands.add_activity(session, deal_id=deal, kind="note", text="likes tea")
    commands.add_activity(session, deal_id=deal, kind="call", text="reached her", done=True)
    assert next_due(session, deal) is None
    assert all(one.done_at is not None and one.due_at is None for one in views.activities(session, deal_id=deal))


def test_what_is_done_is_not_done_again(session, deal):
    one = add(session, deal, session.now() + DAY)
    commands.done_activity(session, one)
    for step in (lambda: commands.done_activity(session, one), lambda: commands.postpone_activity(session, one, 1)):
        with pytest.raises(Refused):
            step()


@pytest.mark.parametrize(
    ("more", "code"),
    [({"kind": "dance"}, "bad_kind"), ({"kind": "task", "text": "  "}, "empty"), ({"due_at": None}, "no_due"), ({"text": "\x1b["}, "bad_text")],
)
def test_bad_input_is_refused_in_words(session, deal, more, code):
    given = {"kind": "call", "text": "x", "due_at": session.now() + DAY, **more}
    with pytest.raises(Refused) as refusal:
        commands.add_activity(session, deal_id=deal, **given)
    assert refusal.value.code == code and views.activities(session) == []


def test_another_reps_activity_is_told_like_one_that_is_not_there(session, deal):
    people.add_employee(session, "anna", name="Anna", role="rep")
    anna = replace(session, actor=acting("anna", ""))
    one = add(session, deal, session.now() + DAY)
    with pytest.raises(NotFound):
        commands.done_activity(anna, one)
    with pytest.raises(NotFound):
        add(anna, deal, session.now() + DAY)
    assert views.activities(anna) == []


def test_what_was_done_is_told_newest_first_after_what_is_open(session, deal):
    now = session.now()
    planned = [add(session, deal, now + number * DAY, f"planned {number}") for number in (3, 1, 2, 4)]
    for number in (1, 0, 2):  # done in another order than they were due
        commands.done_activity(session, planned[number])
    assert [one.text for one in views.activities(session)] == ["planned 4", "planned 2", "planned 3", "planned 1"]


def test_one_activity_is_read_by_its_number_by_who_may_read_it(session, deal):
    made = [add(session, deal, session.now() + DAY, text) for text in ("call them", "call again")]
    assert [views.activity(session, one).text for one in made] == ["call them", "call again"]
    people.add_employee(session, "anna", name="Anna", role="rep")
    for asking, number in ((replace(session, actor=acting("anna", "")), made[0]), (session, made[-1] + 1)):
        with pytest.raises(NotFound):
            views.activity(asking, number)
