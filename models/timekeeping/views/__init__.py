"""What is asked about time, one function each. What the first screen and the stopwatch need
imports no tables; budgets, prices, rates, timesheet and weeks are asked for in their own rooms."""

from models.timekeeping.views.entries import (
    Entry,
    entries,
    entry,
    planned_after,
    recent,
    running,
)
from models.timekeeping.views.forgotten import Forgotten, forgotten
from models.timekeeping.views.services import ServiceLine, find_service, service_name, services
from models.timekeeping.views.watched import Watched, elapsed, priced, so_far, watched

__all__ = [
    "Entry", "Forgotten", "ServiceLine", "Watched", "elapsed", "entries", "entry", "find_service", "forgotten", "planned_after", "priced",
    "recent", "running", "service_name", "services", "so_far", "watched",
]  # fmt: skip
