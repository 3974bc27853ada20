"""What is asked about time, one function each. What the first screen needs imports no tables."""

from models.timekeeping.views.timesheet import DaySheet, Grid, Piece, WeekRow, day_sheet, grid, unbilled
from models.timekeeping.views.budgets import BudgetState, budget, budget_warnings, budgets
from models.timekeeping.views.entries import Entry, entries, entry, recent, running, seconds_on_deal
from models.timekeeping.views.forgotten import Forgotten, forgotten
from models.timekeeping.views.services import ServiceLine, find_service, services
from models.timekeeping.views.watched import Watched, priced, so_far, watched
from models.timekeeping.views.weeks import Week, weeks

__all__ = [
    "BudgetState", "Entry", "Forgotten", "ServiceLine", "Watched", "Week", "budget", "budget_warnings", "budgets",
    "entries", "entry", "find_service", "forgotten", "priced", "recent", "running", "seconds_on_deal", "services",
    "so_far", "watched", "weeks",
]  # fmt: skip
