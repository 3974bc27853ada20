"""Targets and exchange rates: what the store itself refuses, what the doctor finds, what the journal tells."""

from __future__ import annotations

from datetime import date

import peewee
import pytest

from models.people.setup import drop_exchange_rate, drop_target, set_exchange_rate, set_target
from models.people.views import Holder, exchange_rates, find_holder, targets
from models.storage.doctor import checks
from models.values.errors import NotFound, Refused, Usage
from models.values.money import LARGEST, Money

MONTH = date(2026, 11, 1)
INTO = "INSERT INTO target (employee_id, team_id, month, amount, currency, created_at) VALUES "
RATE = "INSERT INTO exchange_rate (from_currency, to_currency, day, units, places, created_at) VALUES "


@pytest.mark.parametrize(
    "sql",
    [
        f"{INTO} (1, NULL, '2026-11-01', -1, 'EUR', 0)",
        f"{INTO} (NULL, NULL, '2026-11-01', 1, 'EUR', 0)",
        f"{INTO} (1, NULL, '2026-11-01', 1, 'EUR', 0), (1, NULL, '2026-11-01', 2, 'EUR', 0)",
        f"{INTO} (99, NULL, '2026-11-01', 1, 'EUR', 0)",
        f"{RATE} ('EUR', 'USD', '2026-11-01', 0, 0, 0)",
        f"{RATE} ('EUR', 'EUR', '2026-11-01', 1, 0, 0)",
        f"{RATE} ('EUR', 'USD', '2026-11-01', 1, 13, 0)",
        f"{RATE} ('EUR', 'USD', '2026-11-01', 1, 0, 0), ('EUR', 'USD', '2026-11-01', 2, 0, 0)",
    ],
)
def test_the_store_itself_refuses_what_can_be_no_target_or_rate(session, sql):
    with pytest.raises(peewee.IntegrityError):
        session.store.database.execute_sql(sql)


def test_the_doctor_finds_a_target_of_no_month(session):
    session.store.database.execute_sql(f"{INTO} (1, NULL, '2026-11-02', 1, 'EUR', 0)")
    assert [check.name for check in checks(session.store) if not check.ok] == ["a target is of a month"]


def test_each_change_is_a_line_of_the_journal_and_a_refused_one_is_not(session):
    root = find_holder("root")
    count = "SELECT command FROM journal ORDER BY id DESC LIMIT 4"
    set_target(session, root, MONTH, Money(5, "EUR"))
    set_exchange_rate(session, "EUR", "USD", MONTH, 11, 1)
    drop_target(session, root, MONTH, "EUR")
    drop_exchange_rate(session, "EUR", "USD", MONTH)
    lines = [row[0] for row in session.store.database.execute_sql(count)]
    assert lines == ["exchange_rate.drop", "target.drop", "exchange_rate.set", "target.set"]
    before = list(session.store.database.connection().iterdump())
    for wrong in (
        lambda: set_target(session, root, date(2026, 11, 2), Money(5, "EUR")),
        lambda: set_target(session, root, MONTH, Money(-1, "EUR")),
        lambda: set_target(session, root, MONTH, Money(LARGEST + 1, "EUR")),
        lambda: set_target(session, root, MONTH, Money(1, "XXQ")),
        lambda: set_target(session, Holder(99, None, ""), MONTH, Money(1, "EUR")),
        lambda: set_target(session, Holder(1, 1, ""), MONTH, Money(1, "EUR")),
        lambda: drop_target(session, root, MONTH, "EUR"),
        lambda: set_exchange_rate(session, "EUR", "USD", MONTH, 0, 0),
        lambda: set_exchange_rate(session, "EUR", "USD", date(2500, 1, 1), 1, 0),
        lambda: drop_exchange_rate(session, "EUR", "USD", MONTH),
    ):
        with pytest.raises((Refused, Usage, NotFound)):
            wrong()
    assert list(session.store.database.connection().iterdump()) == before
    assert targets(session.actor) == [] and exchange_rates() == []
