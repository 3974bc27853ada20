"""What is asked about time, one function each. What the first screen needs imports no tables."""

from models.timekeeping.views.budgets import BudgetState, budget, budget_warnings, budgets
from models.timekeeping.views.entries import Entry, entries, entry, recent, running, seconds_on_deal
from models.timekeeping.views.forgotten import Forgotten, forgotten
from models.timekeeping.views.services import ServiceLine, find_service, service_name, services
from models.timekeeping.views.timesheet import DaySheet, Grid, GridRow, Piece, day_sheet, grid, members
from models.timekeeping.views.watched import Watched, priced, so_far, watched
from models.timekeeping.views.weeks import Week, weeks

__all__ = [
    "BudgetState", "DaySheet", "Entry", "Forgotten", "Grid", "GridRow", "Piece", "ServiceLine", "Watched", "Week",
    "budget", "budget_warnings", "budgets", "day_sheet", "entries", "entry", "find_service", "forgotten", "grid",
    "members", "priced", "recent", "running", "seconds_on_deal", "service_name", "services", "so_far", "watched",
    "weeks",
]  # fmt: skip
