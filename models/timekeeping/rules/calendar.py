"""Pure rules of the timesheet's calendar: which columns a week and a month have, and what comes before and after."""

from __future__ import annotations

from datetime import date, timedelta

WEEK, MONTH = "week", "month"


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def next_month(day: date) -> date:
    """The first day of the month after that of `day`. Raises OverflowError at the end of the calendar."""
    if (day.year, day.month) == (date.max.year, 12):
        raise OverflowError
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def columns(form: str, day: date) -> tuple[tuple[date, ...], date]:
    """The first day of each column, and the day after the last: a week's are its days, a month's its weeks, the first and
    the last of which are cut at the month's bounds."""
    if form == WEEK:
        monday = monday_of(day)
        return tuple(monday + timedelta(days=each) for each in range(7)), monday + timedelta(days=7)
    first, until = day.replace(day=1), next_month(day)
    monday = monday_of(first)
    mondays = [monday + timedelta(days=7 * each) for each in range(1, 6)]
    return (first, *(each for each in mondays if each < until)), until


def turned(form: str, day: date, by: int) -> date:
    """The same a day, week or month earlier (`by` -1) or later (1). Raises OverflowError at the ends of the calendar."""
    if form == MONTH:
        return next_month(day) if by > 0 else (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    return day + timedelta(days=by * (7 if form == WEEK else 1))
